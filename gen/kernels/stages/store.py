"""Results out: across the waves that split K through LDS where there are several, then bias,
rounding and store.

Which column a lane will hold is known before any sum is: columns and bias are fetched early.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Callable, Dict, List, Optional, Sequence, Tuple

from gen.build import Builder
from gen.config import LANES, KernelConfig
from gen.ir import EXEC, Reg
from gen.kernels.stages import output, srd
from gen.kernels.stages.ident import Ids, log2
from gen.kernels.stages.reduce import Held, Rows, result_rows

Pattern = Tuple[int, ...]
"""Columns within the wave: of each 16-lane row, or () where lane i holds result i."""


@dataclass(frozen=True)
class Columns:
    """Column of Out of every lane, for each pattern that starts at 0; the bias, for each pattern."""

    column: Dict[Pattern, Reg]
    bias: Dict[Pattern, output.Bias]


@dataclass(frozen=True)
class Out:
    """The row of Out to be stored next, the bytes to the row after it (None: there is none), a row's
    bytes, offsets.
    """

    srd: Reg
    stride: Optional[Reg]
    row_bytes: Reg
    offset: Dict[Pattern, Reg]


@dataclass(frozen=True)
class Cell:
    """One store: the lanes of `reg` that hold row `m` of Out."""

    m: int
    reg: Reg
    pattern: Pattern
    lanes: int


def set_exec(b: Builder, mask: int, note: str) -> None:
    b.emit("s_mov_b32", EXEC[0], mask & 0xFFFFFFFF)
    b.emit("s_mov_b32", EXEC[1], mask >> 32, note=note)


def _row_lanes(rows: Sequence[int]) -> int:
    """EXEC mask of the first lane of each 16-lane row."""
    return sum(1 << (16 * q) for q in rows)


def _row_shift(b: Builder, ids: Ids, name: str = "row_shift") -> Reg:
    """8 * (lane / 16): which byte of a table constant a lane takes."""
    shift = b.vgpr(name)
    b.emit("v_lshrrev_b32_e32", shift, 1, ids.tid)
    b.emit("v_and_b32_e32", shift, 24, shift, note="8 * (lane / 16)")
    return shift


def _pick(b: Builder, name: str, values: Sequence[int], shift: Reg) -> Reg:
    """values[lane / 16] by a bit field of a constant."""
    table, picked = b.sgpr(f"{name}_table"), b.vgpr(name)
    b.emit(
        "s_mov_b32",
        table,
        sum(v << (8 * q) for q, v in enumerate(values)),
        note=f"{name} by lane / 16",
    )
    b.emit("v_bfe_u32", picked, table, shift, 8)
    return picked


def _pattern(rows: Rows) -> Pattern:
    return tuple(column for _, column in rows)


def _from_zero(pattern: Pattern) -> Tuple[Pattern, int]:
    """A pattern as one that starts at column 0 and the columns to add, an instruction's offset."""
    first = min(pattern, default=0)
    return tuple(column - first for column in pattern), first


def lane_columns(
    b: Builder, cfg: KernelConfig, ids: Ids, n0: Reg
) -> Tuple[List[Pattern], Dict[Pattern, Reg]]:
    """The patterns in which lanes will hold results; the columns of those that start at 0."""
    column: Dict[Pattern, Reg] = {}
    if cfg.k_waves > 1:
        column[()] = lanes = b.vgpr("column")
        b.emit("v_bfe_u32", lanes, ids.tid, log2(cfg.m_tile), 6 - log2(cfg.m_tile))
        b.emit("v_add_u32_e32", lanes, n0, lanes, note="column of Out: n0 + lane / m_tile")
        return [()], column
    patterns = list(dict.fromkeys(_pattern(rows) for rows in result_rows(cfg)))
    shift = _row_shift(b, ids)
    for shape in dict.fromkeys(_from_zero(pattern)[0] for pattern in patterns):
        column[shape] = _pick(b, f"column{len(column)}", shape, shift)
        b.emit("v_add_u32_e32", column[shape], n0, column[shape], note="column of Out")
    return patterns, column


def lane_rows(b: Builder, cfg: KernelConfig, ids: Ids) -> Dict[Pattern, Reg]:
    """Row within m_tile of the result that a lane will hold, for each pattern of rows, () where
    lane i holds result i.
    """
    if cfg.k_waves > 1:
        row = b.vgpr("row_of_lane")
        b.emit("v_and_b32_e32", row, cfg.m_tile - 1, ids.tid, note="row: lane % m_tile")
        return {(): row}
    shift = _row_shift(b, ids, "m_shift")
    patterns = dict.fromkeys(row_pattern(rows) for rows in result_rows(cfg))
    return {p: _pick(b, f"row_of_lane{i}", p, shift) for i, p in enumerate(patterns)}


def row_pattern(rows: Rows) -> Pattern:
    return tuple(m for m, _ in rows)


def fetch_columns(b: Builder, cfg: KernelConfig, arg: output.Args, ids: Ids, n0: Reg) -> Columns:
    """The columns that each lane will store, and the loads of their bias."""
    patterns, column = lane_columns(b, cfg, ids, n0)
    srds = output.bias_srds(b, arg)
    bias: Dict[Pattern, output.Bias] = {}
    for i, pattern in enumerate(patterns):
        shape, first = _from_zero(pattern)
        bias[pattern] = output.bias_loads(b, srds, column[shape], f"bias{i}", first)
    return Columns(column, bias)


def prepare_out(b: Builder, cfg: KernelConfig, arg: output.Args, columns: Columns) -> Out:
    """Bytes by the type's size, and the descriptor of row 0."""
    size, row_bytes = output.size_log2(b, arg), b.sgpr("out_row_bytes")
    b.emit("s_lshl_b32", row_bytes, arg("n"), size, note="bytes of a row of Out")
    descriptor = srd.row_srd(b, "out", arg("out"), row_bytes)
    stride: Optional[Reg] = None
    if cfg.m_tile > 1:
        stride, rest = b.sgpr("out_stride", 2), b.sgpr("size_rest")
        b.emit("s_lshl_b32", stride[0], arg("ldo"), size)
        b.emit("s_sub_u32", rest, 32, size)
        b.emit("s_lshr_b32", stride[1], arg("ldo"), rest, note="bytes between rows of Out, 64-bit")
    offset: Dict[Pattern, Reg] = {}
    for i, (pattern, reg) in enumerate(columns.column.items()):
        offset[pattern] = b.vgpr(f"out_off{i}")
        b.emit("v_lshlrev_b32_e32", offset[pattern], size, reg, note="byte of the column")
    return Out(descriptor, stride, row_bytes, offset)


def add_bias(b: Builder, held: Sequence[Held], values: Dict[Pattern, Reg]) -> None:
    for h in held:
        b.emit("v_add_f32_e32", h.reg, h.reg, values[_pattern(h.rows)], note="+ bias")


def held_cells(held: Sequence[Held]) -> List[Cell]:
    """Stores straight from the registers that hold the results, row by row of Out."""
    cells: List[Cell] = []
    for h in held:
        for m in {m for m, _ in h.rows}:
            lanes = _row_lanes([q for q, (row, _) in h.distinct() if row == m])
            cells.append(Cell(m, h.reg, _pattern(h.rows), lanes))
    return sorted(cells, key=lambda cell: cell.m)


def lane_cells(cfg: KernelConfig, value: Reg) -> List[Cell]:
    """Stores of results held one per lane: lane column * m_tile + m."""
    columns = sum(1 << (column * cfg.m_tile) for column in range(cfg.wave_rows))
    return [Cell(m, value, (), columns << m) for m in range(cfg.m_tile)]


def store_cells(
    b: Builder, arg: output.Args, t: output.OutType, cells: List[Cell], out: Out
) -> None:
    """Round, then store row by row; columns past N and rows past M fall out of bounds."""
    at = 0

    def go_to(row: int) -> None:
        nonlocal at
        for m in range(at + 1, row + 1):
            assert out.stride is not None
            b.emit("s_add_u32", out.srd[0], out.srd[0], out.stride[0])
            b.emit("s_addc_u32", out.srd[1], out.srd[1], out.stride[1], note=f"row {m} of Out")
            b.emit("s_cmp_gt_u32", arg("m"), m)
            b.emit(
                "s_cselect_b32", out.srd[2], out.row_bytes, 0, note=f"num_records: none if M <= {m}"
            )
        at = row

    for reg in dict.fromkeys(cell.reg for cell in cells):
        t.convert(b, reg)
    store_rows(b, t, cells, out.srd, out.offset, go_to)


def store_rows(
    b: Builder,
    t: output.OutType,
    cells: List[Cell],
    descriptor: Reg,
    offsets: Dict[Pattern, Reg],
    go_to: Callable[[int], None],
    mods: Sequence[str] = (),
) -> None:
    """`go_to` points the descriptor at a row; rows come in their order."""
    for cell in cells:
        go_to(cell.m)
        set_exec(b, cell.lanes, f"lanes that hold row {cell.m}")
        shape, first = _from_zero(cell.pattern)
        where = [*srd.offset_mods(first * t.bytes), *mods]
        b.emit(t.store, cell.reg, offsets[shape], descriptor, 0, mods=where, note=f"out[m{cell.m}]")


def lds_base(b: Builder, cfg: KernelConfig, ids: Ids) -> Reg:
    """First f32 slot of this wave in LDS."""
    base = b.sgpr("lds_base")
    b.emit("s_mul_i32", base, ids.wave, cfg.results, note="first LDS slot of the wave")
    return base


def write_partials(b: Builder, cfg: KernelConfig, held: List[Held], ids: Ids, base: Reg) -> None:
    """Each wave's sums to LDS: slot = wave * results + column * m_tile + m."""
    shift = _row_shift(b, ids)
    addresses: List[Reg] = []
    for i, h in enumerate(held):
        slot = _pick(b, f"slot{i}", [col * cfg.m_tile + m for m, col in h.rows], shift)
        b.emit("v_add_lshl_u32", slot, slot, base, 2, note="LDS byte address")
        addresses.append(slot)
    for i, h in enumerate(held):
        set_exec(b, _row_lanes([q for q, _ in h.distinct()]), "one lane per result")
        b.emit("ds_write_b32", addresses[i], h.reg, note=f"partial sums {i}")


def combine_partials(b: Builder, cfg: KernelConfig, ids: Ids, base: Reg) -> Reg:
    """Lane i adds result i of the K waves in wave order."""
    set_exec(b, (1 << cfg.results) - 1, f"{cfg.results} results, one lane each")
    address = b.vgpr("lds_addr")
    b.emit("v_and_b32_e32", address, LANES - 1, ids.tid)
    b.emit("v_add_lshl_u32", address, address, base, 2)
    parts = [b.vgpr(f"partial[w{w}]") for w in range(cfg.k_waves)]
    for w, part in enumerate(parts):
        offset = w * cfg.results * 4
        b.emit(
            "ds_read_b32",
            part,
            address,
            mods=[f"offset:{offset}"] if offset else [],
            note=f"sum of K wave {w}",
        )
    for w, part in enumerate(parts[1:], 1):
        b.emit("v_add_f32_e32", parts[0], parts[0], part, note=f"+ K wave {w}")
    return parts[0]
