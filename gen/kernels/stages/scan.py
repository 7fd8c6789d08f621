"""Prefix sums over the work-items of a workgroup: DPP within a wave, LDS across its waves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Sequence, Tuple

from gen.build import Builder
from gen.config import LANES
from gen.ir import EXEC, Reg

SCAN_BYTES = 64
"""LDS of one scan: a sum for each of at most 16 waves."""


@dataclass(frozen=True)
class WaveLane:
    """Waves of the workgroup, a power of two up to 16; which of them, and which lane of it."""

    waves: int
    wave: Reg
    lane: Reg


def _add_dpp(b: Builder, reg: Reg, mods: Sequence[str], note: str) -> None:
    b.emit("v_add_u32_dpp", reg, reg, reg, mods=mods, note=note)


def _scan_rows(b: Builder, reg: Reg) -> None:
    """Inclusive prefix sum within each 16 lanes."""
    for step in (1, 2, 4, 8):
        mods = [f"row_shr:{step}", "row_mask:0xf", "bank_mask:0xf", "bound_ctrl:1"]
        _add_dpp(b, reg, mods, "prefix within 16 lanes")


def scan(b: Builder, ids: WaveLane, name: str, value: Reg, at: int) -> Tuple[Reg, Reg]:
    """Sum of `value` over the work-items before this one, and over all of them.

    Has a barrier, so all waves must come here; `at` are SCAN_BYTES of LDS that only this scan uses.
    """
    upto, sums = b.vgpr(f"{name}_upto"), b.vgpr(f"{name}_sums")
    own, before, total = (b.sgpr(f"{name}_{n}") for n in ("wave_sum", "before", "total"))
    where, row_lane = b.vgpr(f"{name}_sum_at"), b.vgpr(f"{name}_row_lane")
    offset = [f"offset:{at}"] if at else []
    b.stream("scan")
    b.emit("v_mov_b32_e32", upto, value)
    _scan_rows(b, upto)
    for lane, rows in ((15, "0xa"), (31, "0xc")):
        mods = [f"row_bcast:{lane}", f"row_mask:{rows}", "bank_mask:0xf"]
        _add_dpp(b, upto, mods, "rows before")
    b.emit("v_readlane_b32", own, upto, LANES - 1)
    b.emit("s_mov_b64", EXEC.all, 1)
    b.emit("v_mov_b32_e32", sums, own)
    b.emit("v_mov_b32_e32", where, ids.wave)
    b.emit("v_lshlrev_b32_e32", where, 2, where)
    b.emit("ds_write_b32", where, sums, mods=offset, note="sum of the wave")
    b.emit("s_mov_b64", EXEC.all, -1)
    b.emit("s_barrier", note="sums of all waves are in LDS")
    b.emit("v_and_b32_e32", row_lane, ids.waves - 1, ids.lane)
    b.emit("v_lshlrev_b32_e32", row_lane, 2, row_lane)
    b.emit("ds_read_b32", sums, row_lane, mods=offset)
    _scan_rows(b, sums)
    b.emit("v_readlane_b32", before, sums, ids.wave)
    b.emit("v_readlane_b32", total, sums, ids.waves - 1)
    b.emit("s_sub_u32", before, before, own, note="sum of the waves before")
    b.emit("v_sub_u32_e32", upto, upto, value)
    b.emit("v_add_u32_e32", upto, before, upto)
    return upto, total
