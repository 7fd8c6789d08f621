"""What the dense and the grouped GEMV kernels share: a wave's K steps, and the sum over the waves
that split K.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import List

from gen.build import Builder
from gen.config import KernelConfig
from gen.ir import Reg
from gen.kernels.stages import ident, load, math, reduce, store


@dataclass(frozen=True)
class Steps:
    """K steps that are left, and where the next one's bytes are."""

    left: Reg
    srds: load.Srds
    offsets: load.Offsets


def _slot_plan(cfg: KernelConfig) -> str:
    """Math of one slot with the loads that refill it, each once its registers have been read.

    The loads of the first half are spread over the pairs of the second half, those of the second
    half over the fold; where another batch follows, a batch's X loads over its first pairs.
    """
    half_pairs = math.PAIRS // 2
    plan: List[str] = []
    pending: List[str] = []
    for i, batch in enumerate(load.batches(cfg)):
        last = batch.stop == cfg.m_tile
        plan += [math.batch_scales(cfg, i), *(["load_scale:*"] if last else [])]
        for pair in range(math.PAIRS):
            if last and pair == half_pairs:
                pending = ["load_x:1"] * len(batch) + ["load_w:1"] * cfg.n_rows
            share = -(-len(pending) // (half_pairs - pair % half_pairs))
            plan += math.pair_plan(cfg, pair, 1) + pending[:share]
            del pending[:share]
        if not last:
            plan.append(math.batch_fold(cfg))
            pending = ["load_x:1"] * (2 * len(batch))
    return " ".join([*plan, "(fold:1 load_x:1)*", "load_w:*", "advance:*"])


def main_loop(
    b: Builder, cfg: KernelConfig, slots: List[load.StepData], regs: math.MathRegs, steps: Steps
) -> None:
    b.block("loop", "one round: each slot is computed and refilled with the step `depth` later")
    for data in slots:
        b.plan(_slot_plan(cfg))
        math.emit_step_math(b, cfg, data, regs)
        load.emit_step_loads(b, cfg, data, steps.srds, steps.offsets)
        b.stream("advance")
        steps.offsets.advance()
    b.plan(None)
    b.stream("control")
    b.emit("s_sub_u32", steps.left, steps.left, cfg.depth)
    b.emit("s_cmp_gt_u32", steps.left, cfg.depth)
    b.emit("s_cbranch_scc1", "loop", note="more steps than slots are left")


def drain(
    b: Builder, cfg: KernelConfig, slots: List[load.StepData], regs: math.MathRegs, steps: Steps
) -> None:
    for s, data in enumerate(slots):
        b.block(f"drain_{s}", f"last round, slot {s}: no refill")
        b.plan(math.step_plan(cfg))
        math.emit_step_math(b, cfg, data, regs)
        if s + 1 < cfg.depth:
            b.plan(None)
            b.stream("control")
            b.emit("s_cmp_le_u32", steps.left, s + 1)
            b.emit("s_cbranch_scc1", "reduce", note="the slots after this one lie past K")


def across_waves(
    b: Builder, cfg: KernelConfig, held: List[reduce.Held], ids: ident.Ids, skip: str
) -> Reg:
    """Lane i := result i, the sum over the K waves; all but the first of them go to `skip`."""
    b.stream("lds")
    base = store.lds_base(b, cfg, ids)
    store.write_partials(b, cfg, held, ids, base)
    b.stream("control")
    b.emit("s_barrier", note="all partial sums are in LDS")
    assert ids.k_wave is not None
    b.emit("s_cmp_lg_u32", ids.k_wave, 0)
    b.emit("s_cbranch_scc1", skip, note="the first K wave of each row group finishes")
    b.block("combine", "add the K waves in wave order")
    b.stream("lds")
    return store.combine_partials(b, cfg, ids, base)


def rounding_chain(cfg: KernelConfig) -> int:
    """Roundings on any path besides one per K step of a wave: 8 products and the two pairs of a
    block, lanes, waves.
    """
    return 7 + 2 + ident.log2(cfg.k_lanes) + (cfg.k_waves - 1)
