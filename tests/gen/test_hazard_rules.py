"""gen.hazard_rules: matrix pass counts, and the predicates that no shipped kernel uses yet."""

from __future__ import annotations

import unittest
from typing import Sequence

from gen.hazard_rules import (
    CONSUMER_OPERANDS,
    CONSUMERS,
    PRODUCERS,
    matrix,
    wait_states,
)
from gen.ir import Cls, Imm, Instr, Kind, Op, Reg, Role
from gen import isa


def mfma(name: str, c_at: int = 8, d_at: int = 8, mods: Sequence[str] = ()) -> Instr:
    """A matrix instruction with A at v0, B at v4, C and D where asked, four dwords each."""
    roles = (
        Role("vdst", "v", 4, False, True),
        Role("srca", "v", 4, True, False),
        Role("srcb", "v", 4, True, False),
        Role("srcc", "v", 4, True, False),
    )
    places = (("d", d_at), ("a", 0), ("b", 4), ("c", c_at))
    operands = tuple(Reg(n, Kind.VGPR, 4, 2, at).all for n, at in places)
    return Instr(Op(name, Cls.MFMA, roles), operands, tuple(mods))


class Passes(unittest.TestCase):
    def test_table_of_the_isa(self) -> None:
        for name, expected in (
            ("v_mfma_f32_16x16x32_f16", ("xdl", 4)),
            ("v_mfma_f32_32x32x16_bf16", ("xdl", 8)),
            ("v_mfma_f32_16x16x32_fp8_fp8", ("xdl", 4)),
            ("v_mfma_f32_32x32x16_fp8_fp8", ("xdl", 8)),
            ("v_mfma_i32_16x16x64_i8", ("xdl", 4)),
            ("v_mfma_f32_16x16x4_4b_f16", ("xdl", 8)),
            ("v_mfma_f32_32x32x4_2b_bf16", ("xdl", 16)),
            ("v_mfma_f32_4x4x4_16b_f16", ("xdl", 2)),
            ("v_mfma_f32_4x4x1_16b_f32", ("sgemm", 2)),
            ("v_mfma_f32_16x16x4_f32", ("sgemm", 8)),
            ("v_mfma_f32_32x32x2_f32", ("sgemm", 16)),
            ("v_mfma_f64_16x16x4_f64", ("dgemm", 16)),
            ("v_mfma_f64_4x4x4_4b_f64", ("dgemm", 4)),
            ("v_mfma_f32_16x16x128_f8f6f4", ("xdl", 8)),
            ("v_mfma_scale_f32_16x16x128_f8f6f4", ("xdl", 8)),
            ("v_mfma_scale_f32_32x32x64_f8f6f4", ("xdl", 16)),
            ("v_smfmac_f32_16x16x64_f16", ("xdl", 4)),
            ("v_smfmac_f32_32x32x32_bf16", ("xdl", 8)),
        ):
            with self.subTest(name):
                self.assertEqual(matrix(mfma(name)), expected)

    def test_narrow_formats_take_half(self) -> None:
        name = "v_mfma_scale_f32_16x16x128_f8f6f4"
        self.assertEqual(matrix(mfma(name, mods=["cbsz:4", "blgp:4"])), ("xdl", 4))
        self.assertEqual(matrix(mfma(name, mods=["cbsz:4"])), ("xdl", 8))


class Accumulators(unittest.TestCase):
    name = "v_mfma_f32_16x16x32_f16"

    def select(self, operand: str, producer: Instr, consumer: Instr) -> bool:
        return bool(CONSUMER_OPERANDS[operand](consumer, producer))

    def test_same_overlap_other(self) -> None:
        first = mfma(self.name, d_at=8)
        same, shifted = mfma(self.name, c_at=8), mfma(self.name, c_at=10)
        other = mfma("v_mfma_f32_16x16x16_f16", c_at=8)
        self.assertTrue(self.select("srcc_same", first, same))
        self.assertFalse(self.select("srcc_overlap", first, same))
        self.assertTrue(self.select("srcc_overlap", first, shifted))
        self.assertTrue(self.select("srcc_other_op", first, other))
        self.assertFalse(self.select("srcc_same", first, other))

    def test_matrix_reads_of_a_matrix_result_exclude_c(self) -> None:
        first, second = mfma(self.name), mfma(self.name, c_at=8)
        self.assertNotIn(("v", 8), CONSUMER_OPERANDS["vsrc"](second, first))
        valu = isa.make("v_mov_b32_e32", [Reg("x", Kind.VGPR, 1, 1, 8).all, Imm(0)])
        self.assertIn(("v", 8), CONSUMER_OPERANDS["vsrc"](second, valu))


class Classes(unittest.TestCase):
    def op(self, mnemonic: str, mods: Sequence[str] = ()) -> Instr:
        return Instr(Op(mnemonic, Cls.VALU, ()), (), tuple(mods))

    def test_trans_and_dot_and_cmpx(self) -> None:
        self.assertTrue(PRODUCERS["trans"](self.op("v_rcp_f32_e32")))
        self.assertTrue(PRODUCERS["trans"](self.op("v_rcp_iflag_f32_e32")))
        self.assertFalse(PRODUCERS["trans"](self.op("v_add_f32_e32")))
        self.assertTrue(PRODUCERS["dot"](self.op("v_dot2_f32_f16")))
        self.assertFalse(PRODUCERS["valu_nodot"](self.op("v_dot2_f32_f16")))
        self.assertTrue(PRODUCERS["v_cmpx"](self.op("v_cmpx_lt_u32_e32")))

    def test_sub_dword_results(self) -> None:
        high = self.op("v_cvt_pk_fp8_f32", ["op_sel:[0,0,1]"])
        low = self.op("v_cvt_pk_fp8_f32")
        self.assertTrue(PRODUCERS["subdword_high"](high))
        self.assertFalse(PRODUCERS["subdword_high"](low))
        source = self.op("v_cvt_pk_f32_fp8_sdwa", ["src0_sel:WORD_1"])
        self.assertFalse(PRODUCERS["subdword_high"](source))
        self.assertTrue(PRODUCERS["subdword_high"](self.op("v_add_u16_sdwa", ["dst_sel:WORD_1"])))

    def test_opcode_relations(self) -> None:
        dot, other = self.op("v_dot4_i32_i8"), self.op("v_dot2_f32_f16")
        self.assertTrue(CONSUMERS["same_opcode"](dot, dot))
        self.assertTrue(CONSUMERS["not_same_opcode"](other, dot))
        salu = isa.make("s_nop", [Imm(3)])
        self.assertFalse(CONSUMERS["not_same_opcode"](salu, dot))

    def test_wait_states(self) -> None:
        self.assertEqual(wait_states(isa.make("s_nop", [Imm(3)])), 4)
        self.assertEqual(wait_states(isa.make("s_barrier")), 1)


if __name__ == "__main__":
    unittest.main()
