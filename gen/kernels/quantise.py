"""Quantiser: [M, K] of bf16, f16 or f32 to MXFP8, E4M3 elements and one E8M0 byte per 32 of K.

Four lanes share a block of 32: each converts eight elements, the four take the largest magnitude
by two lane exchanges. A workgroup takes 2,048 elements of one row; grid (ceil(K / 2048), M).
"""

from __future__ import annotations

from typing import Sequence, Tuple

from gen import kernarg
from gen.build import Builder
from gen.config import KernelConfig
from gen.emit import KernelInfo
from gen.ir import EXEC, VCC, Program, Reg, Slice
from gen.kernels.stages.kernargs import Kernargs
from gen.kernels.stages.ident import log2
from gen.kernels.stages.srd import FIELDS, WORD3, offset_mods

LANE_ELEMENTS = 8
E4M3_MAX = 0x43E00000
"""448 as f32."""
E4M3_NANS = 0x7F7F7F7F
E8M0_NAN = 255
F32_INFINITY = 0x7F800000
F32_ABS = 0x7FFFFFFF
AMAX_FLOOR = 0x1E3CE508
"""1e-20 as f32: what the reference's rule takes for a block of zeros."""
ROUND_UP = 0x1FFFFF
"""Added to the bits of amax it carries into the exponent where the mantissa is past that of 448."""


def build(cfg: KernelConfig) -> Tuple[Program, KernelInfo]:
    """The unscheduled program, and what its descriptor and header say."""
    b = Builder()
    tid = b.vgpr("tid", fixed=0)
    arg = Kernargs(b, kernarg.QUANTISE)
    workgroup = b.sgpr("workgroup_x", fixed=arg.workgroup)
    row = b.sgpr("row", fixed=arg.workgroup + 1)
    b.block("entry", "eight elements of one row per lane")
    arg.load()
    b.stream("ident")
    element, first = b.vgpr("element"), b.sgpr("first_element")
    b.emit("s_lshl_b32", first, workgroup, log2(LANE_ELEMENTS * cfg.block))
    b.emit("v_lshl_add_u32", element, tid, log2(LANE_ELEMENTS), first, note="first K of the lane")
    in_type = b.sgpr("in_type")
    b.stream("control")
    b.emit("s_and_b32", in_type, arg("format"), 3)
    b.emit("s_cmp_eq_u32", in_type, kernarg.QUANTISE_TYPES.index("f32"))
    b.emit("s_cbranch_scc1", "load_f32")

    quads = [b.vgpr(f"x.{half}", 4) for half in ("lo", "hi")]
    values = [quads[i // 4][i % 4] for i in range(LANE_ELEMENTS)]
    _load_halves(b, arg, row, element, in_type, values)
    _load_words(b, arg, row, element, quads)
    _quantise(b, arg, row, element, values)
    b.stream("control")
    b.emit("s_endpgm")
    info = KernelInfo(cfg.name, _header(cfg), kernarg.QUANTISE, 0, cfg.block, grid_dims=2)
    return b.program, info


def _row_srd(
    b: Builder, name: str, base: Slice, row: Reg, stride: Slice, size: int, length: Slice
) -> Reg:
    """base + row * stride * size, ended after `length * size` bytes."""
    srd = b.sgpr(f"srd_{name}", 4, fields=FIELDS)
    low, high = b.sgpr(f"{name}_row_lo"), b.sgpr(f"{name}_row_hi")
    b.emit("s_mul_i32", low, row, stride)
    b.emit("s_mul_hi_u32", high, row, stride)
    for _ in range(log2(size)):
        b.emit("s_add_u32", low, low, low)
        b.emit("s_addc_u32", high, high, high)
    b.emit("s_add_u32", srd[0], base[0], low)
    b.emit("s_addc_u32", srd[1], base[1], high, note=f"row of {name}, 64-bit")
    b.emit("s_lshl_b32", srd[2], length, log2(size), note="num_records: one row")
    b.emit("s_mov_b32", srd[3], WORD3)
    return srd


def _load_halves(
    b: Builder, arg: kernarg.ArgOf, row: Reg, element: Reg, in_type: Reg, values: Sequence[Slice]
) -> None:
    b.block("load_16", "bf16 or f16")
    raw, offset = b.vgpr("raw", 4), b.vgpr("x_off16")
    b.stream("load_x")
    srd = _row_srd(b, "x16", arg("x"), row, arg("ldx"), 2, arg("k"))
    b.emit("v_lshlrev_b32_e32", offset, 1, element)
    b.emit("buffer_load_dwordx4", raw, offset, srd, 0, mods=["offen"], note="8 elements")
    b.stream("control")
    b.emit("s_cmp_eq_u32", in_type, kernarg.QUANTISE_TYPES.index("f16"))
    b.emit("s_cbranch_scc1", "from_f16")
    b.block("from_bf16")
    b.stream("convert")
    for i in range(0, LANE_ELEMENTS, 2):
        b.emit("v_lshlrev_b32_e32", values[i], 16, raw[i // 2])
        b.emit("v_and_b32_e32", values[i + 1], 0xFFFF0000, raw[i // 2])
    b.stream("control")
    b.emit("s_branch", "quantise")
    b.block("from_f16")
    b.stream("convert")
    for i in range(0, LANE_ELEMENTS, 2):
        b.emit("v_cvt_f32_f16_e32", values[i], raw[i // 2])
        b.emit("v_lshrrev_b32_e32", values[i + 1], 16, raw[i // 2])
        b.emit("v_cvt_f32_f16_e32", values[i + 1], values[i + 1])
    b.stream("control")
    b.emit("s_branch", "quantise")


def _load_words(
    b: Builder, arg: kernarg.ArgOf, row: Reg, element: Reg, quads: Sequence[Reg]
) -> None:
    b.block("load_f32")
    offset = b.vgpr("x_off32")
    b.stream("load_x")
    srd = _row_srd(b, "x32", arg("x"), row, arg("ldx"), 4, arg("k"))
    b.emit("v_lshlrev_b32_e32", offset, 2, element)
    for half, quad in enumerate(quads):
        mods = offset_mods(16 * half)
        b.emit("buffer_load_dwordx4", quad, offset, srd, 0, mods=mods, note="4 elements")


def _quantise(
    b: Builder, arg: kernarg.ArgOf, row: Reg, element: Reg, values: Sequence[Slice]
) -> None:
    b.block("quantise", "exponent of the block, then elements")
    b.stream("setup")
    q = _row_srd(b, "q", arg("q"), row, arg("ldq"), 1, arg("k"))
    blocks = b.sgpr("k_blocks")
    b.emit("s_lshr_b32", blocks, arg("k"), 5)
    scales = _row_srd(b, "scale", arg("scale"), row, arg("lds"), 1, blocks.all)
    rule, least, carry = b.sgpr("rule"), b.sgpr("least_amax"), b.sgpr("carry")
    b.emit("s_and_b32", rule, arg("format"), kernarg.QUANTISE_FLOOR, note="SCC: OCP's floor rule")
    b.emit("s_cselect_b32", least, 0, AMAX_FLOOR)
    b.emit("s_cselect_b32", carry, 0, ROUND_UP)

    b.stream("amax")
    amax, magnitudes = b.vgpr("amax"), [b.vgpr(f"abs{i}") for i in range(LANE_ELEMENTS)]
    for value, magnitude in zip(values, magnitudes):
        b.emit("v_and_b32_e32", magnitude, F32_ABS, value)
    b.emit("v_max3_u32", amax, magnitudes[0], magnitudes[1], magnitudes[2])
    b.emit("v_max3_u32", amax, amax, magnitudes[3], magnitudes[4])
    b.emit("v_max3_u32", amax, amax, magnitudes[5], magnitudes[6])
    b.emit("v_max_u32_e32", amax, magnitudes[7], amax)
    for exchange in ("quad_perm:[1,0,3,2]", "quad_perm:[2,3,0,1]"):
        mods = [exchange, "row_mask:0xf", "bank_mask:0xf"]
        b.emit("v_max_u32_dpp", amax, amax, amax, mods=mods, note="lanes of the block")

    b.stream("constants")
    top, bottom, packed = b.sgpr("e4m3_max"), b.vgpr("e4m3_min"), b.vgpr("packed", 2)
    nans, nan_scale = b.vgpr("nans"), b.vgpr("nan_scale")
    b.emit("s_mov_b32", top, E4M3_MAX, note="448")
    b.emit("v_mov_b32_e32", bottom, E4M3_MAX | 1 << 31, note="-448")
    b.emit("v_mov_b32_e32", nans, E4M3_NANS)
    b.emit("v_mov_b32_e32", nan_scale, E8M0_NAN)
    for dword in packed[0], packed[1]:
        b.emit("v_mov_b32_e32", dword, 0)

    b.stream("exponent")
    scale, shift = b.vgpr("scale"), b.vgpr("shift")
    b.emit("v_cmp_gt_u32_e32", VCC.all, F32_INFINITY, amax, note="all of the block finite?")
    b.emit("v_max_u32_e32", scale, least, amax)
    b.emit("v_add_u32_e32", scale, carry, scale, note="up to the next power of two past 1.75")
    b.emit("v_lshrrev_b32_e32", scale, 23, scale)
    b.emit("v_add_u32_e32", scale, -8, scale, note="448 = 1.75 * 2^8")
    b.emit("v_max_i32_e32", scale, 0, scale, note="E8M0 byte")
    b.emit("v_sub_u32_e32", shift, 127, scale, note="elements are x * 2^shift")

    b.stream("elements")
    for value in values:
        b.emit("v_ldexp_f32", value, value, shift)
    for value in values:
        b.emit("v_med3_f32", value, value, bottom, top)
    for pair in range(LANE_ELEMENTS // 2):
        b.emit(
            "v_cvt_pk_fp8_f32",
            packed[pair // 2],
            values[2 * pair],
            values[2 * pair + 1],
            mods=["op_sel:[0,0,1]"] if pair % 2 else [],
            note=f"elements {2 * pair}, {2 * pair + 1}",
        )
    for half in (0, 1):
        b.emit("v_cndmask_b32_e32", packed[half], nans, packed[half], VCC.all)
    b.emit("v_cndmask_b32_e32", scale, nan_scale, scale, VCC.all)

    b.stream("store")
    block = b.vgpr("block")
    b.emit("buffer_store_dwordx2", packed, element, q, 0, mods=["offen"], note="8 elements")
    b.emit("v_lshrrev_b32_e32", block, 5, element)
    b.emit("s_mov_b32", EXEC[0], 0x11111111)
    b.emit("s_mov_b32", EXEC[1], 0x11111111, note="the first lane of each block")
    b.emit("buffer_store_byte", scale, block, scales, 0, mods=["offen"], note="E8M0 byte")


def _header(cfg: KernelConfig) -> Tuple[str, ...]:
    return (
        f"{cfg.name}",
        "Generated by gen from configs/kernels.csv: do not edit.",
        "",
        "MXFP8 of a matrix [M, K] of bf16, f16 or f32: per block of 32 along K one E8M0 byte e + 127",
        "and 32 E4M3 elements, x * 2^-e clamped to +-448 and rounded to nearest even.",
        "e = ceil(log2(amax / 448)), amax at least 1e-20 (the reference's rule), or",
        "e = floor(log2(amax)) - 8, at least -127 (OCP's rule). A block with an infinity or a NaN",
        "becomes NaN: byte 255, elements 0x7f.",
        f"Workgroup of {cfg.block}: {LANE_ELEMENTS * cfg.block} elements of one row; "
        "grid (ceil(K / 2048), M). Four lanes to a block.",
    )
