"""Out from 16x16 tiles: bias, one rounding, stores of 16 columns of four rows at a time.

Lane l has rows 4 * (l / 16) + v of column l % 16. Rows past M lie past num_records; lanes whose
column lies past N get an offset that is. So (rows of the tile) * ldo * element size must stay
below 2^31.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Dict, List, Optional, Sequence, Tuple

from gen.build import Builder
from gen.ir import Reg
from gen.kernels.stages import output
from gen.kernels.stages.lds_reduce import Share, Sum
from gen.kernels.stages.mfma_load import ROWS, Lanes
from gen.kernels.stages.output import Args
from gen.kernels.stages.srd import FIELDS, WORD3

SENTINEL = 0x80000000
"""Past num_records, and no wrap with the rows of a tile added."""
TILE_ROWS = 4
"""Rows of a tile in one lane."""


@dataclass(frozen=True)
class Column:
    """16 columns of Out of a wave: where the lane's are, their bias, and their tiles."""

    offset: Reg
    bias: output.Bias
    sums: List[Sum]


@dataclass(frozen=True)
class Destination:
    """Descriptor of Out, bytes from row to row, and from a lane's rows in one tile to the next."""

    srd: Reg
    stride: Reg
    jump: Optional[Reg]
    columns: List[Column]


def lane_columns(b: Builder, share: Share, lanes: Lanes, n0: Reg) -> List[Tuple[Reg, List[Sum]]]:
    """The lane's column in each 16 columns of the wave, and the tiles there."""
    first = n0
    if share.n is not None:
        first = b.sgpr("column0")
        b.emit("s_lshl_b32", first, share.n, 4)
        b.emit("s_add_u32", first, first, n0, note="first column of the wave's tiles")
    by_column: Dict[int, List[Sum]] = {}
    for s in share.sums:
        by_column.setdefault(s.n, []).append(s)
    columns: List[Tuple[Reg, List[Sum]]] = []
    for n, sums in by_column.items():
        number = b.vgpr(f"column[{n}]")
        b.emit("v_add_u32_e32", number, first, lanes.row, note="column of the lane")
        if n > 0:
            b.emit("v_add_u32_e32", number, ROWS * n, number)
        columns.append((number, sums))
    return columns


def column_bytes(b: Builder, arg: Args, columns: Sequence[Reg], size: Reg) -> None:
    """Columns to bytes, in place; those past N to what is past every num_records."""
    none, exists = b.vgpr("off_none"), b.sgpr("column_exists", 2)
    b.emit("v_mov_b32_e32", none, SENTINEL)
    for column in columns:
        b.emit("v_cmp_gt_i32_e64", exists, arg("n"), column, note="column inside Out?")
        b.emit("v_lshlrev_b32_e32", column, size, column)
        b.emit("v_cndmask_b32_e64", column, none, column, exists)


def destination(b: Builder, arg: Args, share: Share, lanes: Lanes, n0: Reg) -> Destination:
    """All that the stores need besides results, and the loads of the bias."""
    b.stream("load_bias")
    numbers = lane_columns(b, share, lanes, n0)
    srds = output.bias_srds(b, arg)
    columns = [
        Column(number, output.bias_loads(b, srds, number, f"bias[{sums[0].n}]"), sums)
        for number, sums in numbers
    ]

    b.stream("out")
    srd, size, stride = _out_srd(b, arg)
    row = b.vgpr("out_row")
    b.emit("v_lshlrev_b32_e32", row, 2, lanes.group, note="first row of the lane")
    if share.m is not None:
        first_row = b.sgpr("row0")
        b.emit("s_lshl_b32", first_row, share.m, 4)
        b.emit("v_add_u32_e32", row, first_row, row)
    b.emit("v_mul_lo_u32", row, row, stride)
    column_bytes(b, arg, [c.offset for c in columns], size)
    for c in columns:
        b.emit("v_add_u32_e32", c.offset, row, c.offset, note="byte of the lane's first row")
    return Destination(srd, stride, _jump(b, columns[0].sums, stride), columns)


def _out_srd(b: Builder, arg: Args) -> Tuple[Reg, Reg, Reg]:
    """Descriptor of Out, log2 of the bytes of an element, bytes from row to row."""
    size, stride, extent = output.size_log2(b, arg), b.sgpr("out_stride"), b.sgpr("out_extent")
    srd = b.sgpr("srd_out", 4, fields=FIELDS)
    out = arg("out")
    b.emit("s_sub_u32", extent, arg("m"), 1)
    b.emit("s_mul_i32", extent, extent, arg("ldo"))
    b.emit("s_add_u32", extent, extent, arg("n"))
    b.emit("s_lshl_b32", srd[2], extent, size, note="num_records: to the end of row M - 1")
    b.emit("s_mov_b32", srd[0], out[0])
    b.emit("s_mov_b32", srd[1], out[1])
    b.emit("s_mov_b32", srd[3], WORD3)
    b.emit("s_lshl_b32", stride, arg("ldo"), size, note="bytes from row to row")
    return srd, size, stride


def bias_values(b: Builder, to: Destination) -> List[Reg]:
    b.stream("bias")
    return [output.bias_value(b, c.bias, f"bias_value[{i}]") for i, c in enumerate(to.columns)]


def store(b: Builder, arg: Args, to: Destination, bias: List[Reg], end_label: str) -> None:
    """All tiles of the wave; ends in a branch to `end_label`."""
    b.stream("bias")
    for value, c in zip(bias, to.columns):
        for s in c.sums:
            for v in range(TILE_ROWS):
                b.emit("v_add_f32_e32", s.tile[v], s.tile[v], value, note="+ bias")

    def body(out_type: output.OutType) -> None:
        for c in to.columns:
            for s in c.sums:
                for v in range(TILE_ROWS):
                    out_type.convert(b, s.tile[v])
        for c in to.columns:
            for i, s in enumerate(c.sums):
                for v in range(TILE_ROWS):
                    b.emit(out_type.store, s.tile[v], c.offset, to.srd, 0, mods=["offen"])
                    if v + 1 < TILE_ROWS:
                        b.emit("v_add_u32_e32", c.offset, to.stride, c.offset, note="next row")
                    elif to.jump is not None and i + 1 < len(c.sums):
                        b.emit("v_add_u32_e32", c.offset, to.jump, c.offset, note="next 16 rows")

    output.store_blocks(b, arg, end_label, body)


def _jump(b: Builder, sums: List[Sum], stride: Reg) -> Optional[Reg]:
    """Bytes from the last row of a lane's tile to the first of its next one."""
    if len(sums) == 1:
        return None
    jump = b.sgpr("out_jump")
    rows = ROWS * (sums[1].m - sums[0].m) - (TILE_ROWS - 1)
    b.emit("s_mul_i32", jump, stride, rows, note="bytes to the next tile's rows")
    return jump
