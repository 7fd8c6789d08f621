"""gen.allocate: lifetimes over loops, alignment, reuse, and the over-full error."""

from __future__ import annotations

import unittest
from typing import Dict, List, Set, Tuple

from gen import isa
from gen.allocate import LIMITS, allocate, live_points
from gen.errors import AllocationError
from gen.ir import Imm, Instr, Kind, Lit, Program, Reg, Unit
from tests.gen.support import end, program, sgpr, shipped, vgpr


def _mov(to: Reg, source: object) -> Instr:
    operand = source.all if isinstance(source, Reg) else Imm(int(str(source)))
    return isa.make("v_mov_b32_e32", [to.all, operand])


def _interpret_overlaps(prog: Program, places: Dict[str, Reg]) -> List[str]:
    """Registers that share a dword while both are live, by a liveness of this test's own."""
    flat = [(b, i) for b, block in enumerate(prog.blocks) for i in range(len(block.instrs))]
    index = {key: n for n, key in enumerate(flat)}
    succ: Dict[int, List[int]] = {}
    nexts = prog.successors()
    for b, block in enumerate(prog.blocks):
        for i in range(len(block.instrs)):
            if i + 1 < len(block.instrs):
                succ[index[b, i]] = [index[b, i + 1]]
            else:
                succ[index[b, i]] = [index[n, 0] for n in nexts[b]]
    live: List[Set[Unit]] = [set() for _ in flat]
    changed = True
    while changed:
        changed = False
        for n in reversed(range(len(flat))):
            ins = prog.blocks[flat[n][0]].instrs[flat[n][1]]
            after: Set[Unit] = set()
            for s in succ[n]:
                after |= live[s]
            defs = {u for s in ins.def_slices() for u in s.named_units()}
            uses = {u for s in ins.use_slices() for u in s.named_units()}
            before = (after - defs) | uses
            if before != live[n]:
                live[n], changed = before, True
    found: List[str] = []
    for units in live:
        taken: Dict[Tuple[Kind, int], str] = {}
        for name, dword in sorted(units):
            if name not in places:
                continue
            at = (places[name].kind, (places[name].fixed or 0) + dword)
            if at in taken and taken[at] != name:
                found.append(f"{taken[at]} and {name} share {at}")
            taken[at] = name
    return found


class Places(unittest.TestCase):
    def test_dead_register_is_reused(self) -> None:
        a, b, c = vgpr("a"), vgpr("b"), vgpr("c")
        prog = program(("only", [_mov(a, 0), _mov(b, a), _mov(c, b), end()]))
        self.assertEqual(allocate(prog).used[Kind.VGPR], 1)

    def test_value_live_around_a_loop_keeps_its_place(self) -> None:
        kept, temp, out = vgpr("kept"), vgpr("temp"), vgpr("out")
        back = isa.make("s_cbranch_scc1", [Lit("loop")])
        compare = isa.make("s_cmp_eq_u32", [Imm(1), Imm(1)])
        body = [_mov(out, kept), _mov(temp, 5), _mov(out, temp), compare, back]
        prog = program(("entry", [_mov(kept, 1)]), ("loop", body), ("last", [end()]))
        places = allocate(prog).places
        self.assertNotEqual(places["kept"].fixed, places["temp"].fixed)

    def test_alignment(self) -> None:
        one, pair, base, wide = vgpr("one"), vgpr("pair", 2), sgpr("base", 2), sgpr("wide", 16)
        prog = program(
            (
                "only",
                [
                    _mov(one, 0),
                    isa.make("s_mov_b64", [base.all, Imm(0)]),
                    isa.make("s_load_dwordx16", [wide.all, base.all, Imm(0)]),
                    isa.make("v_pk_mul_f32", [pair.all, wide[0:2], wide[2:4]]),
                    isa.make("v_pk_add_f32", [pair.all, pair.all, pair.all]),
                    isa.make("v_mov_b32_e32", [pair[0], one.all]),
                    end(),
                ],
            )
        )
        places = allocate(prog).places
        self.assertEqual((places["pair"].fixed or 0) % 2, 0)
        self.assertEqual((places["wide"].fixed or 0) % 4, 0)

    def test_smem_result_does_not_cover_its_address(self) -> None:
        base, wide = sgpr("base", 2), sgpr("wide", 16)
        load = isa.make("s_load_dwordx16", [wide.all, base.all, Imm(0)])
        use = isa.make("s_mov_b32", [sgpr("x").all, wide[15]])
        places = allocate(
            program(("only", [isa.make("s_mov_b64", [base.all, Imm(0)]), load, use, end()]))
        ).places
        wide_at, base_at = places["wide"].fixed or 0, places["base"].fixed or 0
        self.assertFalse(wide_at <= base_at < wide_at + 16)

    def test_fixed_register_is_reserved_from_the_start(self) -> None:
        tid, early = vgpr("tid", 1, 0), vgpr("early")
        prog = program(
            ("only", [_mov(early, 3), _mov(vgpr("x"), early), _mov(vgpr("y"), tid), end()])
        )
        places = allocate(prog).places
        self.assertNotEqual(places["early"].fixed, 0)

    def test_shipped_kernels_never_share_a_live_register(self) -> None:
        from gen.__main__ import BUILDERS
        from gen.schedule import schedule

        for cfg, _ in shipped():
            prog, _ = BUILDERS[cfg.family](cfg)
            schedule(prog)
            places = allocate(prog).places
            self.assertEqual(_interpret_overlaps(prog, places), [], cfg.name)


class Refusals(unittest.TestCase):
    def test_over_full_names_the_live_set(self) -> None:
        regs = [vgpr(f"big{i}", 4) for i in range(LIMITS[Kind.VGPR] // 4 + 1)]
        writes = [isa.make("v_mov_b32_e32", [r[d], Imm(0)]) for r in regs for d in range(4)]
        reads = [isa.make("v_mov_b32_e32", [vgpr("x").all, r[d]]) for r in regs for d in range(4)]
        with self.assertRaisesRegex(AllocationError, r"261 dwords: big0\(4\), big1\(4\)"):
            allocate(program(("only", [*writes, *reads, end()])))

    def test_read_before_write(self) -> None:
        with self.assertRaisesRegex(AllocationError, "before it is written: ghost"):
            live_points(program(("only", [_mov(vgpr("x"), vgpr("ghost")), end()])))


if __name__ == "__main__":
    unittest.main()
