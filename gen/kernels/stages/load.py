"""Load streams of a K step: scales, then X and W, in the order in which the math will ask for them.

A lane's share of a step is one 32-block: 32 bytes of data (two dwordx4) and one scale byte, of each
row of X and of each row group of W.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import List, Sequence

from gen.build import Builder
from gen.config import KernelConfig
from gen.ir import VCC, Reg, Slice
from gen.kernels.stages import srd
from gen.kernels.stages.ident import Ids, log2, row_in_group

SENTINEL = "-2.0"
"""Offset of a masked lane as an inline constant, 0xc0000000: past every num_records (a row group of
W has at most 2^31), no wrap at +16+15. A 32nd of it is past those of the scales, at most 2^26.
"""


@dataclass(frozen=True)
class StepData:
    """Registers that one slot's loads fill: per row of X, per row group of W."""

    x_scale: List[Reg]
    w_scale: List[Reg]
    x: List[List[Reg]]
    w: List[List[Reg]]


@dataclass(frozen=True)
class Srds:
    """Descriptors: of one row of X, whose rows are told apart by soffset; of each row group of W."""

    x: Reg
    x_scale: Reg
    x_rows: Sequence[srd.Soffset]
    x_scale_rows: Sequence[srd.Soffset]
    w: Sequence[Reg]
    w_scale: Sequence[Reg]


def batches(cfg: KernelConfig) -> List[range]:
    """Rows of X in the batches that share the math's temporaries: all where they fit, else fours."""
    size = cfg.m_tile if cfg.m_tile <= 8 else 4
    return [range(m, m + size) for m in range(0, cfg.m_tile, size)]


def step_registers(b: Builder, cfg: KernelConfig, slot: int) -> StepData:
    m, r = range(cfg.m_tile), range(cfg.n_rows)
    return StepData(
        [b.vgpr(f"xs[s{slot}][m{i}]") for i in m],
        [b.vgpr(f"ws[s{slot}][r{i}]") for i in r],
        [[b.vgpr(f"x[s{slot}][m{i}].{half}", 4) for half in ("lo", "hi")] for i in m],
        [[b.vgpr(f"w[s{slot}][r{i}].{half}", 4) for half in ("lo", "hi")] for i in r],
    )


class Offsets:
    """Byte offsets of the next step to load, kept in VGPRs that all rows share.

    With 64 lanes to a row the bounds of each row's buffer end it. With fewer, rows follow one
    another inside a group, so lanes whose block lies past K get an offset that is out of range
    instead (data and scale alike).
    """

    def __init__(self, b: Builder, cfg: KernelConfig, ids: Ids, block: Reg, k: Slice) -> None:
        self._b, self._k = b, k
        self._stride = 32 * cfg.k_lanes * cfg.k_waves
        self.x, self.x_scale = b.vgpr("x_off"), block
        b.emit("v_lshlrev_b32_e32", self.x, 5, block, note="32 bytes a block")
        self._masked = cfg.group_rows > 1
        if not self._masked:
            self.w, self.w_scale = self.x, block
            return
        self.w, self.w_scale = b.vgpr("w_off"), b.vgpr("ws_off")
        self._row = b.vgpr("w_row_off")
        row = row_in_group(b, cfg, ids)
        b.emit("v_mul_lo_u32", self._row, row, k, note="row of the group, in bytes of W")
        self._mask()

    def _mask(self) -> None:
        b, vcc = self._b, VCC.all
        b.emit("v_cmp_gt_u32_e32", vcc, self._k, self.x, note="block inside the row?")
        b.emit("v_add_u32_e32", self.w, self._row, self.x)
        b.emit("v_cndmask_b32_e32", self.w, SENTINEL, self.w, vcc, note="or past any num_records")
        b.emit("v_lshrrev_b32_e32", self.w_scale, 5, self.w, note="a scale byte for 32 of data")

    def restart(self, block: Reg) -> None:
        """Back to the wave's first K step, whose 32-block is `block`."""
        self._b.emit("v_mov_b32_e32", self.x_scale, block)
        self._b.emit("v_lshlrev_b32_e32", self.x, 5, block, note="32 bytes a block")
        if self._masked:
            self._mask()

    def advance(self) -> None:
        """Move on to the wave's next K step."""
        self._b.emit("v_add_u32_e32", self.x, self._stride, self.x, note="next step")
        self._b.emit("v_lshrrev_b32_e32", self.x_scale, 5, self.x, note="its block")
        if self._masked:
            self._mask()


def emit_step_loads(
    b: Builder, cfg: KernelConfig, data: StepData, srds: Srds, off: Offsets
) -> None:
    """All loads of a step: load_scale, load_w, and load_x in the order of the math's batches."""
    b.stream("load_scale")
    _x_scales(b, data, srds, off)
    _w_scales(b, data, srds, off)
    _x_data(b, cfg, data, srds, off)
    _w_data(b, data, srds, off)


def emit_x_loads(b: Builder, cfg: KernelConfig, data: StepData, srds: Srds, off: Offsets) -> None:
    """Those of X alone."""
    b.stream("load_scale")
    _x_scales(b, data, srds, off)
    _x_data(b, cfg, data, srds, off)


def emit_w_loads(b: Builder, data: StepData, srds: Srds, off: Offsets) -> None:
    """Those of W alone."""
    _w_data(b, data, srds, off)
    b.stream("load_scale")
    _w_scales(b, data, srds, off)


def _x_scales(b: Builder, data: StepData, srds: Srds, off: Offsets) -> None:
    for m, reg in enumerate(data.x_scale):
        _load(b, "buffer_load_ubyte", reg, off.x_scale, srds.x_scale, srds.x_scale_rows[m], 0)


def _w_scales(b: Builder, data: StepData, srds: Srds, off: Offsets) -> None:
    for r, reg in enumerate(data.w_scale):
        _load(b, "buffer_load_ubyte", reg, off.w_scale, srds.w_scale[r], 0, 0)


def _x_data(b: Builder, cfg: KernelConfig, data: StepData, srds: Srds, off: Offsets) -> None:
    b.stream("load_x")
    for batch in batches(cfg):
        for half in (0, 1):
            for m in batch:
                reg, row = data.x[m][half], srds.x_rows[m]
                _load(b, "buffer_load_dwordx4", reg, off.x, srds.x, row, 16 * half)


def _w_data(b: Builder, data: StepData, srds: Srds, off: Offsets) -> None:
    b.stream("load_w")
    for half in (0, 1):
        for r, pair in enumerate(data.w):
            _load(b, "buffer_load_dwordx4", pair[half], off.w, srds.w[r], 0, 16 * half)


def _load(
    b: Builder,
    mnemonic: str,
    reg: Reg,
    offset: Reg,
    descriptor: Reg,
    soffset: srd.Soffset,
    inst_offset: int,
) -> None:
    b.emit(mnemonic, reg, offset, descriptor, soffset, mods=srd.offset_mods(inst_offset))


def steps_per_wave(b: Builder, cfg: KernelConfig, k_blocks: Reg) -> Reg:
    """K steps that each wave takes: ceil(K / 32 / (k_lanes * k_waves)), the same for all waves."""
    steps = b.sgpr("steps_left")
    width = cfg.k_lanes * cfg.k_waves
    b.emit("s_add_u32", steps, k_blocks, width - 1)
    b.emit("s_lshr_b32", steps, steps, log2(width), note="K steps of this wave")
    return steps
