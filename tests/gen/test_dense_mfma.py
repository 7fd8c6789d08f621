"""gen.kernels.dense_mfma: loads in flight, matrix instructions, the order of additions, registers."""

from __future__ import annotations

import re
import unittest
from typing import Dict, List, Set, Tuple

from gen.config import KernelConfig
from gen.kernels.matrix import roundings
from gen.pipeline import Listing
from tests.gen import listing_model
from tests.gen.support import shipped

BIAS_LOADS = ("buffer_load_ushort", "buffer_load_dword")


def _mfma() -> List[Tuple[KernelConfig, Listing]]:
    return [(cfg, listing) for cfg, listing in shipped() if cfg.family == "dense_mfma"]


def _full_path(text: listing_model.Text) -> List[listing_model.Line]:
    """Entry, no loop, every slot, first wave, all of K in this workgroup, bf16, to the end."""
    taken = {".L_tail_load", ".L_finish"}
    lines: List[listing_model.Line] = []
    at = 0
    while True:
        line = text.lines[at]
        lines.append(line)
        if line.mnemonic == "s_endpgm":
            return lines
        jumps = line.mnemonic.startswith("s_cbranch") and line.operands[0] in taken
        jumps = jumps or line.mnemonic == "s_branch"
        at = text.labels[line.operands[0]] if jumps else at + 1


def _block(text: listing_model.Text, label: str) -> List[listing_model.Line]:
    """The instructions of one block, from its label to the next."""
    first = text.labels[f".L_{label}"]
    ends = [at for at in text.labels.values() if at > first]
    return text.lines[first : min(ends, default=len(text.lines))]


def _count(lines: List[listing_model.Line], prefix: str) -> int:
    return sum(line.mnemonic.startswith(prefix) for line in lines)


class Streams(unittest.TestCase):
    def test_all_steps_are_in_flight_before_the_first_vector_wait(self) -> None:
        for cfg, listing in _mfma():
            loads, bias = 0, 0
            for line in _full_path(listing_model.read(listing.text)):
                if line.mnemonic == "s_waitcnt" and "vmcnt" in line.text:
                    break
                bias += line.mnemonic in BIAS_LOADS
                loads += line.mnemonic.startswith("buffer_load")
            self.assertEqual(loads - bias, (cfg.depth + 1) * cfg.loads_per_step, cfg.name)
            self.assertGreater(bias, 0, f"{cfg.name}: the bias is fetched late")

    def test_first_wait_is_for_the_first_tile_alone(self) -> None:
        """W, X and their scales of 16 rows each, all else stays in flight."""
        for cfg, listing in _mfma():
            path = _full_path(listing_model.read(listing.text))
            at = next(i for i, line in enumerate(path) if "vmcnt" in line.text)
            issued = _count(path[:at], "buffer_load")
            left = int(path[at].text.split("vmcnt(")[1].split(")")[0])
            self.assertGreaterEqual(left, min(issued - 6, 62), cfg.name)

    def test_w_goes_out_before_all_descriptors_are_ready(self) -> None:
        for cfg, listing in _mfma():
            path = _full_path(listing_model.read(listing.text))
            arrived = next(i for i, line in enumerate(path) if "lgkmcnt(0)" in line.text)
            first = next(i for i, line in enumerate(path) if line.mnemonic.startswith("buffer_"))
            self.assertLessEqual(first - arrived - 1, 20 + 2 * (cfg.n_rows - 1), cfg.name)

    def test_offsets_need_no_vector_work_in_the_loop(self) -> None:
        for cfg, listing in _mfma():
            loop = _block(listing_model.read(listing.text), "loop")
            vector = [ln for ln in loop if ln.mnemonic.startswith("v_")]
            self.assertEqual(len(vector), _count(loop, "v_mfma"), cfg.name)
            self.assertEqual(_count(loop, "v_mfma"), cfg.depth * cfg.m_groups * cfg.n_rows)
            self.assertEqual(_count(loop, "buffer_load"), cfg.depth * cfg.loads_per_step)


class Math(unittest.TestCase):
    def test_one_matrix_instruction_per_tile_and_step(self) -> None:
        for cfg, listing in _mfma():
            path = _full_path(listing_model.read(listing.text))
            expected = (cfg.depth + 1) * cfg.m_groups * cfg.n_rows
            self.assertEqual(_count(path, "v_mfma"), expected, cfg.name)

    def test_every_tile_is_one_chain(self) -> None:
        """The accumulator is source and result, so K steps add up in their order."""
        for cfg, listing in _mfma():
            text = listing_model.read(listing.text)
            steps: Dict[str, int] = {}
            for line in _full_path(text):
                if line.mnemonic.startswith("v_mfma"):
                    self.assertEqual(line.operands[0], line.operands[3], cfg.name)
                    steps[line.operands[0]] = steps.get(line.operands[0], 0) + 1
            self.assertEqual(len(steps), cfg.m_groups * cfg.n_rows, cfg.name)
            self.assertEqual(set(steps.values()), {cfg.depth + 1}, cfg.name)

    def test_each_operand_meets_each_once_in_a_step(self) -> None:
        for cfg, listing in _mfma():
            tail = _block(listing_model.read(listing.text), "tail_add")
            pairs: Set[Tuple[str, str]] = set()
            for line in tail:
                if line.mnemonic.startswith("v_mfma"):
                    pairs.add((line.operands[1], line.operands[2]))
            self.assertEqual(len(pairs), cfg.m_groups * cfg.n_rows, cfg.name)
            self.assertEqual(len({x for x, _ in pairs}), cfg.m_groups, cfg.name)
            self.assertEqual(len({w for _, w in pairs}), cfg.n_rows, cfg.name)


class SplitK(unittest.TestCase):
    def test_partials_are_out_before_the_ticket(self) -> None:
        """sc1 stores, then vmcnt(0), then the barrier of all waves that store, then the ticket."""
        for cfg, listing in _mfma():
            block = _block(listing_model.read(listing.text), "hand_over")
            stores = [i for i, ln in enumerate(block) if ln.mnemonic == "buffer_store_dwordx4"]
            ticket = next(i for i, ln in enumerate(block) if "atomic_inc" in ln.mnemonic)
            drained = next(i for i, ln in enumerate(block) if ln.text == "s_waitcnt vmcnt(0)")
            self.assertTrue(all("sc1" in block[i].text for i in stores), cfg.name)
            self.assertTrue(max(stores) < drained < ticket, cfg.name)
            barriers = [i for i, ln in enumerate(block) if ln.mnemonic == "s_barrier"]
            if cfg.m_groups * cfg.n_rows > 1:
                self.assertTrue(drained < barriers[0] < ticket < barriers[1], cfg.name)
            self.assertIn(" sc0", block[ticket].text)
            self.assertNotIn(" sc1", block[ticket].text)

    def test_the_last_reads_past_its_caches(self) -> None:
        for cfg, listing in _mfma():
            text = listing_model.read(listing.text)
            self.assertEqual(_block(text, "last")[0].text, "buffer_inv sc1", cfg.name)
            loads = [
                ln.text for ln in _block(text, "gather") if ln.mnemonic.startswith("buffer_load")
            ]
            self.assertGreaterEqual(len(loads), 2, cfg.name)
            self.assertTrue(all(t.endswith("sc1") for t in loads), cfg.name)


class Bounds(unittest.TestCase):
    def test_roundings_are_as_the_header_says(self) -> None:
        """At most twice the design's constant, for the K that the header names."""
        for cfg, listing in _mfma():
            stated = re.search(r"ceil\(K / 512\) \+ 16 (for every K|up to K = (\d+))", listing.text)
            assert stated is not None, cfg.name
            end = int(stated[2]) if stated[2] else 1 << 17
            for k in list(range(32, 8192, 32)) + list(range(8192, end + 1, 4096)):
                if k > end:
                    break
                for k_splits in (1, 2, 3, 8):
                    path = roundings(cfg, k, k_splits)
                    if k >= 512 * k_splits:
                        self.assertLessEqual(path, 2 * (-(-k // 512) + 16), f"{cfg.name} {k}")

    def test_occupancy(self) -> None:
        """Four waves per SIMD in the narrow kernels, two in all: no spills, no scratch."""
        for cfg, listing in _mfma():
            vgprs = int(listing.text.split(".amdhsa_next_free_vgpr ")[1].split()[0])
            waves = 512 // ((vgprs + 7) // 8 * 8)
            narrow = cfg.m_groups * cfg.n_rows <= 2 and (cfg.m_groups + cfg.n_rows) <= 3
            self.assertGreaterEqual(waves, 4 if narrow else 2, f"{cfg.name}: {vgprs}")
            self.assertIn(".amdhsa_private_segment_fixed_size 0", listing.text)

    def test_four_and_eight_waves_for_every_tile(self) -> None:
        """Batch-invariant chooses waves by N and K, the tile by M."""
        shapes = {(cfg.m_tile, cfg.k_waves) for cfg, _ in _mfma()}
        for m_tile in (16, 32, 48, 64):
            for k_waves in (4, 8):
                self.assertIn((m_tile, k_waves), shapes)


if __name__ == "__main__":
    unittest.main()
