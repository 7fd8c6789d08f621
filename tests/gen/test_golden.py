"""The golden listing in asm/ is what the generator emits today."""

from __future__ import annotations

import difflib
import unittest

from tests.gen import support

HEADLINES = (
    "smallm_dense_gemv_m1_r1_l64_w1_d3",
    "smallm_dense_mfma_m16_r1_l4_w8_d5",
    "smallm_quantise_m1_l4_w4",
    "smallm_moe_sort_w16",
    "smallm_moe_mfma_m16_r1_l4_w8_d5",
    "smallm_moe_gemv_m1_r1_l64_w1_d3",
)


class Golden(unittest.TestCase):
    def test_headline_listings(self) -> None:
        for name in HEADLINES:
            with self.subTest(name):
                self._check(name)

    def _check(self, name: str) -> None:
        path = support.TOP / "asm" / f"{name}.s"
        update = f"python3 -m gen --kernels configs/kernels.csv --out asm --only {name}"
        self.assertTrue(path.is_file(), f"{path} is missing; make it with: {update}")
        listing = next(listing for cfg, listing in support.shipped() if cfg.name == name)
        golden = path.read_text(encoding="utf-8")
        if listing.text != golden:
            diff = difflib.unified_diff(
                golden.splitlines(), listing.text.splitlines(), "asm", "emitted", lineterm="", n=1
            )
            shown = "\n".join(list(diff)[:40])
            self.fail(f"the emitted listing changed; if that is meant, run: {update}\n{shown}")

    def test_every_family_has_one(self) -> None:
        families = {cfg.family for cfg, _ in support.shipped()}
        golden = {p.name for p in (support.TOP / "asm").glob("*.s")}
        for family in families:
            self.assertTrue(any(g.startswith(f"smallm_{family}_") for g in golden), family)


if __name__ == "__main__":
    unittest.main()
