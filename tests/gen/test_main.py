"""python3 -m gen: files written, byte-identical, untouched when equal, errors in a sentence."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from typing import Dict

from gen.config import HEADER
from tests.gen.support import KERNELS_CSV, TOP, shipped


def run(*args: str, hash_seed: str = "0") -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "gen", *args],
        cwd=TOP,
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
        capture_output=True,
        text=True,
        check=False,
    )


def files(folder: Path) -> Dict[str, bytes]:
    return {p.name: p.read_bytes() for p in folder.iterdir()}


class Output(unittest.TestCase):
    def test_all_kernels_identical_whatever_the_hash_seed(self) -> None:
        """Against this process, whose seed is not 1: the listings, the table, nothing else."""
        with tempfile.TemporaryDirectory() as first:
            done = run("--kernels", str(KERNELS_CSV), "--out", first, hash_seed="1")
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            found = files(Path(first))
            listings = {f"{cfg.name}.s": listing.text for cfg, listing in shipped()}
            self.assertEqual(set(found), {*listings, "smallm_kernels.inc", "smallm_kernargs.h"})
            for name, text in listings.items():
                self.assertEqual(found[name].decode("utf-8"), text, name)
            table = (Path(first) / "smallm_kernels.inc").read_text(encoding="utf-8")
            for cfg, listing in shipped():
                row = next(line for line in table.splitlines() if f'"{cfg.name}"' in line)
                pairs = dict(re.findall(r"\.(\w+) = ([\w\"]+)", row))
                self.assertEqual(pairs["n_tile"], str(cfg.n_tile))
                self.assertEqual(pairs["block"], str(cfg.block))
                self.assertEqual(pairs["kernarg_bytes"], str(listing.info.layout.size))
                self.assertEqual(pairs["lds_bytes"], str(listing.info.lds_bytes))
                self.assertEqual(pairs["k_step"], str(cfg.k_step))
                self.assertEqual(pairs["family"], f"SMALLM_FAMILY_{cfg.family.upper()}")
                self.assertEqual(pairs["splits_k"], str(int(cfg.family.endswith("_mfma"))))

    def test_equal_files_are_untouched(self) -> None:
        rows = ["dense_gemv,1,1,64,4,2", "dense_gemv,2,2,64,4,1"]
        with tempfile.TemporaryDirectory() as folder:
            csv, out = Path(folder) / "kernels.csv", Path(folder) / "out"
            csv.write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
            run("--kernels", str(csv), "--out", str(out), hash_seed="2")
            before = files(out)
            for path in out.iterdir():
                os.utime(path, ns=(1, 1))
            (out / "smallm_kernels.inc").write_text("old", encoding="utf-8")
            run("--kernels", str(csv), "--out", str(out), hash_seed="3")
            self.assertEqual(files(out), before)
            written = {p.name for p in out.iterdir() if p.stat().st_mtime_ns != 1}
            self.assertEqual(written, {"smallm_kernels.inc"})

    def test_only_and_list(self) -> None:
        name = shipped()[1][0].name
        with tempfile.TemporaryDirectory() as folder:
            run("--kernels", str(KERNELS_CSV), "--out", folder, "--only", name)
            self.assertEqual(set(files(Path(folder))), {f"{name}.s"})
        listed = run("--kernels", str(KERNELS_CSV), "--list").stdout.split()
        self.assertEqual(listed, [cfg.name for cfg, _ in shipped()])


class Errors(unittest.TestCase):
    def check(self, *args: str, message: str) -> None:
        done = run(*args)
        self.assertEqual(done.returncode, 2)
        self.assertEqual(len(done.stderr.strip().splitlines()), 1, done.stderr)
        self.assertRegex(done.stderr, message)

    def test_sentences(self) -> None:
        csv = str(KERNELS_CSV)
        self.check("--kernels", "missing.csv", "--list", message="missing.csv")
        self.check("--kernels", csv, message="give --out")
        self.check("--kernels", csv, "--out", "x", "--only", "nothing", message="no such kernel")

    def test_over_full_kernel_is_named(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "kernels.csv"
            path.write_text(f"{HEADER}\ndense_gemv,4,8,64,2,1\n", encoding="utf-8")
            message = "smallm_dense_gemv_m4_r8_l64_w2_d1: no room for VGPR .* most are live at"
            self.check("--kernels", str(path), "--out", folder, message=message)


if __name__ == "__main__":
    unittest.main()
