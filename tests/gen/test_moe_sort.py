"""gen.kernels.moe_sort: registers, bounds, LDS, and the lane work, executed here lane by lane
against plain sums.
"""

from __future__ import annotations

import random
import unittest
from typing import List, Tuple

from gen import kernarg
from gen.config import LANES, MAX_LDS_BYTES, KernelConfig
from gen.ir import EXEC, Cls, Imm, Instr, Kind, Program, Slice
from gen.kernels import moe_sort
from gen.kernels.stages.scan import SCAN_BYTES
from gen.pipeline import Listing, assemble_text
from tests.gen import listing_model
from tests.gen.lane_model import MASK, Wave, number
from tests.gen.support import shipped_rules

CONFIG = KernelConfig("moe_sort", 0, 0, 0, 16, 0)


def _made() -> Tuple[Program, Listing]:
    program, info = moe_sort.build(CONFIG)
    return program, assemble_text(program, info, shipped_rules())


def _block(program: Program, label: str) -> List[Instr]:
    block = next(b for b in program.blocks if b.label == label)
    return [ins for segment in block.segments for ins in segment.instrs]


class Structure(unittest.TestCase):
    def test_resources(self) -> None:
        _, info = moe_sort.build(CONFIG)
        listing = _made()[1]
        self.assertLessEqual(listing.allocation.used[Kind.VGPR], 128, "16 waves on a CU")
        self.assertEqual(listing.allocation.used[Kind.AGPR], 0)
        self.assertEqual((info.block, info.grid_dims), (1024, 1))
        self.assertLessEqual(info.lds_bytes, MAX_LDS_BYTES)
        self.assertIn(f"group_segment_fixed_size {info.lds_bytes}\n", listing.text)
        self.assertIn("private_segment_fixed_size 0\n", listing.text)

    def test_wait_states(self) -> None:
        self.assertIsNone(listing_model.hazard_fault(listing_model.read(_made()[1].text)))

    def test_lds_parts_do_not_overlap(self) -> None:
        rows = CONFIG.k_waves * 4 * kernarg.SORT_EXPERTS
        self.assertGreaterEqual(SCAN_BYTES, 4 * CONFIG.k_waves)
        self.assertGreaterEqual(moe_sort.MAP_AT, 2 * SCAN_BYTES)
        self.assertGreaterEqual(moe_sort.TABLE_AT, moe_sort.MAP_AT + 4 * kernarg.SORT_EXPERTS)
        self.assertEqual(moe_sort.build(CONFIG)[1].lds_bytes, moe_sort.TABLE_AT + rows)
        self.assertEqual(moe_sort.TABLE_AT % 16, 0, "ds_write_b128")
        for ins in _made()[0].all_instrs():
            if ins.cls is Cls.LDS:
                self.assertLess(number(ins, "offset"), 1 << 16, ins.describe())

    def test_every_access_is_bounded(self) -> None:
        """The offset that a descriptor checks is the lane's; soffset, which it does not, is 0."""
        program, _ = moe_sort.build(CONFIG)
        written = [i for b in program.blocks for s in b.segments for i in s.instrs]
        accesses = [i for i in written if i.cls is Cls.VMEM]
        bounded = {i.role_slices("ssrc")[0].reg.name for i in accesses}
        for ins in accesses:
            self.assertEqual(ins.operands[-1], Imm(0), ins.describe())
            self.assertIn("offen", ins.mods)
        records = {
            i.operands[0].reg.name: i.operands[1].named()
            for i in written
            if i.operands
            and isinstance(i.operands[0], Slice)
            and i.operands[0].reg.name.startswith("srd_")
            and i.operands[0].start == 2
            and isinstance(i.operands[1], Slice)
        }
        expected = {
            "srd_topk_ids": "args.slots",
            "srd_expert_map": "map_size",
            "srd_sorted_ids": "args14.em",
            "srd_expert_ids": "blocks",
            "srd_total": "single",
        }
        self.assertEqual((bounded, records), (set(expected), expected))

    def test_every_barrier_is_met_by_whole_waves(self) -> None:
        """EXEC is all ones again at the end of every block, and at every barrier inside one."""
        for block in _made()[0].blocks:
            whole = True
            for ins in block.instrs:
                if EXEC in {s.reg for s in ins.def_slices()}:
                    whole = ins.operands[1] == Imm(-1)
                if ins.mnemonic == "s_barrier":
                    self.assertTrue(whole, block.label)
            self.assertTrue(whole, block.label)

    def test_fills_stand_before_a_barrier_and_places_after(self) -> None:
        """Stores of one workgroup to one address keep the order that barriers give them."""
        labels = [b.label for b in _made()[0].blocks]
        self.assertLess(labels.index("fill_experts"), labels.index("scan"))
        self.assertLess(labels.index("scan"), labels.index("place0"))
        scan = [i.mnemonic for i in _block(_made()[0], "scan")]
        self.assertIn("s_barrier", scan[scan.index("ds_write_b64") :])


class Lanes(unittest.TestCase):
    def test_rank_among_the_slots_of_an_expert(self) -> None:
        source = random.Random(3)
        count = _block(moe_sort.build(CONFIG)[0], "count2")
        for experts in (1, 2, 7, 300, 2048):
            local = [source.randrange(experts) if source.random() < 0.9 else -1 for _ in range(64)]
            known = [source.random() < 0.8 for _ in range(LANES)]
            before = [source.randrange(200) for _ in range(experts)]
            row = moe_sort.TABLE_AT + 3 * moe_sort.ROW_BYTES
            wave = Wave()
            wave.lds = {row + 4 * e: n for e, n in enumerate(before)}
            for lane, expert in enumerate(local):
                wave.lds[moe_sort.MAP_AT + 4 * (1000 + lane)] = expert & MASK
            wave.set("map_at2", [4 * (1000 + lane) for lane in range(LANES)])
            wave.set("one_more", [1] * LANES)
            mask = sum(1 << lane for lane, k in enumerate(known) if k)
            wave.scalars.update({("known2", 0): mask & MASK, ("known2", 1): mask >> 32})
            wave.scalars.update({("row", 0): row, ("args", 11): experts})
            wave.run(count)
            expected: List[int] = []
            for expert, k in zip(local, known):
                valid = k and expert >= 0
                expected.append(expert << 16 | before[expert] if valid else MASK)
                before[expert] += valid
            self.assertEqual(wave.lanes[("record2", 0)], expected)
            self.assertEqual([wave.lds[row + 4 * e] for e in range(experts)], before)


if __name__ == "__main__":
    unittest.main()
