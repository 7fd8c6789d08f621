"""Instructions as objects: named registers, operands, instructions, blocks and the program's
control flow.

Nothing here knows a kernel or an encoding. `gen.isa` gives the rows from which instructions are
built.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import Dict, FrozenSet, Iterator, List, Optional, Tuple, Union

from gen.errors import OperandError, WaitError

Unit = Tuple[str, int]
"""One 32-bit register as the dataflow passes see it: (register name or file, index)."""


class Kind(enum.Enum):
    """Register file of a named register."""

    VGPR = "v"
    AGPR = "a"
    SGPR = "s"
    SPECIAL = ""


@dataclass(frozen=True)
class Reg:
    """A named register of `width` dwords that starts at a multiple of `align`.

    `fixed` is its physical index: given where the hardware fills it before the first instruction,
    else set by the allocator. `fields` names its dwords, for the listing.
    """

    name: str
    kind: Kind
    width: int = 1
    align: int = 1
    fixed: Optional[int] = None
    fields: Tuple[str, ...] = ()

    def __getitem__(self, key: Union[int, slice]) -> "Slice":
        if isinstance(key, int):
            start, stop = key, key + 1
        else:
            start = 0 if key.start is None else key.start
            stop = self.width if key.stop is None else key.stop
        if not 0 <= start < stop <= self.width:
            raise OperandError(
                f"slice [{start}:{stop}] of register {self.name}, which has {self.width} dwords"
            )
        return Slice(self, start, stop - start)

    @property
    def all(self) -> "Slice":
        return Slice(self, 0, self.width)


@dataclass(frozen=True)
class Slice:
    """`width` dwords of `reg` from dword `start`: what an instruction's operand is."""

    reg: Reg
    start: int
    width: int

    def __getitem__(self, index: int) -> "Slice":
        if not 0 <= index < self.width:
            raise OperandError(f"dword {index} of {self.named()}, which has {self.width}")
        return Slice(self.reg, self.start + index, 1)

    def named_units(self) -> Tuple[Unit, ...]:
        return tuple((self.reg.name, i) for i in range(self.start, self.start + self.width))

    def units(self) -> Tuple[Unit, ...]:
        """Physical registers once the register has a place, its own dwords before."""
        if self.reg.fixed is None:
            return self.named_units()
        first = self.reg.fixed + self.start
        return tuple((self.reg.kind.value, i) for i in range(first, first + self.width))

    def text(self) -> str:
        """Assembler syntax; needs a placed register."""
        if self.reg.kind is Kind.SPECIAL:
            if self.reg.width == 2 and self.width == 1:
                return f"{self.reg.name}_{'hi' if self.start else 'lo'}"
            return self.reg.name
        if self.reg.fixed is None:
            raise OperandError(f"register {self.reg.name} is printed before it is allocated")
        first, file = self.reg.fixed + self.start, self.reg.kind.value
        return f"{file}{first}" if self.width == 1 else f"{file}[{first}:{first + self.width - 1}]"

    def named(self) -> str:
        if self.width == self.reg.width:
            return self.reg.name
        if self.width == 1:
            return (
                f"{self.reg.name}.{self.reg.fields[self.start] if self.reg.fields else self.start}"
            )
        return f"{self.reg.name}.{self.start}-{self.start + self.width - 1}"


VCC = Reg("vcc", Kind.SPECIAL, 2)
EXEC = Reg("exec", Kind.SPECIAL, 2)
SCC = Reg("scc", Kind.SPECIAL)
M0 = Reg("m0", Kind.SPECIAL)
SPECIALS: Dict[str, Reg] = {r.name: r for r in (VCC, EXEC, SCC, M0)}


@dataclass(frozen=True)
class Imm:
    """An immediate: decimal where the hardware has an inline constant, else hexadecimal."""

    value: int

    def text(self) -> str:
        return str(self.value) if -16 <= self.value <= 64 else hex(self.value & 0xFFFFFFFF)


@dataclass(frozen=True)
class Lit:
    """Text that is printed as it stands: a float constant, `off`, a branch label."""

    value: str


Operand = Union[Slice, Imm, Lit]


class Cls(enum.Enum):
    """Instruction class: the unit that executes it and the counter that it uses."""

    VALU = "VALU"
    MFMA = "MFMA"
    VMEM = "VMEM"
    LDS = "LDS"
    SMEM = "SMEM"
    SALU = "SALU"
    BRANCH = "BRANCH"


@dataclass(frozen=True)
class Role:
    """How one operand position is used: registers allowed, width in dwords, read and/or written."""

    name: str
    kinds: str
    width: int
    reads: bool
    writes: bool


@dataclass(frozen=True)
class Op:
    """One row of the instruction table (`gen.isa`)."""

    mnemonic: str
    cls: Cls
    roles: Tuple[Role, ...]
    implicit_defs: Tuple[Slice, ...] = ()
    implicit_uses: Tuple[Slice, ...] = ()
    flags: FrozenSet[str] = frozenset()


@dataclass
class Instr:
    """One instruction. Identity matters: two equal-looking instructions are different objects."""

    op: Op
    operands: Tuple[Operand, ...]
    mods: Tuple[str, ...] = ()
    stream: str = ""
    comment: str = ""
    moved: bool = False
    implicit_reads: Tuple[Slice, ...] = field(default=())

    @property
    def mnemonic(self) -> str:
        return self.op.mnemonic

    @property
    def cls(self) -> Cls:
        return self.op.cls

    def role_slices(self, role_name: str) -> List[Slice]:
        return [
            o
            for role, o in zip(self.op.roles, self.operands)
            if role.name == role_name and isinstance(o, Slice)
        ]

    def def_slices(self) -> List[Slice]:
        explicit = [
            o
            for role, o in zip(self.op.roles, self.operands)
            if role.writes and isinstance(o, Slice)
        ]
        return explicit + list(self.op.implicit_defs)

    def use_slices(self) -> List[Slice]:
        explicit = [
            o
            for role, o in zip(self.op.roles, self.operands)
            if role.reads and isinstance(o, Slice)
        ]
        return explicit + list(self.op.implicit_uses) + list(self.implicit_reads)

    @property
    def is_branch(self) -> bool:
        return self.cls is Cls.BRANCH

    @property
    def target(self) -> Optional[str]:
        if self.is_branch and self.operands and isinstance(self.operands[0], Lit):
            return self.operands[0].value
        return None

    def describe(self) -> str:
        """`stream | comment (mnemonic)`: how messages and wait comments name an instruction."""
        what = self.comment or ", ".join(operand_name(o) for o in self.operands)
        return f"{self.stream or 'unnamed stream'} | {what} ({self.mnemonic})"


def operand_name(operand: Operand) -> str:
    if isinstance(operand, Slice):
        return operand.named()
    return operand.text() if isinstance(operand, Imm) else operand.value


@dataclass
class Segment:
    """A run of instructions of a block with the plan that interleaves its streams (None: program
    order).
    """

    instrs: List[Instr] = field(default_factory=list)
    plan: Optional[str] = None


@dataclass
class Block:
    """A labelled basic block: `segments` as written, `instrs` once they are scheduled."""

    label: str
    note: str = ""
    segments: List[Segment] = field(default_factory=list)
    instrs: List[Instr] = field(default_factory=list)


@dataclass
class Program:
    """Blocks in layout order; one that ends in no unconditional jump falls into the next."""

    blocks: List[Block] = field(default_factory=list)
    regs: Dict[str, Reg] = field(default_factory=dict)

    def successors(self) -> List[List[int]]:
        """Indices of the blocks that may follow each block."""
        index = {b.label: i for i, b in enumerate(self.blocks)}
        result: List[List[int]] = []
        for i, block in enumerate(self.blocks):
            nexts: List[int] = []
            falls = True
            for ins in block.instrs:
                if not ins.is_branch:
                    continue
                if ins.target is not None:
                    if ins.target not in index:
                        raise WaitError(
                            f"branch in block {block.label} to unknown label {ins.target}"
                        )
                    nexts.append(index[ins.target])
                falls = "conditional" in ins.op.flags
            if falls:
                if i + 1 == len(self.blocks):
                    raise WaitError(
                        f"block {block.label} falls off the program's end; end it with s_endpgm"
                    )
                nexts.append(i + 1)
            result.append(nexts)
        return result

    def predecessors(self) -> List[List[int]]:
        result: List[List[int]] = [[] for _ in self.blocks]
        for i, nexts in enumerate(self.successors()):
            for n in nexts:
                result[n].append(i)
        return result

    def all_instrs(self) -> Iterator[Instr]:
        for block in self.blocks:
            yield from block.instrs


def uses_of(ins: Instr) -> List[Unit]:
    return [u for s in ins.use_slices() for u in s.units()]


def defs_of(ins: Instr) -> List[Unit]:
    return [u for s in ins.def_slices() for u in s.units()]


def depends(first: Instr, second: Instr) -> Optional[str]:
    """Why `second`, which stands after `first` in program order, must stay after it; None if it
    need not.
    """
    first_defs, first_uses = set(defs_of(first)), set(uses_of(first))
    second_defs, second_uses = set(defs_of(second)), set(uses_of(second))
    for kind, shared in (
        ("reads what it writes", first_defs & second_uses),
        ("overwrites what it writes", first_defs & second_defs),
        ("overwrites what it reads", first_uses & second_defs),
    ):
        if shared:
            name, index = sorted(shared)[0]
            return f"{kind} ({name} dword {index})"
    if first.is_branch or second.is_branch:
        return "branches stay in place"
    flags = first.op.flags | second.op.flags
    if "barrier" in flags and _is_memory(first) and _is_memory(second):
        return "memory order around a barrier or wait"
    if first.cls is Cls.LDS and second.cls is Cls.LDS and "store" in flags:
        return "LDS order"
    if "store" in first.op.flags and "store" in second.op.flags:
        return "store order"
    return None


def _is_memory(ins: Instr) -> bool:
    return ins.cls in (Cls.LDS, Cls.VMEM, Cls.SMEM) or "barrier" in ins.op.flags
