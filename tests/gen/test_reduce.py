"""gen.kernels.stages.reduce: which lanes each result is a sum of, followed symbolically lane by
lane.
"""

from __future__ import annotations

import itertools
import unittest
from typing import Dict, List, Set, Tuple

from gen.build import Builder
from gen.config import KernelConfig
from gen.ir import Instr, Slice
from gen.kernels.stages.reduce import held_accumulators, reduce_lanes, result_rows

Term = Tuple[str, int]
"""(accumulator, lane): one addend."""

Tree = object
"""Order of additions: a Term, or a frozenset of the two Trees that were added."""


def _execute(instrs: List[Instr], lanes: Dict[str, List[Tree]]) -> None:
    """The instructions of the stage on trees of addends; lane maps from the ISA, VOP1 and DPP."""
    for ins in instrs:
        names = [o.reg.name for o in ins.operands if isinstance(o, Slice)]
        if ins.mnemonic == "v_mov_b32_e32":
            lanes[names[0]] = list(lanes[names[1]])
        elif "permlane" in ins.mnemonic:
            width = 32 if "permlane32" in ins.mnemonic else 16
            first, second = lanes[names[0]], lanes[names[1]]
            for lane in range(64):
                if lane // width % 2 == 1:
                    first[lane], second[lane - width] = second[lane - width], first[lane]
        elif ins.mnemonic == "v_add_f32_dpp":
            turn = int(ins.mods[0].split(":")[1])
            moved = [lanes[names[1]][lane // 16 * 16 + (lane - turn) % 16] for lane in range(64)]
            lanes[names[0]] = [frozenset((a, b)) for a, b in zip(moved, lanes[names[2]])]
        elif ins.mnemonic == "v_add_f32_e32":
            pairs = zip(lanes[names[1]], lanes[names[2]])
            lanes[names[0]] = [frozenset(pair) for pair in pairs]
        else:
            raise AssertionError(f"the model does not know {ins.mnemonic}")


def _leaves(tree: Tree) -> List[Term]:
    if isinstance(tree, tuple):
        return [tree]
    assert isinstance(tree, frozenset)
    return [leaf for branch in tree for leaf in _leaves(branch)]


def _shape(tree: Tree) -> Tree:
    """The tree with lanes only: which lanes are added in which order, whatever the accumulator."""
    if isinstance(tree, tuple):
        return tree[1]
    assert isinstance(tree, frozenset)
    return frozenset(_shape(branch) for branch in tree)


def _reduce(cfg: KernelConfig) -> Dict[Tuple[int, int], Tree]:
    """Each result (row of X, column) with its tree; fails if a lane of its 16-lane row differs."""
    b = Builder()
    acc = [[b.vgpr(f"acc{m}.{r}") for r in range(cfg.n_rows)] for m in range(cfg.m_tile)]
    b.block("only")
    held = reduce_lanes(b, cfg, held_accumulators(cfg, acc))
    assert [h.rows for h in held] == result_rows(cfg), "results lie elsewhere than foretold"
    lanes: Dict[str, List[Tree]] = {
        reg.name: [(reg.name, lane) for lane in range(64)] for row in acc for reg in row
    }
    _execute(b.program.blocks[0].segments[0].instrs, lanes)
    found: Dict[Tuple[int, int], Tree] = {}
    for h in held:
        for q, result in enumerate(h.rows):
            trees: Set[Tree] = set(lanes[h.reg.name][16 * q : 16 * q + 16])
            assert len(trees) == 1, f"{result}: lanes of 16-lane row {q} differ"
            found[result] = trees.pop()
    return found


def _configs() -> List[KernelConfig]:
    return [
        KernelConfig("dense_gemv", m, r, lanes, 1, 1)
        for m, r, lanes in itertools.product((1, 2, 4, 8, 16), (1, 2, 3, 4), (16, 32, 64))
    ]


class Sums(unittest.TestCase):
    def test_every_result_is_the_sum_of_exactly_its_lanes(self) -> None:
        for cfg in _configs():
            with self.subTest(cfg.name):
                found = _reduce(cfg)
                self.assertEqual(len(found), cfg.results)
                for (m, column), tree in found.items():
                    r, row = divmod(column, cfg.group_rows)
                    first = row * cfg.k_lanes
                    expected = [(f"acc{m}.{r}", lane) for lane in range(first, first + cfg.k_lanes)]
                    self.assertEqual(sorted(_leaves(tree)), expected)

    def test_order_does_not_depend_on_m_or_on_neighbours(self) -> None:
        for lanes in (16, 32, 64):
            shapes = {
                _shape(tree)
                for cfg in _configs()
                if cfg.k_lanes == lanes
                for (_, column), tree in _reduce(cfg).items()
                if column % cfg.group_rows == 0
            }
            self.assertEqual(len(shapes), 1, f"{lanes} lanes")


if __name__ == "__main__":
    unittest.main()
