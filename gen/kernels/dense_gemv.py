"""Dense MXFP8 GEMV family: Out[m, n] = sum over 32-blocks of K of (x . w) * 2^(ex + ew - 254), M of
1 to 16, plus a bias.

A workgroup of four waves computes n_tile columns. k_waves of the waves take the K steps in turn,
the others take other rows of W. The loads of `depth` steps are in flight before the first is
awaited; where K fits in them, no loop runs at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import List, Tuple

from gen import kernarg
from gen.build import Builder
from gen.config import KernelConfig
from gen.emit import KernelInfo
from gen.ir import Program
from gen.kernels import vector
from gen.kernels.stages import dense_args, ident, load, math, output, reduce, srd, store


@dataclass(frozen=True)
class Setup:
    """What the entry block leaves for the others."""

    ids: ident.Ids
    arg: output.Args
    columns: store.Columns
    steps: vector.Steps


def build(cfg: KernelConfig) -> Tuple[Program, KernelInfo]:
    """The unscheduled program of one kernel, and what its descriptor and header say."""
    b = Builder()
    slots = [load.step_registers(b, cfg, s) for s in range(cfg.depth)]
    regs = math.math_registers(b, cfg)
    setup = _entry(b, cfg, slots, regs)
    vector.main_loop(b, cfg, slots, regs, setup.steps)
    vector.drain(b, cfg, slots, regs, setup.steps)
    _finish(b, cfg, regs, setup)
    return b.program, KernelInfo(cfg.name, _header(cfg), kernarg.DENSE, cfg.lds_bytes, cfg.block)


def _entry(b: Builder, cfg: KernelConfig, slots: List[load.StepData], regs: math.MathRegs) -> Setup:
    tid = b.vgpr("tid", fixed=0)
    arg = dense_args.DenseArgs(b, cfg)
    workgroup = b.sgpr("workgroup_x", fixed=arg.workgroup)

    b.block("entry", "descriptors, then the loads of the first `depth` steps")
    b.plan("kernargs:* ident:* setup:* srd_x:* srd_w:* offset:*")
    arg.load()
    b.stream("ident")
    ids = ident.wave_ids(b, cfg, tid)
    block = ident.first_block(b, cfg, ids)
    n0 = ident.first_column(b, cfg, ids, workgroup)

    b.stream("setup")
    k, k_blocks = arg("k"), b.sgpr("k_blocks")
    b.emit("s_lshr_b32", k_blocks, k, 5, note="32-blocks of a row = bytes of a scale row")
    b.stream("offset")
    offsets = load.Offsets(b, cfg, ids, block, k)
    b.stream("srd_x")
    x_scale = srd.row_srd(b, "xs", arg("x_scale"), k_blocks)
    x = srd.row_srd(b, "x", arg("x"), k)
    b.stream("srd_w")
    left = srd.clamp_rows(b, arg("n"), n0)
    groups, rows = cfg.n_rows, cfg.group_rows
    w_scale = srd.row_group_srds(b, "ws", arg("w_scale"), k_blocks.all, n0, left, groups, rows)
    w = srd.row_group_srds(b, "w", arg("w"), k, n0, left, groups, rows)

    b.plan(_first_loads_plan(cfg))
    b.stream("x_rows")
    x_rows, xs_rows = srd.row_offsets(b, "x", (arg("ldx"), arg("ldxs")), arg("m"), cfg.m_tile)
    srds = load.Srds(x, x_scale, x_rows, xs_rows, w, w_scale)
    for s, data in enumerate(slots):
        if s > 0:
            b.plan(_step_loads_plan(cfg))
        load.emit_step_loads(b, cfg, data, srds, offsets)
        b.stream("advance")
        offsets.advance()
    b.plan("load_bias:* init:* control:*")
    b.stream("load_bias")
    columns = store.fetch_columns(b, cfg, arg, ids, n0)
    b.stream("control")
    steps_left = load.steps_per_wave(b, cfg, k_blocks)
    b.stream("init")
    math.init(b, regs)
    b.stream("control")
    b.emit("s_cmp_le_u32", steps_left, cfg.depth)
    b.emit("s_cbranch_scc1", "drain_0", note="all of K is in flight: no loop")
    return Setup(ids, arg, columns, vector.Steps(steps_left, srds, offsets))


def _step_loads_plan(cfg: KernelConfig) -> str:
    """Loads in the order in which the math asks for them; W, from further away, first where X is
    the larger part.
    """
    if cfg.m_tile > 4:
        return "load_w:* load_scale:* load_x:* advance:*"
    half = f"load_x:{cfg.m_tile} load_w:{cfg.n_rows}"
    return f"load_scale:* {half} {half} advance:*"


def _first_loads_plan(cfg: KernelConfig) -> str:
    plan = _step_loads_plan(cfg)
    if cfg.m_tile == 1:
        return plan
    return plan.replace("load_scale:*", "x_rows:* load_scale:*")


def _finish(b: Builder, cfg: KernelConfig, regs: math.MathRegs, setup: Setup) -> None:
    b.block("reduce", "sum over the lanes of a row")
    b.plan("nan:* (lanes:1 out:2 bias:1)*")
    b.stream("nan")
    math.poison_nan_scales(b, regs)
    b.stream("lanes")
    held = reduce.reduce_lanes(b, cfg, reduce.held_accumulators(cfg, regs.acc))
    b.stream("out")
    out = store.prepare_out(b, cfg, setup.arg, setup.columns)
    b.stream("bias")
    values = {
        pattern: output.bias_value(b, bias, f"bias{i}")
        for i, (pattern, bias) in enumerate(setup.columns.bias.items())
    }

    b.plan(None)
    if cfg.k_waves == 1:
        b.stream("store")
        store.add_bias(b, held, values)
        cells = store.held_cells(held)
    else:
        value = vector.across_waves(b, cfg, held, setup.ids, "end")
        b.emit("v_add_f32_e32", value, value, values[()], note="+ bias")
        cells = store.lane_cells(cfg, value)
    output.store_blocks(
        b, setup.arg, "end", lambda t: store.store_cells(b, setup.arg, t, cells, out)
    )
    b.block("end")
    b.stream("control")
    b.emit("s_endpgm")


def _header(cfg: KernelConfig) -> Tuple[str, ...]:
    more = vector.rounding_chain(cfg) - 1
    step = cfg.k_step * cfg.k_waves
    return (
        f"{cfg.name}",
        "Generated by gen from configs/kernels.csv: do not edit.",
        "",
        "Out[m, n] = sum over 32-blocks of K of (sum of x * w in the block) * 2^(ex + ew - 254),",
        "in f32, plus bias[n], rounded once to the type of Out (bf16, f16, f32), nearest even.",
        f"M <= {cfg.m_tile} at run time. Workgroup of {cfg.block}: {cfg.n_tile} columns of Out; "
        f"grid.x = ceil(N / {cfg.n_tile}).",
        f"Waves: {cfg.row_waves} over rows x {cfg.k_waves} over K. A wave: {cfg.n_rows} row groups "
        f"of {cfg.group_rows} rows of W, {cfg.k_lanes} lanes to a row.",
        f"K step of a wave: {cfg.k_step}, one 32-block a lane. Loads of {cfg.depth} steps in "
        f"flight: no loop runs up to K = {step * cfg.depth}.",
        "Needs K % 32 == 0, K < 2^29, N <= 2^29; x and w 16-byte aligned; (M - 1) * ldx and",
        "(M - 1) * ldxs < 2^32. Rows past N, and K past the end, read as zero, rows past M as row M - 1;",
        "neither rows past M nor columns past N are stored.",
        f"Roundings on any path of additions: ceil(K / {step}) + {more} at most, never more than",
        "ceil(K / 512) + 16 (where K is short, the rest of the path adds exact zeros); a bias adds one.",
        "",
        "Comments: stream | named operands | what it is. x, w: [slot][row].half of the 32-block;",
        "xs, ws: their scale bytes; xf, wf: pairs as f32; part: sum of a half block.",
    )
