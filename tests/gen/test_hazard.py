"""gen.hazard: every kind of row inserts exactly what is missing, across blocks, filling before
s_nop.
"""

from __future__ import annotations

import tempfile
import unittest
from pathlib import Path
from typing import List

from gen import isa
from gen.errors import ConfigError
from gen.hazard import COLUMNS, HazardPass, load_rules, resolve_hazards
from gen.ir import EXEC, VCC, Imm, Instr, Lit, Program
from tests.gen.support import end, program, sgpr, shipped_rules, vgpr

DPP = ["row_ror:1", "row_mask:0xf", "bank_mask:0xf"]
A, B, C, D = (vgpr(n, 1, i) for i, n in enumerate("abcd"))


def mov(to: int, value: int = 0) -> Instr:
    return isa.make("v_mov_b32_e32", [vgpr(f"r{to}", 1, to).all, Imm(value)])


def write_a() -> Instr:
    return isa.make("v_mov_b32_e32", [A.all, Imm(1)])


def dpp_a() -> Instr:
    return isa.make("v_add_f32_dpp", [B.all, A.all, A.all], DPP)


def resolved(prog: Program) -> List[str]:
    resolve_hazards(prog, shipped_rules())
    return [
        (
            f"nop {o.value}"
            if (o := i.operands and i.operands[0]) and i.mnemonic == "s_nop" and isinstance(o, Imm)
            else i.mnemonic
        )
        for i in prog.all_instrs()
    ]


class Rows(unittest.TestCase):
    def check(self, first: Instr, second: Instr, waits: int) -> None:
        prog = program(("only", [first, second, end()]))
        resolve_hazards(prog, shipped_rules())
        nops = [i.operands[0] for i in prog.all_instrs() if i.mnemonic == "s_nop"]
        total = sum(n.value + 1 for n in nops if isinstance(n, Imm))
        self.assertEqual(total, waits)
        self.assertLessEqual(len(nops), 1)

    def test_valu_to_dpp(self) -> None:
        self.check(write_a(), dpp_a(), 2)

    def test_valu_to_permlane_swap_and_swap_to_swap(self) -> None:
        swap = isa.make("v_permlane16_swap_b32_e32", [A.all, B.all])
        swap2 = isa.make("v_permlane32_swap_b32_e32", [B.all, C.all])
        self.check(write_a(), swap, 2)
        self.check(swap, swap2, 2)

    def test_valu_to_readfirstlane(self) -> None:
        self.check(write_a(), isa.make("v_readfirstlane_b32", [sgpr("s", 1, 9).all, A.all]), 1)

    def test_valu_sgpr_to_vmem_and_to_valu_and_to_salu(self) -> None:
        srd = sgpr("srd", 4, 8)
        read = isa.make("v_readfirstlane_b32", [srd[1], A.all])
        load = isa.make("buffer_load_ubyte", [B.all, A.all, srd.all, Imm(0)], ["offen"])
        add = isa.make("v_add_u32_e32", [C.all, srd[1], D.all])
        move = isa.make("s_mov_b32", [sgpr("t", 1, 20).all, srd[1]])
        self.check(read, load, 5)
        self.check(read, add, 2)
        self.check(read, move, 0)

    def test_vcc_selector_is_free_vcc_data_is_not(self) -> None:
        compare = isa.make("v_cmp_eq_u32_e32", [VCC.all, Imm(1), A.all])
        select = isa.make("v_cndmask_b32_e32", [B.all, A.all, A.all, VCC.all])
        data = isa.make("v_and_b32_e32", [B.all, VCC[0], A.all])
        self.check(compare, select, 0)
        self.check(compare, data, 2)

    def test_wide_store_data(self) -> None:
        data, srd = vgpr("q", 4, 4), sgpr("srd", 4, 8)
        store = isa.make("buffer_store_dwordx4", [data.all, A.all, srd.all, Imm(0)], ["offen"])
        offset = isa.make(
            "buffer_store_dwordx4", [data.all, A.all, srd.all, sgpr("so", 1, 12).all], ["offen"]
        )
        clear = isa.make("v_mov_b32_e32", [data[2], Imm(0)])
        reload = isa.make("buffer_load_ubyte", [data[2], A.all, srd.all, Imm(0)], ["offen"])
        self.check(store, clear, 2)
        self.check(store, reload, 1)
        self.check(offset, clear, 0)
        self.check(store, isa.make("v_mov_b32_e32", [A.all, Imm(0)]), 0)

    def test_other_registers_are_free(self) -> None:
        self.check(isa.make("v_mov_b32_e32", [C.all, Imm(1)]), dpp_a(), 0)


class Distance(unittest.TestCase):
    def test_instructions_between_count(self) -> None:
        prog = program(("only", [write_a(), mov(50), dpp_a(), end()]))
        self.assertEqual(
            resolved(prog)[:4], ["v_mov_b32_e32", "v_mov_b32_e32", "nop 0", "v_add_f32_dpp"]
        )

    def test_least_over_predecessors(self) -> None:
        skip = isa.make("s_cbranch_scc1", [Lit("join")])
        prog = program(
            ("entry", [write_a(), skip]), ("more", [mov(50), mov(51)]), ("join", [dpp_a(), end()])
        )
        self.assertIn("nop 0", resolved(prog))

    def test_around_a_loop(self) -> None:
        back = isa.make("s_cbranch_scc1", [Lit("loop")])
        prog = program(("loop", [dpp_a(), write_a(), back]), ("last", [end()]))
        self.assertEqual(resolved(prog)[0], "nop 0")


class Filling(unittest.TestCase):
    def test_independent_work_moves_up(self) -> None:
        prog = program(("only", [write_a(), dpp_a(), mov(50), mov(51), end()]))
        self.assertNotIn("s_nop", "".join(resolved(prog)))
        self.assertEqual(
            [i.moved for i in prog.blocks[0].instrs], [False, True, True, False, False]
        )

    def test_dependent_work_stays(self) -> None:
        after = isa.make("v_mov_b32_e32", [C.all, B.all])
        self.assertIn("nop 1", resolved(program(("only", [write_a(), dpp_a(), after, end()]))))

    def test_nothing_moves_over_a_wait_or_a_write_of_exec(self) -> None:
        wait = isa.make("s_waitcnt", [Lit("vmcnt(0)")])
        narrow = isa.make("s_mov_b32", [EXEC[0], Imm(1)])
        for pin in (wait, narrow):
            prog = program(("only", [write_a(), dpp_a(), pin, mov(50), mov(51), end()]))
            self.assertIn("nop 1", resolved(prog))

    def test_result_is_free_of_hazards(self) -> None:
        prog = program(("only", [write_a(), dpp_a(), mov(2), dpp_a(), mov(0), dpp_a(), end()]))
        resolve_hazards(prog, shipped_rules())
        self.assertEqual(HazardPass(shipped_rules()).missing(prog), [])


class Table(unittest.TestCase):
    def load(self, row: str) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "hazards.csv"
            path.write_text(f"# note\n{COLUMNS}\n{row}\n", encoding="utf-8")
            load_rules(path)

    def test_unknown_predicates_are_refused_with_their_place(self) -> None:
        good = "r,valu,vdst,dpp,vsrc,2,2,error,error,error,x".split(",")
        self.load(",".join(good))
        for column in (1, 2, 3, 4):
            bad = list(good)
            bad[column] = "mystery"
            place = len(",".join(good[:column])) + 2
            with (
                self.subTest(column),
                self.assertRaisesRegex(
                    ConfigError, rf"hazards.csv:3:{place}: .*'mystery' is not known"
                ),
            ):
                self.load(",".join(bad))

    def test_bad_number_and_short_row(self) -> None:
        with self.assertRaisesRegex(ConfigError, "waits is 'two'"):
            self.load("r,valu,vdst,dpp,vsrc,two,2,error,error,error,x")
        with self.assertRaisesRegex(ConfigError, "3 cells"):
            self.load("r,valu,vdst")

    def test_shipped_table_loads_whole(self) -> None:
        self.assertGreater(len(shipped_rules()), 50)


if __name__ == "__main__":
    unittest.main()
