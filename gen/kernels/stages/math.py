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
from gen.kernels.stages.load import StepData

E8M0_NAN = 255
F32_NAN = 0x7FC00000
PAIRS = 16
"""Pairs of elements in a 32-block; 8 pairs come from each half."""


@dataclass(frozen=True)
class MathRegs:
    """Accumulators, running scale maxima (for NaN) and temporaries. [m] rows of X, [r] row groups
    of W.
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
    ms, rs = range(cfg.m_tile), range(cfg.n_rows)
    return MathRegs(
        [[b.vgpr(f"acc[m{m}][r{r}]") for r in rs] for m in ms],
        [b.vgpr(f"xs_max[m{m}]") for m in ms],
        [b.vgpr(f"ws_max[r{r}]") for r in rs],
        [[b.vgpr(f"exp[m{m}][r{r}]") for r in rs] for m in ms],
        [[[b.vgpr(f"part[m{m}][r{r}].{h}", 2) for h in ("lo", "hi")] for r in rs] for m in ms],
        [[b.vgpr(f"xf[m{m}].{p}", 2) for p in (0, 1)] for m in ms],
        [[b.vgpr(f"wf[r{r}].{p}", 2) for p in (0, 1)] for r in rs],
        b.sgpr("exp_bias"),
    )


def init(b: Builder, regs: MathRegs) -> None:
    """Zero accumulators and maxima."""
    b.emit("s_mov_b32", regs.bias, -254, note="two E8M0 biases of 127")
    for reg in [a for row in regs.acc for a in row] + regs.x_max + regs.w_max:
        b.emit("v_mov_b32_e32", reg, 0)


def emit_step_math(b: Builder, data: StepData, regs: MathRegs) -> None:
    """Streams scale (exponents, maxima), convert and product (per pair of elements), fold (scale,
    accumulate).
    """
    _scales(b, data, regs)
    for pair in range(PAIRS):
        _products(b, data, regs, pair)
    _fold(b, regs)


def pair_plan(cfg: KernelConfig, first: int, count: int) -> List[str]:
    """Slots of `count` pairs from pair `first`.

    Where a pair has few products, conversions run one pair ahead, so that no product waits for its
    operands.
    """
    convert = f"convert:{cfg.m_tile + cfg.n_rows}"
    product = f"product:{cfg.m_tile * cfg.n_rows}"
    if cfg.m_tile * cfg.n_rows >= 8:
        return [convert, product] * count
    plan = [convert] if first == 0 else []
    for pair in range(first, first + count):
        plan += [convert, product] if pair + 1 < PAIRS else [product]
    return plan


def _scales(b: Builder, data: StepData, regs: MathRegs) -> None:
    b.stream("scale")
    for m, xs in enumerate(data.x_scale):
        for r, ws in enumerate(data.w_scale):
            b.emit("v_add3_u32", regs.exponent[m][r], xs, ws, regs.bias, note="ex + ew - 254")
    for reg, scale in list(zip(regs.x_max, data.x_scale)) + list(zip(regs.w_max, data.w_scale)):
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


def _products(b: Builder, data: StepData, regs: MathRegs, pair: int) -> None:
    phase, half = pair % 2, pair // 8
    b.stream("convert")
    for m, x in enumerate(data.x):
        _convert(b, regs.xf[m][phase], x, pair)
    for r, w in enumerate(data.w):
        _convert(b, regs.wf[r][phase], w, pair)
    b.stream("product")
    for m in range(len(data.x)):
        for r in range(len(data.w)):
            part, x_pair, w_pair = regs.part[m][r][half], regs.xf[m][phase], regs.wf[r][phase]
            if pair % 8 == 0:
                b.emit("v_pk_mul_f32", part, x_pair, w_pair)
            else:
                b.emit("v_pk_fma_f32", part, x_pair, w_pair, part)


def _fold(b: Builder, regs: MathRegs) -> None:
    b.stream("fold")
    cells = [(m, r) for m in range(len(regs.part)) for r in range(len(regs.part[m]))]
    for m, r in cells:
        low, high = regs.part[m][r]
        b.emit("v_pk_add_f32", low, low, high)
    for m, r in cells:
        low = regs.part[m][r][0]
        b.emit("v_add_f32_e32", low[0], low[0], low[1], note="sum of the 32-block")
    for m, r in cells:
        low = regs.part[m][r][0]
        b.emit("v_ldexp_f32", low[0], low[0], regs.exponent[m][r], note="times 2^(ex + ew - 254)")
    for m, r in cells:
        acc = regs.acc[m][r]
        b.emit("v_add_f32_e32", acc, regs.part[m][r][0][0], acc)


def poison_nan_scales(b: Builder, regs: MathRegs) -> None:
    """A lane that met a scale of 255 holds NaN from here on, never a huge number or a zero."""
    nan, worst = b.vgpr("nan"), b.vgpr("scale_max")
    b.emit("v_mov_b32_e32", nan, F32_NAN)
    for m, row in enumerate(regs.acc):
        for r, acc in enumerate(row):
            b.emit("v_max_u32_e32", worst, regs.x_max[m], regs.w_max[r])
            b.emit("v_cmp_eq_u32_e32", VCC.all, E8M0_NAN, worst, note="E8M0 NaN met?")
            b.emit("v_cndmask_b32_e32", acc, acc, nan, VCC.all)
