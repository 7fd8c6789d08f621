"""gen.kernels.stages.kernargs: every argument in one place, all of them there when they are read."""

from __future__ import annotations

import unittest
from typing import Dict, List, Tuple

from gen import kernarg
from gen.build import Builder
from gen.ir import Imm, Slice
from gen.kernels.stages.kernargs import Kernargs

Dwords = Dict[Tuple[str, int], int]


def loaded(b: Builder) -> Dwords:
    """(register, dword) to the byte of the segment that the loads of the block put there."""
    result: Dwords = {}
    for ins in b.program.blocks[-1].segments[-1].instrs:
        target, _, offset = ins.operands
        assert isinstance(target, Slice) and isinstance(offset, Imm)
        for i, unit in enumerate(target.named_units()):
            result[unit] = offset.value + 4 * i
    return result


class Places(unittest.TestCase):
    def check(
        self, layout: kernarg.Layout, args: Kernargs, there: Dwords, names: List[str]
    ) -> None:
        for name in names:
            at = layout.offsets()[name]
            for i, unit in enumerate(args(name).named_units()):
                self.assertEqual(there[unit], at + 4 * i, name)

    def test_all_layouts(self) -> None:
        for layout in kernarg.LAYOUTS:
            b = Builder()
            args = Kernargs(b, layout)
            b.block("entry")
            args.load()
            there = loaded(b)
            there.update({("args", i): 4 * i for i in range(layout.preload)})
            self.check(layout, args, there, [a.name for a in layout.args])
            self.assertEqual(args.workgroup, 2 + layout.preload)

    def test_late_arguments(self) -> None:
        b = Builder()
        args = Kernargs(b, kernarg.MOE, late="tokens", again="k_splits")
        b.block("entry")
        args.load()
        first = loaded(b)
        self.assertEqual(max(first.values()), kernarg.MOE.offsets()["tokens"] - 4)
        b.block("late")
        args.load_late()
        late = loaded(b)
        self.assertFalse(set(first) & set(late), "what was loaded first is kept")
        for name in ("k_splits", "grid_y", "tokens", "block_shift"):
            (unit,) = args.late(name).named_units()
            self.assertEqual(late[unit], kernarg.MOE.offsets()[name])


if __name__ == "__main__":
    unittest.main()
