"""smallm-bench structure --moe: figures that follow from a kernel's name, bars, files."""

from __future__ import annotations

import json
import os
import pathlib
import subprocess
import tempfile
import unittest
from typing import Any, Dict, List

BENCH = os.environ["SMALLM_BENCH"]
HEADER = "experts,n,k,a_div,weighted,combine,block_m,top_k,routing,Ts"


def bench(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    clean = {k: v for k, v in os.environ.items() if not k.startswith("SMALLM_")}
    return subprocess.run(
        [BENCH, "structure", "--moe", *arguments],
        capture_output=True,
        text=True,
        timeout=300,
        env={**clean, **environment},
    )


class StructureMoe(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = pathlib.Path(tempfile.mkdtemp())

    def file(self, *lines: str) -> str:
        path = self.folder / "cells.csv"
        path.write_text("\n".join(lines) + "\n")
        return str(path)

    def cells(self, status: int, *lines: str, **environment: str) -> List[Dict[str, Any]]:
        done = bench("--json", "--shapes", self.file(HEADER, *lines), **environment)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        report = json.loads(done.stdout)
        self.assertEqual(report["bars_met"], status == 0)
        return list(report["cells"])

    def test_counts(self) -> None:
        cells = self.cells(
            0,
            "8,64,256,2,0,0,64,2,balanced,4|8",
            "8,64,256,1,1,1,16,2,one,8",
            SMALLM_KERNEL="smallm_moe_mfma_m16_r1_l4_w4_d5",
        )
        self.assertEqual([c["touched_experts"] for c in cells], [8, 8, 1])
        self.assertEqual([c["max_rows_per_expert"] for c in cells], [1, 2, 16])
        for cell in cells:
            size = cell["touched_experts"] * 64 * 256
            self.assertEqual(cell["w_bytes_read"], size)
            self.assertEqual(cell["w_scale_bytes_read"], size // 32)
            self.assertEqual((cell["w_ratio"], cell["launches"], cell["spills"]), (1, 1, 0))
            self.assertGreater(cell["valu_per_kb_of_w"], 0)

    def test_bar(self) -> None:
        """One row at a time reads the weights of an expert with two rows twice."""
        kernel = {"SMALLM_KERNEL": "smallm_moe_gemv_m1_r1_l64_w1_d3"}
        twice = self.cells(1, "8,64,256,2,0,0,64,2,one,1", **kernel)[0]
        self.assertEqual((twice["w_ratio"], twice["bars_met"]), (2, False))
        self.assertEqual(self.cells(0, "8,64,256,2,0,0,64,2,balanced,1", **kernel)[0]["w_ratio"], 1)

    def test_text(self) -> None:
        done = bench("--shapes", self.file("# a comment", HEADER, "", "4,32,64,1,0,0,4,1,random,2"))
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("PASS: 1 of 1 cells", done.stdout)

    def test_files(self) -> None:
        for line, reason in (
            ("4,32,64,1,0,0,4,1,random,", "last column"),
            ("4,32,48,1,0,0,4,1,random,1", "multiple of 32"),
            ("4,32,64,1,0,0,4,1,some,1", "routing must be"),
            ("4,32,64,1,0,0,4,1,random,1|x", "last column"),
            ("0,32,64,1,0,0,4,1,random,1", "eight numbers"),
            ("4,32", "eight numbers"),
        ):
            done = bench("--shapes", self.file(HEADER, line))
            self.assertEqual(done.returncode, 2, line)
            self.assertIn(reason, done.stderr)
            self.assertIn(":2:", done.stderr)
        done = bench("--shapes", self.file("K,N,Ms"))
        self.assertEqual(done.returncode, 2)
        self.assertIn("names of the columns", done.stderr)
        self.assertEqual(bench("--shapes", "/no/such.csv").returncode, 2)
        self.assertEqual(bench("--what").returncode, 2)


if __name__ == "__main__":
    unittest.main()
