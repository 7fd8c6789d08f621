"""Kernel arguments: the first ones are in scalar registers when a wave starts, the rest is loaded.

What the first loads of W need is preloaded, so that no wave waits for memory before them. Firmware
that does not preload enters 256 bytes earlier, where gen.emit puts the loads. Source: LLVM
AMDGPUUsage, preloaded kernel arguments.
"""

from __future__ import annotations

from typing import List, Tuple

from gen import kernarg
from gen.build import Builder
from gen.ir import Reg, Slice

_WIDTHS = (16, 8, 4, 2, 1)


class Kernargs:
    """By name, the registers of an argument. `workgroup` is the SGPR behind the preloaded ones, the
    first of those that the hardware fills with x, y, z.
    """

    def __init__(self, b: Builder, layout: kernarg.Layout, late: str = "", again: str = "") -> None:
        """`load` leaves the arguments from `late` on to `load_late`, which begins with `again`."""
        self._b, self._layout = b, layout
        self._names = layout.dword_names()
        self._pointer = b.sgpr("kernarg_ptr", 2, fixed=0)
        offsets, first, end = layout.offsets(), layout.preload, layout.size // 4
        until = offsets[late] // 4 if late else end
        self._parts: List[Tuple[int, Reg]] = []
        if first:
            at = kernarg.FIRST_PRELOADED
            self._parts.append((0, b.sgpr("args", first, fixed=at, fields=self._names[:first])))
        self._loads = [self._part(at, w) for at, w in _cut(first, until)]
        self._parts += self._loads
        lates = _cut(offsets[again] // 4, end) if again else []
        self._lates = [self._part(at, w, "late_") for at, w in lates]
        self.workgroup = kernarg.FIRST_PRELOADED + first

    def _part(self, at: int, width: int, prefix: str = "") -> Tuple[int, Reg]:
        fields = [prefix + name for name in self._names[at : at + width]]
        return at, self._b.sgpr(f"{prefix}args{at}", width, fields=fields)

    def load(self) -> None:
        self._b.stream("kernargs")
        self._load(self._loads)

    def load_late(self) -> None:
        """As the host gave them, again."""
        self._b.stream("kernargs")
        self._load(self._lates)

    def _load(self, parts: List[Tuple[int, Reg]]) -> None:
        for at, reg in parts:
            mnemonic = f"s_load_dwordx{reg.width}" if reg.width > 1 else "s_load_dword"
            self._b.emit(mnemonic, reg, self._pointer, 4 * at)

    def __call__(self, name: str) -> Slice:
        return self._find(self._parts, name)

    def late(self, name: str) -> Slice:
        """Once load_late is done."""
        return self._find(self._lates, name)

    def _find(self, parts: List[Tuple[int, Reg]], name: str) -> Slice:
        arg = next(a for a in self._layout.args if a.name == name)
        first, width = self._layout.offsets()[name] // 4, arg.size // 4
        at, reg = next(p for p in reversed(parts) if p[0] <= first)
        return reg[first - at : first - at + width]


def _cut(first: int, end: int) -> List[Tuple[int, int]]:
    """(dword, width) of the loads that cover dwords first to end - 1, the widest first."""
    parts: List[Tuple[int, int]] = []
    while first < end:
        width = next(w for w in _WIDTHS if w <= end - first)
        parts.append((first, width))
        first += width
    return parts
