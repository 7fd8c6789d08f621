"""Pass 5, emit: the listing, with the kernel descriptor and the metadata that the runtime reads.

Each line shows the instruction with real registers, then the stream it belongs to, its named
operands and what it is about. Source of the directives: LLVM AMDGPUUsage, code object v6.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Dict, List, Tuple

from gen import kernarg
from gen.allocate import Allocation
from gen.ir import Block, Imm, Instr, Kind, Operand, Program, Reg, Slice, operand_name

_COLUMN = 62
_ENTRY_LOG2 = 8
"""Firmware that preloads enters 256 bytes behind the kernel's symbol."""
_FILES: Tuple[Tuple[Kind, str], ...] = (
    (Kind.SGPR, "SGPRs"),
    (Kind.VGPR, "VGPRs"),
    (Kind.AGPR, "AccVGPRs"),
)


@dataclass(frozen=True)
class KernelInfo:
    """What the descriptor, the metadata and the listing's header say besides the instructions."""

    name: str
    header: Tuple[str, ...]
    layout: kernarg.Layout
    lds_bytes: int
    block: int
    grid_dims: int = 1


def vgpr_total(allocation: Allocation) -> Tuple[int, int]:
    """(accum_offset, next_free_vgpr): AccVGPRs start at a multiple of 4 above the VGPRs."""
    arch = allocation.used[Kind.VGPR]
    offset = max(4, (arch + 3) // 4 * 4)
    acc = allocation.used[Kind.AGPR]
    return offset, (offset + acc if acc else max(1, arch))


def operand_text(operand: Operand) -> str:
    if isinstance(operand, Slice):
        return operand.text()
    return operand.text() if isinstance(operand, Imm) else operand.value


def instruction_text(ins: Instr) -> str:
    operands = [operand_text(o) for o in ins.operands]
    if ins.is_branch and operands:
        operands[0] = f".L_{operands[0]}"
    text = ins.mnemonic + (" " + ", ".join(operands) if operands else "")
    return text + "".join(" " + m for m in ins.mods)


def _line(ins: Instr) -> str:
    names = ", ".join(operand_name(o) for o in ins.operands) if "wait" not in ins.op.flags else ""
    about = [ins.stream] if ins.stream else []
    if names and any(isinstance(o, Slice) for o in ins.operands):
        about.append(names)
    if ins.comment:
        about.append(ins.comment)
    if ins.moved:
        about.append("moved up as a wait state")
    text = "    " + instruction_text(ins)
    return f"{text:<{_COLUMN}} ; {' | '.join(about)}" if about else text


def _block_lines(block: Block) -> List[str]:
    lines = [f".L_{block.label}:"]
    if block.note:
        lines[0] = f"{lines[0]:<{_COLUMN}} ; {block.note}"
    return lines + [_line(ins) for ins in block.instrs]


def _register_map(allocation: Allocation) -> List[str]:
    lines: List[str] = []
    for kind, title in _FILES:
        placed = [r for r in allocation.places.values() if r.kind is kind]
        if not placed:
            continue
        lines.append(
            f"; {title}: {allocation.used[kind]} in use; one may hold several names in turn"
        )
        lines += [f";   {r.all.text():<10} {r.name}" for r in sorted(placed, key=_map_order)]
    return lines


def _map_order(reg: Reg) -> Tuple[int, str]:
    return (reg.fixed or 0, reg.name)


def _descriptor(info: KernelInfo, allocation: Allocation) -> List[str]:
    accum_offset, next_vgpr = vgpr_total(allocation)
    fields: Dict[str, int] = {
        "group_segment_fixed_size": info.lds_bytes,
        "private_segment_fixed_size": 0,
        "kernarg_size": info.layout.size,
        "user_sgpr_count": kernarg.FIRST_PRELOADED + info.layout.preload,
        "user_sgpr_kernarg_segment_ptr": 1,
        "user_sgpr_kernarg_preload_length": info.layout.preload,
        "user_sgpr_kernarg_preload_offset": 0,
        "system_sgpr_workgroup_id_x": 1,
        "system_sgpr_workgroup_id_y": int(info.grid_dims > 1),
        "system_sgpr_workgroup_id_z": int(info.grid_dims > 2),
        "system_vgpr_workitem_id": 0,
        "next_free_vgpr": next_vgpr,
        "next_free_sgpr": max(1, allocation.used[Kind.SGPR]),
        "accum_offset": accum_offset,
        "reserve_vcc": 1,
        "float_round_mode_32": 0,
        "float_round_mode_16_64": 0,
        "float_denorm_mode_32": 3,
        "float_denorm_mode_16_64": 3,
        "dx10_clamp": 1,
        "ieee_mode": 1,
    }
    lines = ['.section .rodata,"a",@progbits', ".p2align 6", f".amdhsa_kernel {info.name}"]
    lines += [f"    .amdhsa_{name} {value}" for name, value in fields.items()]
    return lines + [".end_amdhsa_kernel"]


def _unloaded(layout: kernarg.Layout) -> List[str]:
    """What firmware enters that does not preload: 256 bytes that do it."""
    if not layout.preload:
        return []
    lines = ["    ; entered by firmware that does not preload kernel arguments"]
    for sgpr, width, offset in layout.preload_loads():
        registers = f"s[{sgpr}:{sgpr + width - 1}]" if width > 1 else f"s{sgpr}"
        lines.append(
            f"    s_load_dword{f'x{width}' if width > 1 else ''} {registers}, s[0:1], {offset}"
        )
    wait = "    s_waitcnt lgkmcnt(0)"
    lines += [f"{wait:<{_COLUMN}} ; unless preloaded: kernel arguments", "    s_branch .L_entry"]
    return lines + [f".p2align {_ENTRY_LOG2}", "    ; entered with the arguments in place"]


def _metadata(info: KernelInfo, allocation: Allocation) -> List[str]:
    _, next_vgpr = vgpr_total(allocation)
    fields = {
        ".agpr_count": allocation.used[Kind.AGPR],
        ".group_segment_fixed_size": info.lds_bytes,
        ".kernarg_segment_align": 8,
        ".kernarg_segment_size": info.layout.size,
        ".max_flat_workgroup_size": info.block,
        ".name": info.name,
        ".private_segment_fixed_size": 0,
        ".reqd_workgroup_size": f"[{info.block}, 1, 1]",
        ".sgpr_count": allocation.used[Kind.SGPR] + 6,
        ".sgpr_spill_count": 0,
        ".symbol": f"{info.name}.kd",
        ".uniform_work_group_size": 1,
        ".vgpr_count": next_vgpr,
        ".vgpr_spill_count": 0,
        ".wavefront_size": 64,
    }
    lines = [
        ".amdgpu_metadata",
        "---",
        "amdhsa.version: [1, 2]",
        "amdhsa.target: amdgcn-amd-amdhsa--gfx950",
    ]
    lines += ["amdhsa.kernels:", "  - .args:", *kernarg.metadata_args(info.layout)]
    lines += [f"    {name}: {value}" for name, value in fields.items()]
    return lines + ["...", ".end_amdgpu_metadata"]


def emit(program: Program, allocation: Allocation, info: KernelInfo) -> str:
    """The whole assembly file of a program that went through all other passes."""
    name = info.name
    lines = [f"; {line}".rstrip() for line in info.header]
    lines += [";", *_register_map(allocation), ""]
    lines += ['.amdgcn_target "amdgcn-amd-amdhsa--gfx950"', ".amdhsa_code_object_version 6"]
    lines += [
        ".text",
        f".protected {name}",
        f".globl {name}",
        ".p2align 8",
        f".type {name},@function",
        f"{name}:",
        *_unloaded(info.layout),
    ]
    for block in program.blocks:
        lines += _block_lines(block)
    lines += [
        ".Lend:",
        f".size {name}, .Lend-{name}",
        "; padding that the instruction prefetch may read, as much as clang leaves",
    ]
    lines += [".p2alignl 6, 0xbf800000", ".fill 256, 4, 0xbf800000", ""]
    lines += _descriptor(info, allocation)
    lines += ["", *_metadata(info, allocation), ""]
    return "\n".join(lines)
