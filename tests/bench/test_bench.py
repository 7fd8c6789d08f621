"""smallm-bench as a program: figures that follow from a kernel's name, bars, and exit statuses."""

from __future__ import annotations

import json
import os
import pathlib
import subprocess
import tempfile
import unittest
from typing import Any, Dict, List, Optional

BENCH = os.environ["SMALLM_BENCH"]
# Time is the machine's; a noisy one gets five times the bars. Allocations are the library's: none.
SLACK = "5"
CUS = 256
SPLITTING = "smallm_dense_mfma_m16_r1_l4_w8_d5"


def bench(
    *arguments: str, environment: Optional[Dict[str, str]] = None
) -> "subprocess.CompletedProcess[str]":
    clean = {k: v for k, v in os.environ.items() if not k.startswith("SMALLM_")}
    return subprocess.run(
        [BENCH, *arguments],
        capture_output=True,
        text=True,
        timeout=300,
        env={**clean, **(environment or {})},
    )


class Dispatch(unittest.TestCase):
    @unittest.skipIf(os.environ.get("SMALLM_SANITIZE"), "a sanitizer has malloc and the time")
    def test_bars(self) -> None:
        done = bench("dispatch", "--json", "--slack", SLACK)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        report = json.loads(done.stdout)
        self.assertGreaterEqual(report["context"]["num_cpus"], 1)
        rows = {row["name"]: row for row in report["benchmarks"]}
        for threads in (1, 8):
            for operation in ("dense", "moe"):
                for what in ("execute", "one_call", "execute_beyond_hip", "plan_lookup"):
                    row = rows[f"{operation}_{what}/threads:{threads}"]
                    self.assertEqual(row["allocations"], 0, row)
                    self.assertEqual(row["threads"], threads)
                    self.assertEqual(row["time_unit"], "ns")
                    self.assertGreater(row["cpu_time"], 0, row)
                whole = rows[f"{operation}_one_call/threads:{threads}"]["cpu_time"]
                self.assertGreater(
                    whole, rows[f"{operation}_execute/threads:{threads}"]["cpu_time"]
                )

    def test_arguments(self) -> None:
        for wrong in (["--slack", "0"], ["--slack", "5x"], ["--slack"], ["--bar"], ["more"]):
            done = bench("dispatch", *wrong)
            self.assertEqual(done.returncode, 2, wrong)
            self.assertIn(wrong[0], done.stderr)
        self.assertEqual(bench("nothing").returncode, 2)
        self.assertEqual(bench("--help").returncode, 0)


class Structure(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = pathlib.Path(tempfile.mkdtemp())

    def file(self, name: str, *lines: str) -> str:
        path = self.folder / name
        path.write_text("\n".join(lines) + "\n")
        return str(path)

    def cells(self, *lines: str, **environment: str) -> List[Dict[str, Any]]:
        """Rows that all meet their bars."""
        shapes = self.file("shapes.csv", "K,N,Ms", *lines)
        done = bench("structure", "--json", "--shapes", shapes, environment=environment)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        report = json.loads(done.stdout)
        self.assertTrue(report["bars_met"])
        cells: List[Dict[str, Any]] = report["cells"]
        for cell in cells:
            self.assertEqual(cell["w_bytes_read"], cell["N"] * cell["K"], cell)
            self.assertEqual(cell["w_scale_bytes_read"], cell["N"] * cell["K"] // 32, cell)
            self.assertEqual(cell["launches"], 1, cell)
        return cells

    def test_own_choice(self) -> None:
        cells = self.cells("1024,768,1|2|16|64", "384,160,1|8|32")
        self.assertEqual([c["M"] for c in cells], [1, 8, 32, 1, 2, 16, 64])
        for cell in cells:
            self.assertIn(cell["mfma_ratio"], (0.0, 1.0), cell)
            self.assertEqual(cell["mfma_ratio"] == 0, "_gemv_" in cell["kernel"], cell)
            self.assertTrue(0 < cell["cus_busy"] <= CUS, cell)
            self.assertGreater(cell["valu_per_kb_of_w"], 0, cell)

    def test_known_figures(self) -> None:
        """A row of K = 6,144 is three loads of a wave, all in flight; four rows to a workgroup."""
        (wide, narrow) = reversed(
            self.cells(
                "6144,40,1", "6144,2304,1", SMALLM_KERNEL="smallm_dense_gemv_m1_r1_l64_w1_d3"
            )
        )
        for cell, workgroups in ((narrow, 10), (wide, 576)):
            resident = -(-workgroups // CUS)
            self.assertEqual(cell["cus_busy"], min(workgroups, CUS))
            self.assertEqual(cell["resident_workgroups"], resident)
            self.assertEqual(cell["w_bytes_in_flight_per_cu_bound"], resident * 4 * 6144)
        self.assertEqual(narrow["valu_per_kb_of_w"], wide["valu_per_kb_of_w"])

    def test_matrix_kernel(self) -> None:
        """Eight waves share the 48 steps of K = 6,144: six each, five of them in flight."""
        (cell,) = self.cells("6144,48,16", SMALLM_KERNEL=SPLITTING)
        self.assertEqual(cell["mfma_ratio"], 1.0)
        self.assertEqual(cell["cus_busy"], 3 * cell["k_splits"])
        if cell["k_splits"] == 1:
            self.assertEqual(cell["w_bytes_in_flight_per_cu_bound"], 8 * 5 * 16 * 128)

    def test_missed(self) -> None:
        """A cell that the table declines, and one that no kernel takes: no silence, status 1."""
        shapes = self.file("shapes.csv", "K,N,Ms", "1024,64,1")
        kernel = "smallm_dense_gemv_m1_r1_l64_w1_d3"
        table = self.file(
            "dense.csv",
            "K,N,M,kernel,n_tile,k_waves,k_splits,use_asm,us,method",
            f"1024,64,1,{kernel},4,1,1,0,1.0,model",
        )
        done = bench("structure", "--shapes", shapes, environment={"SMALLM_DENSE_CSV": table})
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        self.assertIn("no plan: ", done.stdout)
        self.assertIn("FAIL: 0 of 1 cells", done.stdout)

    def test_too_many_products(self) -> None:
        """33 rows on a tile of 64: four groups of 16 rows where three would do."""
        shapes = self.file("shapes.csv", "K,N,Ms", "256,64,33")
        kernel = {"SMALLM_KERNEL": "smallm_dense_mfma_m64_r2_l4_w8_d2"}
        done = bench("structure", "--json", "--shapes", shapes, environment=kernel)
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        (cell,) = json.loads(done.stdout)["cells"]
        self.assertAlmostEqual(cell["mfma_ratio"], 4 / 3, places=5)
        self.assertFalse(cell["bars_met"])

    def test_arguments(self) -> None:
        shapes = self.file("shapes.csv", "K,N,Ms", "1024,64,1|2")
        for wrong in (["--m", "0"], ["--m", "65"], ["--m"], ["--n"], ["more"]):
            done = bench("structure", "--shapes", shapes, *wrong)
            self.assertEqual(done.returncode, 2, wrong)
            self.assertIn(wrong[0], done.stderr)
        self.assertEqual(bench("structure", "--shapes", str(self.folder / "none")).returncode, 2)
        only = bench("structure", "--json", "--shapes", shapes, "--m", "3")
        self.assertEqual([c["M"] for c in json.loads(only.stdout)["cells"]], [3], only.stderr)


if __name__ == "__main__":
    unittest.main()
