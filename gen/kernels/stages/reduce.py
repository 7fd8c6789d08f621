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

Rows = Tuple[Result, Result, Result, Result]
"""A result for each 16-lane row of a register."""


@dataclass(frozen=True)
class Held:
    """A register that holds, in every lane of 16-lane row q, (a share of) the result `rows[q]`."""

    reg: Reg
    rows: Rows

    def distinct(self) -> List[Tuple[int, Result]]:
        """(16-lane row, result), each result once."""
        return [(q, res) for q, res in enumerate(self.rows) if res not in self.rows[:q]]


def _first_rows(cfg: KernelConfig, m: int, r: int) -> Rows:
    """The results of accumulator (m, r) before any sum."""
    c = [r * cfg.group_rows + q * 16 // cfg.k_lanes for q in range(ROWS)]
    return ((m, c[0]), (m, c[1]), (m, c[2]), (m, c[3]))


def _swap_widths(cfg: KernelConfig) -> Tuple[int, ...]:
    return {64: (32, 16), 32: (16,), 16: ()}[cfg.k_lanes]


def _swapped(a: Rows, c: Rows, width: int) -> Rows:
    return (a[0], a[1], c[2], c[3]) if width == 32 else (a[0], c[0], a[2], c[2])


def result_rows(cfg: KernelConfig) -> List[Rows]:
    """The results of each register that reduce_lanes returns, known before anything is computed."""
    rows = [_first_rows(cfg, m, r) for m in range(cfg.m_tile) for r in range(cfg.n_rows)]
    for width in _swap_widths(cfg):
        pairs = [(rows[i], rows[min(i + 1, len(rows) - 1)]) for i in range(0, len(rows), 2)]
        rows = [_swapped(a, c, width) for a, c in pairs]
    return rows


def held_accumulators(cfg: KernelConfig, acc: Sequence[Sequence[Reg]]) -> List[Held]:
    return [
        Held(reg, _first_rows(cfg, m, r)) for m, row in enumerate(acc) for r, reg in enumerate(row)
    ]


def reduce_lanes(b: Builder, cfg: KernelConfig, held: List[Held]) -> List[Held]:
    """Sum over k_lanes; afterwards each lane of a 16-lane row holds that row's result."""
    for width in _swap_widths(cfg):
        held = _swap_stage(b, held, width)
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
        result.append(Held(first.reg, _swapped(first.rows, second.rows, width)))
    for (first, _), partner in zip(pairs, partners):
        note = f"lanes +{width}: halves of both meet"
        b.emit(f"v_permlane{width}_swap_b32_e32", first.reg, partner, note=note)
    for (first, _), partner in zip(pairs, partners):
        b.emit("v_add_f32_e32", first.reg, first.reg, partner, note=f"sum over lanes +{width}")
    return result
