"""gen.ir: slices, operand text, dependencies, control flow."""

from __future__ import annotations

import unittest

from gen import isa
from gen.errors import OperandError, WaitError
from gen.ir import EXEC, VCC, Imm, Lit, depends
from tests.gen.support import end, program, sgpr, vgpr


class Slices(unittest.TestCase):
    def test_text(self) -> None:
        self.assertEqual(vgpr("a", 1, 7).all.text(), "v7")
        self.assertEqual(sgpr("b", 4, 8).all.text(), "s[8:11]")
        self.assertEqual(sgpr("b", 4, 8)[1:3].text(), "s[9:10]")
        self.assertEqual(EXEC[1].text(), "exec_hi")
        self.assertEqual(VCC.all.text(), "vcc")

    def test_names(self) -> None:
        self.assertEqual(vgpr("a", 4)[2].named(), "a.2")
        self.assertEqual(vgpr("a", 4)[1:3].named(), "a.1-2")
        self.assertEqual(vgpr("a", 4).all.named(), "a")

    def test_out_of_range(self) -> None:
        for key in (4, -1, slice(0, 5), slice(2, 2)):
            with self.subTest(key=key), self.assertRaises(OperandError):
                vgpr("a", 4)[key]

    def test_unplaced_register_is_not_printed(self) -> None:
        with self.assertRaisesRegex(OperandError, "before it is allocated"):
            vgpr("a").all.text()

    def test_immediates(self) -> None:
        self.assertEqual(
            [Imm(v).text() for v in (64, -16, 65, -17)], ["64", "-16", "0x41", "0xffffffef"]
        )


class Depends(unittest.TestCase):
    def setUp(self) -> None:
        self.a, self.b, self.c = (vgpr(n).all for n in "abc")

    def test_read_write_orders(self) -> None:
        writes_a = isa.make("v_mov_b32_e32", [self.a, Imm(0)])
        reads_a = isa.make("v_mov_b32_e32", [self.b, self.a])
        other = isa.make("v_mov_b32_e32", [self.c, Imm(1)])
        self.assertIn("reads what it writes", depends(writes_a, reads_a) or "")
        self.assertIn("overwrites what it reads", depends(reads_a, writes_a) or "")
        self.assertIn("overwrites what it writes", depends(writes_a, writes_a) or "")
        self.assertIsNone(depends(writes_a, other))

    def test_scc_is_a_register(self) -> None:
        x, y = sgpr("x").all, sgpr("y").all
        add = isa.make("s_add_u32", [x, x, Imm(1)])
        carry = isa.make("s_addc_u32", [y, y, Imm(0)])
        self.assertIn("scc", depends(add, carry) or "")

    def test_exec_orders_vector_work(self) -> None:
        narrow = isa.make("s_mov_b32", [EXEC[0], Imm(1)])
        work = isa.make("v_mov_b32_e32", [self.a, Imm(0)])
        self.assertIsNotNone(depends(narrow, work))
        self.assertIsNotNone(depends(work, narrow))

    def test_memory_orders(self) -> None:
        write = isa.make("ds_write_b32", [self.a, self.b])
        read = isa.make("ds_read_b32", [self.c, self.a])
        barrier = isa.make("s_barrier")
        self.assertEqual(depends(write, read), "LDS order")
        self.assertIsNotNone(depends(write, barrier))
        self.assertIsNotNone(depends(barrier, read))
        self.assertIsNone(depends(read, isa.make("ds_read_b32", [self.b, self.a])))

    def test_physical_registers_overlap_under_different_names(self) -> None:
        first = isa.make("v_mov_b32_e32", [vgpr("a", 1, 3).all, Imm(0)])
        second = isa.make("v_mov_b32_e32", [vgpr("b", 4, 2)[1], Imm(0)])
        self.assertIsNotNone(depends(first, second))


class ControlFlow(unittest.TestCase):
    def test_successors(self) -> None:
        branch = isa.make("s_cbranch_scc1", [Lit("last")])
        prog = program(("first", [branch]), ("middle", []), ("last", [end()]))
        self.assertEqual(prog.successors(), [[2, 1], [2], []])

    def test_falling_off_and_unknown_label(self) -> None:
        with self.assertRaisesRegex(WaitError, "s_endpgm"):
            program(("only", [])).successors()
        with self.assertRaisesRegex(WaitError, "nowhere"):
            program(("only", [isa.make("s_branch", [Lit("nowhere")])])).successors()


if __name__ == "__main__":
    unittest.main()
