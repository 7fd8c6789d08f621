"""Sum of 16x16 tiles over the waves of a workgroup, in wave order, through LDS.

LDS holds [wave][tile][lane][4] f32, as the registers do. Wave w then adds up tiles w, w + k_waves,
... of all waves; waves beyond the tiles have none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import List, Optional

from gen.build import Builder
from gen.config import LANES, KernelConfig
from gen.ir import Reg
from gen.kernels.stages.ident import log2
from gen.kernels.stages.mfma_math import Tiles, add_tile

TILE_BYTES = LANES * 16
_MAX_OFFSET = 65535


@dataclass(frozen=True)
class Sum:
    """A finished 16x16 tile: its registers, and its place relative to the wave's first tile."""

    tile: Reg
    m: int
    n: int


@dataclass(frozen=True)
class Share:
    """Which tiles a wave finishes. The wave's first: column tile `n`, row tile `m` (None: 0)."""

    sums: List[Sum]
    m: Optional[Reg]
    n: Optional[Reg]


@dataclass(frozen=True)
class Tile:
    """What finishes a tile: the wave's share of it, 16 * work-item, lanes of the waves that have a
    share (None: all waves that are left do).
    """

    share: Share
    tid16: Reg
    active: Optional[Reg]


def tiles_of(cfg: KernelConfig) -> int:
    return cfg.m_groups * cfg.n_rows


def tiles_per_wave(cfg: KernelConfig) -> int:
    return max(1, tiles_of(cfg) // cfg.k_waves)


def finishing_waves(cfg: KernelConfig) -> int:
    """Waves that have a tile to finish."""
    return min(cfg.k_waves, tiles_of(cfg))


def share_of_wave(b: Builder, cfg: KernelConfig, wave: Optional[Reg], tiles: Tiles) -> Share:
    """Tile number j * k_waves + wave = m * n_rows + n. A wave alone keeps its accumulators."""
    sums = []
    for j in range(tiles_per_wave(cfg)):
        m, n = divmod(j * cfg.k_waves, cfg.n_rows)
        sums.append(Sum(tiles[m][n] if wave is None else b.vgpr(f"sum[{j}]", 4), m, n))
    if wave is None:
        return Share(sums, None, None)
    if cfg.n_rows == 1:
        return Share(sums, wave, None)
    if cfg.k_waves <= cfg.n_rows:
        return Share(sums, None, wave)
    m_wave, n_wave = b.sgpr("tile_m"), b.sgpr("tile_n")
    b.emit("s_lshr_b32", m_wave, wave, log2(cfg.n_rows))
    b.emit("s_and_b32", n_wave, wave, cfg.n_rows - 1)
    return Share(sums, m_wave, n_wave)


def write_tiles(b: Builder, cfg: KernelConfig, tiles: Tiles, tid16: Reg, wave: Reg) -> None:
    """This wave's tiles to its part of LDS; `tid16` is 16 * work-item."""
    address = tid16
    if tiles_of(cfg) > 1:
        base, address = b.sgpr("lds_base"), b.vgpr("lds_write")
        b.emit("s_mul_i32", base, wave, (tiles_of(cfg) - 1) * TILE_BYTES)
        b.emit("v_add_u32_e32", address, base, tid16, note="LDS[wave][0][lane]")
    for m, row in enumerate(tiles):
        for n, tile in enumerate(row):
            at = (m * cfg.n_rows + n) * TILE_BYTES
            b.emit("ds_write_b128", address, tile, mods=[f"offset:{at}"] if at else [])


def add_waves(b: Builder, cfg: KernelConfig, share: Share, tid16: Reg) -> None:
    """sums[j] := tile j * k_waves + wave, added over the waves in wave order."""
    parts = [
        [s.tile] + [b.vgpr(f"part[{j}][w{w}]", 4) for w in range(1, cfg.k_waves)]
        for j, s in enumerate(share.sums)
    ]
    reach = TILE_BYTES * (cfg.k_waves * tiles_of(cfg) - 1)
    bases = [tid16]
    for i in range(1, reach // (_MAX_OFFSET + 1) + 1):
        bases.append(b.vgpr(f"lds_read{i}"))
        b.emit("v_add_u32_e32", bases[-1], i * (_MAX_OFFSET + 1), tid16)
    for j, row in enumerate(parts):
        for w, part in enumerate(row):
            far, at = divmod((w * tiles_of(cfg) + j * cfg.k_waves) * TILE_BYTES, _MAX_OFFSET + 1)
            b.emit("ds_read_b128", part, bases[far], mods=[f"offset:{at}"] if at else [])
    for w in range(1, cfg.k_waves):
        for row in parts:
            add_tile(b, row[0], row[w], f"+ wave {w}")
