"""Sums over the lanes that share a row: lane swaps fold two accumulators at once, DPP ends inside
16 lanes.

Every path adds the same pairs in the same order, whichever accumulator a swap pairs with which: a
row's bits do not depend on M or on what else the wave computes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import List, Sequence, Tuple

from gen.build import Builder
from gen.config import KernelConfig
from gen.ir import Reg

ROWS = 4
"""16-lane rows of a wave."""

Result = Tuple[int, int]
"""(row of X, column of Out within the wave)."""


@dataclass(frozen=True)
class Held:
    """A register that holds, in every lane of 16-lane row q, (a share of) the result `rows[q]`."""

    reg: Reg
    rows: Tuple[Result, Result, Result, Result]

    def distinct(self) -> List[Tuple[int, Result]]:
        """(16-lane row, result), each result once."""
        return [(q, res) for q, res in enumerate(self.rows) if res not in self.rows[:q]]


def held_accumulators(cfg: KernelConfig, acc: Sequence[Sequence[Reg]]) -> List[Held]:
    held: List[Held] = []
    for m, row in enumerate(acc):
        for r, reg in enumerate(row):
            columns = [r * cfg.group_rows + q * 16 // cfg.k_lanes for q in range(ROWS)]
            held.append(
                Held(reg, ((m, columns[0]), (m, columns[1]), (m, columns[2]), (m, columns[3])))
            )
    return held


def reduce_lanes(b: Builder, cfg: KernelConfig, held: List[Held]) -> List[Held]:
    """Sum over k_lanes; afterwards each lane of a 16-lane row holds that row's result."""
    if cfg.k_lanes == 64:
        held = _swap_stage(b, held, 32)
    if cfg.k_lanes >= 32:
        held = _swap_stage(b, held, 16)
    for step in ("row_ror:8", "row_ror:4", "row_ror:2", "row_ror:1"):
        for h in held:
            mods = [step, "row_mask:0xf", "bank_mask:0xf"]
            b.emit(
                "v_add_f32_dpp", h.reg, h.reg, h.reg, mods=mods, note=f"sum within 16 lanes, {step}"
            )
    return held


def _swap_stage(b: Builder, held: List[Held], width: int) -> List[Held]:
    pairs = [(held[i], held[i + 1] if i + 1 < len(held) else None) for i in range(0, len(held), 2)]
    partners: List[Reg] = []
    result: List[Held] = []
    for first, second in pairs:
        if second is None:
            copy = b.vgpr(f"copy{width}")
            b.emit("v_mov_b32_e32", copy, first.reg, note="no second accumulator: swap with itself")
            second = Held(copy, first.rows)
        partners.append(second.reg)
        a, c = first.rows, second.rows
        rows = (a[0], a[1], c[2], c[3]) if width == 32 else (a[0], c[0], a[2], c[2])
        result.append(Held(first.reg, rows))
    for (first, _), partner in zip(pairs, partners):
        note = f"lanes +{width}: halves of both meet"
        b.emit(f"v_permlane{width}_swap_b32_e32", first.reg, partner, note=note)
    for (first, _), partner in zip(pairs, partners):
        b.emit("v_add_f32_e32", first.reg, first.reg, partner, note=f"sum over lanes +{width}")
    return result
