"""Pass 2, allocate: give every named register a place, by its lifetimes over the control flow.

Lifetimes are exact sets of program points, so a register may be reused in the holes of another's
life, and a register that lives around a loop keeps its place through all of it. There are no
spills: a program that does not fit is an error that names what is live where it is fullest.

Limits and alignments: at most 256 VGPRs, 256 AccVGPRs and 102 SGPRs; VGPR tuples start at an even
register, SGPR tuples at a multiple of min(4, dwords). Source: CDNA4 ISA 3.6 and 3.7, LLVM
AMDGPUUsage.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Dict, List, Set, Tuple

from gen.errors import AllocationError
from gen.ir import Instr, Kind, Operand, Program, Reg, Slice, Unit

LIMITS: Dict[Kind, int] = {Kind.VGPR: 256, Kind.AGPR: 256, Kind.SGPR: 102}


@dataclass
class Allocation:
    """Where every named register went, and how many registers of each file are in use."""

    places: Dict[str, Reg] = field(default_factory=dict)
    used: Dict[Kind, int] = field(default_factory=dict)


def _named(slices: List[Slice]) -> Set[Unit]:
    return {u for s in slices if s.reg.kind is not Kind.SPECIAL for u in s.named_units()}


def live_points(program: Program) -> Dict[str, int]:
    """For each named register the set of points at which it holds something, as a bit set.

    Instruction i has point 2i (it reads) and 2i + 1 (it has written).
    """
    uses = [[_named(ins.use_slices()) for ins in b.instrs] for b in program.blocks]
    defs = [[_named(ins.def_slices()) for ins in b.instrs] for b in program.blocks]
    successors = program.successors()
    live_in: List[Set[Unit]] = [set() for _ in program.blocks]
    changed = True
    while changed:
        changed = False
        for b in reversed(range(len(program.blocks))):
            live: Set[Unit] = set().union(*(live_in[s] for s in successors[b]))
            for u, d in zip(reversed(uses[b]), reversed(defs[b])):
                live = (live - d) | u
            if live != live_in[b]:
                live_in[b] = live
                changed = True
    entry = sorted(n for n, _ in live_in[0] if program.regs[n].fixed is None)
    if entry:
        raise AllocationError(
            f"read on some path before it is written: {', '.join(dict.fromkeys(entry))}"
        )

    points: Dict[str, int] = {}
    start = 0
    for b, block in enumerate(program.blocks):
        live = set().union(*(live_in[s] for s in successors[b]))
        for i in reversed(range(len(block.instrs))):
            after = 2 * (start + i) + 1
            _mark(points, live | defs[b][i], after)
            early = defs[b][i] if "ec" in block.instrs[i].op.flags else set()
            live = (live - defs[b][i]) | uses[b][i]
            _mark(points, live | early, after - 1)
        start += len(block.instrs)
    return points


def _mark(points: Dict[str, int], units: Set[Unit], point: int) -> None:
    for name in {n for n, _ in units}:
        points[name] = points.get(name, 0) | (1 << point)


def allocate(program: Program) -> Allocation:
    """Place all registers of a scheduled program and rewrite its operands to placed registers."""
    points = live_points(program)
    result = Allocation()
    for kind in LIMITS:
        _place_file(program, kind, points, result)
    for block in program.blocks:
        for ins in block.instrs:
            _rewrite(ins, result.places)
    return result


def _place_file(program: Program, kind: Kind, points: Dict[str, int], result: Allocation) -> None:
    regs = [r for r in program.regs.values() if r.kind is kind and r.name in points]
    occupied: List[int] = [0] * LIMITS[kind]
    top = 0
    fixed_first = sorted(
        regs, key=lambda r: (r.fixed is None, -r.width, _lowest(points[r.name]), r.name)
    )
    for reg in fixed_first:
        mine = points[reg.name]
        if reg.fixed is not None:
            candidates = range(reg.fixed, reg.fixed + 1)
            mine |= (1 << _lowest(mine)) - 1
        else:
            candidates = range(0, LIMITS[kind] - reg.width + 1, reg.align)
        for base in candidates:
            if not any(occupied[base + i] & mine for i in range(reg.width)):
                break
        else:
            raise AllocationError(_overfull(program, kind, points, reg))
        for i in range(reg.width):
            occupied[base + i] |= mine
        result.places[reg.name] = replace(reg, fixed=base)
        top = max(top, base + reg.width)
    result.used[kind] = top


def _lowest(bits: int) -> int:
    return (bits & -bits).bit_length() - 1


def _overfull(program: Program, kind: Kind, points: Dict[str, int], reg: Reg) -> str:
    regs = [r for r in program.regs.values() if r.kind is kind and r.name in points]
    index = 0
    fullest: Tuple[int, str, List[Reg]] = (0, "", [])
    for block in program.blocks:
        for ins in block.instrs:
            for point in (2 * index, 2 * index + 1):
                live = [r for r in regs if points[r.name] >> point & 1]
                total = sum(r.width for r in live)
                if total > fullest[0]:
                    fullest = (total, f"block {block.label}, {ins.describe()}", live)
            index += 1
    total, where, live = fullest
    names = ", ".join(
        f"{r.name}({r.width})" for r in sorted(live, key=lambda r: (-r.width, r.name))
    )
    return (
        f"no room for {kind.name} {reg.name} ({reg.width} dwords) in {LIMITS[kind]} registers; "
        f"most are live at {where}: {total} dwords: {names}. "
        "Shorten lifetimes, or lower n_rows or depth"
    )


def _rewrite(ins: Instr, places: Dict[str, Reg]) -> None:
    def place(s: Slice) -> Slice:
        return s if s.reg.kind is Kind.SPECIAL else Slice(places[s.reg.name], s.start, s.width)

    operands: List[Operand] = [place(o) if isinstance(o, Slice) else o for o in ins.operands]
    ins.operands = tuple(operands)
    ins.implicit_reads = tuple(place(s) for s in ins.implicit_reads)
