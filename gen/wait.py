"""Pass 3, wait: the loosest `s_waitcnt` that makes every use of a loaded register right.

A forward dataflow over the control flow keeps, for each load still in flight, the least number of
later operations of the same counter on any path. A use needs the counter at or below that number:
operations of vmcnt, and LDS operations of lgkmcnt, return in order. SMEM returns out of order, so
waiting for SMEM, or for LDS while SMEM is in flight, means lgkmcnt(0). Overwriting a register that
a load has yet to write waits as well, unless by another vector load, which returns later. Barriers wait for the wave's own LDS operations, since
s_barrier does not. A wait that the author wrote (a kernel that hands memory over waits for its
stores) counts like the pass's own. Source: CDNA4 ISA 4.4; 62 and 14 are the largest counts that
wait at all (63 and 15 are "do not wait").
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Dict, FrozenSet, List, Optional, Set

from gen import isa
from gen.ir import Cls, Instr, Lit, Program, Unit, defs_of, uses_of

VM, LGKM = "vmcnt", "lgkmcnt"
MAX_WAIT: Dict[str, int] = {VM: 62, LGKM: 14}
_AGE_CAP = 64


@dataclass
class Flight:
    """One operation in flight: the registers it will write and how many later ones of its counter
    were issued.
    """

    ins: Instr
    writes: FrozenSet[Unit]
    later: int = 0


@dataclass
class State:
    """Operations in flight by counter, keyed by the instruction's identity."""

    flights: Dict[str, Dict[int, Flight]] = field(default_factory=lambda: {VM: {}, LGKM: {}})

    def copy(self) -> "State":
        new = State()
        for counter, flights in self.flights.items():
            new.flights[counter] = {k: Flight(f.ins, f.writes, f.later) for k, f in flights.items()}
        return new

    def merge(self, other: "State") -> bool:
        """Take the worse of both, flight by flight; True if that changed this state."""
        changed = False
        for counter, theirs in other.flights.items():
            mine = self.flights[counter]
            for key, f in theirs.items():
                if key not in mine:
                    mine[key] = Flight(f.ins, f.writes, f.later)
                    changed = True
                elif f.later < mine[key].later:
                    mine[key].later = f.later
                    changed = True
        return changed


@dataclass
class Need:
    """What must be waited for before an instruction: a count per counter and the operations behind
    it.
    """

    counts: Dict[str, int] = field(default_factory=dict)
    awaited: List[Instr] = field(default_factory=list)


def counter_of(ins: Instr) -> Optional[str]:
    if ins.cls is Cls.VMEM:
        return None if "uncounted" in ins.op.flags else VM
    return LGKM if ins.cls in (Cls.LDS, Cls.SMEM) else None


def _required(state: State, ins: Instr) -> Need:
    need = Need()
    for counter, flights in state.flights.items():
        touched: Set[Unit] = set(uses_of(ins))
        if counter != VM or counter_of(ins) != VM:
            touched |= set(defs_of(ins))
        hits = [f for f in flights.values() if touched & f.writes]
        if counter == LGKM and "barrier" in ins.op.flags:
            hits = [f for f in flights.values() if f.ins.cls is Cls.LDS]
        if not hits:
            continue
        count = min(f.later for f in hits)
        if counter == LGKM and any(f.ins.cls is Cls.SMEM for f in flights.values()):
            count = 0
        need.counts[counter] = min(count, MAX_WAIT[counter])
        need.awaited.extend(f.ins for f in sorted(hits, key=lambda f: -f.later))
    return need


def _apply_wait(state: State, counts: Dict[str, int]) -> None:
    for counter, count in counts.items():
        flights = state.flights[counter]
        if counter == LGKM and count > 0 and any(f.ins.cls is Cls.SMEM for f in flights.values()):
            continue
        state.flights[counter] = {k: f for k, f in flights.items() if f.later < count}


def _issue(state: State, ins: Instr) -> None:
    counter = counter_of(ins)
    if counter is None:
        return
    flights = state.flights[counter]
    for f in flights.values():
        f.later = min(f.later + 1, _AGE_CAP)
    writes = frozenset(defs_of(ins)) if "load" in ins.op.flags else frozenset()
    flights[id(ins)] = Flight(ins, writes)


def _written_wait(ins: Instr) -> Dict[str, int]:
    """The counts of an s_waitcnt that stands in the program already."""
    if "wait" not in ins.op.flags or not isinstance(ins.operands[0], Lit):
        return {}
    found = re.findall(r"(vmcnt|lgkmcnt)\((\d+)\)", ins.operands[0].value)
    return {counter: int(count) for counter, count in found}


def _step(state: State, ins: Instr) -> Need:
    _apply_wait(state, _written_wait(ins))
    need = _required(state, ins)
    _apply_wait(state, need.counts)
    _issue(state, ins)
    return need


def waits_needed(program: Program) -> Dict[int, Need]:
    """The waits of a program, keyed by the identity of the instruction before which they stand."""
    successors = program.successors()
    entry: List[State] = [State() for _ in program.blocks]
    work = list(range(len(program.blocks)))
    while work:
        b = work.pop(0)
        state = entry[b].copy()
        for ins in program.blocks[b].instrs:
            _step(state, ins)
        for s in successors[b]:
            if entry[s].merge(state) and s not in work:
                work.append(s)
    needs: Dict[int, Need] = {}
    for b, block in enumerate(program.blocks):
        state = entry[b].copy()
        for ins in block.instrs:
            need = _step(state, ins)
            if need.counts:
                needs[id(ins)] = need
    return needs


def wait_text(counts: Dict[str, int]) -> str:
    return " ".join(f"{c}({counts[c]})" for c in (VM, LGKM) if c in counts)


def _wait_instr(need: Need) -> Instr:
    names: List[str] = []
    for ins in need.awaited:
        filled = ins.def_slices() if "load" in ins.op.flags else []
        text = f"{filled[0].named() if filled else ins.mnemonic} ({ins.stream})"
        if text not in names:
            names.append(text)
    ins = isa.make("s_waitcnt", [Lit(wait_text(need.counts))], stream="wait")
    ins.comment = "for " + ", ".join(names)
    return ins


def insert_waits(program: Program) -> int:
    """Insert the waits into an allocated program; returns how many."""
    needs = waits_needed(program)
    for block in program.blocks:
        result: List[Instr] = []
        for ins in block.instrs:
            if id(ins) in needs:
                result.append(_wait_instr(needs[id(ins)]))
            result.append(ins)
        block.instrs = result
    return len(needs)
