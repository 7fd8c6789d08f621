"""Buffer descriptors (SRDs): 64-bit bases in scalar registers, bounds that end exactly what may be
read.

A raw buffer load is out of range, and returns 0, where inst_offset + voffset >= num_records;
soffset is not part of that check, so it may only lead to what is there: here to a row of X that
exists. Word 3 is data_format 4, no swizzle. Source: CDNA4 ISA 9.1.5 to 9.1.9.
"""

from __future__ import annotations

from typing import List, Tuple, Union

from gen.build import Arg, Builder
from gen.ir import Reg, Slice

Soffset = Union[Reg, int]

WORD3 = 0x00020000
FIELDS = ("base_lo", "base_hi", "num_records", "word3")


def offset_mods(inst_offset: int) -> List[str]:
    """Modifiers of a buffer access whose offset is a VGPR plus a constant."""
    return ["offen"] + ([f"offset:{inst_offset}"] if inst_offset else [])


def clamp_rows(b: Builder, n: Slice, n0: Reg) -> Reg:
    """Rows of W from n0 on that exist: max(n - n0, 0)."""
    left = b.sgpr("rows_left")
    b.emit("s_sub_u32", left, n, n0)
    b.emit("s_cselect_b32", left, 0, left, note="rows of W from n0 on; none past N")
    return left


def row_group_srds(
    b: Builder,
    name: str,
    base: Slice,
    row_bytes: Slice,
    n0: Reg,
    left: Reg,
    groups: int,
    group_rows: int,
) -> List[Reg]:
    """One SRD per row group: base + (n0 + g * group_rows) * row_bytes, ended by the rows there are.

    A row past N has no records, so it reads as zero; nothing limits the size of the whole tensor.
    """
    low, high, exist = b.sgpr(f"{name}_mul_lo"), b.sgpr(f"{name}_mul_hi"), b.sgpr(f"{name}_rows")
    srds = [b.sgpr(f"srd_{name}{g}", 4, fields=FIELDS) for g in range(groups)]
    for g, srd in enumerate(srds):
        if g == 0:
            b.emit("s_mul_i32", low, n0, row_bytes)
            b.emit("s_mul_hi_u32", high, n0, row_bytes)
            b.emit("s_add_u32", srd[0], base[0], low)
            b.emit("s_addc_u32", srd[1], base[1], high, note=f"{name} row n0, 64-bit")
            b.emit("s_min_u32", exist, left, group_rows)
        else:
            if g == 1:
                b.emit("s_mul_i32", low, row_bytes, group_rows, note="bytes of a row group")
            b.emit("s_add_u32", srd[0], srds[g - 1][0], low)
            b.emit("s_addc_u32", srd[1], srds[g - 1][1], 0)
            b.emit("s_max_u32", exist, left, g * group_rows)
            b.emit("s_sub_u32", exist, exist, g * group_rows)
            b.emit("s_min_u32", exist, exist, group_rows)
        b.emit(
            "s_mul_i32", srd[2], exist, row_bytes, note=f"num_records: rows of group {g} that exist"
        )
        b.emit("s_mov_b32", srd[3], WORD3)
    return srds


def row_srd(b: Builder, name: str, base: Slice, row_bytes: Arg) -> Reg:
    """The SRD of the row at `base`: for other rows of the tensor their distance is the soffset."""
    srd = b.sgpr(f"srd_{name}", 4, fields=FIELDS)
    point_row(b, srd, base, row_bytes)
    return srd


def point_row(b: Builder, srd: Reg, base: Slice, row_bytes: Arg) -> None:
    b.emit("s_mov_b32", srd[0], base[0])
    b.emit("s_mov_b32", srd[1], base[1])
    b.emit("s_mov_b32", srd[2], row_bytes, note="num_records: one row")
    b.emit("s_mov_b32", srd[3], WORD3)


def row_offsets(
    b: Builder, name: str, strides: Tuple[Slice, Slice], rows: Slice, count: int
) -> Tuple[List[Soffset], List[Soffset]]:
    """For both strides the soffset of each row m < count: min(m, rows - 1) * stride, below 2^32.

    A row past the last is the last again: nothing past the tensor is read, nothing of it is stored.
    """
    first: List[Soffset] = [0]
    second: List[Soffset] = [0]
    if count == 1:
        return first, second
    last, row = b.sgpr(f"{name}_last"), b.sgpr(f"{name}_clamped")
    b.emit("s_sub_u32", last, rows, 1, note="the last row there is")
    for m in range(1, count):
        offsets = [b.sgpr(f"{name}_row{m}"), b.sgpr(f"{name}s_row{m}")]
        b.emit("s_min_u32", row, last, m)
        for offset, stride in zip(offsets, strides):
            b.emit("s_mul_i32", offset, row, stride)
        first.append(offsets[0])
        second.append(offsets[1])
    return first, second
