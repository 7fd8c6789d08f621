"""gen.kernels.moe_mfma: what is in flight when, what the passes leave to do, bounds, registers."""

from __future__ import annotations

import unittest
from typing import List

from gen import kernarg
from gen.config import MAX_LDS_BYTES, KernelConfig
from tests.gen import listing_model
from tests.gen.routed import block, count, matrix_kernels

Lines = List[listing_model.Line]


def _until(lines: Lines, word: str) -> Lines:
    at = next(
        i for i, line in enumerate(lines) if line.mnemonic == "s_waitcnt" and word in line.text
    )
    return lines[:at]


class Streams(unittest.TestCase):
    def test_the_expert_comes_with_the_arguments(self) -> None:
        """What is preloaded finds it, so that one wait is for both; then ids and W go out."""
        for cfg, listing in matrix_kernels():
            text = listing_model.read(listing.text)
            lines: Lines = []
            for label in ("entry", "block", "used", "ours", "chunk"):
                lines += block(text, label)
            first = next(i for i, ln in enumerate(lines) if ln.mnemonic == "buffer_load_dwordx4")
            waits = [i for i, ln in enumerate(lines[:first]) if "lgkmcnt" in ln.text]
            self.assertEqual(len(waits), 1, cfg.name)
            pointers = ("s[2:3]", "s[4:5]")  # preloaded: expert_ids, num_tokens_post_padded
            found = [ln for ln in lines[: waits[0]] if any(p in ln.text for p in pointers)]
            self.assertEqual([ln.mnemonic for ln in found], 2 * ["s_load_dword"], cfg.name)
            self.assertEqual(count(lines[waits[0] : first], "buffer_load_dword"), 1, cfg.name)

    def test_all_of_w_goes_out_before_the_ids_are_awaited(self) -> None:
        for cfg, listing in matrix_kernels():
            before = _until(block(listing_model.read(listing.text), "chunk"), "vmcnt")
            expected = 3 * cfg.n_rows * (cfg.depth + 1)
            self.assertEqual(count(before, "buffer_load"), expected, cfg.name)

    def test_little_stands_between_the_expert_and_w(self) -> None:
        for cfg, listing in matrix_kernels():
            text = listing_model.read(listing.text)
            lines: Lines = []
            for label in ("block", "used", "ours", "chunk"):
                lines += block(text, label)
            arrived = next(i for i, ln in enumerate(lines) if "lgkmcnt" in ln.text)
            first = next(
                i
                for i, line in enumerate(lines)
                if i > arrived and line.mnemonic.startswith("buffer_load")
            )
            self.assertLessEqual(first - arrived - 1, 20, cfg.name)

    def test_x_of_all_steps_follows_without_a_wait(self) -> None:
        for cfg, listing in matrix_kernels():
            rows = block(listing_model.read(listing.text), "chunk_rows")
            loads = [i for i, ln in enumerate(rows) if ln.mnemonic.startswith("buffer_load")]
            self.assertEqual(len(loads), 3 * cfg.m_groups * (cfg.depth + 1) + 1, cfg.name)
            waits = [ln.text for ln in rows[loads[0] :] if ln.mnemonic == "s_waitcnt"]
            self.assertFalse([w for w in waits if "vmcnt" in w], cfg.name)

    def test_loop_is_that_of_the_dense_family(self) -> None:
        for cfg, listing in matrix_kernels():
            loop = block(listing_model.read(listing.text), "loop")
            vector = [ln for ln in loop if ln.mnemonic.startswith("v_")]
            self.assertEqual(len(vector), cfg.depth * cfg.m_groups * cfg.n_rows, cfg.name)
            self.assertEqual(count(loop, "v_mfma"), len(vector), cfg.name)
            self.assertEqual(count(loop, "buffer_load"), cfg.depth * cfg.loads_per_step)


class Passes(unittest.TestCase):
    def test_waits_and_wait_states(self) -> None:
        for cfg, listing in matrix_kernels():
            text = listing_model.read(listing.text)
            self.assertIsNone(listing_model.wait_fault(text), cfg.name)
            self.assertIsNone(listing_model.hazard_fault(text), cfg.name)

    def test_lds_is_read_before_it_is_used_again(self) -> None:
        """A barrier on the way back to a chunk and to a block; one wave needs none."""
        for cfg, listing in matrix_kernels():
            text = listing_model.read(listing.text)
            for label in ("again", "pass"):
                barriers = count(block(text, label), "s_barrier")
                self.assertEqual(barriers, int(cfg.k_waves > 1), f"{cfg.name}: {label}")

    def test_every_way_to_the_next_chunk_turns_all_lanes_on(self) -> None:
        for cfg, listing in matrix_kernels():
            text = listing_model.read(listing.text)
            for label in ("next_chunk", "loaded"):
                self.assertEqual(block(text, label)[0].text, "s_mov_b64 exec, -1", cfg.name)

    def test_resources(self) -> None:
        for cfg, listing in matrix_kernels():
            self.assertLessEqual(cfg.lds_bytes, MAX_LDS_BYTES)
            self.assertIn(f"group_segment_fixed_size {cfg.lds_bytes}\n", listing.text)
            self.assertIn("system_sgpr_workgroup_id_z 1\n", listing.text)
            self.assertIn(f"kernarg_size {kernarg.MOE.size}\n", listing.text)
            vgprs = int(listing.text.split(".amdhsa_next_free_vgpr ")[1].split()[0])
            waves = 512 // ((vgprs + 7) // 8 * 8)
            narrow = cfg.m_groups * cfg.n_rows == 1
            self.assertGreaterEqual(waves, 4 if narrow else 2, f"{cfg.name}: {vgprs}")


class Order(unittest.TestCase):
    def test_partials_and_rows_pass_the_caches(self) -> None:
        for cfg, listing in matrix_kernels():
            text = listing_model.read(listing.text)
            hand_over = block(text, "hand_over")
            stores = [
                ln.text for ln in hand_over + block(text, "store_row") if "_store_" in ln.text
            ]
            self.assertTrue(stores and all(" sc1" in s for s in stores), cfg.name)
            for label in ("gather", "rows"):
                loads = [ln.text for ln in block(text, label) if "buffer_load" in ln.text]
                self.assertTrue(loads and all(s.endswith("sc1") for s in loads), cfg.name)
            for label in ("last", "mask"):
                first = next(ln for ln in block(text, label) if ln.mnemonic != "s_waitcnt")
                self.assertEqual(first.text, "buffer_inv sc1", cfg.name)

    def test_rows_are_out_before_the_ticket(self) -> None:
        for cfg, listing in matrix_kernels():
            arrive = block(listing_model.read(listing.text), "arrive")
            drained = next(i for i, ln in enumerate(arrive) if ln.text == "s_waitcnt vmcnt(0)")
            ticket = next(i for i, ln in enumerate(arrive) if "atomic_inc" in ln.mnemonic)
            self.assertLess(drained, ticket, cfg.name)
            if cfg.m_groups * cfg.n_rows > 1 < cfg.k_waves:
                self.assertGreater(count(arrive[drained:ticket], "s_barrier"), 0, cfg.name)

    def test_layout_of_lds(self) -> None:
        """The word of the ticket stands past partial tiles and mask, inside LDS."""
        for k_waves in (1, 2, 8):
            cfg = KernelConfig("moe_mfma", 16, 1, 4, k_waves, 3)
            self.assertGreaterEqual(cfg.ticket_at, 4096 // 8)
            self.assertGreaterEqual(cfg.ticket_at, 0 if k_waves == 1 else k_waves * 16 * 16 * 4)
            self.assertLessEqual(cfg.ticket_at + 4, cfg.lds_bytes)


if __name__ == "__main__":
    unittest.main()
