"""The end of every kernel: bias in f32, one rounding to the type of Out, store.

The types are run-time: the kernel argument `format` holds an index into `gen.kernarg.OUT_TYPES` and
one into `BIAS_TYPES`. Out's type is a uniform branch. The bias takes none: it is read through two
descriptors, 16 and 32 bits wide, of which those not selected have no records and read as +0, and
+0 changes no sum that started at +0.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Callable, Tuple, Union

from gen import kernarg
from gen.build import Builder
from gen.ir import Reg, Slice
from gen.kernels.stages import srd

Args = Callable[[str], Slice]
"""Name of a kernel argument to its dwords."""

_OUT_BITS = (1 << kernarg.BIAS_SHIFT) - 1

MAX_COLUMN = 1 << 29
"""Largest N: four bytes a column, and columns past N that a tile still has, stay below 2^32."""


@dataclass(frozen=True)
class BiasSrds:
    """Descriptors of the bias as 16-bit and as 32-bit elements; `f16` is all ones for f16, else 0."""

    half: Reg
    full: Reg
    f16: Reg


@dataclass(frozen=True)
class Bias:
    """What was loaded for each lane's column: at most one of the two is not 0."""

    half: Reg
    full: Reg
    srds: BiasSrds


@dataclass(frozen=True)
class OutType:
    """One type of Out: its size, its rounding, its store."""

    name: str
    bytes: int
    rounding: str
    store: str

    @property
    def shift(self) -> int:
        """log2 of `bytes`."""
        return self.bytes.bit_length() - 1

    def convert(self, b: Builder, value: Union[Reg, Slice]) -> None:
        """f32 to this type in place, in the low 16 bits where it has 16; nearest even."""
        if self.rounding == "v_cvt_pk_bf16_f32":
            b.emit(self.rounding, value, value, value, note="round to nearest even")
        elif self.rounding:
            b.emit(self.rounding, value, value, note="round to nearest even")


OUT_TYPES: Tuple[OutType, ...] = (
    OutType("bf16", 2, "v_cvt_pk_bf16_f32", "buffer_store_short"),
    OutType("f16", 2, "v_cvt_f16_f32_e32", "buffer_store_short"),
    OutType("f32", 4, "", "buffer_store_dword"),
)
assert tuple(t.name for t in OUT_TYPES) == kernarg.OUT_TYPES


def _bias_bits(name: str) -> int:
    return kernarg.BIAS_TYPES.index(name) << kernarg.BIAS_SHIFT


def bias_srds(b: Builder, arg: Args) -> BiasSrds:
    """The descriptors of the bias, once per program; needs N <= MAX_COLUMN."""
    half, full = (b.sgpr(f"srd_bias_{n}", 4, fields=srd.FIELDS) for n in ("half", "full"))
    kind, mask = b.sgpr("bias_type"), b.sgpr("bias_f16")
    base, n = arg("bias"), arg("n")
    every = _bias_bits("f32") | _bias_bits("bf16") | _bias_bits("f16")
    b.emit("s_and_b32", kind, arg("format"), every)
    b.emit("s_cmp_eq_u32", kind, _bias_bits("f16"))
    b.emit("s_cselect_b32", mask, -1, 0, note="all ones where the bias is f16")
    b.emit("s_mov_b32", full[0], base[0])
    b.emit("s_and_b32", full[1], base[1], 0xFFFF, note="48 bits of whatever the pointer is")
    b.emit("s_mov_b32", half[0], full[0])
    b.emit("s_mov_b32", half[1], full[1])
    b.emit("s_lshl_b32", full[2], n, 2)
    b.emit("s_lshl_b32", half[2], n, 1)
    b.emit("s_cmp_eq_u32", kind, _bias_bits("f32"))
    b.emit("s_cselect_b32", full[2], full[2], 0, note="num_records: N of f32, or none")
    b.emit("s_cselect_b32", half[2], 0, half[2])
    b.emit("s_cmp_eq_u32", kind, _bias_bits("none"))
    b.emit("s_cselect_b32", half[2], 0, half[2], note="num_records: N of 16 bits, or none")
    b.emit("s_mov_b32", full[3], srd.WORD3)
    b.emit("s_mov_b32", half[3], srd.WORD3)
    return BiasSrds(half, full, mask)


def bias_loads(b: Builder, srds: BiasSrds, column: Reg, name: str, more: int = 0) -> Bias:
    """Load bias[column + more] of every lane; a column past N reads 0. `name` tells calls apart."""
    half, full = b.vgpr(f"{name}.half"), b.vgpr(f"{name}.full")
    b.emit("v_lshlrev_b32_e32", half, 1, column)
    b.emit("v_lshlrev_b32_e32", full, 2, column)
    for mnemonic, reg, descriptor, size in (
        ("buffer_load_ushort", half, srds.half, 2),
        ("buffer_load_dword", full, srds.full, 4),
    ):
        b.emit(
            mnemonic, reg, reg, descriptor, 0, mods=srd.offset_mods(more * size), note="bias, or 0"
        )
    return Bias(half, full, srds)


def bias_value(b: Builder, bias: Bias, name: str) -> Reg:
    """The loaded bias as f32, every type's denormals kept."""
    value = b.vgpr(name)
    b.emit("v_cvt_f32_f16_e32", value, bias.half, note="bias if it is f16")
    b.emit("v_lshlrev_b32_e32", bias.half, 16, bias.half, note="bias if it is bf16")
    b.emit("v_bfi_b32", value, bias.srds.f16, value, bias.half, note="f16 or bf16")
    b.emit("v_or_b32_e32", value, value, bias.full, note="bias as f32; one of the two is 0")
    return value


def bias_add(b: Builder, bias: Bias, value: Reg, name: str) -> None:
    """value += bias, both f32 in VGPRs. Where several values share a column, add one bias_value."""
    b.emit("v_add_f32_e32", value, value, bias_value(b, bias, name), note="+ bias")


def size_log2(b: Builder, arg: Args, name: str = "") -> Reg:
    """log2 of the bytes of an element of Out, for what is worked out before the types part. `name`
    tells calls apart.
    """
    kind, size = b.sgpr(f"{name}size_type"), b.sgpr(f"{name}size_log2")
    b.emit("s_and_b32", kind, arg("format"), _OUT_BITS)
    b.emit("s_cmp_eq_u32", kind, kernarg.OUT_TYPES.index("f32"))
    b.emit("s_cselect_b32", size, 2, 1, note="log2 of the bytes of an element of Out")
    return size


def store_blocks(
    b: Builder, arg: Args, end_label: str, body: Callable[[OutType], None], label: str = "store"
) -> None:
    """A block for each type of Out, chosen by a uniform branch; `body` writes conversion and stores.

    Ends the current block; each new one, `<label>_<type>`, ends in a branch to `end_label`. A
    register that `body` creates needs the type in its name.
    """
    kind = b.sgpr(f"{label}_type")
    b.plan(None)
    b.stream("control")
    b.emit("s_and_b32", kind, arg("format"), _OUT_BITS, note="type of Out")
    for i, t in list(enumerate(OUT_TYPES))[1:]:
        b.emit("s_cmp_eq_u32", kind, i)
        b.emit("s_cbranch_scc1", f"{label}_{t.name}")
    for t in OUT_TYPES:
        b.block(f"{label}_{t.name}", f"Out is {t.name}")
        b.stream("store")
        body(t)
        b.stream("control")
        b.emit("s_branch", end_label)
