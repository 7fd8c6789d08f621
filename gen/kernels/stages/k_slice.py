"""Which K steps a wave takes, where the waves of several workgroups share the K of a tile.

Slices are contiguous in K and differ by one step at most: slice q starts at step q * slice_steps +
min(q, slice_rem) and has slice_steps + (q < slice_rem) steps. A wave may have none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional

from gen.build import Builder
from gen.config import KernelConfig
from gen.ir import Reg, Slice
from gen.kernels.stages.ident import log2

STEP_BYTES = 128
"""K of a step: bytes of a data row."""
STEP_BLOCKS = 4
"""32-blocks of a step: bytes of a scale row."""


@dataclass(frozen=True)
class KSlice:
    """Steps of the wave, and how far into a row of data and of scales its first one starts.

    `scale` holds that once `scale_start` is emitted.
    """

    steps: Reg
    data: Reg
    scale: Reg


def slice_number(b: Builder, cfg: KernelConfig, split: Reg, wave: Optional[Reg]) -> Reg:
    """Place of the wave among all waves that share this tile's K: split * k_waves + wave."""
    if wave is None:
        return split
    q = b.sgpr("k_slice")
    b.emit("s_lshl_b32", q, split, log2(cfg.k_waves))
    b.emit("s_add_u32", q, q, wave, note="K slice: split * k_waves + wave")
    return q


def k_slice(b: Builder, q: Reg, slice_steps: Slice, slice_rem: Slice) -> KSlice:
    first, longer, steps = b.sgpr("k_first"), b.sgpr("k_longer"), b.sgpr("steps")
    data = b.sgpr("k_data")
    b.emit("s_mul_i32", first, q, slice_steps)
    b.emit("s_min_u32", longer, q, slice_rem)
    b.emit("s_add_u32", first, first, longer, note="first K step of the wave")
    b.emit("s_cmp_lt_u32", q, slice_rem)
    b.emit("s_addc_u32", steps, slice_steps, 0, note="one step more in the first slices")
    b.emit("s_lshl_b32", data, first, log2(STEP_BYTES), note="its byte in a row of data")
    return KSlice(steps, data, b.sgpr("k_scale"))


def scale_start(b: Builder, mine: KSlice) -> None:
    """KSlice.scale, which the first loads do without."""
    b.emit("s_lshr_b32", mine.scale, mine.data, 5, note="the first step's byte in a row of scales")
