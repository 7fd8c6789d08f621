"""Rows of a chunk out from 16x16 tiles: routing weight, one rounding, stores to the rows that the
ids name; or, to be combined, f32 rows to the workspace.

Lane l has rows 4 * (l / 16) + v of column l % 16. Rows without a slot and columns past N get
offsets past num_records, and their sum saturates. So slots * ldo * element size (slots * N * 4, if
combined) must stay below 2^31.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Callable, Dict, List, Tuple

from gen import kernarg
from gen.build import Builder
from gen.ir import Reg
from gen.kernels.stages import mfma_store, output
from gen.kernels.stages.lds_reduce import Share, Sum
from gen.kernels.stages.mfma_load import ROWS, Lanes
from gen.kernels.stages.mfma_store import SENTINEL, TILE_ROWS
from gen.kernels.stages.srd import FIELDS, WORD3
from gen.kernels.stages.walk import Walk

F32_ONE = 0x3F800000


@dataclass(frozen=True)
class Rows:
    """Of a tile's four rows in a lane: where they go, and their weights."""

    offsets: List[Reg]
    weights: List[Reg]


@dataclass(frozen=True)
class Destination:
    """Descriptor of Out or of the rows to combine; the tiles by column."""

    srd: Reg
    columns: List[Tuple[Reg, List[Tuple[Sum, Rows]]]]


def load_weights(b: Builder, arg: kernarg.ArgOf, walk: Walk) -> Reg:
    """The weight of each of the 64 ids; 0 where there are none."""
    b.stream("load_weight")
    srd, weight = b.sgpr("srd_weights", 4, fields=FIELDS), b.vgpr("weight")
    base = arg("weights")
    b.emit("v_lshlrev_b32_e32", weight, 2, walk.ids)
    b.emit("s_lshl_b32", srd[2], arg("slots"), 2)
    b.emit("s_and_b32", srd[0], arg("format"), kernarg.MOE_WEIGHTED)
    b.emit("s_cselect_b32", srd[2], srd[2], 0, note="num_records: none if not weighted")
    b.emit("s_mov_b32", srd[0], base[0])
    b.emit("s_and_b32", srd[1], base[1], 0xFFFF, note="48 bits of whatever the pointer is")
    b.emit("s_mov_b32", srd[3], WORD3)
    b.emit("buffer_load_dword", weight, weight, srd, 0, mods=["offen"], note="or 0")
    return weight


def combine_rows(b: Builder, arg: kernarg.ArgOf, base: Reg, n_tile: int, m_tile: int) -> None:
    """base := start of the rows to combine: after the tickets and, where K is split, the partials."""
    b.emit("s_mov_b32", base[0], 0)
    raise NotImplementedError


def or_one(b: Builder, arg: kernarg.ArgOf, weight: Reg) -> None:
    """What load_weights loaded; 1 if not weighted."""
    one = b.sgpr("unweighted")
    b.emit("s_and_b32", one, arg("format"), kernarg.MOE_WEIGHTED)
    b.emit("s_cselect_b32", one, 0, F32_ONE)
    b.emit("v_or_b32_e32", weight, one, weight, note="the weight, or 1")


def combined_bytes(b: Builder, arg: kernarg.ArgOf) -> Reg:
    """Bytes of the rows to combine, which stand between tickets and partial tiles; else 0."""
    size, combined = b.sgpr("rows_bytes"), b.sgpr("is_combined")
    b.emit("s_mul_i32", size, arg("slots"), arg("n"))
    b.emit("s_lshl_b32", size, size, 2)
    b.emit("s_and_b32", combined, arg("format"), kernarg.MOE_COMBINED)
    b.emit("s_cselect_b32", size, size, 0, note="bytes of the rows to combine")
    return size


def row_srd(b: Builder, arg: kernarg.ArgOf) -> Tuple[Reg, Reg, Reg]:
    """Descriptor of Out, or of the rows to combine: f32 [slots, N] after the tickets; its bound is
    the caller's. log2 of the bytes of an element, bytes from row to row.
    """
    size, stride = output.size_log2(b, arg), b.sgpr("out_stride")
    srd, out, workspace = b.sgpr("srd_out", 4, fields=FIELDS), arg("out"), arg("workspace")
    b.emit("s_add_u32", srd[0], workspace[0], kernarg.TICKET_BYTES)
    b.emit("s_addc_u32", srd[1], workspace[1], 0)
    b.emit("s_and_b32", stride, arg("format"), kernarg.MOE_COMBINED, note="SCC: combined")
    b.emit("s_cselect_b32", srd[0], srd[0], out[0])
    b.emit("s_cselect_b32", srd[1], srd[1], out[1], note="rows to combine, or Out")
    b.emit("s_cselect_b32", size, 2, size)
    b.emit("s_cselect_b32", stride, arg("n"), arg("ldo"))
    b.emit("s_mov_b32", srd[3], WORD3)
    b.emit("s_lshl_b32", stride, stride, size, note="bytes from row to row")
    return srd, size, stride


def destination(
    b: Builder, arg: kernarg.ArgOf, walk: Walk, share: Share, lanes: Lanes, n0: Reg, weight: Reg
) -> Destination:
    """Where the wave's share goes and with what weight: from the lanes that hold the ids."""
    b.stream("out")
    or_one(b, arg, weight)
    srd, size, stride = row_srd(b, arg)
    extent, row_bytes = b.sgpr("out_extent"), b.sgpr("out_row_bytes")
    b.emit("s_sub_u32", extent, arg("slots"), 1)
    b.emit("s_mul_i32", extent, extent, stride)
    b.emit("s_lshl_b32", row_bytes, arg("n"), size)
    b.emit("s_add_u32", srd[2], extent, row_bytes, note="num_records: to the last row's end")
    numbers = mfma_store.lane_columns(b, share, lanes, n0)
    mfma_store.column_bytes(b, arg, [number for number, _ in numbers], size)
    offset, none = b.vgpr("out_row_off"), b.vgpr("row_none")
    b.emit("v_mov_b32_e32", none, SENTINEL)
    b.emit("v_mul_lo_u32", offset, walk.ids, stride)
    b.emit("v_cndmask_b32_e64", offset, none, offset, walk.valid, note="only slots have a row")
    source, first = b.vgpr("row_lane"), b.sgpr("row_first")
    if share.m is None:
        b.emit("s_lshl_b32", first, walk.at, 2)
    else:
        b.emit("s_lshl_b32", first, share.m, 4)
        b.emit("s_add_u32", first, first, walk.at)
        b.emit("s_lshl_b32", first, first, 2, note="4 * lane that has the first id of the tile")
    b.emit("v_add_u32_e32", source, first, lanes.group16, note="4 * that of the lane's first row")
    columns: List[Tuple[Reg, List[Tuple[Sum, Rows]]]] = []
    rows: Dict[int, Rows] = {}
    for number, sums in numbers:
        for s in sums:
            if s.m not in rows:
                rows[s.m] = _rows(b, s.m, source, offset, weight)
        columns.append((number, [(s, rows[s.m]) for s in sums]))
    return Destination(srd, columns)


def _rows(b: Builder, m: int, source: Reg, offset: Reg, weight: Reg) -> Rows:
    rows = Rows(
        [b.vgpr(f"row_off[{m}][{v}]") for v in range(TILE_ROWS)],
        [b.vgpr(f"row_weight[{m}][{v}]") for v in range(TILE_ROWS)],
    )
    for v in range(TILE_ROWS):
        at = 4 * (ROWS * m + v)
        mods = [f"offset:{at}"] if at else []
        b.emit("ds_bpermute_b32", rows.offsets[v], source, offset, mods=mods)
        b.emit("ds_bpermute_b32", rows.weights[v], source, weight, mods=mods)
    return rows


def store(b: Builder, arg: kernarg.ArgOf, to: Destination, next_label: str) -> None:
    """All tiles of the wave; ends in a branch to `next_label`."""
    b.stream("weight")
    for _, sums in to.columns:
        for s, rows in sums:
            for v in range(TILE_ROWS):
                b.emit("v_mul_f32_e32", s.tile[v], rows.weights[v], s.tile[v])

    at = b.vgpr("out_at")

    def stores(mnemonic: str, mods: List[str]) -> None:
        for column, sums in to.columns:
            for s, rows in sums:
                for v in range(TILE_ROWS):
                    b.emit("v_add_u32_e64", at, rows.offsets[v], column, mods=["clamp"])
                    b.emit(mnemonic, s.tile[v], at, to.srd, 0, mods=["offen", *mods])

    def body(out_type: output.OutType) -> None:
        for _, sums in to.columns:
            for s, _ in sums:
                for v in range(TILE_ROWS):
                    out_type.convert(b, s.tile[v])
        stores(out_type.store, [])

    store_blocks(b, arg, next_label, body, lambda: stores("buffer_store_dword", ["sc1"]))


def store_blocks(
    b: Builder,
    arg: kernarg.ArgOf,
    next_label: str,
    body: Callable[[output.OutType], None],
    rows_to_combine: Callable[[], None],
) -> None:
    """A block for each type of Out and one for rows to combine, which falls through; the others end
    in a branch to `next_label`.
    """
    combined = b.sgpr("store_combined")
    b.stream("control")
    b.emit("s_and_b32", combined, arg("format"), kernarg.MOE_COMBINED)
    b.emit("s_cbranch_scc1", "store_row")
    b.block("store_out")
    output.store_blocks(b, arg, next_label, body)
    b.block("store_row", "f32, past this XCD's L2: another workgroup adds the rows up")
    b.stream("store")
    rows_to_combine()
