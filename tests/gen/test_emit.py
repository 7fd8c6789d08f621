"""gen.emit: register totals, descriptor and metadata, line format."""

from __future__ import annotations

import re
import unittest
from typing import Dict

from gen import isa, kernarg
from gen.allocate import Allocation
from gen.emit import KernelInfo, emit, instruction_text, vgpr_total
from gen.ir import Imm, Kind, Lit
from tests.gen.support import end, program, sgpr, shipped, vgpr


def _allocation(vgprs: int, agprs: int = 0) -> Allocation:
    return Allocation({}, {Kind.VGPR: vgprs, Kind.AGPR: agprs, Kind.SGPR: 20})


class Totals(unittest.TestCase):
    def test_accum_offset(self) -> None:
        self.assertEqual(vgpr_total(_allocation(69)), (72, 69))
        self.assertEqual(vgpr_total(_allocation(0)), (4, 1))
        self.assertEqual(vgpr_total(_allocation(69, 16)), (72, 88))


class Text(unittest.TestCase):
    def test_instruction(self) -> None:
        load = isa.make(
            "buffer_load_dwordx4",
            [vgpr("w", 4, 8).all, vgpr("off", 1, 2).all, sgpr("srd", 4, 12).all, Imm(0)],
            ["offen", "offset:16"],
        )
        expected = "buffer_load_dwordx4 v[8:11], v2, s[12:15], 0 offen offset:16"
        self.assertEqual(instruction_text(load), expected)
        self.assertEqual(instruction_text(isa.make("s_branch", [Lit("loop")])), "s_branch .L_loop")

    def test_line_shows_stream_names_and_comment(self) -> None:
        move = isa.make(
            "v_mov_b32_e32", [vgpr("acc", 1, 5).all, Imm(0)], stream="init", comment="zero"
        )
        prog = program(("entry", [move, end()]))
        allocation = _allocation(6)
        allocation.places["acc"] = vgpr("acc", 1, 5)
        text = emit(prog, allocation, KernelInfo("k", ("title",), kernarg.DENSE, 128, 256))
        self.assertRegex(text, r"    v_mov_b32_e32 v5, 0 +; init \| acc, 0 \| zero\n")
        self.assertRegex(text, r";   v5 +acc\n")
        self.assertTrue(text.startswith("; title\n"))
        self.assertIn(".amdhsa_group_segment_fixed_size 128", text)


def _directives(text: str) -> Dict[str, int]:
    return {name: int(value) for name, value in re.findall(r"\.amdhsa_(\w+) (\d+)$", text, re.M)}


class Shipped(unittest.TestCase):
    def test_descriptor(self) -> None:
        for cfg, listing in shipped():
            found = _directives(listing.text)
            for name, value in (
                ("kernarg_size", listing.info.layout.size),
                ("user_sgpr_count", 2 + listing.info.layout.preload),
                ("user_sgpr_kernarg_preload_length", listing.info.layout.preload),
                ("float_round_mode_32", 0),
                ("float_denorm_mode_32", 3),
                ("float_denorm_mode_16_64", 3),
                ("dx10_clamp", 1),
                ("ieee_mode", 1),
                ("private_segment_fixed_size", 0),
                ("group_segment_fixed_size", listing.info.lds_bytes),
            ):
                self.assertEqual(found[name], value, f"{cfg.name}: {name}")
            body = listing.text.split(".L_entry:")[1].split(".Lend:")[0]
            code = "\n".join(line.split(";")[0] for line in body.splitlines())
            highest = max(int(n) for n in re.findall(r"\bv\[?(?:\d+:)?(\d+)", code))
            self.assertEqual(found["next_free_vgpr"], highest + 1, cfg.name)
            self.assertEqual(found["accum_offset"] % 4, 0)
            self.assertGreaterEqual(found["accum_offset"], found["next_free_vgpr"])

    def test_metadata(self) -> None:
        for cfg, listing in shipped():
            found = dict(re.findall(r"^    (\.\w+): (.*)$", listing.text, re.M))
            self.assertEqual(found[".symbol"], f"{cfg.name}.kd")
            self.assertEqual(found[".group_segment_fixed_size"], str(listing.info.lds_bytes))
            self.assertEqual(found[".vgpr_spill_count"], "0")
            self.assertEqual(found[".vgpr_count"], str(_directives(listing.text)["next_free_vgpr"]))


if __name__ == "__main__":
    unittest.main()
