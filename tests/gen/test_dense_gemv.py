"""gen.kernels.dense_gemv: loads in flight, the stated bound on roundings, occupancy."""

from __future__ import annotations

import struct
import unittest
from typing import List, Tuple

from gen.config import KernelConfig
from gen.kernels.vector import rounding_chain
from gen.kernels.stages.load import SENTINEL, batches
from gen.pipeline import Listing
from tests.gen import listing_model
from tests.gen.support import shipped

BIAS_LOADS = ("buffer_load_ushort", "buffer_load_dword")


def _gemv() -> List[Tuple[KernelConfig, Listing]]:
    return [(cfg, listing) for cfg, listing in shipped() if cfg.family == "dense_gemv"]


def _without_branches(text: listing_model.Text) -> List[listing_model.Line]:
    """Entry, no loop, all drain slots, to the end: the shortest path that takes no early exit."""
    lines: List[listing_model.Line] = []
    at = 0
    while True:
        line = text.lines[at]
        lines.append(line)
        if line.mnemonic == "s_endpgm":
            return lines
        to_drain = line.mnemonic.startswith("s_cbranch") and line.operands[0] == ".L_drain_0"
        jumps = to_drain or line.mnemonic == "s_branch"
        at = text.labels[line.operands[0]] if jumps else at + 1


class Streams(unittest.TestCase):
    def test_all_steps_are_in_flight_before_the_first_vector_wait(self) -> None:
        for cfg, listing in _gemv():
            loads, bias = 0, []
            for line in _without_branches(listing_model.read(listing.text)):
                if line.mnemonic == "s_waitcnt" and "vmcnt" in line.text:
                    break
                if line.mnemonic in BIAS_LOADS:
                    bias.append(line.mnemonic)
                else:
                    loads += line.mnemonic.startswith("buffer_load")
            self.assertEqual(loads, cfg.depth * cfg.loads_per_step, cfg.name)
            for mnemonic in BIAS_LOADS:
                self.assertGreater(bias.count(mnemonic), 0, f"{cfg.name}: the bias is fetched late")

    def test_first_wait_leaves_all_but_the_first_loads_in_flight(self) -> None:
        for cfg, listing in _gemv():
            path = _without_branches(listing_model.read(listing.text))
            first = next(line for line in path if "vmcnt" in line.text)
            left = int(first.text.split("vmcnt(")[1].split(")")[0])
            first_loads = cfg.m_tile + cfg.n_rows + (2 * cfg.n_rows if cfg.m_tile > 4 else 0)
            most = cfg.depth * cfg.loads_per_step - first_loads
            if len(batches(cfg)) > 1:  # behind a loop, which refills X before the scales
                most = 2 * (2 * len(batches(cfg)[0])) + 2 * cfg.n_rows
            self.assertGreaterEqual(left, most, cfg.name)

    def test_products_and_conversions_of_a_step(self) -> None:
        for cfg, listing in _gemv():
            path = [line.mnemonic for line in _without_branches(listing_model.read(listing.text))]
            products = path.count("v_pk_fma_f32") + path.count("v_pk_mul_f32")
            self.assertEqual(products, 16 * cfg.m_tile * cfg.n_rows * cfg.depth, cfg.name)
            conversions = sum(m.startswith("v_cvt_pk_f32_fp8") for m in path)
            pairs = cfg.m_tile + cfg.n_rows * len(batches(cfg))
            self.assertEqual(conversions, 16 * pairs * cfg.depth, cfg.name)


class Bounds(unittest.TestCase):
    def test_roundings_stay_within_the_design(self) -> None:
        """A path's roundings, not counting additions of exact zeros, against the design's bound."""
        for cfg, _ in _gemv():
            for k in list(range(32, 4096, 32)) + [6144, 8192, 16384, 28672, 53248]:
                blocks = k // 32
                steps = -(-blocks // (cfg.k_lanes * cfg.k_waves))
                lanes = min(blocks, cfg.k_lanes)
                waves = min(-(-blocks // cfg.k_lanes), cfg.k_waves)
                lane_roundings = (lanes - 1).bit_length()
                path = 7 + 2 + (steps - 1) + lane_roundings + (waves - 1)
                self.assertLessEqual(path, -(-k // 512) + 16, f"{cfg.name}, K = {k}")
                self.assertLessEqual(path, steps - 1 + rounding_chain(cfg))

    def test_masked_lanes_are_out_of_every_bound(self) -> None:
        """The largest K is 2^29 - 32, the widest row group has four rows."""
        (offset,) = struct.unpack("<I", struct.pack("<f", float(SENTINEL)))
        k = (1 << 29) - 32
        self.assertGreaterEqual(offset, 4 * k)
        self.assertLess(offset + 16 + 15, 1 << 32)
        self.assertGreaterEqual(offset >> 5, 4 * (k // 32))

    def test_occupancy(self) -> None:
        """Two waves per SIMD everywhere, four for M of 1."""
        for cfg, listing in _gemv():
            vgprs = int(listing.text.split(".amdhsa_next_free_vgpr ")[1].split()[0])
            waves = 512 // ((vgprs + 7) // 8 * 8)
            self.assertGreaterEqual(waves, 4 if cfg.m_tile == 1 else 2, f"{cfg.name}: {vgprs}")


if __name__ == "__main__":
    unittest.main()
