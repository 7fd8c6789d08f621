"""How a kernel's author writes a program: named registers, streams, segments with slot plans,
blocks.
"""

from __future__ import annotations

from typing import Dict, List, Optional, Sequence, Union

from gen import isa
from gen.errors import OperandError
from gen.ir import SPECIALS, Block, Imm, Instr, Kind, Lit, Operand, Program, Reg, Segment

Arg = Union[Operand, Reg, int, str]


class Builder:
    """Collects instructions into the current segment of the current block, under the current
    stream.
    """

    def __init__(self) -> None:
        self.program = Program()
        self._stream = ""

    def vgpr(self, name: str, width: int = 1, fixed: Optional[int] = None) -> Reg:
        return self._reg(Reg(name, Kind.VGPR, width, 2 if width > 1 else 1, fixed))

    def sgpr(
        self, name: str, width: int = 1, fixed: Optional[int] = None, fields: Sequence[str] = ()
    ) -> Reg:
        return self._reg(Reg(name, Kind.SGPR, width, min(4, width), fixed, tuple(fields)))

    def _reg(self, reg: Reg) -> Reg:
        if reg.name in self.program.regs or reg.name in SPECIALS:
            raise OperandError(
                f"register name {reg.name} is taken; every named register has one meaning"
            )
        self.program.regs[reg.name] = reg
        return reg

    def block(self, label: str, note: str = "") -> None:
        self.program.blocks.append(Block(label, note, [Segment()]))

    def plan(self, text: Optional[str]) -> None:
        """Start a new segment whose streams are interleaved by the slot plan `text` (see
        gen.schedule).
        """
        self.program.blocks[-1].segments.append(Segment(plan=text))

    def stream(self, name: str) -> None:
        self._stream = name

    def emit(self, mnemonic: str, *args: Arg, mods: Sequence[str] = (), note: str = "") -> Instr:
        operands: List[Operand] = [_operand(a) for a in args]
        ins = isa.make(mnemonic, operands, mods, self._stream, note)
        self.program.blocks[-1].segments[-1].instrs.append(ins)
        return ins

    def named(self) -> Dict[str, Reg]:
        return dict(self.program.regs)


def _operand(arg: Arg) -> Operand:
    if isinstance(arg, Reg):
        return arg.all
    if isinstance(arg, bool):
        raise OperandError("a truth value is not an operand")
    if isinstance(arg, int):
        return Imm(arg)
    if isinstance(arg, str):
        return Lit(arg)
    return arg
