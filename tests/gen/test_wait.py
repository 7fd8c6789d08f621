"""gen.wait: counts per path, SMEM, LDS, barriers, WAR, caps."""

from __future__ import annotations

import unittest
from typing import List

from gen import isa
from gen.ir import Imm, Instr, Lit, Program
from gen.wait import insert_waits
from tests.gen.support import end, program, sgpr, vgpr

SRD = sgpr("srd", 4, 4)
OFF = vgpr("off", 1, 0)


def load(at: int, name: str = "data") -> Instr:
    to = vgpr(f"{name}{at}", 1, at).all
    return isa.make("buffer_load_ubyte", [to, OFF.all, SRD.all, Imm(0)], ["offen"], "load")


def use(at: int) -> Instr:
    return isa.make("v_mov_b32_e32", [vgpr("x", 1, 200).all, vgpr(f"data{at}", 1, at).all])


def waits(prog: Program) -> List[str]:
    insert_waits(prog)
    found: List[str] = []
    for ins in prog.all_instrs():
        if ins.mnemonic == "s_waitcnt":
            text = ins.operands[0]
            assert isinstance(text, Lit)
            found.append(text.value)
    return found


class Vector(unittest.TestCase):
    def test_loosest_count_in_order(self) -> None:
        prog = program(("only", [load(1), load(2), load(3), use(1), use(3), end()]))
        self.assertEqual(waits(prog), ["vmcnt(2)", "vmcnt(0)"])

    def test_one_wait_serves_older_loads(self) -> None:
        prog = program(("only", [load(1), load(2), use(2), use(1), end()]))
        self.assertEqual(waits(prog), ["vmcnt(0)"])

    def test_overwriting_a_load_in_flight_waits(self) -> None:
        clear = isa.make("v_mov_b32_e32", [vgpr("other", 1, 1).all, Imm(0)])
        self.assertEqual(waits(program(("only", [load(1), load(2), clear, end()]))), ["vmcnt(1)"])

    def test_stores_count_and_their_data_may_be_overwritten(self) -> None:
        data = vgpr("data9", 1, 9)
        store = isa.make("buffer_store_short", [data.all, OFF.all, SRD.all, Imm(0)], ["offen"])
        clear = isa.make("v_mov_b32_e32", [data.all, Imm(0)])
        self.assertEqual(
            waits(program(("only", [load(1), store, clear, use(1), end()]))), ["vmcnt(1)"]
        )

    def test_count_is_capped_at_the_largest_that_waits(self) -> None:
        many = [load(i) for i in range(1, 81)]
        self.assertEqual(waits(program(("only", [*many, use(1), end()]))), ["vmcnt(62)"])

    def test_the_authors_wait_counts(self) -> None:
        written = isa.make("s_waitcnt", [Lit("vmcnt(1)")])
        prog = program(("only", [load(1), load(2), written, use(1), use(2), end()]))
        self.assertEqual(waits(prog), ["vmcnt(1)", "vmcnt(0)"])

    def test_invalidation_is_not_counted(self) -> None:
        invalidate = isa.make("buffer_inv", [], ["sc1"])
        prog = program(("only", [load(1), invalidate, load(2), use(1), end()]))
        self.assertEqual(waits(prog), ["vmcnt(1)"])

    def test_atomic_result_is_awaited(self) -> None:
        ticket = vgpr("data5", 1, 5)
        old = isa.make(
            "buffer_atomic_inc", [ticket.all, OFF.all, SRD.all, Imm(0)], ["offen", "sc0"]
        )
        self.assertEqual(waits(program(("only", [old, load(1), use(5), end()]))), ["vmcnt(1)"])

    def test_comment_names_the_load(self) -> None:
        prog = program(("only", [load(1), use(1), end()]))
        insert_waits(prog)
        self.assertEqual(prog.blocks[0].instrs[1].comment, "for data1 (load)")


class Paths(unittest.TestCase):
    def test_merge_takes_the_least_count(self) -> None:
        skip = isa.make("s_cbranch_scc1", [Lit("join")])
        prog = program(
            ("entry", [load(1), skip]), ("more", [load(2), load(3)]), ("join", [use(1), end()])
        )
        self.assertEqual(waits(prog), ["vmcnt(0)"])

    def test_loop_carries_loads_around(self) -> None:
        back = isa.make("s_cbranch_scc1", [Lit("loop")])
        body = [use(1), load(1), use(2), load(2), back]
        prog = program(("entry", [load(1), load(2)]), ("loop", body), ("last", [end()]))
        self.assertEqual(waits(prog), ["vmcnt(1)", "vmcnt(1)"])


class Scalar(unittest.TestCase):
    def setUp(self) -> None:
        base, to = sgpr("base", 2, 0), sgpr("args", 16, 16)
        self.smem = isa.make("s_load_dwordx16", [to.all, base.all, Imm(0)])
        self.use_smem = isa.make("s_mov_b32", [sgpr("y", 1, 40).all, to[3]])
        self.read = isa.make("ds_read_b32", [vgpr("l", 1, 10).all, OFF.all])
        self.read2 = isa.make("ds_read_b32", [vgpr("l2", 1, 11).all, OFF.all])
        self.use_lds = isa.make("v_mov_b32_e32", [vgpr("z", 1, 12).all, vgpr("l", 1, 10).all])

    def test_smem_is_out_of_order(self) -> None:
        prog = program(("only", [self.smem, self.read, self.use_smem, end()]))
        self.assertEqual(waits(prog), ["lgkmcnt(0)"])

    def test_lds_behind_smem_waits_for_all(self) -> None:
        prog = program(("only", [self.smem, self.read, self.read2, self.use_lds, end()]))
        self.assertEqual(waits(prog), ["lgkmcnt(0)"])

    def test_lds_alone_is_in_order(self) -> None:
        prog = program(("only", [self.read, self.read2, self.use_lds, end()]))
        self.assertEqual(waits(prog), ["lgkmcnt(1)"])

    def test_barrier_waits_for_lds_not_for_vector_loads(self) -> None:
        write = isa.make("ds_write_b32", [OFF.all, OFF.all])
        prog = program(("only", [load(1), write, isa.make("s_barrier"), end()]))
        self.assertEqual(waits(prog), ["lgkmcnt(0)"])

    def test_both_counters_in_one_wait(self) -> None:
        both = isa.make(
            "v_add_u32_e32", [vgpr("z", 1, 12).all, vgpr("l", 1, 10).all, vgpr("data1", 1, 1).all]
        )
        prog = program(("only", [load(1), self.read, both, end()]))
        self.assertEqual(waits(prog), ["vmcnt(0) lgkmcnt(0)"])


if __name__ == "__main__":
    unittest.main()
