"""What the tests of the command line share: where things are, how the command is run, what an answer must be."""

from __future__ import annotations

import argparse
import os
import struct
import subprocess
import sys
import unittest
from pathlib import Path
from typing import Dict, List, Optional, Tuple


class Paths:
    """Set from the command line before the tests run."""

    smallm = ""
    fake_hip = ""
    simulator: Optional[str] = None
    gfx950sim: Optional[str] = None  # its command
    kernels = ""  # folder of code objects
    source = ""
    fake_gpu = ""  # a HIP that computes nothing in known times
    llvm_mc = ""
    ld_lld = ""


def smallm(*words: str, env: Optional[Dict[str, str]] = None) -> Tuple[int, str, str]:
    """Exit status, stdout, stderr. No environment variable of the caller's reaches the library."""
    clean = {
        k: v
        for k, v in os.environ.items()
        if not k.startswith(("SMALLM_", "GFX950SIM_", "FAKE_HIP_"))
    }
    done = subprocess.run(
        [Paths.smallm, *words],
        env={**clean, **(env or {})},
        capture_output=True,
        text=True,
        timeout=300,
    )
    return done.returncode, done.stdout, done.stderr


def fake(*words: str, **more: str) -> Tuple[int, str, str]:
    return smallm(*words, "--device", "gpu", env={"SMALLM_HIP_LIBRARY": Paths.fake_hip, **more})


def write_npy(path: Path, shape: Tuple[int, int], data: bytes, descr: str) -> str:
    text = f"{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}"
    text += " " * (-(len(text) + 11) % 64) + "\n"
    path.write_bytes(b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text.encode() + data)
    return str(path)


def write_ids(path: Path, rows: List[List[int]], descr: str = "<i4") -> str:
    data = struct.pack(f"<{len(rows) * len(rows[0])}i", *(i for row in rows for i in row))
    return write_npy(path, (len(rows), len(rows[0])), data, descr)


class Case(unittest.TestCase):
    def expect(self, got: Tuple[int, str, str], status: int, *parts: str) -> None:
        """An exit status, and sentences on stderr with these parts."""
        self.assertEqual(got[0], status, got)
        if status != 0:
            self.assertRegex(got[2], r"(?s)smallm: .*\.\n$")
        for part in parts:
            self.assertIn(part, got[2])


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--smallm", required=True)
    parser.add_argument("--fake-hip", required=True)
    parser.add_argument("--simulator")
    parser.add_argument("--gfx950sim")
    parser.add_argument("--kernels", default="")
    parser.add_argument("--source", default="")
    parser.add_argument("--fake-gpu", default="")
    parser.add_argument("--llvm-mc", default="")
    parser.add_argument("--ld-lld", default="")
    args, rest = parser.parse_known_args()
    Paths.smallm, Paths.fake_hip, Paths.simulator = args.smallm, args.fake_hip, args.simulator
    Paths.gfx950sim, Paths.kernels, Paths.source = args.gfx950sim, args.kernels, args.source
    Paths.fake_gpu, Paths.llvm_mc, Paths.ld_lld = args.fake_gpu, args.llvm_mc, args.ld_lld
    unittest.main(argv=[sys.argv[0], *rest])
