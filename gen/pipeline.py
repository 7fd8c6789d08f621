"""All passes in their order, from the author's program to text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Tuple

from gen.allocate import Allocation, allocate
from gen.emit import KernelInfo, emit
from gen.hazard import Rule, resolve_hazards
from gen.ir import Program
from gen.schedule import schedule
from gen.wait import insert_waits


@dataclass(frozen=True)
class Listing:
    """The text of a kernel and what the passes found out about it."""

    text: str
    info: KernelInfo
    allocation: Allocation
    waits: int
    nops: int
    fills: int


def assemble_text(program: Program, info: KernelInfo, rules: Tuple[Rule, ...]) -> Listing:
    """Schedule, allocate, wait, hazard, emit."""
    schedule(program)
    allocation = allocate(program)
    waits = insert_waits(program)
    hazards = resolve_hazards(program, rules)
    text = emit(program, allocation, info)
    return Listing(text, info, allocation, waits, hazards.nops, hazards.fills)
