"""An independent reader of emitted listings: executes waits and wait states along real paths.

It reads the text alone (never the generator's objects), with its own table of which operands an
instruction writes. Counters are simulated exactly: a queue of outstanding operations that a wait
shortens. It knows only the instructions of the dense GEMV kernels and stops at any other.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Dict, Iterator, List, Optional, Set, Tuple

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
)


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
    if operand in ("vcc", "exec_lo", "exec_hi"):
        return {operand[:4] if operand != "vcc" else "vcc"}
    match = _REG.match(operand)
    if match is None:
        return set()
    first = int(match[2] or match[3])
    last = int(match[4] or first)
    return {f"{match[1]}{i}" for i in range(first, last + 1)}


def _parse(number: int, text: str) -> Line:
    mnemonic, _, rest = text.partition(" ")
    operands = [o.strip() for o in rest.split(",")] if rest else []
    if operands:
        operands[-1] = operands[-1].split(" ")[0]
    count = 0 if mnemonic.startswith(_NO_RESULT) else 2 if "_swap_" in mnemonic else 1
    writes: Set[str] = set().union(*(_registers(o) for o in operands[:count]))
    sources = operands if count != 1 else operands[1:]
    reads: Set[str] = set().union(*(_registers(o) for o in sources))
    if mnemonic.startswith(("v_", "buffer_", "ds_")) and mnemonic != "v_readfirstlane_b32":
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


def paths(text: Text, limit: int) -> Iterator[List[Line]]:
    """All paths from entry to end that take each backward branch at most `limit` times."""
    stack: List[Tuple[int, List[int], Dict[int, int]]] = [(0, [], {})]
    while stack:
        at, done, taken = stack.pop()
        done = list(done)
        while True:
            line = text.lines[at]
            done.append(at)
            if line.mnemonic == "s_endpgm":
                yield [text.lines[i] for i in done]
                break
            if line.mnemonic.startswith("s_cbranch"):
                target = text.labels[line.operands[0]]
                if target > at or taken.get(at, 0) < limit:
                    stack.append((target, done, {**taken, at: taken.get(at, 0) + 1}))
            at += 1


def _wait_counts(line: Line) -> Dict[str, int]:
    return {m[1]: int(m[2]) for m in re.finditer(r"(vmcnt|lgkmcnt)\((\d+)\)", line.text)}


def wait_fault(path: List[Line]) -> Optional[str]:
    """The first register touched while a load to it is outstanding, or None."""
    queues: Dict[str, List[Line]] = {"vmcnt": [], "lgkmcnt": []}
    for line in path:
        if line.mnemonic == "s_waitcnt":
            for counter, count in _wait_counts(line).items():
                queue = queues[counter]
                out_of_order = any(q.mnemonic.startswith("s_load") for q in queue)
                if not out_of_order or count == 0:
                    queues[counter] = queue[len(queue) - count :] if count < len(queue) else queue
                    if count == 0:
                        queues[counter] = []
            continue
        for queue in queues.values():
            for flight in queue:
                if flight.writes & (line.reads | line.writes):
                    return f"line {line.number} '{line.text}' touches what '{flight.text}' loads"
        if line.mnemonic == "s_barrier" and any(
            q.mnemonic.startswith("ds_") for q in queues["lgkmcnt"]
        ):
            return f"line {line.number}: barrier with LDS operations outstanding"
        if line.mnemonic.startswith("buffer_"):
            queues["vmcnt"].append(line)
        elif line.mnemonic.startswith(("ds_", "s_load")):
            queues["lgkmcnt"].append(line)
    return None


def _is_valu(line: Line) -> bool:
    return line.mnemonic.startswith("v_")


def _required(producer: Line, consumer: Line) -> int:
    """Wait states between two instructions, from the ISA's table, for the pairs that occur here."""
    vector = {r for r in producer.writes if r.startswith("v") and r != "vcc"}
    scalar = {r for r in producer.writes if r.startswith("s") or r == "vcc"}
    need = 0
    if _is_valu(producer) and vector & consumer.reads:
        if consumer.mnemonic.endswith("_dpp") or "permlane" in consumer.mnemonic:
            need = 2
        elif consumer.mnemonic.startswith("v_readfirstlane"):
            need = 1
    if _is_valu(producer) and scalar & consumer.reads:
        if consumer.mnemonic.startswith("buffer_"):
            need = max(need, 5)
        elif _is_valu(consumer) and not consumer.mnemonic.startswith("v_cndmask"):
            need = max(need, 2)
    return need


def hazard_fault(path: List[Line]) -> Optional[str]:
    """The first pair of instructions of a path with too few wait states between them, or None."""
    recent: List[Tuple[Line, int]] = []
    for line in path:
        for producer, passed in recent:
            need = _required(producer, line)
            if passed < need:
                short = f"{need - passed} short after '{producer.text}'"
                return f"line {line.number} '{line.text}': {short}"
        states = int(line.operands[0]) + 1 if line.mnemonic == "s_nop" else 1
        recent = [(p, n + states) for p, n in recent if n + states < 5]
        recent.append((line, 0))
    return None
