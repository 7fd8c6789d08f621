"""An independent reader of emitted listings: executes waits and wait states along real paths.

It reads the text alone (never the generator's objects), with its own table of which operands an
instruction writes. Counters are simulated exactly: a queue of outstanding operations that a wait
shortens. All paths are followed, each block once for every state in which it can be entered. It
knows the instructions of the dense kernels only.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Callable, Dict, Hashable, List, Optional, Set, Tuple, TypeVar

_REG = re.compile(r"^([vs])(?:(\d+)|\[(\d+):(\d+)\])$")
_NO_RESULT = (
    "buffer_store",
    "ds_write",
    "s_cmp",
    "s_cbranch",
    "s_endpgm",
    "s_barrier",
    "s_nop",
    "s_waitcnt",
    "s_branch",
    "buffer_inv",
    "ds_add",
    "ds_or",
    "s_bitcmp",
)
_READS_RESULT = ("buffer_atomic",)
VM_MOST, LGKM_MOST = 63, 15
"""More operations than a counter counts stall until the oldest is done."""
MATRIX_WAITS = 12
"""Wait states after a scaled 16x16x128 matrix instruction with 8-bit operands (8 passes)."""


@dataclass
class Line:
    """One instruction of a listing."""

    number: int
    text: str
    mnemonic: str
    operands: List[str]
    writes: Set[str]
    reads: Set[str]


@dataclass
class Text:
    """A listing: instructions, and the index at which each label stands."""

    lines: List[Line] = field(default_factory=list)
    labels: Dict[str, int] = field(default_factory=dict)


def _registers(operand: str) -> Set[str]:
    if operand in ("vcc", "exec", "exec_lo", "exec_hi"):
        return {operand[:4]}
    match = _REG.match(operand)
    if match is None:
        return set()
    first = int(match[2] or match[3])
    last = int(match[4] or first)
    return {f"{match[1]}{i}" for i in range(first, last + 1)}


def _parse(number: int, text: str) -> Line:
    mnemonic, _, rest = text.partition(" ")
    operands = [o.strip().split(" ")[0] for o in rest.split(",")] if rest else []
    count = 0 if mnemonic.startswith(_NO_RESULT) else 2 if "_swap_" in mnemonic else 1
    writes: Set[str] = set().union(*(_registers(o) for o in operands[:count]))
    keeps = count == 1 and not mnemonic.startswith(_READS_RESULT)
    sources = operands[1:] if keeps else operands
    reads: Set[str] = set().union(*(_registers(o) for o in sources))
    under_exec = mnemonic.startswith(("v_", "buffer_", "ds_"))
    if under_exec and not mnemonic.startswith(("v_readfirstlane", "v_mfma")):
        reads.add("exec")
    return Line(number, text, mnemonic, operands, writes, reads)


def read(listing: str) -> Text:
    """The instructions of the kernel's body."""
    result = Text()
    inside = False
    for number, raw in enumerate(listing.splitlines(), 1):
        text = raw.split(";")[0].strip()
        if text.startswith(".L_"):
            inside = True
            result.labels[text.rstrip(":")] = len(result.lines)
        elif text.startswith(".Lend"):
            break
        elif inside and text:
            result.lines.append(_parse(number, text))
    return result


def _wait_counts(line: Line) -> Dict[str, int]:
    return {m[1]: int(m[2]) for m in re.finditer(r"(vmcnt|lgkmcnt)\((\d+)\)", line.text)}


State = TypeVar("State", bound=Hashable)
Step = Callable[[State, Line], Tuple[State, Optional[str]]]
Flights = Tuple[Tuple[int, ...], Tuple[int, ...]]
"""Line numbers of the operations in flight, oldest first: vmcnt's, lgkmcnt's."""


def _follow(text: Text, start: State, step: "Step[State]") -> Optional[str]:
    """The first fault that `step` finds on any path, or None."""
    heads = set(text.labels.values())
    seen: Set[Tuple[int, State]] = set()
    stack: List[Tuple[int, State]] = [(0, start)]
    while stack:
        at, state = stack.pop()
        while True:
            if at in heads:
                if (at, state) in seen:
                    break
                seen.add((at, state))
            line = text.lines[at]
            state, fault = step(state, line)
            if fault is not None:
                return fault
            if line.mnemonic == "s_endpgm":
                break
            if line.mnemonic.startswith("s_cbranch"):
                stack.append((text.labels[line.operands[0]], state))
            at = text.labels[line.operands[0]] if line.mnemonic == "s_branch" else at + 1
    return None


def _shortened(queue: Tuple[int, ...], count: int, by_number: Dict[int, Line]) -> Tuple[int, ...]:
    if count == 0:
        return ()
    out_of_order = any(by_number[n].mnemonic.startswith("s_load") for n in queue)
    return queue if out_of_order or count >= len(queue) else queue[len(queue) - count :]


def _wait_step(by_number: Dict[int, Line]) -> "Step[Flights]":
    def step(state: Flights, line: Line) -> Tuple[Flights, Optional[str]]:
        vm, lgkm = state
        if line.mnemonic == "s_waitcnt":
            counts = _wait_counts(line)
            vm = _shortened(vm, counts["vmcnt"], by_number) if "vmcnt" in counts else vm
            lgkm = _shortened(lgkm, counts["lgkmcnt"], by_number) if "lgkmcnt" in counts else lgkm
            return (vm, lgkm), None
        for number in vm + lgkm:
            in_order = number in vm and line.mnemonic.startswith("buffer_load")
            touched = line.reads if in_order else line.reads | line.writes
            if touched & by_number[number].writes:
                loads = by_number[number].text
                return state, f"line {line.number} '{line.text}' touches what '{loads}' loads"
        if line.mnemonic == "s_barrier":
            if any(by_number[n].mnemonic.startswith("ds_") for n in lgkm):
                return state, f"line {line.number}: barrier with LDS operations outstanding"
        if line.mnemonic.startswith("buffer_") and line.mnemonic != "buffer_inv":
            vm = (vm + (line.number,))[-VM_MOST:]
        elif line.mnemonic.startswith(("ds_", "s_load")):
            lgkm = (lgkm + (line.number,))[-LGKM_MOST:]
        return (vm, lgkm), None

    return step


def wait_fault(text: Text) -> Optional[str]:
    """The first register that some path touches while a load to it is outstanding, or None."""
    return _follow(text, ((), ()), _wait_step({line.number: line for line in text.lines}))


def _is_valu(line: Line) -> bool:
    return line.mnemonic.startswith("v_") and not _is_matrix(line)


def _is_matrix(line: Line) -> bool:
    return line.mnemonic.startswith("v_mfma")


def _after_matrix(producer: Line, consumer: Line) -> int:
    """The accumulator: a chain needs nothing, any other touch the whole latency."""
    if not producer.writes & (consumer.reads | consumer.writes):
        return 0
    if _is_matrix(consumer):
        accumulator, result = _registers(consumer.operands[3]), _registers(producer.operands[0])
        others = set().union(*(_registers(o) for o in consumer.operands[1:3]))
        others |= set().union(*(_registers(o) for o in consumer.operands[4:6]))
        return 0 if accumulator == result and not others & result else MATRIX_WAITS
    return MATRIX_WAITS if consumer.mnemonic.startswith(("v_", "buffer_", "ds_")) else 0


def _required(producer: Line, consumer: Line) -> int:
    """Wait states between two instructions, from the ISA's table, for the pairs that occur here."""
    vector = {r for r in producer.writes if r.startswith("v") and r != "vcc"}
    scalar = {r for r in producer.writes if r.startswith("s") or r == "vcc"}
    need = 0
    if _is_matrix(producer):
        return _after_matrix(producer, consumer)
    if _is_valu(producer) and vector & consumer.reads:
        if _is_matrix(consumer):
            need = 2
        elif consumer.mnemonic.endswith("_dpp") or "permlane" in consumer.mnemonic:
            need = 2
        elif consumer.mnemonic.startswith(("v_readfirstlane", "v_readlane")):
            need = 1
    if _is_valu(producer) and scalar & consumer.reads:
        if consumer.mnemonic.startswith("buffer_"):
            need = max(need, 5)
        elif consumer.mnemonic == "v_readlane_b32" and scalar & _registers(consumer.operands[2]):
            need = max(need, 4)
        elif _is_valu(consumer) and not consumer.mnemonic.startswith("v_cndmask"):
            need = max(need, 2)
    return need


def hazard_fault(text: Text) -> Optional[str]:
    """The first pair of instructions on any path with too few wait states between, or None."""
    by_number = {line.number: line for line in text.lines}
    Recent = Tuple[Tuple[int, int], ...]

    def step(recent: Recent, line: Line) -> Tuple[Recent, Optional[str]]:
        for number, passed in recent:
            need = _required(by_number[number], line)
            if passed < need:
                short = f"{need - passed} short after '{by_number[number].text}'"
                return recent, f"line {line.number} '{line.text}': {short}"
        states = int(line.operands[0]) + 1 if line.mnemonic == "s_nop" else 1
        older = tuple(
            (n, passed + states)
            for n, passed in recent
            if passed + states < (MATRIX_WAITS if _is_matrix(by_number[n]) else 5)
        )
        return older + ((line.number, 0),), None

    start: Recent = ()
    return _follow(text, start, step)
