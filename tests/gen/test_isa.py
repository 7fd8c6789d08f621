"""gen.isa: the table's rows parse, constructors refuse what the encoding cannot hold, LLVM knows
every mnemonic.
"""

from __future__ import annotations

import subprocess
import unittest
from typing import List

from gen import isa
from gen.errors import OperandError
from gen.ir import EXEC, Cls, Imm, Kind, Lit, Op, Operand, Reg, VCC
from tests.gen.support import find_llvm, sgpr, vgpr


class Constructor(unittest.TestCase):
    def test_unknown_mnemonic_says_where_to_add_it(self) -> None:
        with self.assertRaisesRegex(OperandError, "add a row to gen/isa.py"):
            isa.make("v_nonsense_f32", [])

    def test_operand_count(self) -> None:
        with self.assertRaisesRegex(OperandError, "takes 2 operands, 1"):
            isa.make("v_mov_b32_e32", [vgpr("a").all])

    def test_register_file(self) -> None:
        with self.assertRaisesRegex(OperandError, "not one of 'v'"):
            isa.make("buffer_load_ubyte", [sgpr("s").all, vgpr("a").all, sgpr("d", 4).all, Imm(0)])

    def test_width(self) -> None:
        with self.assertRaisesRegex(OperandError, "has 2 dwords, 4 are needed"):
            isa.make(
                "buffer_load_dwordx4", [vgpr("a", 2).all, vgpr("b").all, sgpr("d", 4).all, Imm(0)]
            )

    def test_odd_tuple(self) -> None:
        with self.assertRaisesRegex(OperandError, "odd dword"):
            quad = vgpr("a", 4)
            isa.make("v_pk_mul_f32", [quad[1:3], quad[0:2], quad[0:2]])

    def test_immediate_where_a_register_is_needed(self) -> None:
        with self.assertRaisesRegex(OperandError, "immediate is not allowed"):
            isa.make("v_add_u32_e32", [vgpr("a").all, Imm(1), Imm(2)])

    def test_only_vcc_selects(self) -> None:
        a = vgpr("a").all
        with self.assertRaisesRegex(OperandError, "only takes vcc"):
            isa.make("v_cndmask_b32_e32", [a, a, a, sgpr("s", 2).all])

    def test_defs_and_uses(self) -> None:
        a, b = vgpr("a"), vgpr("b")
        swap = isa.make("v_permlane32_swap_b32_e32", [a.all, b.all])
        self.assertEqual({s.reg for s in swap.def_slices()}, {a, b})
        self.assertEqual({s.reg for s in swap.use_slices()}, {a, b, EXEC})
        compare = isa.make("v_cmp_eq_u32_e32", [VCC.all, Imm(1), a.all])
        self.assertEqual({s.reg for s in compare.def_slices()}, {VCC})

    def test_masked_dpp_reads_its_old_value(self) -> None:
        a, b = vgpr("a"), vgpr("b")
        full = ["row_ror:8", "row_mask:0xf", "bank_mask:0xf"]
        shifted = ["row_shr:1", "row_mask:0xf", "bank_mask:0xf"]
        ops: List[Operand] = [a.all, b.all, b.all]
        self.assertNotIn(a, {s.reg for s in isa.make("v_add_f32_dpp", ops, full).use_slices()})
        self.assertIn(a, {s.reg for s in isa.make("v_add_f32_dpp", ops, shifted).use_slices()})


def _example(op: Op) -> str:
    """An instruction of a row with arbitrary registers, as text."""
    if op.mnemonic == "s_waitcnt":
        return "s_waitcnt vmcnt(3)"
    operands: List[Operand] = []
    for role in op.roles:
        if role.name == "label":
            operands.append(Lit(".Lx"))
        elif role.name in ("vccdst", "select"):
            operands.append(VCC.all)
        elif "v" in role.kinds:
            operands.append(Reg("r", Kind.VGPR, role.width, 1, 4).all)
        elif "s" in role.kinds:
            operands.append(Reg("r", Kind.SGPR, role.width, 1, 4).all)
        else:
            operands.append(Imm(0))
    texts = [o.text() if not isinstance(o, Lit) else o.value for o in operands]
    tail = " offen" if op.mnemonic.startswith("buffer_") and op.roles else ""
    tail += " row_ror:1 row_mask:0xf bank_mask:0xf" if "dpp" in op.flags else ""
    tail += " src0_sel:WORD_1" if "sdwa" in op.flags else ""
    return f"{op.mnemonic} {', '.join(texts)}{tail}"


class Table(unittest.TestCase):
    def test_llvm_accepts_every_row_as_spelled(self) -> None:
        tool = find_llvm("llvm-mc")
        if tool is None:
            self.skipTest("no llvm-mc (20 or newer) found; install llvm-22")
        source = ".Lx:\n" + "\n".join(_example(op) for op in isa.TABLE.values()) + "\n"
        done = subprocess.run(
            [tool, "-triple=amdgcn-amd-amdhsa", "-mcpu=gfx950"],
            input=source,
            capture_output=True,
            text=True,
            check=False,
        )
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_vector_instructions_run_under_exec(self) -> None:
        for op in isa.TABLE.values():
            under_exec = EXEC in {s.reg for s in op.implicit_uses}
            lanes = op.cls is not Cls.MFMA and bool(op.roles)
            vector = lanes and op.mnemonic.startswith(("v_", "buffer_", "ds_"))
            self.assertEqual(under_exec, vector, op.mnemonic)


if __name__ == "__main__":
    unittest.main()
