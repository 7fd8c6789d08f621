"""Grouped MXFP8 GEMV family, for experts with few rows: for every slot t that a block of
sorted_token_ids names, Out[t, n] = weight[t] * sum over 32-blocks of K of (x . w) * 2^(ex + ew - 254),
x row t / a_div of X, w row n of the block's expert.

A workgroup of four waves computes m_tile rows of a block times n_tile columns at a time, as
dense_gemv does. W needs the expert alone, so its loads go out before the ids have come; those of X
follow. The last workgroup of a column tile adds the rows of each token up, where that is asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Dict, List, Tuple

from gen import kernarg
from gen.build import Builder
from gen.config import KernelConfig
from gen.emit import KernelInfo
from gen.ir import Program, Reg
from gen.kernels import vector
from gen.kernels.stages import (
    combine,
    ident,
    load,
    math,
    output,
    reduce,
    routed_store,
    srd,
    store,
    walk,
)
from gen.kernels.stages.mfma_load import lanes_on

_NO_SLOT = -1


@dataclass(frozen=True)
class Setup:
    """What the entry block leaves for the others."""

    tid: Reg
    tile: Reg
    ids: ident.Ids
    n0: Reg
    block: Reg
    walk: walk.Walk


@dataclass(frozen=True)
class Chunk:
    """A chunk whose loads are out: its K steps, the slot of each row or -1, weights of 64 ids."""

    steps: vector.Steps
    slots: List[Reg]
    weight: Reg


def build(cfg: KernelConfig) -> Tuple[Program, KernelInfo]:
    """The unscheduled program of one kernel, and what its descriptor and header say."""
    b = Builder()
    args = walk.Arguments(b)
    slots = [load.step_registers(b, cfg, s) for s in range(cfg.depth)]
    regs = math.math_registers(b, cfg)
    setup = _entry(b, cfg, args)
    w, w_scale, k_blocks = _open_block(b, cfg, args, setup)
    chunk = _chunk(b, cfg, args, setup, (w, w_scale, k_blocks), slots, regs)
    vector.main_loop(b, cfg, slots, regs, chunk.steps)
    vector.drain(b, cfg, slots, regs, chunk.steps)
    _finish(b, cfg, args, setup, regs, chunk)
    setup.walk.close(cfg.k_waves > 1, lambda: None)
    combine.combine(b, cfg, args, setup.walk, setup.tid, setup.ids.wave, setup.tile)
    b.block("end")
    b.stream("control")
    b.emit("s_endpgm")
    info = KernelInfo(cfg.name, _header(cfg), kernarg.MOE, cfg.lds_bytes, cfg.block, grid_dims=3)
    return b.program, info


def _entry(b: Builder, cfg: KernelConfig, args: walk.Arguments) -> Setup:
    tid, tile = b.vgpr("tid", fixed=0), b.sgpr("workgroup_x", fixed=walk.WORKGROUP_X)
    rows = walk.Walk(b, args, cfg.m_tile, tid)
    b.block("entry", "who am I; the expert of the first block")
    args.load()
    b.stream("ident")
    ids = ident.wave_ids(b, cfg, tid)
    block = ident.first_block(b, cfg, ids)
    n0 = ident.first_column(b, cfg, ids, tile)
    rows.first_loads()
    return Setup(tid, tile, ids, n0, block, rows)


def _open_block(
    b: Builder, cfg: KernelConfig, args: walk.Arguments, s: Setup
) -> Tuple[List[Reg], List[Reg], Reg]:
    """Descriptors of W, of W scale; 32-blocks of a row."""
    s.walk.open()
    b.stream("srd_w")
    k_blocks, first = b.sgpr("k_blocks"), b.sgpr("w_first")
    b.emit("s_lshr_b32", k_blocks, args("k"), 5, note="32-blocks of a row = bytes of a scale row")
    left = srd.clamp_rows(b, args("n"), s.n0)
    s.walk.check()
    b.stream("srd_w")
    b.emit("s_mul_i32", first, s.walk.expert, args("n"))
    b.emit("s_add_u32", first, first, s.n0, note="first row of W of the wave, of all experts")
    shape = (first, left, cfg.n_rows, cfg.group_rows)
    w = srd.row_group_srds(b, "w", args("w"), args("k"), *shape)
    w_scale = srd.row_group_srds(b, "ws", args("w_scale"), k_blocks.all, *shape)
    return w, w_scale, k_blocks


def _chunk(
    b: Builder,
    cfg: KernelConfig,
    args: walk.Arguments,
    s: Setup,
    of_block: Tuple[List[Reg], List[Reg], Reg],
    slots: List[load.StepData],
    regs: math.MathRegs,
) -> Chunk:
    """All first loads: W, the ids' use, X, weights."""
    w, w_scale, k_blocks = of_block
    b.block("chunk", "W of the first `depth` steps")
    b.stream("offset")
    block = b.vgpr("kblock_now")
    b.emit("v_mov_b32_e32", block, s.block)
    offsets = load.Offsets(b, cfg, s.ids, block, args("k"))
    names = [b.sgpr(f"srd_{n}", 4, fields=srd.FIELDS) for n in ("x", "xs")]
    x_rows = [b.sgpr(f"x_row{m}") for m in range(cfg.m_tile)]
    xs_rows = [b.sgpr(f"xs_row{m}") for m in range(cfg.m_tile)]
    srds = load.Srds(names[0], names[1], x_rows, xs_rows, w, w_scale)
    for data in slots:
        load.emit_w_loads(b, data, srds, offsets)
        b.stream("advance")
        offsets.advance()
    b.stream("srd_x")
    for descriptor, name, length in (
        (names[0], "x", args("k")),
        (names[1], "x_scale", k_blocks.all),
    ):
        srd.point_row(b, descriptor, args(name), length)
    s.walk.pick()
    numbers = _rows(b, cfg, args, s.walk, x_rows, xs_rows)
    offsets.restart(s.block)
    for data in slots:
        load.emit_x_loads(b, cfg, data, srds, offsets)
        b.stream("advance")
        offsets.advance()
    weight = routed_store.load_weights(b, args, s.walk)
    b.stream("control")
    left = load.steps_per_wave(b, cfg, k_blocks)
    b.stream("init")
    math.init(b, regs)
    b.stream("control")
    b.emit("s_cmp_le_u32", left, cfg.depth)
    b.emit("s_cbranch_scc1", "drain_0", note="all of K is in flight: no loop")
    return Chunk(vector.Steps(left, srds, offsets), numbers, weight)


def _rows(
    b: Builder,
    cfg: KernelConfig,
    args: walk.Arguments,
    rows: walk.Walk,
    x_rows: List[Reg],
    xs_rows: List[Reg],
) -> List[Reg]:
    """The slot of each row of the chunk, or -1, and where its row of X is: one that exists."""
    b.stream("rows")
    last, bits, lane = b.sgpr("last_row"), b.sgpr("chunk_valid", 2), b.sgpr("row_lane")
    slots = [b.sgpr(f"slot_id{m}") for m in range(cfg.m_tile)]
    b.emit("s_sub_u32", last, args("x_rows"), 1)
    b.emit("s_lshr_b64", bits, rows.valid, rows.at)
    for m, (slot, x_row, xs_row) in enumerate(zip(slots, x_rows, xs_rows)):
        b.emit("s_add_u32", lane, rows.at, m)
        b.emit("v_readlane_b32", slot, rows.ids, lane)
        b.emit("s_lshl_b32", x_row, slot, 1)
        b.emit("s_mul_hi_u32", x_row, x_row, args("div_magic"))
        b.emit("s_lshr_b32", x_row, x_row, args("div_shift"), note="row of X: id / a_div")
        b.emit("s_min_u32", x_row, x_row, last)
        b.emit("s_mul_i32", xs_row, x_row, args("ldxs"))
        b.emit("s_mul_i32", x_row, x_row, args("ldx"))
        b.emit("s_bitcmp1_b32", bits[0], m)
        b.emit("s_cselect_b32", slot, slot, _NO_SLOT, note=f"slot of row {m}")
    return slots


def _finish(
    b: Builder,
    cfg: KernelConfig,
    args: walk.Arguments,
    s: Setup,
    regs: math.MathRegs,
    chunk: Chunk,
) -> None:
    b.block("reduce", "sum over the lanes of a row")
    b.stream("out")
    out, size, stride = routed_store.row_srd(b, args)
    base, row_bytes, high = b.sgpr("out_base", 2), b.sgpr("out_row_bytes"), b.sgpr("row_hi")
    b.emit("s_mov_b64", base, out[0:2])
    b.emit("s_lshl_b32", row_bytes, args("n"), size, note="bytes of a row")
    _, columns = store.lane_columns(b, cfg, s.ids, s.n0)
    for column in columns.values():
        b.emit("v_lshlrev_b32_e32", column, size, column, note="byte of the column")
    weights = _weights(b, cfg, args, s, chunk.weight)
    b.stream("nan")
    math.poison_nan_scales(b, regs)
    b.stream("lanes")
    held = reduce.reduce_lanes(b, cfg, reduce.held_accumulators(cfg, regs.acc))
    b.stream("weight")
    if cfg.k_waves == 1:
        for h in held:
            b.emit("v_mul_f32_e32", h.reg, weights[store.row_pattern(h.rows)], h.reg)
        cells = store.held_cells(held)
    else:
        value = vector.across_waves(b, cfg, held, s.ids, "next_chunk")
        b.emit("v_mul_f32_e32", value, weights[()], value)
        cells = store.lane_cells(cfg, value)

    def go_to(m: int) -> None:
        slot = chunk.slots[m]
        b.emit("s_mul_i32", out[0], slot, stride)
        b.emit("s_mul_hi_u32", high, slot, stride)
        b.emit("s_add_u32", out[0], out[0], base[0])
        b.emit("s_addc_u32", out[1], high, base[1], note=f"row of slot {m}")
        b.emit("s_cmp_lg_u32", slot, _NO_SLOT)
        b.emit("s_cselect_b32", out[2], row_bytes, 0, note="num_records: none if there is no slot")

    def body(t: output.OutType) -> None:
        for reg in dict.fromkeys(cell.reg for cell in cells):
            t.convert(b, reg)
        store.store_rows(b, t, cells, out, columns, go_to)

    def rows_to_combine() -> None:
        f32 = output.OUT_TYPES[kernarg.OUT_TYPES.index("f32")]
        store.store_rows(b, f32, cells, out, columns, go_to, ["sc1"])

    routed_store.store_blocks(b, args, "next_chunk", body, rows_to_combine)


def _weights(
    b: Builder, cfg: KernelConfig, args: walk.Arguments, s: Setup, weight: Reg
) -> Dict[store.Pattern, Reg]:
    """The weight of the row that a lane will hold, for each pattern of rows."""
    b.stream("weight")
    routed_store.or_one(b, args, weight)
    result: Dict[store.Pattern, Reg] = {}
    for pattern, row in store.lane_rows(b, cfg, s.ids).items():
        b.emit("v_add_u32_e32", row, s.walk.at, row)
        b.emit("v_lshlrev_b32_e32", row, 2, row, note="4 * lane that has the row's id")
        b.emit("ds_bpermute_b32", row, row, weight)
        result[pattern] = row
    return result


def _header(cfg: KernelConfig) -> Tuple[str, ...]:
    more, step = vector.rounding_chain(cfg) - 1, cfg.k_step * cfg.k_waves
    return (
        f"{cfg.name}",
        "Generated by gen from configs/kernels.csv: do not edit.",
        "",
        *walk.header(),
        "",
        f"Workgroup of {cfg.block}: {cfg.n_tile} columns of Out, {cfg.m_tile} rows of a block at a "
        f"time; grid = (ceil(N / {cfg.n_tile}),",
        "blocks of a pass, 1).",
        f"Waves: {cfg.row_waves} over rows x {cfg.k_waves} over K. A wave: {cfg.n_rows} row groups "
        f"of {cfg.group_rows} rows of W, {cfg.k_lanes} lanes to a row.",
        f"K step of a wave: {cfg.k_step}, one 32-block a lane. Loads of {cfg.depth} steps in "
        f"flight: no loop runs up to K = {step * cfg.depth}.",
        "Needs K < 2^29; x_rows * ldx and x_rows * ldxs < 2^32; x_rows > (slots - 1) / a_div: rows past",
        "the last of X read as the last.",
        f"Roundings on any path of additions: ceil(K / {step}) + {more} at most, never more than",
        "ceil(K / 512) + 16 (where K is short, the rest of the path adds exact zeros); a weight adds",
        "one, a combination top_k - 1.",
        "",
        "Comments: stream | named operands | what it is. x, w: [slot][row].half of the 32-block;",
        "xs, ws: their scale bytes; xf, wf: pairs as f32; part: sum of a half block.",
    )
