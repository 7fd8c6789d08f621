"""gen.kernels.stages.scan: executed lane by lane, wave by wave, against plain sums."""

from __future__ import annotations

import random
import unittest

from gen.build import Builder
from gen.config import LANES
from gen.kernels.stages.scan import WaveLane, scan
from tests.gen.lane_model import Wave

WAVES = 16


class Scan(unittest.TestCase):
    def test_scan_over_the_workgroup(self) -> None:
        source = random.Random(4)
        values = [[source.randrange(1000) for _ in range(LANES)] for _ in range(WAVES)]
        sums = {4 * w + 64: sum(v) for w, v in enumerate(values)}
        for number, mine in enumerate(values):
            b = Builder()
            b.block("scan")
            lane, value, wave_reg = b.vgpr("lane"), b.vgpr("value"), b.sgpr("wave")
            before, total = scan(b, WaveLane(WAVES, wave_reg, lane), "sum", value, 64)
            wave = Wave()
            wave.set("lane", list(range(LANES)))
            wave.set("value", mine)
            wave.scalars[("wave", 0)] = number
            instrs = b.program.blocks[0].segments[0].instrs
            at = [i.mnemonic for i in instrs].index("s_barrier")
            wave.run(instrs[:at])
            self.assertEqual(wave.lds, {4 * number + 64: sum(mine)})
            wave.lds = dict(sums)
            wave.run(instrs[at:])
            start = sum(sum(v) for v in values[:number])
            expected = [start + sum(mine[:i]) for i in range(LANES)]
            self.assertEqual(wave.lanes[(before.name, 0)], expected)
            self.assertEqual(wave.scalars[(total.name, 0)], sum(map(sum, values)))


if __name__ == "__main__":
    unittest.main()
