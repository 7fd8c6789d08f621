"""Who am I: lane, wave, and the wave's share of rows and of K."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional

from gen.build import Builder
from gen.config import LANES, KernelConfig
from gen.ir import Reg


def log2(value: int) -> int:
    """Exponent of a power of two."""
    assert value > 0 and value & (value - 1) == 0, f"{value} is not a power of two"
    return value.bit_length() - 1


@dataclass(frozen=True)
class Ids:
    """`tid` packed work-item id; scalar wave number, its place in K and among the row waves; None
    where it is 0.
    """

    tid: Reg
    wave: Reg
    k_wave: Optional[Reg]
    row_wave: Optional[Reg]


def wave_ids(b: Builder, cfg: KernelConfig, tid: Reg) -> Ids:
    """Wave number from the work-item id, split as row_wave * k_waves + k_wave."""
    v_wave = b.vgpr("wave_v")
    wave = b.sgpr("wave")
    b.emit("v_bfe_u32", v_wave, tid, 6, 4, note="work-item id / 64")
    b.emit("v_readfirstlane_b32", wave, v_wave, note="wave of the workgroup")
    if cfg.k_waves == 1:
        return Ids(tid, wave, None, wave)
    k_wave = b.sgpr("k_wave")
    b.emit("s_and_b32", k_wave, wave, cfg.k_waves - 1, note="its turn among the K steps")
    if cfg.row_waves == 1:
        return Ids(tid, wave, k_wave, None)
    row_wave = b.sgpr("row_wave")
    b.emit("s_lshr_b32", row_wave, wave, log2(cfg.k_waves), note="its place among the row waves")
    return Ids(tid, wave, k_wave, row_wave)


def first_column(b: Builder, cfg: KernelConfig, ids: Ids, workgroup: Reg) -> Reg:
    """First row of W (column of Out) of this wave."""
    n0 = b.sgpr("n0")
    if ids.row_wave is None:
        b.emit("s_mul_i32", n0, workgroup, cfg.n_tile, note="first row of W of the wave")
        return n0
    b.emit("s_lshl_b32", n0, workgroup, log2(cfg.row_waves))
    b.emit("s_add_u32", n0, n0, ids.row_wave)
    if cfg.wave_rows > 1:
        b.emit("s_mul_i32", n0, n0, cfg.wave_rows, note="first row of W of the wave")
    return n0


def first_block(b: Builder, cfg: KernelConfig, ids: Ids) -> Reg:
    """The lane's 32-block of K in the wave's first step: k_wave * k_lanes + lane % k_lanes."""
    block = b.vgpr("kblock")
    b.emit("v_and_b32_e32", block, cfg.k_lanes - 1, ids.tid, note="lane % k_lanes")
    if ids.k_wave is not None:
        shift = log2(cfg.k_lanes)
        b.emit("v_lshl_add_u32", block, ids.k_wave, shift, block, note="32-block of K in step 0")
    return block


def row_in_group(b: Builder, cfg: KernelConfig, ids: Ids) -> Reg:
    """lane / k_lanes: which row of its row group a lane works on."""
    row = b.vgpr("row_in_group")
    shift = log2(cfg.k_lanes)
    b.emit("v_bfe_u32", row, ids.tid, shift, log2(LANES) - shift, note="lane / k_lanes")
    return row
