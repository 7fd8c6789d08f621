"""gen.kernels.moe_gemv: what is in flight when, rows of X and of Out, registers."""

from __future__ import annotations

import unittest

from gen import kernarg
from tests.gen import listing_model
from tests.gen.routed import block, count, vector_kernels


class Streams(unittest.TestCase):
    def test_all_of_w_goes_out_before_the_ids_are_awaited(self) -> None:
        for cfg, listing in vector_kernels():
            loads = 0
            for line in block(listing_model.read(listing.text), "chunk"):
                if line.mnemonic == "v_cmp_gt_u32_e64":
                    break
                loads += line.mnemonic.startswith("buffer_load")
            self.assertEqual(loads, 3 * cfg.n_rows * cfg.depth, cfg.name)

    def test_x_and_weights_follow(self) -> None:
        for cfg, listing in vector_kernels():
            rows = block(listing_model.read(listing.text), "chunk_rows")
            self.assertEqual(count(rows, "buffer_load"), 3 * cfg.m_tile * cfg.depth + 1, cfg.name)
            self.assertEqual(count(rows, "v_readlane"), cfg.m_tile, cfg.name)

    def test_math_is_that_of_the_dense_family(self) -> None:
        for cfg, listing in vector_kernels():
            loop = block(listing_model.read(listing.text), "loop")
            products = count(loop, "v_pk_fma_f32") + count(loop, "v_pk_mul_f32")
            self.assertEqual(products, 16 * cfg.m_tile * cfg.n_rows * cfg.depth, cfg.name)


class Bounds(unittest.TestCase):
    def test_a_row_of_x_exists(self) -> None:
        """soffset, which no bound holds back, is a row number limited to the last row."""
        for cfg, listing in vector_kernels():
            rows = block(listing_model.read(listing.text), "chunk_rows")
            self.assertEqual(count(rows, "s_min_u32"), cfg.m_tile, cfg.name)

    def test_rows_without_a_slot_have_no_records(self) -> None:
        for cfg, listing in vector_kernels():
            text = listing_model.read(listing.text)
            for label in ("store_bf16", "store_f16", "store_f32", "store_row"):
                lines = block(text, label)
                stores = [i for i, ln in enumerate(lines) if "buffer_store" in ln.mnemonic]
                selects = [i for i, ln in enumerate(lines) if ln.mnemonic == "s_cselect_b32"]
                self.assertGreaterEqual(len(selects), cfg.m_tile, f"{cfg.name}: {label}")
                for at in stores:
                    self.assertTrue(any(s < at for s in selects), f"{cfg.name}: {label}")
                    srd = lines[at].operands[2]
                    records = f"s{int(srd[2:].split(':')[0]) + 2}"
                    chosen = max(s for s in selects if s < at)
                    self.assertEqual(lines[chosen].operands[0], records, f"{cfg.name}: {label}")


class Passes(unittest.TestCase):
    def test_waits_and_wait_states(self) -> None:
        for cfg, listing in vector_kernels():
            text = listing_model.read(listing.text)
            self.assertIsNone(listing_model.wait_fault(text), cfg.name)
            self.assertIsNone(listing_model.hazard_fault(text), cfg.name)

    def test_resources(self) -> None:
        for cfg, listing in vector_kernels():
            self.assertIn(f"group_segment_fixed_size {cfg.lds_bytes}\n", listing.text)
            self.assertIn(f"kernarg_size {kernarg.MOE.size}\n", listing.text)
            vgprs = int(listing.text.split(".amdhsa_next_free_vgpr ")[1].split()[0])
            waves = 512 // ((vgprs + 7) // 8 * 8)
            self.assertGreaterEqual(waves, 4, f"{cfg.name}: {vgprs}")


if __name__ == "__main__":
    unittest.main()
