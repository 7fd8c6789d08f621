"""Dense MXFP8 GEMV family: Out[m, n] = sum over 32-blocks of K of (x . w) * 2^(ex + ew - 254), M of
1 to 4.

A workgroup of four waves computes n_tile columns. k_waves of the waves take the K steps in turn,
the others take other rows of W. The loads of `depth` steps are in flight before the first is
awaited; where K fits in them, no loop runs at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import List, Tuple

from gen import kernarg
from gen.build import Builder
from gen.config import LANES, WAVES, KernelConfig
from gen.emit import KernelInfo
from gen.ir import Program, Reg, Slice
from gen.kernels.stages import ident, load, math, reduce, srd, store

BLOCK = LANES * WAVES


@dataclass(frozen=True)
class Setup:
    """What the entry block leaves for the others."""

    ids: ident.Ids
    args: Reg
    n0: Reg
    steps_left: Reg
    srds: load.Srds
    offsets: load.Offsets


def build(cfg: KernelConfig) -> Tuple[Program, KernelInfo]:
    """The unscheduled program of one kernel, and what its descriptor and header say."""
    b = Builder()
    slots = [load.step_registers(b, cfg, s) for s in range(cfg.depth)]
    regs = math.math_registers(b, cfg)
    setup = _entry(b, cfg, slots, regs)
    _main_loop(b, cfg, slots, regs, setup)
    _drain(b, cfg, slots, regs, setup)
    _finish(b, cfg, regs, setup)
    return b.program, KernelInfo(cfg.name, _header(cfg), kernarg.DENSE, cfg.lds_bytes, BLOCK)


def _arg(args: Reg, name: str) -> Slice:
    return kernarg.DENSE.slice_of(args, name)


def _entry(b: Builder, cfg: KernelConfig, slots: List[load.StepData], regs: math.MathRegs) -> Setup:
    tid = b.vgpr("tid", fixed=0)
    kernarg_ptr, workgroup = b.sgpr("kernarg_ptr", 2, fixed=0), b.sgpr("workgroup_x", fixed=2)
    args = b.sgpr("args", kernarg.DENSE.size // 4, fields=kernarg.DENSE.dword_names())

    b.block("entry", "descriptors, then the loads of the first `depth` steps")
    b.plan("kernargs:* ident:* setup:* srd_x:* srd_w:* offset:*")
    b.stream("kernargs")
    b.emit("s_load_dwordx16", args, kernarg_ptr, 0, note="all kernel arguments")
    b.stream("ident")
    ids = ident.wave_ids(b, cfg, tid)
    block = ident.first_block(b, cfg, ids)
    n0 = ident.first_column(b, cfg, ids, workgroup)

    b.stream("setup")
    k, k_blocks = _arg(args, "k"), b.sgpr("k_blocks")
    b.emit("s_lshr_b32", k_blocks, k, 5, note="32-blocks of a row = bytes of a scale row")
    b.stream("offset")
    offsets = load.Offsets(b, cfg, ids, block, k, k_blocks)
    b.stream("srd_x")
    m, none = _arg(args, "m"), 0
    ldx, ldxs = _arg(args, "ldx"), _arg(args, "ldxs")
    x_scale = srd.row_srds(b, "xs", _arg(args, "x_scale"), ldxs, none, k_blocks, m, cfg.m_tile)
    x = srd.row_srds(b, "x", _arg(args, "x"), ldx, none, k, m, cfg.m_tile)
    b.stream("srd_w")
    left = srd.clamp_rows(b, _arg(args, "n"), n0)
    groups, rows = cfg.n_rows, cfg.group_rows
    w_scale = srd.row_group_srds(
        b, "ws", _arg(args, "w_scale"), k_blocks.all, n0, left, groups, rows
    )
    w = srd.row_group_srds(b, "w", _arg(args, "w"), k, n0, left, groups, rows)
    srds = load.Srds(x, x_scale, w, w_scale)

    for data in slots:
        half = f"load_x:{cfg.m_tile} load_w:{cfg.n_rows}"
        b.plan(f"load_scale:* {half} {half} advance:*")
        load.emit_step_loads(b, data, srds, offsets)
        b.stream("advance")
        offsets.advance()
    b.plan("init:* control:*")
    b.stream("control")
    steps_left = load.steps_per_wave(b, cfg, k_blocks)
    b.stream("init")
    math.init(b, regs)
    b.stream("control")
    b.emit("s_cmp_le_u32", steps_left, cfg.depth)
    b.emit("s_cbranch_scc1", "drain_0", note="all of K is in flight: no loop")
    return Setup(ids, args, n0, steps_left, srds, offsets)


def _slot_plan(cfg: KernelConfig) -> str:
    """Math of one slot with the loads that refill it, each once its registers have been read.

    The loads of the first half are spread over the pairs of the second half, those of the second
    half over the fold.
    """
    plan = ["scale:* load_scale:*", *math.pair_plan(cfg, 0, 8)]
    pending = [*["load_x:1"] * cfg.m_tile, *["load_w:1"] * cfg.n_rows]
    for pair in range(8, math.PAIRS):
        share = -(-len(pending) // (math.PAIRS - pair))
        plan += math.pair_plan(cfg, pair, 1) + pending[:share]
        del pending[:share]
    return " ".join([*plan, "(fold:1 load_x:1)*", "load_w:*", "advance:*"])


def _main_loop(
    b: Builder, cfg: KernelConfig, slots: List[load.StepData], regs: math.MathRegs, setup: Setup
) -> None:
    b.block("loop", "one round: each slot is computed and refilled with the step `depth` later")
    for data in slots:
        b.plan(_slot_plan(cfg))
        math.emit_step_math(b, data, regs)
        load.emit_step_loads(b, data, setup.srds, setup.offsets)
        b.stream("advance")
        setup.offsets.advance()
    b.plan(None)
    b.stream("control")
    b.emit("s_sub_u32", setup.steps_left, setup.steps_left, cfg.depth)
    b.emit("s_cmp_gt_u32", setup.steps_left, cfg.depth)
    b.emit("s_cbranch_scc1", "loop", note="more steps than slots are left")


def _drain(
    b: Builder, cfg: KernelConfig, slots: List[load.StepData], regs: math.MathRegs, setup: Setup
) -> None:
    for s, data in enumerate(slots):
        b.block(f"drain_{s}", f"last round, slot {s}: no refill")
        b.plan(" ".join(["scale:*", *math.pair_plan(cfg, 0, math.PAIRS), "fold:*"]))
        math.emit_step_math(b, data, regs)
        if s + 1 < cfg.depth:
            b.plan(None)
            b.stream("control")
            b.emit("s_cmp_le_u32", setup.steps_left, s + 1)
            b.emit("s_cbranch_scc1", "reduce", note="the slots after this one lie past K")


def _finish(b: Builder, cfg: KernelConfig, regs: math.MathRegs, setup: Setup) -> None:
    b.block("reduce", "sum over the lanes of a row")
    b.plan("out_size:* nan:* (lanes:1 srd_out:2)*")
    b.stream("nan")
    math.poison_nan_scales(b, regs)
    b.stream("lanes")
    held = reduce.reduce_lanes(b, cfg, reduce.held_accumulators(cfg, regs.acc))
    b.stream("out_size")
    n_bytes, ldo_lo, ldo_hi = b.sgpr("n_bytes"), b.sgpr("ldo_lo"), b.sgpr("ldo_hi")
    b.emit("s_lshl_b32", n_bytes, _arg(setup.args, "n"), 1, note="bytes of a row of Out")
    b.emit("s_lshl_b32", ldo_lo, _arg(setup.args, "ldo"), 1)
    b.emit(
        "s_lshr_b32", ldo_hi, _arg(setup.args, "ldo"), 31, note="bytes between rows of Out, 64-bit"
    )
    b.stream("srd_out")
    out, m = _arg(setup.args, "out"), _arg(setup.args, "m")
    outs = srd.row_srds(b, "out", out, ldo_lo, ldo_hi, n_bytes, m, cfg.m_tile)

    b.plan(None)
    if cfg.k_waves == 1:
        b.stream("store")
        store.store_held(b, held, setup.ids, setup.n0, outs)
    else:
        _across_waves(b, cfg, held, outs, setup)
    b.block("end")
    b.stream("control")
    b.emit("s_endpgm")


def _across_waves(
    b: Builder, cfg: KernelConfig, held: List[reduce.Held], outs: List[Reg], setup: Setup
) -> None:
    b.stream("lds")
    base = store.lds_base(b, cfg, setup.ids)
    store.write_partials(b, cfg, held, setup.ids, base)
    b.stream("control")
    b.emit("s_barrier", note="all partial sums are in LDS")
    assert setup.ids.k_wave is not None
    b.emit("s_cmp_lg_u32", setup.ids.k_wave, 0)
    b.emit("s_cbranch_scc1", "end", note="the first K wave of each row group finishes")
    b.block("combine", "add the K waves in wave order")
    b.stream("lds")
    lane, value = store.combine_partials(b, cfg, setup.ids, base)
    b.stream("store")
    store.store_lanes(b, cfg, lane, value, setup.n0, outs)


def rounding_chain(cfg: KernelConfig) -> int:
    """Roundings on any path besides one per K step of a wave: 8 products and the two pairs of a
    block, lanes, waves.
    """
    return 7 + 2 + ident.log2(cfg.k_lanes) + (cfg.k_waves - 1)


def _header(cfg: KernelConfig) -> Tuple[str, ...]:
    more = rounding_chain(cfg) - 1
    step = cfg.k_step * cfg.k_waves
    return (
        f"{cfg.name}",
        "Generated by gen from configs/kernels.csv: do not edit.",
        "",
        "Out[m, n] = sum over 32-blocks of K of (sum of x * w in the block) * 2^(ex + ew - 254),",
        "in f32, rounded once to bf16, nearest even.",
        f"M <= {cfg.m_tile} at run time. Workgroup of {BLOCK}: {cfg.n_tile} columns of Out; "
        f"grid.x = ceil(N / {cfg.n_tile}).",
        f"Waves: {cfg.row_waves} over rows x {cfg.k_waves} over K. A wave: {cfg.n_rows} row groups "
        f"of {cfg.group_rows} rows of W, {cfg.k_lanes} lanes to a row.",
        f"K step of a wave: {cfg.k_step}, one 32-block a lane. Loads of {cfg.depth} steps in "
        f"flight: no loop runs up to K = {step * cfg.depth}.",
        "Needs K % 32 == 0, K < 2^29, N < 2^31; x and w 16-byte aligned.",
        "Rows past M and N, and K past the end, read as zero; columns past N are not stored.",
        f"Roundings on any path of additions: ceil(K / {step}) + {more} at most, never more than",
        "ceil(K / 512) + 16 (where K is short, the rest of the path adds exact zeros).",
        "",
        "Comments: stream | named operands | what it is. x, w: [slot][row].half of the 32-block;",
        "xs, ws: their scale bytes; xf, wf: pairs as f32; part: sum of a half block.",
    )
