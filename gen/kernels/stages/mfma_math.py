"""Math of a K step: one scaled matrix instruction per 16 rows of X, 16 rows of W and 128 of K.

Each adds to every element the four products of a 32-block of X and one of W, each a sum over 32
times 2^(ex + ew - 254), in f32. Source: CDNA4 ISA 7.2 and 7.4.
"""

from __future__ import annotations

from typing import List

from gen.build import Builder
from gen.ir import Reg
from gen.kernels.stages.mfma_load import Slot

Tiles = List[List[Reg]]
"""[16 rows of X][16 rows of W]: lane l holds rows 4 * (l / 16) + v of column l % 16."""


def tile_registers(b: Builder, x_groups: int, w_groups: int) -> Tiles:
    return [[b.vgpr(f"acc[m{m}][n{n}]", 4) for n in range(w_groups)] for m in range(x_groups)]


def zero(b: Builder, tile: Reg) -> None:
    for half in (0, 2):
        b.emit("v_mov_b64_e32", tile[half : half + 2], 0)


def add_step(b: Builder, slot: Slot, tiles: Tiles) -> None:
    """Each 16 rows of W with all rows of X, in the order in which they were loaded."""
    b.stream("math")
    for n, (w, w_scale) in enumerate(zip(slot.w.data, slot.w.scale)):
        for m, (x, x_scale) in enumerate(zip(slot.x.data, slot.x.scale)):
            acc = tiles[m][n]
            b.emit(
                "v_mfma_scale_f32_16x16x128_f8f6f4",
                acc,
                x,
                w,
                acc,
                x_scale,
                w_scale,
                mods=["op_sel_hi:[0,0,0]"],
            )


def add_tile(b: Builder, total: Reg, part: Reg, note: str) -> None:
    for half in (0, 2):
        pair = total[half : half + 2]
        b.emit("v_pk_add_f32", pair, pair, part[half : half + 2], note=note)
