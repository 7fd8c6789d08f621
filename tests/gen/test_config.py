"""gen.config: derived numbers and errors with file, line, column, reason."""

from __future__ import annotations

import tempfile
import unittest
from pathlib import Path
from typing import List

from gen.config import HEADER, KernelConfig, read_kernels
from gen.errors import ConfigError
from tests.gen.support import KERNELS_CSV


def read(text: str) -> List[KernelConfig]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "kernels.csv"
        path.write_text(text, encoding="utf-8")
        return read_kernels(path)


class Derived(unittest.TestCase):
    def test_names_and_tiles(self) -> None:
        wide = KernelConfig("dense_gemv", 2, 3, 16, 2, 1)
        self.assertEqual(wide.name, "smallm_dense_gemv_m2_r3_l16_w2_d1")
        self.assertEqual((wide.group_rows, wide.row_waves, wide.wave_rows), (4, 2, 12))
        self.assertEqual((wide.n_tile, wide.k_step, wide.results), (24, 512, 24))
        self.assertEqual(wide.lds_bytes, 4 * 24 * 4)
        self.assertEqual((wide.waves, wide.block, wide.splits_k), (4, 256, False))
        self.assertEqual(KernelConfig("dense_gemv", 1, 1, 64, 1, 3).lds_bytes, 0)
        self.assertEqual(KernelConfig("dense_gemv", 16, 1, 64, 1, 1).loads_per_step, 51)

    def test_matrix_family(self) -> None:
        tile = KernelConfig("dense_mfma", 32, 2, 4, 8, 3)
        self.assertEqual(tile.name, "smallm_dense_mfma_m32_r2_l4_w8_d3")
        self.assertEqual((tile.group_rows, tile.row_waves, tile.wave_rows), (16, 1, 32))
        self.assertEqual((tile.n_tile, tile.k_step, tile.m_groups), (32, 128, 2))
        self.assertEqual((tile.waves, tile.block, tile.splits_k), (8, 512, True))
        self.assertEqual(tile.loads_per_step, 3 * (2 + 2))
        self.assertEqual(tile.loads_in_flight, 4 * 12)
        self.assertEqual(tile.lds_bytes, 8 * 32 * 32 * 4 + 16)
        self.assertEqual(KernelConfig("dense_mfma", 16, 1, 4, 1, 3).lds_bytes, 0)

    def test_grouped_families(self) -> None:
        matrix, vector = read(f"{HEADER}\nmoe_mfma,64,2,4,8,2\nmoe_gemv,2,2,64,4,1\n")
        self.assertEqual(matrix.name, "smallm_moe_mfma_m64_r2_l4_w8_d2")
        self.assertEqual((matrix.n_tile, matrix.block, matrix.splits_k), (32, 512, True))
        self.assertEqual(matrix.lds_bytes, 8 * 64 * 32 * 4 + 16)
        self.assertEqual(KernelConfig("moe_mfma", 16, 1, 4, 1, 3).lds_bytes, 4096 // 8 + 16)
        self.assertEqual((vector.n_tile, vector.block, vector.splits_k), (2, 256, False))
        self.assertEqual(vector.lds_bytes, 4096 // 8 + 16)

    def test_families_without_all_parameters(self) -> None:
        quantise, sort = read(f"{HEADER}\nquantise,1,-,4,4,-\nmoe_sort,-,-,-,16,-\n")
        self.assertEqual(quantise.name, "smallm_quantise_m1_l4_w4")
        self.assertEqual((quantise.n_rows, quantise.depth, quantise.block), (0, 0, 256))
        self.assertEqual((quantise.k_step, quantise.n_tile, quantise.splits_k), (512, 0, False))
        self.assertEqual(sort.name, "smallm_moe_sort_w16")
        self.assertEqual((sort.block, sort.k_step, sort.n_tile), (1024, 0, 0))

    def test_shipped_file(self) -> None:
        kernels = read_kernels(KERNELS_CSV)
        gemv = [k for k in kernels if k.family == "dense_gemv"]
        self.assertEqual({k.m_tile for k in gemv}, {1, 2, 4, 8, 16})
        for m in (1, 2, 4, 8, 16):
            mine = [k for k in gemv if k.m_tile == m]
            self.assertTrue(any(k.k_lanes < 64 for k in mine), f"m_tile {m} has none for short K")
            self.assertTrue(any(k.k_waves == 4 for k in mine), f"m_tile {m} has none for narrow N")


class Errors(unittest.TestCase):
    def check(self, text: str, line: int, column: int, reason: str) -> None:
        with self.assertRaisesRegex(ConfigError, rf"kernels.csv:{line}:{column}: .*{reason}"):
            read(text)

    def test_cells(self) -> None:
        head = f"# note\n{HEADER}\n"
        self.check(head + "dense_gemm,1,1,64,1,3\n", 3, 1, "family 'dense_gemm'")
        self.check(
            head + "dense_gemv,3,1,64,1,3\n",
            3,
            12,
            "m_tile is '3'; in dense_gemv it must be one of 1, 2, 4, 8, 16$",
        )
        self.check(
            head + "dense_mfma,8,1,4,1,3\n",
            3,
            12,
            "m_tile is '8'; in dense_mfma it must be one of 16, 32, 48, 64$",
        )
        self.check(head + "dense_mfma,16,1,64,1,3\n", 3, 17, "k_lanes is '64'; in dense_mfma")
        self.check(head + "dense_gemv,1,x,64,1,3\n", 3, 14, "n_rows is 'x'")
        self.check(head + "dense_gemv,1,1,8,1,3\n", 3, 16, "k_lanes is '8'")
        self.check(head + "dense_gemv,1,1,64,3,3\n", 3, 19, "k_waves is '3'")
        self.check(head + "dense_gemv,1,1,64,1,0\n", 3, 21, "depth is '0'")
        self.check(head + "dense_gemv,1,1,64,1\n", 3, 1, "5 cells")
        self.check(head + "dense_gemv,1,-,64,1,3\n", 3, 14, "n_rows is '-'")
        self.check(head + "moe_mfma,48,1,4,8,3\n", 3, 10, "m_tile is '48'; in moe_mfma")
        self.check(head + "moe_gemv,1,3,64,1,2\n", 3, 12, "n_rows is '3'; in moe_gemv")
        self.check(
            head + "moe_sort,-,1,-,16,-\n", 3, 12, "n_rows is '1'; in moe_sort it must be one of -$"
        )
        self.check(head + "quantise,1,-,4,8,-\n", 3, 16, "k_waves is '8'")

    def test_rows_that_do_not_fit(self) -> None:
        self.check(f"{HEADER}\ndense_gemv,4,4,64,1,3\n", 2, 21, "72 loads in flight")
        self.check(f"{HEADER}\ndense_gemv,4,8,16,4,1\n", 2, 1, "128 results per wave")
        self.check(f"{HEADER}\ndense_gemv,16,6,64,1,1\n", 2, 22, "66 loads in flight")
        self.check(f"{HEADER}\ndense_mfma,64,4,4,16,1\n", 2, 1, "262160 bytes of LDS")
        self.check(f"{HEADER}\ndense_mfma,16,1,4,8,10\n", 2, 21, "66 loads in flight")
        self.check(f"{HEADER}\ndense_mfma,48,2,4,4,3\n", 2, 1, "6 16x16 tiles do not share out")

    def test_file(self) -> None:
        self.check("m_tile\n", 1, 1, "the header must be")
        self.check("", 1, 1, "no header")
        self.check(HEADER + "\n", 1, 1, "names no kernel")
        row = "dense_gemv,1,1,64,1,3\n"
        self.check(f"{HEADER}\n{row}{row}", 3, 1, "already made by line 2")


if __name__ == "__main__":
    unittest.main()
