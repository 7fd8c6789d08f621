"""The gfx950 instructions that our kernels use: one row per mnemonic.

A row gives class, operand roles in assembler order, implicit registers and flags. A role is written
`name:kinds width`, where a leading `=` writes, `+` reads and writes, nothing reads; kinds are any
of v (VGPR), a (AccVGPR), s (SGPR, VCC, EXEC, M0), i (immediate or literal text). Adding an
instruction is adding a row.

Flags: conditional, end (branches); load, store, barrier (memory); uncounted (vmcnt does not count
it); trans, dpp, sdwa, swap (what wait states depend on); ec (a destination must not share a register with a source: an SMEM load may be
replayed). Source: AMD Instinct CDNA4 ISA, chapters 12 and 13; spelling as LLVM 22 prints it.
"""

from __future__ import annotations

import re
from typing import Dict, Sequence, Tuple

from gen.errors import OperandError
from gen.ir import EXEC, SCC, VCC, Cls, Imm, Instr, Kind, Lit, Op, Operand, Role, Slice

_IMPLICIT: Dict[str, Slice] = {"scc": SCC.all, "vcc": VCC.all, "exec": EXEC.all}

# mnemonic, class, roles, implicit defs, implicit uses, flags
_ROWS: Tuple[Tuple[str, Cls, str, str, str, str], ...] = (
    # Scalar ALU
    ("s_mov_b32", Cls.SALU, "=sdst:s1 ssrc:si1", "", "", ""),
    ("s_mov_b64", Cls.SALU, "=sdst:s2 ssrc:si2", "", "", ""),
    ("s_mul_i32", Cls.SALU, "=sdst:s1 ssrc:si1 ssrc:si1", "", "", ""),
    ("s_mul_hi_u32", Cls.SALU, "=sdst:s1 ssrc:si1 ssrc:si1", "", "", ""),
    ("s_add_u32", Cls.SALU, "=sdst:s1 ssrc:si1 ssrc:si1", "scc", "", ""),
    ("s_addc_u32", Cls.SALU, "=sdst:s1 ssrc:si1 ssrc:si1", "scc", "scc", ""),
    ("s_sub_u32", Cls.SALU, "=sdst:s1 ssrc:si1 ssrc:si1", "scc", "", ""),
    ("s_min_u32", Cls.SALU, "=sdst:s1 ssrc:si1 ssrc:si1", "scc", "", ""),
    ("s_min_i32", Cls.SALU, "=sdst:s1 ssrc:si1 ssrc:si1", "scc", "", ""),
    ("s_max_u32", Cls.SALU, "=sdst:s1 ssrc:si1 ssrc:si1", "scc", "", ""),
    ("s_max_i32", Cls.SALU, "=sdst:s1 ssrc:si1 ssrc:si1", "scc", "", ""),
    ("s_and_b32", Cls.SALU, "=sdst:s1 ssrc:si1 ssrc:si1", "scc", "", ""),
    ("s_and_b64", Cls.SALU, "=sdst:s2 ssrc:si2 ssrc:si2", "scc", "", ""),
    ("s_or_b32", Cls.SALU, "=sdst:s1 ssrc:si1 ssrc:si1", "scc", "", ""),
    ("s_lshl_b32", Cls.SALU, "=sdst:s1 ssrc:si1 ssrc:si1", "scc", "", ""),
    ("s_lshr_b32", Cls.SALU, "=sdst:s1 ssrc:si1 ssrc:si1", "scc", "", ""),
    ("s_lshr_b64", Cls.SALU, "=sdst:s2 ssrc:si2 ssrc:si1", "scc", "", ""),
    ("s_ff1_i32_b64", Cls.SALU, "=sdst:s1 ssrc:si2", "", "", ""),
    ("s_cselect_b32", Cls.SALU, "=sdst:s1 ssrc:si1 ssrc:si1", "", "scc", ""),
    ("s_cselect_b64", Cls.SALU, "=sdst:s2 ssrc:si2 ssrc:si2", "", "scc", ""),
    ("s_cmp_eq_u32", Cls.SALU, "ssrc:si1 ssrc:si1", "scc", "", ""),
    ("s_cmp_lg_u32", Cls.SALU, "ssrc:si1 ssrc:si1", "scc", "", ""),
    ("s_cmp_gt_u32", Cls.SALU, "ssrc:si1 ssrc:si1", "scc", "", ""),
    ("s_cmp_lt_u32", Cls.SALU, "ssrc:si1 ssrc:si1", "scc", "", ""),
    ("s_cmp_le_u32", Cls.SALU, "ssrc:si1 ssrc:si1", "scc", "", ""),
    ("s_cmp_le_i32", Cls.SALU, "ssrc:si1 ssrc:si1", "scc", "", ""),
    ("s_bitcmp1_b32", Cls.SALU, "ssrc:si1 ssrc:si1", "scc", "", ""),
    ("s_nop", Cls.SALU, "imm:i1", "", "", "nop"),
    ("s_waitcnt", Cls.SALU, "imm:i1", "", "", "wait"),
    ("s_barrier", Cls.SALU, "", "", "", "barrier"),
    # Branches
    ("s_branch", Cls.BRANCH, "label:i1", "", "", ""),
    ("s_cbranch_scc0", Cls.BRANCH, "label:i1", "", "scc", "conditional"),
    ("s_cbranch_scc1", Cls.BRANCH, "label:i1", "", "scc", "conditional"),
    ("s_endpgm", Cls.BRANCH, "", "", "", "end"),
    # Scalar memory
    ("s_load_dword", Cls.SMEM, "=sdst:s1 sbase:s2 offset:si1", "", "", "load ec"),
    ("s_load_dwordx4", Cls.SMEM, "=sdst:s4 sbase:s2 imm:i1", "", "", "load ec"),
    ("s_load_dwordx2", Cls.SMEM, "=sdst:s2 sbase:s2 imm:i1", "", "", "load ec"),
    ("s_load_dwordx8", Cls.SMEM, "=sdst:s8 sbase:s2 imm:i1", "", "", "load ec"),
    ("s_load_dwordx16", Cls.SMEM, "=sdst:s16 sbase:s2 imm:i1", "", "", "load ec"),
    # Vector ALU, 32 bit
    ("v_mov_b32_e32", Cls.VALU, "=vdst:v1 src:vsi1", "", "exec", ""),
    ("v_mov_b64_e32", Cls.VALU, "=vdst:v2 src:vsi2", "", "exec", ""),
    ("v_and_b32_e32", Cls.VALU, "=vdst:v1 src:vsi1 src:v1", "", "exec", ""),
    ("v_or_b32_e32", Cls.VALU, "=vdst:v1 src:vsi1 src:v1", "", "exec", ""),
    ("v_add_u32_e32", Cls.VALU, "=vdst:v1 src:vsi1 src:v1", "", "exec", ""),
    ("v_add_u32_e64", Cls.VALU, "=vdst:v1 src:vsi1 src:vsi1", "", "exec", ""),
    ("v_sub_u32_e32", Cls.VALU, "=vdst:v1 src:vsi1 src:v1", "", "exec", ""),
    ("v_max_u32_e32", Cls.VALU, "=vdst:v1 src:vsi1 src:v1", "", "exec", ""),
    ("v_max_i32_e32", Cls.VALU, "=vdst:v1 src:vsi1 src:v1", "", "exec", ""),
    ("v_min_u32_e32", Cls.VALU, "=vdst:v1 src:vsi1 src:v1", "", "exec", ""),
    ("v_lshlrev_b32_e32", Cls.VALU, "=vdst:v1 src:vsi1 src:v1", "", "exec", ""),
    ("v_lshlrev_b32_e64", Cls.VALU, "=vdst:v1 src:vsi1 src:vsi1", "", "exec", ""),
    ("v_lshrrev_b32_e32", Cls.VALU, "=vdst:v1 src:vsi1 src:v1", "", "exec", ""),
    ("v_add_f32_e32", Cls.VALU, "=vdst:v1 src:vsi1 src:v1", "", "exec", ""),
    ("v_mul_f32_e32", Cls.VALU, "=vdst:v1 src:vsi1 src:v1", "", "exec", ""),
    ("v_cmp_gt_u32_e32", Cls.VALU, "=vccdst:s2 src:vsi1 src:v1", "", "exec", ""),
    ("v_cmp_eq_u32_e32", Cls.VALU, "=vccdst:s2 src:vsi1 src:v1", "", "exec", ""),
    ("v_cmp_ne_u32_e32", Cls.VALU, "=vccdst:s2 src:vsi1 src:v1", "", "exec", ""),
    ("v_cmp_lt_i32_e32", Cls.VALU, "=vccdst:s2 src:vsi1 src:v1", "", "exec", ""),
    ("v_cmp_ne_u32_e64", Cls.VALU, "=sdst:s2 src:vsi1 src:vsi1", "", "exec", ""),
    ("v_cmp_gt_u32_e64", Cls.VALU, "=sdst:s2 src:vsi1 src:vsi1", "", "exec", ""),
    ("v_cndmask_b32_e32", Cls.VALU, "=vdst:v1 src:vsi1 src:v1 select:s2", "", "exec", ""),
    ("v_cmp_gt_i32_e64", Cls.VALU, "=sdst:s2 src:vsi1 src:vsi1", "", "exec", ""),
    ("v_cndmask_b32_e64", Cls.VALU, "=vdst:v1 src:vsi1 src:vsi1 mask:s2", "", "exec", ""),
    ("v_bfe_u32", Cls.VALU, "=vdst:v1 src:vsi1 src:vsi1 src:vsi1", "", "exec", ""),
    ("v_bfe_i32", Cls.VALU, "=vdst:v1 src:vsi1 src:vsi1 src:vsi1", "", "exec", ""),
    ("v_bitop3_b32", Cls.VALU, "=vdst:v1 src:vsi1 src:vsi1 src:vsi1", "", "exec", ""),
    ("v_lshl_or_b32", Cls.VALU, "=vdst:v1 src:vsi1 src:vsi1 src:vsi1", "", "exec", ""),
    ("v_max3_u32", Cls.VALU, "=vdst:v1 src:vsi1 src:vsi1 src:vsi1", "", "exec", ""),
    ("v_med3_f32", Cls.VALU, "=vdst:v1 src:vsi1 src:vsi1 src:vsi1", "", "exec", ""),
    ("v_bfi_b32", Cls.VALU, "=vdst:v1 src:vsi1 src:vsi1 src:vsi1", "", "exec", ""),
    ("v_add3_u32", Cls.VALU, "=vdst:v1 src:vsi1 src:vsi1 src:vsi1", "", "exec", ""),
    ("v_lshl_add_u32", Cls.VALU, "=vdst:v1 src:vsi1 src:vsi1 src:vsi1", "", "exec", ""),
    ("v_add_lshl_u32", Cls.VALU, "=vdst:v1 src:vsi1 src:vsi1 src:vsi1", "", "exec", ""),
    ("v_mul_lo_u32", Cls.VALU, "=vdst:v1 src:vsi1 src:vsi1", "", "exec", ""),
    ("v_mul_hi_u32", Cls.VALU, "=vdst:v1 src:vsi1 src:vsi1", "", "exec", ""),
    ("v_ldexp_f32", Cls.VALU, "=vdst:v1 src:vsi1 src:vsi1", "", "exec", ""),
    ("v_readfirstlane_b32", Cls.VALU, "=sdst:s1 src:v1", "", "exec", "readlane"),
    ("v_readlane_b32", Cls.VALU, "=sdst:s1 src:v1 lane:si1", "", "exec", "readlane"),
    ("v_mbcnt_lo_u32_b32", Cls.VALU, "=vdst:v1 src:vsi1 src:vsi1", "", "exec", ""),
    ("v_mbcnt_hi_u32_b32", Cls.VALU, "=vdst:v1 src:vsi1 src:vsi1", "", "exec", ""),
    # Packed f32 and conversions
    ("v_pk_fma_f32", Cls.VALU, "=vdst:v2 src:vs2 src:vs2 src:vs2", "", "exec", ""),
    ("v_pk_mul_f32", Cls.VALU, "=vdst:v2 src:vs2 src:vs2", "", "exec", ""),
    ("v_pk_add_f32", Cls.VALU, "=vdst:v2 src:vs2 src:vs2", "", "exec", ""),
    ("v_cvt_pk_f32_fp8_e32", Cls.VALU, "=vdst:v2 src:vs1", "", "exec", ""),
    ("v_cvt_pk_f32_fp8_sdwa", Cls.VALU, "=vdst:v2 src:v1", "", "exec", "sdwa"),
    ("v_cvt_pk_bf16_f32", Cls.VALU, "=vdst:v1 src:vsi1 src:vsi1", "", "exec", ""),
    ("v_cvt_pk_fp8_f32", Cls.VALU, "+vdst:v1 src:vsi1 src:vsi1", "", "exec", ""),
    ("v_cvt_f32_f16_e32", Cls.VALU, "=vdst:v1 src:vsi1", "", "exec", ""),
    ("v_cvt_f16_f32_e32", Cls.VALU, "=vdst:v1 src:vsi1", "", "exec", ""),
    # Cross-lane
    ("v_add_f32_dpp", Cls.VALU, "=vdst:v1 src:v1 src:v1", "", "exec", "dpp"),
    ("v_add_u32_dpp", Cls.VALU, "=vdst:v1 src:v1 src:v1", "", "exec", "dpp"),
    ("v_max_u32_dpp", Cls.VALU, "=vdst:v1 src:v1 src:v1", "", "exec", "dpp"),
    ("v_permlane16_swap_b32_e32", Cls.VALU, "+vdst:v1 +src:v1", "", "exec", "swap"),
    ("v_permlane32_swap_b32_e32", Cls.VALU, "+vdst:v1 +src:v1", "", "exec", "swap"),
    # Matrix; EXEC is ignored. E4M3 times E4M3 with one scale byte a lane of each
    (
        "v_mfma_scale_f32_16x16x128_f8f6f4",
        Cls.MFMA,
        "=vdst:va4 srca:v8 srcb:v8 srcc:va4 scalea:v1 scaleb:v1",
        "",
        "",
        "",
    ),
    # Buffer memory, all `offen`: the VGPR offset carries what the descriptor's bounds must guard
    ("buffer_load_ubyte", Cls.VMEM, "=vdst:v1 vaddr:v1 ssrc:s4 ssrc:si1", "", "exec", "load"),
    ("buffer_load_ushort", Cls.VMEM, "=vdst:v1 vaddr:v1 ssrc:s4 ssrc:si1", "", "exec", "load"),
    ("buffer_load_dword", Cls.VMEM, "=vdst:v1 vaddr:v1 ssrc:s4 ssrc:si1", "", "exec", "load"),
    ("buffer_load_dwordx2", Cls.VMEM, "=vdst:v2 vaddr:v1 ssrc:s4 ssrc:si1", "", "exec", "load"),
    ("buffer_load_dwordx4", Cls.VMEM, "=vdst:v4 vaddr:v1 ssrc:s4 ssrc:si1", "", "exec", "load"),
    ("buffer_store_short", Cls.VMEM, "data:v1 vaddr:v1 ssrc:s4 ssrc:si1", "", "exec", "store"),
    ("buffer_store_byte", Cls.VMEM, "data:v1 vaddr:v1 ssrc:s4 ssrc:si1", "", "exec", "store"),
    ("buffer_store_dword", Cls.VMEM, "data:v1 vaddr:v1 ssrc:s4 ssrc:si1", "", "exec", "store"),
    ("buffer_store_dwordx2", Cls.VMEM, "data:v2 vaddr:v1 ssrc:s4 ssrc:si1", "", "exec", "store"),
    ("buffer_store_dwordx4", Cls.VMEM, "data:v4 vaddr:v1 ssrc:s4 ssrc:si1", "", "exec", "store"),
    # Returns the old value with sc0; counts up and wraps to 0 past the data operand
    ("buffer_atomic_inc", Cls.VMEM, "+vdst:v1 vaddr:v1 ssrc:s4 ssrc:si1", "", "exec", "load store"),
    ("buffer_inv", Cls.VMEM, "", "", "", "barrier uncounted"),
    # LDS
    ("ds_write_b32", Cls.LDS, "vaddr:v1 data:v1", "", "exec", "store"),
    ("ds_write_b64", Cls.LDS, "vaddr:v1 data:v2", "", "exec", "store"),
    ("ds_add_u32", Cls.LDS, "vaddr:v1 data:v1", "", "exec", "store"),
    ("ds_or_b32", Cls.LDS, "vaddr:v1 data:v1", "", "exec", "store"),
    ("ds_write_b128", Cls.LDS, "vaddr:v1 data:va4", "", "exec", "store"),
    ("ds_read_b32", Cls.LDS, "=vdst:v1 vaddr:v1", "", "exec", "load"),
    ("ds_read_b64", Cls.LDS, "=vdst:v2 vaddr:v1", "", "exec", "load"),
    ("ds_read_b128", Cls.LDS, "=vdst:v4 vaddr:v1", "", "exec", "load"),
    ("ds_bpermute_b32", Cls.LDS, "=vdst:v1 vaddr:v1 data:v1", "", "exec", "load"),
)

_ROLE = re.compile(r"^([=+]?)([a-z0-9]+):([vasi]+)(\d+)$")


def _parse_role(text: str) -> Role:
    match = _ROLE.match(text)
    if match is None:
        raise OperandError(f"instruction table: cannot read role '{text}'")
    access, name, kinds, width = match.groups()
    return Role(name, kinds, int(width), reads=access != "=", writes=access != "")


def _implicit(text: str) -> Tuple[Slice, ...]:
    return tuple(_IMPLICIT[name] for name in text.split())


TABLE: Dict[str, Op] = {
    mnemonic: Op(
        mnemonic,
        cls,
        tuple(_parse_role(r) for r in roles.split()),
        _implicit(defs),
        _implicit(uses),
        frozenset(flags.split()),
    )
    for mnemonic, cls, roles, defs, uses, flags in _ROWS
}


def _check(op: Op, role: Role, operand: Operand) -> None:
    where = f"{op.mnemonic}, operand {role.name}"
    if isinstance(operand, (Imm, Lit)):
        if "i" not in role.kinds:
            raise OperandError(f"{where}: an immediate is not allowed here, give a register")
        return
    file = "s" if operand.reg.kind is Kind.SPECIAL else operand.reg.kind.value
    if file not in role.kinds:
        raise OperandError(f"{where}: register {operand.named()} is not one of '{role.kinds}'")
    if operand.width != role.width:
        raise OperandError(
            f"{where}: {operand.named()} has {operand.width} dwords, {role.width} are needed"
        )
    if role.width > 1 and file in "va" and operand.start % 2:
        raise OperandError(
            f"{where}: {operand.named()} starts at an odd dword; tuples start at an even register"
        )
    if (
        role.name == "vccdst"
        and operand.reg is not VCC
        or role.name == "select"
        and operand.reg is not VCC
    ):
        raise OperandError(f"{where}: the 32-bit encoding only takes vcc, not {operand.named()}")


def make(
    mnemonic: str,
    operands: Sequence[Operand] = (),
    mods: Sequence[str] = (),
    stream: str = "",
    comment: str = "",
) -> Instr:
    """An instruction of the table with checked operands; OperandError says which operand breaks
    which rule.
    """
    op = TABLE.get(mnemonic)
    if op is None:
        raise OperandError(f"{mnemonic} is not in the instruction table; add a row to gen/isa.py")
    if len(operands) != len(op.roles):
        raise OperandError(f"{mnemonic} takes {len(op.roles)} operands, {len(operands)} were given")
    for role, operand in zip(op.roles, operands):
        _check(op, role, operand)
    ins = Instr(op, tuple(operands), tuple(mods), stream, comment)
    if "dpp" in op.flags and not _writes_all_lanes(ins.mods):
        ins.implicit_reads = tuple(ins.role_slices("vdst"))
    return ins


def _writes_all_lanes(mods: Tuple[str, ...]) -> bool:
    """A DPP result keeps the old value in lanes that are masked or have no source lane."""
    full = "row_mask:0xf" in mods and "bank_mask:0xf" in mods
    always_valid = any(
        m.startswith(("row_ror:", "quad_perm:", "row_half_mirror", "row_mirror")) for m in mods
    )
    return full and (always_valid or "bound_ctrl:1" in mods)
