"""gen.kernarg: one layout, three renderings that agree."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from gen import kernarg
from gen.ir import Kind, Reg

OFFSETS = {
    "x": 0,
    "x_scale": 8,
    "w": 16,
    "w_scale": 24,
    "n": 32,
    "k": 36,
    "ldx": 40,
    "ldxs": 44,
    "slice_steps": 48,
    "m_rem": 52,
    "k_splits": 56,
    "format": 60,
    "out": 64,
    "bias": 72,
    "workspace": 80,
    "ldo": 88,
}


class Dense(unittest.TestCase):
    def test_offsets_are_the_contract(self) -> None:
        self.assertEqual(kernarg.DENSE.offsets(), OFFSETS)
        self.assertEqual(kernarg.DENSE.size, 96)

    def test_metadata_agrees(self) -> None:
        text = "\n".join(kernarg.metadata_args(kernarg.DENSE))
        found = re.findall(
            r"\.name: (\w+)\s+\.offset: (\d+)\s+\.size: (\d+)\s+\.value_kind: (\w+)", text
        )
        self.assertEqual({name: int(at) for name, at, _, _ in found}, OFFSETS)
        kinds = {name: (int(size), kind) for name, _, size, kind in found}
        self.assertEqual(kinds["out"], (8, "global_buffer"))
        self.assertEqual(kinds["ldo"], (4, "by_value"))

    def test_preloads(self) -> None:
        """What preloading does, done by loads: each dword once, tuples where the ISA takes them."""
        for layout in kernarg.LAYOUTS:
            self.assertLessEqual(kernarg.FIRST_PRELOADED + layout.preload, 16, "user SGPRs")
            dwords = []
            for sgpr, width, offset in layout.preload_loads():
                self.assertEqual(sgpr % min(width, 4), 0)
                dwords += [(sgpr + i, offset + 4 * i) for i in range(width)]
            expected = [(2 + i, 4 * i) for i in range(layout.preload)]
            self.assertEqual(dwords, expected, layout.struct)
            names = layout.dword_names()
            self.assertFalse(
                names[layout.preload - 1].endswith("_lo"), "half a pointer is preloaded"
            )

    def test_padding_and_alignment(self) -> None:
        layout = kernarg.Layout(
            "s", (kernarg.Arg("a", 4, ""), kernarg.Arg("p", 8, "", True), kernarg.Arg("b", 4, ""))
        )
        self.assertEqual(layout.offsets(), {"a": 0, "p": 8, "b": 16})
        self.assertEqual(layout.size, 24)


class Moe(unittest.TestCase):
    def test_offsets_are_the_contract(self) -> None:
        offsets = kernarg.MOE.offsets()
        self.assertEqual(list(offsets.values()), sorted(offsets.values()))
        pointers = {a.name for a in kernarg.MOE.args if a.pointer}
        tables = {"sorted_token_ids", "expert_ids", "num_tokens_post_padded", "weights"}
        self.assertEqual(pointers, {"x", "x_scale", "w", "w_scale", "out", "workspace"} | tables)
        expected = {
            "n": 40,
            "slice_steps": 48,
            "x": 72,
            "ldo": 108,
            "weights": 112,
            "workspace": 128,
        }
        expected.update({"slice_steps1": 136, "k_splits": 144, "format": 152, "block_shift": 168})
        self.assertEqual({name: offsets[name] for name in expected}, expected)
        self.assertEqual(kernarg.MOE.size, 176)

    def test_what_combines_is_loaded_in_one_go(self) -> None:
        """Eight dwords from k_splits to the end of the segment."""
        self.assertEqual(kernarg.MOE.offsets()["k_splits"] + 32, kernarg.MOE.size)

    def test_places_of_the_tickets(self) -> None:
        """No two share four bytes, all lie inside, neighbours are in different granules."""
        kinds = (0, kernarg.COMBINE_TICKET_OFFSET)
        at = [
            start
            + t % kernarg.TICKET_LANES * kernarg.TICKET_GRANULE
            + t // kernarg.TICKET_LANES * 4
            for start in kinds
            for t in range(kernarg.TICKETS)
        ]
        self.assertEqual(len(set(at)), 2 * 4096)
        self.assertEqual(max(at) + 4, kernarg.TICKET_BYTES)
        self.assertTrue(all(abs(a - b) >= 256 for a, b in zip(at[:4095], at[1:4096])))
        self.assertFalse(kernarg.MOE_WEIGHTED & kernarg.MOE_COMBINED)
        self.assertGreater(min(kernarg.MOE_WEIGHTED, kernarg.MOE_COMBINED), 3)


class Header(unittest.TestCase):
    def test_constants(self) -> None:
        found = dict(
            re.findall(r"^    SMALLM_((?:TICKET|FORMAT)_\w+) = (\d+),", kernarg.c_header(), re.M)
        )
        expected = {"TICKET_BYTES": 32768, "FORMAT_OUT_BF16": 0, "FORMAT_OUT_F16": 1}
        expected.update({"FORMAT_OUT_F32": 2, "FORMAT_BIAS_NONE": 0, "FORMAT_BIAS_BF16": 4})
        expected.update({"FORMAT_BIAS_F16": 8, "FORMAT_BIAS_F32": 12})
        self.assertEqual({name: int(value) for name, value in found.items()}, expected)

    def test_compiles_and_its_assertions_can_fail(self) -> None:
        compiler = shutil.which("cc") or shutil.which("gcc")
        if compiler is None:
            self.skipTest("no C compiler found; install gcc")
        text = kernarg.c_header()
        with tempfile.TemporaryDirectory() as folder:
            for good, content in (
                (True, text),
                (False, text.replace("uint32_t n;", "uint64_t n;")),
            ):
                path = Path(folder) / "header.c"
                path.write_text(content, encoding="utf-8")
                done = subprocess.run(
                    [
                        compiler,
                        "-std=c11",
                        "-Wall",
                        "-Wextra",
                        "-Werror",
                        "-fsyntax-only",
                        str(path),
                    ],
                    capture_output=True,
                    check=False,
                )
                self.assertEqual(done.returncode == 0, good, done.stderr)


if __name__ == "__main__":
    unittest.main()
