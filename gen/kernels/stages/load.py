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
from gen.kernels.stages.ident import Ids, log2, row_in_group

SENTINEL = 0x80000000
"""Offset of a masked lane: past every num_records (which a row group keeps at or below 2^31), no
wrap at +16+15.
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
    x: Sequence[Reg]
    x_scale: Sequence[Reg]
    w: Sequence[Reg]
    w_scale: Sequence[Reg]


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

    def __init__(
        self, b: Builder, cfg: KernelConfig, ids: Ids, block: Reg, k: Slice, k_blocks: Reg
    ) -> None:
        self._b, self._cfg, self._block, self._k_blocks = b, cfg, block, k_blocks
        self._stride = cfg.k_lanes * cfg.k_waves
        self.x = b.vgpr("x_off")
        self.x_scale = block
        b.emit("v_lshlrev_b32_e32", self.x, 5, block, note="32 bytes a block")
        self._masked = cfg.group_rows > 1
        if not self._masked:
            self.w, self.w_scale = self.x, block
            return
        self.w, self.w_scale = b.vgpr("w_off"), b.vgpr("ws_off")
        self._row_data, self._row_scale = b.vgpr("w_row_off"), b.vgpr("ws_row_off")
        self._sentinel = b.vgpr("off_none")
        row = row_in_group(b, cfg, ids)
        b.emit("v_mul_lo_u32", self._row_data, row, k, note="row of the group, in bytes of W")
        b.emit(
            "v_mul_lo_u32",
            self._row_scale,
            row,
            k_blocks,
            note="row of the group, in bytes of W scale",
        )
        b.emit("v_mov_b32_e32", self._sentinel, SENTINEL, note="offset past any num_records")
        self._mask()

    def _mask(self) -> None:
        b = self._b
        vcc = VCC.all
        b.emit("v_cmp_gt_u32_e32", vcc, self._k_blocks, self._block, note="block inside the row?")
        b.emit("v_add_u32_e32", self.w, self._row_data, self.x)
        b.emit("v_add_u32_e32", self.w_scale, self._row_scale, self._block)
        b.emit("v_cndmask_b32_e32", self.w, self._sentinel, self.w, vcc)
        b.emit("v_cndmask_b32_e32", self.w_scale, self._sentinel, self.w_scale, vcc)

    def advance(self) -> None:
        """Move on to the wave's next K step."""
        self._b.emit(
            "v_add_u32_e32", self._block, self._stride, self._block, note="next step's block"
        )
        self._b.emit("v_add_u32_e32", self.x, 32 * self._stride, self.x)
        if self._masked:
            self._mask()


def emit_step_loads(b: Builder, data: StepData, srds: Srds, off: Offsets) -> None:
    """All loads of a step: load_scale, then load_x and load_w for each half of the block."""
    b.stream("load_scale")
    for m, reg in enumerate(data.x_scale):
        _load(b, "buffer_load_ubyte", reg, off.x_scale, srds.x_scale[m], 0)
    for r, reg in enumerate(data.w_scale):
        _load(b, "buffer_load_ubyte", reg, off.w_scale, srds.w_scale[r], 0)
    for half in (0, 1):
        b.stream("load_x")
        for m, pair in enumerate(data.x):
            _load(b, "buffer_load_dwordx4", pair[half], off.x, srds.x[m], 16 * half)
        b.stream("load_w")
        for r, pair in enumerate(data.w):
            _load(b, "buffer_load_dwordx4", pair[half], off.w, srds.w[r], 16 * half)


def _load(b: Builder, mnemonic: str, reg: Reg, offset: Reg, srd: Reg, inst_offset: int) -> None:
    mods = ["offen"] + ([f"offset:{inst_offset}"] if inst_offset else [])
    b.emit(mnemonic, reg, offset, srd, 0, mods=mods)


def steps_per_wave(b: Builder, cfg: KernelConfig, k_blocks: Reg) -> Reg:
    """K steps that each wave takes: ceil(K / 32 / (k_lanes * k_waves)), the same for all waves."""
    steps = b.sgpr("steps_left")
    width = cfg.k_lanes * cfg.k_waves
    b.emit("s_add_u32", steps, k_blocks, width - 1)
    b.emit("s_lshr_b32", steps, steps, log2(width), note="K steps of this wave")
    return steps
