"""gen.kernels.quantise: registers, bounds, waits, and the exponent that the emitted code works out,
executed here on integers against exact fractions.
"""

from __future__ import annotations

import random
import unittest
from fractions import Fraction
from typing import Dict, List, Tuple

from gen import kernarg
from gen.config import KernelConfig
from gen.emit import KernelInfo
from gen.ir import EXEC, Cls, Imm, Instr, Kind, Operand, Program, Slice, Unit
from gen.kernels import quantise
from gen.pipeline import Listing, assemble_text
from tests.gen import listing_model
from tests.gen.support import shipped_rules

CONFIG = KernelConfig("quantise", 1, 0, 4, 4, 0)
MASK = 0xFFFFFFFF


def _made() -> Tuple[Program, KernelInfo, Listing]:
    program, info = quantise.build(CONFIG)
    return program, info, assemble_text(program, info, shipped_rules())


def _written(program: Program) -> List[Instr]:
    """The author's program, before any pass."""
    return [i for block in program.blocks for segment in block.segments for i in segment.instrs]


class Structure(unittest.TestCase):
    def test_resources(self) -> None:
        _, info, listing = _made()
        self.assertLessEqual(listing.allocation.used[Kind.VGPR], 64, "eight waves on a SIMD")
        self.assertEqual(listing.allocation.used[Kind.AGPR], 0)
        self.assertEqual((info.lds_bytes, info.block, info.grid_dims), (0, 256, 2))
        self.assertIn("private_segment_fixed_size 0\n", listing.text)
        self.assertIn("system_sgpr_workgroup_id_y 1\n", listing.text)

    def test_waits_and_wait_states(self) -> None:
        text = listing_model.read(_made()[2].text)
        self.assertIsNone(listing_model.wait_fault(text))
        self.assertIsNone(listing_model.hazard_fault(text))

    def test_every_access_is_bounded_by_its_row(self) -> None:
        """Descriptors end after the row's K; the offset that is checked is the lane's, soffset 0."""
        written = _written(quantise.build(CONFIG)[0])
        shifts = {"srd_x16": 1, "srd_x32": 2, "srd_q": 0, "srd_scale": 0}
        accesses = [i for i in written if i.cls is Cls.VMEM]
        self.assertEqual({i.role_slices("ssrc")[0].reg.name for i in accesses}, set(shifts))
        for ins in accesses:
            self.assertEqual(ins.operands[-1], Imm(0))
            self.assertIn("offen", ins.mods)
        for name, shift in shifts.items():
            bound = [i for i in written if i.operands and _is(i.operands[0], name, 2)]
            length = "k_blocks" if name == "srd_scale" else "args.k"
            self.assertEqual([i.mnemonic for i in bound], ["s_lshl_b32"], name)
            source = bound[0].operands[1]
            assert isinstance(source, Slice)
            self.assertEqual((source.named(), bound[0].operands[2]), (length, Imm(shift)))
        blocks = next(i for i in written if i.operands and _is(i.operands[0], "k_blocks", 0))
        self.assertEqual((blocks.mnemonic, blocks.operands[2]), ("s_lshr_b32", Imm(5)))

    def test_one_access_per_lane_and_array(self) -> None:
        written = [i.mnemonic for i in _written(quantise.build(CONFIG)[0])]
        self.assertEqual(written.count("buffer_load_dwordx4"), 1 + 2, "16 bits; 32 bits")
        self.assertEqual(written.count("buffer_store_dwordx2"), 1)
        self.assertEqual(written.count("buffer_store_byte"), 1)

    def test_only_first_lanes_of_blocks_store_scales(self) -> None:
        written = _written(quantise.build(CONFIG)[0])
        masks = [i for i in written if EXEC in {s.reg for s in i.def_slices()}]
        self.assertEqual([i.operands[1] for i in masks], [Imm(0x11111111)] * 2)
        self.assertLess(written.index(masks[1]), written.index(written[-2]))
        self.assertEqual(written[-2].mnemonic, "buffer_store_byte")


def _is(operand: Operand, name: str, dword: int) -> bool:
    return isinstance(operand, Slice) and (operand.reg.name, operand.start) == (name, dword)


def _signed(value: int) -> int:
    return value - (1 << 32) if value >> 31 else value


def _exponent(amax: int, floor: bool) -> Tuple[int, int]:
    """(scale byte, shift) that the emitted code gives for the bits of a block's largest magnitude."""
    least, carry = (0, 0) if floor else (quantise.AMAX_FLOOR, quantise.ROUND_UP)
    values: Dict[Unit, int] = {("amax", 0): amax, ("least_amax", 0): least, ("carry", 0): carry}

    def get(operand: Operand) -> int:
        if isinstance(operand, Imm):
            return operand.value & MASK
        assert isinstance(operand, Slice)
        return values[operand.named_units()[0]]

    steps = [i for i in _WRITTEN if i.stream == "exponent" and "cmp" not in i.mnemonic]
    for ins in steps:
        a, b = (get(o) for o in ins.operands[1:])
        result = {
            "v_max_u32_e32": max(a, b),
            "v_add_u32_e32": a + b,
            "v_lshrrev_b32_e32": b >> (a & 31),
            "v_max_i32_e32": max(_signed(a), _signed(b)),
            "v_sub_u32_e32": a - b,
        }[ins.mnemonic]
        target = ins.operands[0]
        assert isinstance(target, Slice)
        values[target.named_units()[0]] = result & MASK
    return values[("scale", 0)], _signed(values[("shift", 0)])


_WRITTEN = _written(quantise.build(CONFIG)[0])


def _value(bits: int) -> Fraction:
    exponent, mantissa = bits >> 23, bits & 0x7FFFFF
    if exponent == 0:
        return Fraction(mantissa) * Fraction(2) ** -149
    return Fraction(mantissa | 1 << 23) * Fraction(2) ** (exponent - 150)


def _expected(bits: int, floor: bool) -> int:
    """e of the two rules, by search over exact numbers."""
    amax = _value(bits)
    e = -127
    if floor:
        while amax >= Fraction(2) ** (e + 9):
            e += 1
    else:
        while max(amax, Fraction(1e-20)) > 448 * Fraction(2) ** e:
            e += 1
    return e


class Exponent(unittest.TestCase):
    def test_both_rules(self) -> None:
        source = random.Random(7)
        corners = [0, 1, 0x7FFFFF, 0x800000, quantise.AMAX_FLOOR - 1, quantise.AMAX_FLOOR + 1]
        for exponent in range(0, 255, 2):
            corners += [exponent << 23 | m for m in (0, 1, 0x600000, 0x600001, 0x7FFFFF)]
        corners += [source.randrange(0x7F800000) for _ in range(300)]
        for floor in (False, True):
            for bits in corners:
                e = _expected(bits, floor)
                self.assertEqual(_exponent(bits, floor), (e + 127, -e), f"{bits:#x} {floor}")

    def test_constants(self) -> None:
        self.assertEqual(_value(quantise.E4M3_MAX), 448)
        self.assertLessEqual(abs(_value(quantise.AMAX_FLOOR) - Fraction(1e-20)), Fraction(2) ** -91)

    def test_rule_is_chosen_by_its_bit(self) -> None:
        chosen = {i.operands[0].reg.name: i for i in _WRITTEN if i.mnemonic == "s_cselect_b32"}
        self.assertEqual(set(chosen), {"least_amax", "carry"})
        self.assertEqual(chosen["carry"].operands[1:], (Imm(0), Imm(quantise.ROUND_UP)))
        self.assertEqual(chosen["least_amax"].operands[1:], (Imm(0), Imm(quantise.AMAX_FLOOR)))
        before = _WRITTEN[min(_WRITTEN.index(i) for i in chosen.values()) - 1]
        self.assertEqual(before.operands[2], Imm(kernarg.QUANTISE_FLOOR), "SCC: the bit is set")


if __name__ == "__main__":
    unittest.main()
