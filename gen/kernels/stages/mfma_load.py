"""Operands of a scaled 16x16x128 matrix instruction, loaded from row-major memory as it wants them.

Lane l holds of row l % 16 the bytes 16g to 16g + 15 and 64 + 16g to 64 + 16g + 15 of the 128-byte
K step, g = l / 16, and the scale byte of 32-block g. So a step of 16 rows is two dwordx4 and one
byte, 64 contiguous bytes of a row to an instruction, no lane twice and no lane masked. One offset
register per 16 rows serves all steps: what a step adds is the instruction's immediate, what a round
of steps adds is soffset. Source: CDNA4 ISA 7.2.

The K tail: in a wave's last step lanes whose bytes lie past K (rows follow one another, so no
bound ends them) get an offset that is out of range, and so read zero, data and scale alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import List, Optional

from gen.build import Arg, Builder
from gen.ir import EXEC, Lit, Reg, Slice
from gen.kernels.stages.k_slice import STEP_BLOCKS, STEP_BYTES
from gen.kernels.stages.srd import FIELDS, WORD3

ROWS = 16
"""Rows of an operand."""

SENTINEL = Lit("-2.0")
"""0xC0000000, an inline constant: past every num_records (at most 2^31), no wrap at +64+15."""


@dataclass(frozen=True)
class Lanes:
    """l % 16, l / 16 and 16 * (l / 16) of each lane."""

    row: Reg
    group: Reg
    group16: Reg


@dataclass(frozen=True)
class Matrix:
    """One kind of bytes of an operand (data or scales): where it is, and each 16 rows' offsets."""

    srd: Reg
    offsets: List[Reg]


@dataclass(frozen=True)
class Operand:
    """Registers that one step's loads fill, per 16 rows."""

    data: List[Reg]
    scale: List[Reg]


@dataclass(frozen=True)
class Slot:
    """One K step: X is operand A, W is operand B."""

    x: Operand
    w: Operand


@dataclass(frozen=True)
class Sources:
    """X and W, data and scales."""

    x: Matrix
    x_scale: Matrix
    w: Matrix
    w_scale: Matrix


@dataclass(frozen=True)
class TailMasks:
    """Lanes that exist in the wave's last step: low and high half of the data, scale."""

    low: Reg
    high: Reg
    scale: Reg


@dataclass(frozen=True)
class LastStep:
    """The wave's last step: lanes of it that exist, where it starts in data and in scales."""

    masks: TailMasks
    data_at: Reg
    scale_at: Reg


@dataclass(frozen=True)
class TailOffsets:
    """Registers for the masked offsets of 16 rows."""

    low: Reg
    high: Reg
    scale: Reg


def slot_registers(b: Builder, name: str, x_groups: int, w_groups: int) -> Slot:
    def operand(tensor: str, groups: int) -> Operand:
        return Operand(
            [b.vgpr(f"{tensor}[{name}][{i}]", 8) for i in range(groups)],
            [b.vgpr(f"{tensor}s[{name}][{i}]") for i in range(groups)],
        )

    return Slot(operand("x", x_groups), operand("w", w_groups))


def lane_ids(b: Builder, tid: Reg) -> Lanes:
    lanes = Lanes(b.vgpr("lane_row"), b.vgpr("lane_group"), b.vgpr("lane_group16"))
    b.emit("v_and_b32_e32", lanes.row, ROWS - 1, tid, note="lane % 16: row of an operand")
    b.emit("v_bfe_u32", lanes.group, tid, 4, 2, note="lane / 16: which bytes of a K step")
    b.emit("v_lshlrev_b32_e32", lanes.group16, 4, lanes.group)
    return lanes


def matrix_srd(b: Builder, name: str) -> Reg:
    """A descriptor whose constant word is set; the rest needs kernel arguments."""
    srd = b.sgpr(f"srd_{name}", 4, fields=FIELDS)
    b.emit("s_mov_b32", srd[3], WORD3)
    return srd


def point_srd(
    b: Builder,
    name: str,
    srd: Reg,
    base: Slice,
    row: Optional[Reg],
    stride: Arg,
    extent: Reg,
    k_start: Reg,
) -> None:
    """Base = `base` + row * stride + k_start in 64 bits; num_records ends `extent` bytes after row.

    Where the wave has no steps, num_records may wrap: such a wave loads with no lane active.
    """
    if row is None:
        b.emit("s_add_u32", srd[0], base[0], k_start)
        b.emit("s_addc_u32", srd[1], base[1], 0, note=f"{name} from the wave's first K on")
    else:
        add_rows(b, name, srd, base, row, stride)
        b.emit("s_add_u32", srd[0], srd[0], k_start)
        b.emit("s_addc_u32", srd[1], srd[1], 0, note=f"{name} from the wave's first K on")
    b.emit("s_sub_u32", srd[2], extent, k_start, note="num_records: to the end of the last row")


def add_rows(b: Builder, name: str, srd: Reg, base: Slice, row: Reg, stride: Arg) -> None:
    """The descriptor's base := `base` + row * stride."""
    b.emit("s_mul_i32", srd[0], row, stride)
    b.emit("s_mul_hi_u32", srd[1], row, stride)
    b.emit("s_add_u32", srd[0], srd[0], base[0])
    b.emit("s_addc_u32", srd[1], srd[1], base[1], note=f"{name}: first row, 64-bit")


def row_offsets(
    b: Builder, name: str, row: Reg, stride: Arg, within: Reg, groups: int
) -> List[Reg]:
    """row * stride + within for the first 16 rows, 16 * stride more for each further 16."""
    offsets = [b.vgpr(f"{name}_off[{i}]") for i in range(groups)]
    b.emit("v_mul_lo_u32", offsets[0], row, stride)
    b.emit("v_add_u32_e32", offsets[0], within, offsets[0], note=f"{name}: byte of the lane's row")
    if groups > 1:
        step = b.sgpr(f"{name}_rows16")
        b.emit("s_lshl_b32", step, stride, 4, note="bytes of 16 rows")
        for before, after in zip(offsets, offsets[1:]):
            b.emit("v_add_u32_e32", after, step, before)
    return offsets


def load_data(
    b: Builder, regs: Operand, matrix: Matrix, group: int, step: int, soffset: Arg
) -> None:
    for half in (0, 1):
        into = regs.data[group][4 * half : 4 * half + 4]
        _load(
            b,
            "buffer_load_dwordx4",
            into,
            matrix,
            group,
            soffset,
            STEP_BYTES * step + STEP_BYTES // 2 * half,
        )


def load_scale(
    b: Builder, regs: Operand, matrix: Matrix, group: int, step: int, soffset: Arg
) -> None:
    into = regs.scale[group].all
    _load(b, "buffer_load_ubyte", into, matrix, group, soffset, STEP_BLOCKS * step)


def _load(
    b: Builder, mnemonic: str, into: Slice, matrix: Matrix, group: int, soffset: Arg, at: int
) -> None:
    mods = ["offen"] + ([f"offset:{at}"] if at else [])
    b.emit(mnemonic, into, matrix.offsets[group], matrix.srd, soffset, mods=mods)


def load_step(
    b: Builder,
    slot: Slot,
    src: Sources,
    step: int,
    data_at: Arg = 0,
    scale_at: Arg = 0,
    first: bool = True,
) -> None:
    """All loads of step `step` from the wave's first, in the order in which the math asks; where
    `first` is False, without the data of the first 16 rows of W.
    """
    for group in range(len(slot.w.data)):
        b.stream("load_w")
        if group > 0 or first:
            load_data(b, slot.w, src.w, group, step, data_at)
        load_scale(b, slot.w, src.w_scale, group, step, scale_at)
        if group == 0:
            b.stream("load_x")
            load_operand(b, slot.x, src.x, src.x_scale, step, data_at, scale_at)


def load_operand(
    b: Builder,
    regs: Operand,
    data: Matrix,
    scale: Matrix,
    step: int,
    data_at: Arg = 0,
    scale_at: Arg = 0,
) -> None:
    """X or W of step `step` from the wave's first."""
    for group in range(len(regs.data)):
        load_data(b, regs, data, group, step, data_at)
        load_scale(b, regs, scale, group, step, scale_at)


def tail_masks(b: Builder, lanes: Lanes, left: Reg) -> TailMasks:
    """`left` 32-blocks of the row are left at the start of the step, four where it is full."""
    masks = TailMasks(*(b.sgpr(f"tail_{n}", 2) for n in ("low", "high", "scale")))
    half, above = b.vgpr("tail_block"), b.sgpr("tail_left_high")
    b.emit("v_lshrrev_b32_e32", half, 1, lanes.group, note="32-block of the low half's bytes")
    b.emit("s_sub_u32", above, left, 2)
    b.emit("v_cmp_gt_i32_e64", masks.low, left, half, note="low half inside the row?")
    b.emit("v_cmp_gt_i32_e64", masks.high, above, half, note="high half, two blocks on?")
    b.emit("v_cmp_gt_i32_e64", masks.scale, left, lanes.group, note="scale inside the row?")
    return masks


def load_tail(b: Builder, slot: Slot, src: Sources, last: LastStep) -> None:
    """Loads of the wave's last step, masked per lane; the offsets of main steps end here."""
    high = b.vgpr("tail_off_high")

    def rows(regs: Operand, data: Matrix, scale: Matrix, group: int) -> None:
        offsets = TailOffsets(data.offsets[group], high, scale.offsets[group])
        _load_tail_rows(b, regs, data, scale, group, last, offsets)

    for group in range(len(slot.w.data)):
        b.stream("load_w")
        rows(slot.w, src.w, src.w_scale, group)
        if group > 0:
            continue
        b.stream("load_x")
        for m in range(len(slot.x.data)):
            rows(slot.x, src.x, src.x_scale, m)


def load_tail_operand(
    b: Builder,
    regs: Operand,
    data: Matrix,
    scale: Matrix,
    last: LastStep,
    offsets: TailOffsets,
) -> None:
    """X or W of the wave's last step, through registers `offsets`: those of main steps are kept."""
    for group in range(len(regs.data)):
        _load_tail_rows(b, regs, data, scale, group, last, offsets)


def _load_tail_rows(
    b: Builder,
    regs: Operand,
    data: Matrix,
    scale: Matrix,
    group: int,
    last: LastStep,
    to: TailOffsets,
) -> None:
    offset, scale_offset = data.offsets[group], scale.offsets[group]
    b.emit("v_cndmask_b32_e64", to.high, SENTINEL, offset, last.masks.high)
    b.emit("v_cndmask_b32_e64", to.low, SENTINEL, offset, last.masks.low)
    b.emit("v_cndmask_b32_e64", to.scale, SENTINEL, scale_offset, last.masks.scale)
    low_half, high_half = regs.data[group][0:4], regs.data[group][4:8]
    low, high = Matrix(data.srd, [to.low]), Matrix(data.srd, [to.high])
    _load(b, "buffer_load_dwordx4", low_half, low, 0, last.data_at, 0)
    _load(b, "buffer_load_dwordx4", high_half, high, 0, last.data_at, STEP_BYTES // 2)
    scales = Matrix(scale.srd, [to.scale])
    _load(b, "buffer_load_ubyte", regs.scale[group].all, scales, 0, last.scale_at, 0)


def lanes_on(b: Builder, condition: Optional[Reg] = None) -> None:
    """EXEC := `condition`, a saved pair, or all lanes."""
    if condition is None:
        b.emit("s_mov_b64", EXEC.all, -1, note="all lanes")
    else:
        b.emit("s_mov_b64", EXEC.all, condition)
