"""smallm selftest: runs to its end on the simulator, catches a kernel that is broken, and measures as it says."""

from __future__ import annotations

import csv
import json
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any, Dict, List, Tuple

from cli_support import Case, Paths, fake, main, smallm

KERNEL = "smallm_dense_mfma_m16_r1_l4_w4_d5"
CELLS = 7
MHZ = 2100  # of fake_gpu.c


def kernels() -> List[str]:
    lines = (Path(Paths.source) / "configs/kernels.csv").read_text().splitlines()
    return [
        row[0] for row in list(csv.reader(x for x in lines if not x.startswith("#")))[1:] if row
    ]


def parameters() -> Dict[str, Tuple[float, str]]:
    """Value and confidence, read from the file without any of the program's code."""
    found = {}
    section = ""
    for line in (Path(Paths.source) / "configs/mi355x.ini").read_text().splitlines():
        if line.startswith("["):
            section = line.strip("[]")
        elif "=" in line and not line.startswith(";"):
            name, rest = line.split("=", 1)
            value, _, confidence = (x.strip() for x in rest.split("|")[:3])
            found[f"{section}.{name.strip()}"] = (float(value), confidence)
    return found


def by_name(rows: List[Dict[str, Any]]) -> Dict[str, Dict[str, Any]]:
    found = {row["name"]: row for row in rows}
    assert len(found) == len(rows)
    return found


def on_gpu(*words: str, **env: str) -> Tuple[int, str, str]:
    more = {"SMALLM_HIP_LIBRARY": Paths.fake_gpu, **env}
    return smallm("selftest", "--device", "gpu", *words, env=more)


class BadArguments(Case):
    def test_words(self) -> None:
        self.expect(smallm("selftest", "--what"), 2, '"--what" is not an option of selftest')
        self.expect(smallm("selftest", "stray"), 2, '"stray" is not an option of selftest')
        self.expect(smallm("selftest", "--device", "tpu"), 2, 'device is "tpu"')
        self.expect(smallm("selftest", "--device"), 2, "--device needs a value")
        self.assertIn("options of selftest", smallm("--help")[1])

    def test_no_gpu(self) -> None:
        self.expect(smallm("selftest", "--device", "gpu"), 4)
        self.expect(fake("selftest", FAKE_HIP_DEVICES="0"), 4, "device")
        self.expect(fake("selftest", FAKE_HIP_CAPABILITY="9.4"), 4, "capability 9.4")


class Gpu(Case):
    """A device whose times are known and that computes nothing."""

    def read(self, *words: str) -> Dict[str, Any]:
        status, out, err = on_gpu("--json", *words)
        self.assertEqual(status, 1, err)
        self.assertIn(f"of {len(kernels_in(json.loads(out)))} kernels are wrong", err)
        found: Dict[str, Any] = json.loads(out)
        self.assertEqual((found["simulated"], found["broken_off"]), (False, False))
        self.assertFalse(found["pass"])
        self.assertFalse(any(row["pass"] for row in found["kernels"]))
        return found

    def test_times(self) -> None:
        """1 ns a workgroup and count: what each kind of row makes of it."""
        found = self.read("--no-model")
        self.assertIsNone(found["model"])
        self.assertAlmostEqual(found["hardware_mhz"], MHZ, delta=1)
        rows = by_name(found["micro_benchmarks"])
        machine = parameters()
        clocks = MHZ / 1e3
        wanted = {
            "valu_chain": clocks / 16,
            "lds_b128": clocks / 16,
            "vmem_chase": clocks / 16,
            "vmem_chase L2": clocks / 16,
            "vmem_chase MALL": 1 / 16,
            "vmem_chase HBM": 1 / 16,
            "atomic": 1 / 16,
            "scatter": clocks / (4 * 8),
            "atomic_stream": 1 / 8,
            "stream L1": 4096 * 8,
            "stream L2": 4096 * 8,
            "stream MALL": 4096 * 8,
            "stream HBM": 4096 * 8,
            "packet gap": 2000,
        }
        for name, value in wanted.items():
            got = rows[name]["hardware"]
            self.assertLessEqual(abs(got - value), 0.01 * value, f"{name}: {got} and not {value}")
        for row in rows.values():
            self.assertIsNone(row["modelled"])
            self.assertEqual(row["confidence"], machine[row["parameter"]][1], row)
            self.assertGreater(row["machine_file"], 0)
        self.assertEqual(rows["stream HBM"]["machine_file"], machine["hbm.bandwidth"][0])
        latency = machine["hbm.latency"][0]
        self.assertAlmostEqual(rows["vmem_chase HBM"]["machine_file"], latency)
        self.assertEqual(
            [rows[x]["unit"] for x in ("valu_chain", "vmem_chase HBM", "stream L2")],
            ["clocks", "ns", "GB/s"],
        )
        self.assertEqual(len(found["cells"]), CELLS)
        for cell in found["cells"]:
            self.assertIsNone(cell["modelled"])
            self.assertAlmostEqual(cell["hardware"]["us"], 2, delta=0.01)
            self.assertAlmostEqual(
                cell["hardware"]["roof_fraction"] * 6914, cell["hardware"]["gbps"], delta=0.1
            )

    def test_text(self) -> None:
        status, out, err = on_gpu("--quick", "--no-model")
        self.assertEqual(status, 1, err)
        self.assertIn("a device whose times are known", out)
        self.assertIn("clocks of the hardware at 2100 MHz", out)
        self.assertRegex(
            out, r"stream HBM +GB/s +32768\.\d+ +- +6914\.00 +4\.739  hbm\.bandwidth, H\n"
        )
        self.assertNotIn("headline cells", out)
        self.assertRegex(out, r"\nresult   FAIL: 0 of \d+ kernels right\n$")


def kernels_in(report: Dict[str, Any]) -> List[str]:
    return [row["name"] for row in report["kernels"]]


class Simulated(Case):
    def setUp(self) -> None:
        if Paths.simulator is None:
            self.skipTest("built without the simulator")
        self.folder = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)

    def run_json(self, status: int, *words: str, **env: str) -> Tuple[Dict[str, Any], str]:
        got = smallm("selftest", "--device", "sim", "--json", *words, env=env)
        self.assertEqual(got[0], status, got[2])
        found: Dict[str, Any] = json.loads(got[1])
        self.assertEqual(found["pass"], status == 0)
        return found, got[2]


class Whole(Simulated):
    def test_whole(self) -> None:
        found, err = self.run_json(0)
        self.assertEqual(err, "")
        self.assertTrue(found["simulated"])
        self.assertEqual(len(found["kernels"]), len(kernels()))
        for row in found["kernels"]:
            self.assertTrue(row["pass"])
            self.assertEqual([trial["pass"] for trial in row["trials"]], [True, True], row)
            for trial in row["trials"]:
                self.assertLessEqual(trial["bound_ratio"], 1)
                self.assertLessEqual(trial["rel_err"], 5e-3)
                self.assertEqual(trial["wrong_elements"], 0)
        self.assertTrue(any("splits=2" in x["trials"][1]["shape"] for x in found["kernels"]))
        for row in found["micro_benchmarks"]:
            self.assertIsNone(row["hardware"])
            self.assertLessEqual(abs(row["modelled"] / row["machine_file"] - 1), 0.05, row)
        self.assertEqual(len(found["cells"]), CELLS)
        for cell in found["cells"]:
            self.assertIsNone(cell["hardware"])
            self.assertGreater(cell["modelled"]["us"], 1)
            self.assertLess(cell["modelled"]["roof_fraction"], 1)


class OnSimulator(Simulated):
    def test_broken_kernel(self) -> None:
        """One addition is a multiplication."""
        listing = (Path(Paths.kernels) / f"{KERNEL}.s").read_text()
        broken, count = re.subn(r"\bv_(pk_)?add_f32\b", r"v_\1mul_f32", listing, count=1)
        self.assertEqual(count, 1)
        stem = str(self.folder / "x")
        Path(stem + ".s").write_text(broken)
        target = ["-triple=amdgcn-amd-amdhsa", "-mcpu=gfx950", "-filetype=obj"]
        subprocess.run([Paths.llvm_mc, *target, stem + ".s", "-o", stem + ".o"], check=True)
        linked = str(self.folder / f"{KERNEL}.co")
        subprocess.run([Paths.ld_lld, "-shared", stem + ".o", "-o", linked], check=True)
        found, err = self.run_json(1, "--quick", SMALLM_CO_DIR=str(self.folder))
        wrong = [row for row in found["kernels"] if not row["pass"]]
        self.assertEqual([row["name"] for row in wrong], [KERNEL])
        self.assertGreater(wrong[0]["trials"][0]["wrong_elements"], 0)
        self.assertIn(f"{KERNEL} is wrong at rows=", err)
        self.assertIn(f"1 of {len(found['kernels'])} kernels are wrong", err)
        self.assertEqual(found["cells"], [])
        self.assertGreater(len(found["micro_benchmarks"]), 40)

    def test_no_model(self) -> None:
        self.expect(
            smallm("selftest", "--device", "sim", "--no-model"), 2, "--no-model is for a GPU"
        )

    def test_model_beside_gpu(self) -> None:
        """The simulator in the same process as the other HIP, and the machine that it was given."""
        status, out, err = on_gpu("--json", "--quick", GFX950SIM_PARAMETER="l2.hit=300")
        self.assertEqual(status, 1, err)
        found = json.loads(out)
        self.assertIn("libgfx950sim", found["model"])
        for row in found["micro_benchmarks"]:
            self.assertGreater(row["hardware"], 0)
            self.assertTrue(row["pass"], row)
            self.assertLessEqual(abs(row["modelled"] / row["machine_file"] - 1), 0.05, row)
        self.assertEqual(by_name(found["micro_benchmarks"])["vmem_chase L2"]["machine_file"], 300)


if __name__ == "__main__":
    main()
