"""Pass 1, schedule: merge the streams of each segment by the author's slot plan.

A plan is text: `name:count` takes that many instructions of a stream, `name:*` takes all that are
left, `( ... )*` repeats its slots until the streams it names are empty. Example: `scale:* (math:3
load_w:1)* fold:*`. The order in the listing is therefore the author's; the pass refuses a plan that
names an unknown stream, leaves instructions over, or moves an instruction across one that it
depends on. It runs before registers are placed, so that only true dependencies count and no order
is forbidden by an accidental reuse of a register.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Dict, List, Optional, Sequence, Tuple, Union

from gen.errors import PlanError
from gen.ir import Block, Instr, Program, Segment, depends

_TOKEN = re.compile(r"\s*(?:(?P<open>\()|(?P<close>\)\*)|(?P<name>[a-z_0-9]+):(?P<count>\d+|\*))")


@dataclass(frozen=True)
class Slot:
    """Take `count` instructions of `stream`; None takes all that are left."""

    stream: str
    count: Optional[int]


@dataclass(frozen=True)
class Loop:
    """Repeat `slots` until every stream they name is empty."""

    slots: Tuple[Slot, ...]


Plan = Tuple[Union[Slot, Loop], ...]


def parse_plan(text: str) -> Plan:
    """Read a slot plan; PlanError shows where it cannot be read."""
    result: List[Union[Slot, Loop]] = []
    group: Optional[List[Slot]] = None
    at = 0
    text = text.rstrip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise PlanError(
                f"cannot read the plan at '{text[at:].strip()}'; "
                "write name:count, name:* or ( ... )*"
            )
        at = match.end()
        if match["open"]:
            if group is not None:
                raise PlanError(f"groups do not nest in plan '{text}'")
            group = []
        elif match["close"]:
            if not group:
                raise PlanError(f"empty or unopened group in plan '{text}'")
            result.append(Loop(tuple(group)))
            group = None
        else:
            slot = Slot(match["name"], None if match["count"] == "*" else int(match["count"]))
            if slot.count == 0 and group is not None:
                raise PlanError(f"a slot of 0 in the repeated group of plan '{text}' never ends")
            (result if group is None else group).append(slot)
    if group is not None:
        raise PlanError(f"group is not closed by ')*' in plan '{text}'")
    return tuple(result)


def order_segment(segment: Segment, where: str) -> List[Instr]:
    """The instructions of a segment in the order of its plan."""
    if segment.plan is None:
        return list(segment.instrs)
    plan = parse_plan(segment.plan)
    queues: Dict[str, List[Instr]] = {}
    for ins in segment.instrs:
        queues.setdefault(ins.stream, []).append(ins)
    ordered: List[Instr] = []

    def take(slot: Slot) -> None:
        if slot.stream not in queues:
            raise PlanError(
                f"{where}: plan '{segment.plan}' names stream '{slot.stream}'; the streams are: "
                + ", ".join(sorted(queues))
            )
        queue = queues[slot.stream]
        count = len(queue) if slot.count is None else min(slot.count, len(queue))
        ordered.extend(queue[:count])
        del queue[:count]

    for item in plan:
        if isinstance(item, Slot):
            take(item)
            continue
        take_once = True
        while take_once or any(queues[s.stream] for s in item.slots):
            take_once = False
            for slot in item.slots:
                take(slot)
    left = sorted(name for name, queue in queues.items() if queue)
    if left:
        raise PlanError(
            f"{where}: plan '{segment.plan}' leaves instructions of {', '.join(left)}; "
            f"end it with '{left[0]}:*'"
        )
    _check_order(segment.instrs, ordered, where)
    return ordered


def _check_order(written: Sequence[Instr], ordered: Sequence[Instr], where: str) -> None:
    place = {id(ins): i for i, ins in enumerate(ordered)}
    for j, second in enumerate(written):
        for first in written[:j]:
            if place[id(first)] < place[id(second)]:
                continue
            why = depends(first, second)
            if why is not None:
                raise PlanError(
                    f"{where}: the plan puts '{second.describe()}' before '{first.describe()}', "
                    f"but it {why}; give stream '{first.stream}' an earlier slot"
                )


def schedule_block(block: Block) -> None:
    block.instrs = []
    for i, segment in enumerate(block.segments):
        block.instrs.extend(order_segment(segment, f"block {block.label}, segment {i}"))


def schedule(program: Program) -> None:
    """Fill `instrs` of every block from its segments."""
    for block in program.blocks:
        schedule_block(block)
