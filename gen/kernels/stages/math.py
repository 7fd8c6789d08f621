"""Math of a K step: 32 products per lane and (m, r), scaled once by 2^(ex + ew - 254), added to an
accumulator.

Source of the formats and of the combined exponent: CDNA4 ISA 7.2 and 7.4 (OCP E4M3 and E8M0).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import List

from gen.build import Builder
from gen.config import KernelConfig
from gen.ir import VCC, Reg
from gen.kernels.stages.load import StepData, batches

E8M0_NAN = 255
F32_NAN = 0x7FC00000
PAIRS = 16
"""Pairs of elements in a 32-block; 8 pairs come from each half."""


@dataclass(frozen=True)
class MathRegs:
    """Accumulators, running scale maxima (for NaN) and temporaries. [m] rows of X (temporaries: of
    a batch of them), [r] row groups of W.
    """

    acc: List[List[Reg]]
    x_max: List[Reg]
    w_max: List[Reg]
    exponent: List[List[Reg]]
    part: List[List[List[Reg]]]
    xf: List[List[Reg]]
    wf: List[List[Reg]]
    bias: Reg


def math_registers(b: Builder, cfg: KernelConfig) -> MathRegs:
    ms, rs, batch = range(cfg.m_tile), range(cfg.n_rows), batches(cfg)[0]
    return MathRegs(
        [[b.vgpr(f"acc[m{m}][r{r}]") for r in rs] for m in ms],
        [b.vgpr(f"xs_max[m{m}]") for m in ms],
        [b.vgpr(f"ws_max[r{r}]") for r in rs],
        [[b.vgpr(f"exp[m{m}][r{r}]") for r in rs] for m in batch],
        [[[b.vgpr(f"part[m{m}][r{r}].{h}", 2) for h in ("lo", "hi")] for r in rs] for m in batch],
        [[b.vgpr(f"xf[m{m}].{p}", 2) for p in (0, 1)] for m in batch],
        [[b.vgpr(f"wf[r{r}].{p}", 2) for p in (0, 1)] for r in rs],
        b.sgpr("exp_bias"),
    )


def init(b: Builder, regs: MathRegs) -> None:
    """Zero accumulators and maxima."""
    b.emit("s_mov_b32", regs.bias, -254, note="two E8M0 biases of 127")
    for reg in [a for row in regs.acc for a in row] + regs.x_max + regs.w_max:
        b.emit("v_mov_b32_e32", reg, 0)


def emit_step_math(b: Builder, cfg: KernelConfig, data: StepData, regs: MathRegs) -> None:
    """For each batch of rows of X the streams scale (exponents, maxima), convert and product (per
    pair of elements), fold (scale, accumulate).
    """
    for batch in batches(cfg):
        _scales(b, data, regs, batch)
        for pair in range(PAIRS):
            _products(b, data, regs, batch, pair)
        _fold(b, regs, batch)


def batch_scales(cfg: KernelConfig, index: int) -> str:
    """Slot of the scale instructions of batch `index`."""
    rows = len(batches(cfg)[index])
    return f"scale:{rows * cfg.n_rows + rows + (cfg.n_rows if index == 0 else 0)}"


def batch_fold(cfg: KernelConfig) -> str:
    """Slot of the fold instructions of one batch."""
    return f"fold:{4 * len(batches(cfg)[0]) * cfg.n_rows}"


def pair_plan(cfg: KernelConfig, first: int, count: int) -> List[str]:
    """Slots of `count` pairs of a batch from pair `first`.

    Where a pair has few products, conversions run one pair ahead, so that no product waits for its
    operands.
    """
    rows = len(batches(cfg)[0])
    convert, product = f"convert:{rows + cfg.n_rows}", f"product:{rows * cfg.n_rows}"
    if rows * cfg.n_rows >= 8:
        return [convert, product] * count
    plan = [convert] if first == 0 else []
    for pair in range(first, first + count):
        plan += [convert, product] if pair + 1 < PAIRS else [product]
    return plan


def step_plan(cfg: KernelConfig) -> str:
    """The math of a step alone."""
    plan: List[str] = []
    for i in range(len(batches(cfg))):
        plan += [batch_scales(cfg, i), *pair_plan(cfg, 0, PAIRS), batch_fold(cfg)]
    return " ".join(plan)


def _scales(b: Builder, data: StepData, regs: MathRegs, batch: range) -> None:
    b.stream("scale")
    for row, m in enumerate(batch):
        for r, ws in enumerate(data.w_scale):
            exponent = regs.exponent[row][r]
            b.emit("v_add3_u32", exponent, data.x_scale[m], ws, regs.bias, note="ex + ew - 254")
    maxima = [(regs.x_max[m], data.x_scale[m]) for m in batch]
    if batch.start == 0:
        maxima += list(zip(regs.w_max, data.w_scale))
    for reg, scale in maxima:
        b.emit("v_max_u32_e32", reg, scale, reg, note="255 is NaN")


def _convert(b: Builder, to: Reg, source: List[Reg], pair: int) -> None:
    dword = source[pair // 8][pair % 8 // 2]
    if pair % 2 == 0:
        b.emit("v_cvt_pk_f32_fp8_e32", to, dword, note=f"k {2 * pair}, {2 * pair + 1}")
    else:
        b.emit(
            "v_cvt_pk_f32_fp8_sdwa",
            to,
            dword,
            mods=["src0_sel:WORD_1"],
            note=f"k {2 * pair}, {2 * pair + 1}",
        )


def _products(b: Builder, data: StepData, regs: MathRegs, batch: range, pair: int) -> None:
    phase, half = pair % 2, pair // 8
    b.stream("convert")
    for row, m in enumerate(batch):
        _convert(b, regs.xf[row][phase], data.x[m], pair)
    for r, w in enumerate(data.w):
        _convert(b, regs.wf[r][phase], w, pair)
    b.stream("product")
    for row in range(len(batch)):
        for r in range(len(data.w)):
            part, x_pair, w_pair = regs.part[row][r][half], regs.xf[row][phase], regs.wf[r][phase]
            if pair % 8 == 0:
                b.emit("v_pk_mul_f32", part, x_pair, w_pair)
            else:
                b.emit("v_pk_fma_f32", part, x_pair, w_pair, part)


def _fold(b: Builder, regs: MathRegs, batch: range) -> None:
    b.stream("fold")
    cells = [(row, r) for row in range(len(batch)) for r in range(len(regs.part[row]))]
    for row, r in cells:
        low, high = regs.part[row][r]
        b.emit("v_pk_add_f32", low, low, high)
    for row, r in cells:
        low = regs.part[row][r][0]
        b.emit("v_add_f32_e32", low[0], low[0], low[1], note="sum of the 32-block")
    for row, r in cells:
        low = regs.part[row][r][0]
        b.emit("v_ldexp_f32", low[0], low[0], regs.exponent[row][r], note="times 2^(ex + ew - 254)")
    for row, r in cells:
        acc = regs.acc[batch[row]][r]
        b.emit("v_add_f32_e32", acc, regs.part[row][r][0][0], acc)


def poison_nan_scales(b: Builder, regs: MathRegs) -> None:
    """A lane that met a scale of 255 holds NaN from here on, never a huge number or a zero."""
    nan, worst = b.vgpr("nan"), b.vgpr("scale_max")
    b.emit("v_mov_b32_e32", nan, F32_NAN)
    for m, row in enumerate(regs.acc):
        for r, acc in enumerate(row):
            b.emit("v_max_u32_e32", worst, regs.x_max[m], regs.w_max[r])
            b.emit("v_cmp_eq_u32_e32", VCC.all, E8M0_NAN, worst, note="E8M0 NaN met?")
            b.emit("v_cndmask_b32_e32", acc, acc, nan, VCC.all)
