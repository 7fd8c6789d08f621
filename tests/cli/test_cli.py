"""The command line: exit statuses, sentences on stderr, JSON, files."""

from __future__ import annotations

import argparse
import array
import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from typing import Dict, List, Optional, Tuple

SMALL = ["run", "dense", "--m", "2", "--n", "40", "--k", "96"]


class Paths:
    """Set from the command line before the tests run."""

    smallm = ""
    fake_hip = ""
    simulator: Optional[str] = None


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


def write_npy(path: Path, rows: int, columns: int, data: bytes, descr: str = "|u1") -> str:
    text = f"{{'descr': '{descr}', 'fortran_order': False, 'shape': ({rows}, {columns}), }}"
    text += " " * (-(len(text) + 11) % 64) + "\n"
    path.write_bytes(b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text.encode() + data)
    return str(path)


def read_npy_u16(path: Path) -> Tuple[str, List[int]]:
    raw = path.read_bytes()
    length = int.from_bytes(raw[8:10], "little")
    values = array.array("H", raw[10 + length :])
    if sys.byteorder == "big":
        values.byteswap()
    return raw[10 : 10 + length].decode(), list(values)


class Case(unittest.TestCase):
    def expect(self, got: Tuple[int, str, str], status: int, *parts: str) -> None:
        """An exit status, and sentences on stderr with these parts."""
        self.assertEqual(got[0], status, got)
        if status != 0:
            self.assertRegex(got[2], r"(?s)smallm: .*\.\n$")
        for part in parts:
            self.assertIn(part, got[2])


class BadArguments(Case):
    def test_words(self) -> None:
        self.expect(smallm(), 2, "usage:", "run dense")
        self.expect(smallm("run", "sparse"), 2, "run dense")
        self.expect(smallm("run", "dense", "--n", "1", "--k", "32"), 2, "--m is missing")
        self.expect(smallm(*SMALL, "--what"), 2, "--what")
        self.expect(smallm(*SMALL, "stray"), 2, "stray")
        self.expect(smallm(*SMALL, "--seed"), 2, "--seed needs a value")
        self.expect(smallm(*SMALL, "--seed", "1x"), 2, '--seed is "1x"', "whole number")
        self.expect(smallm(*SMALL, "--device", "tpu"), 2, '--device is "tpu"', "auto, gpu or sim")
        self.expect(smallm(*SMALL, "--x", "a.npy"), 2, "--x and --x-scale go together")
        self.expect(smallm(*SMALL, "--w-scale", "a.npy"), 2, "--w and --w-scale go together")

    def test_help(self) -> None:
        status, out, _ = smallm("--help")
        self.assertEqual(status, 0)
        self.assertIn("exit status", out)

    def test_guards(self) -> None:
        self.expect(fake("run", "dense", "--m", "0", "--n", "1", "--k", "32"), 2, "m is 0")
        self.expect(fake("run", "dense", "--m", "1", "--n", "-3", "--k", "32"), 2, "n is -3")
        self.expect(
            fake("run", "dense", "--m", "1", "--n", "1", "--k", "48"),
            2,
            "k is 48",
            "multiple of 32",
        )
        self.expect(fake(*SMALL, "--kernel", "none_such"), 2, "none_such")

    def test_files(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            x = write_npy(Path(folder, "x.npy"), 2, 96, bytes(192))
            scale = write_npy(Path(folder, "s.npy"), 2, 3, bytes(6))
            wide = write_npy(Path(folder, "wide.npy"), 3, 2, bytes(6))
            words = write_npy(Path(folder, "words.npy"), 2, 3, bytes(12), "<u2")
            short = write_npy(Path(folder, "short.npy"), 2, 3, bytes(5))
            for bad, reason in ((wide, "another shape"), (words, "not uint8"), (short, "length")):
                self.expect(
                    fake(*SMALL, "--x", x, "--x-scale", bad), 2, bad, reason, "shape (2, 3)"
                )
            self.expect(
                fake(*SMALL, "--x", folder + "/none.npy", "--x-scale", scale), 2, "cannot be opened"
            )
            self.expect(fake(*SMALL, "--out", folder + "/none/out.npy"), 2, "cannot be written")


class Devices(Case):
    def test_declined(self) -> None:
        self.expect(
            fake("run", "dense", "--m", "5", "--n", "64", "--k", "96"), 3, "declined", "m is 5"
        )

    def test_wrong_result(self) -> None:
        """A HIP that computes nothing leaves Out as it was."""
        got = fake(*SMALL)
        self.expect(got, 1, "the result is wrong", "80 of 80")
        self.assertIn("FAIL", got[1])

    def test_no_device(self) -> None:
        self.expect(fake(*SMALL, FAKE_HIP_DEVICES="0"), 4, "shows no device", Paths.fake_hip)
        self.expect(fake(*SMALL, FAKE_HIP_CAPABILITY="9.4"), 4, "9.4", "gfx950")
        self.expect(fake(*SMALL, FAKE_HIP_FAIL="hipModuleLaunchKernel"), 4, "made to fail")
        self.expect(fake(*SMALL, FAKE_HIP_FAIL="hipMalloc"), 4, "hipMalloc", "made to fail")
        missing = smallm(*SMALL, "--device", "gpu", env={"SMALLM_HIP_LIBRARY": "/no/hip.so"})
        self.expect(missing, 4, "/no/hip.so")

    def test_json_of_a_gpu(self) -> None:
        status, out, _ = fake(*SMALL, "--json")
        result = json.loads(out)
        self.assertEqual(status, 1)
        self.assertEqual((result["simulated"], result["pass"]), (False, False))
        self.assertIsNone(result["wave_instructions"])
        self.assertIsNone(result["w_bytes_read"])
        self.assertEqual(result["device"], "fake board 0")

    def test_info(self) -> None:
        status, out, _ = smallm(
            "info", env={"SMALLM_HIP_LIBRARY": Paths.fake_hip, "FAKE_HIP_DEVICES": "2"}
        )
        self.assertEqual(status, 0)
        for part in (
            "smallm 0.",
            "smallm_dense_gemv_m1",
            "tables:",
            Paths.fake_hip,
            "device 1: fake board 1",
        ):
            self.assertIn(part, out)
        status, out, _ = smallm(
            "info", env={"SMALLM_HIP_LIBRARY": Paths.fake_hip, "FAKE_HIP_CAPABILITY": "9.4"}
        )
        self.assertEqual(status, 0)
        self.assertIn("9.4", out)


class Simulated(Case):
    def setUp(self) -> None:
        if Paths.simulator is None:
            self.skipTest("built without the simulator")

    def run_json(self, *words: str, env: Optional[Dict[str, str]] = None) -> Dict[str, object]:
        status, out, err = smallm(*words, "--device", "sim", "--json", env=env)
        self.assertEqual(status, 0, err)
        return dict(json.loads(out))

    def test_text(self) -> None:
        status, out, err = smallm(*SMALL, "--device", "sim")
        self.assertEqual((status, err), (0, ""))
        for part in (
            "simulated gfx950",
            "PASS",
            "smallm_dense_gemv_m2",
            "Modelled",
            "wave instructions",
        ):
            self.assertIn(part, out)

    def test_json(self) -> None:
        result = self.run_json(*SMALL)
        self.assertEqual([result[k] for k in "mnk"], [2, 40, 96])
        self.assertEqual((result["op"], result["pass"], result["simulated"]), ("dense", True, True))
        self.assertIn("simulated gfx950", str(result["device"]))
        self.assertLessEqual(float(str(result["rel_err"])), 3e-3)
        self.assertLessEqual(float(str(result["bound_ratio"])), 1)
        self.assertGreater(int(str(result["wave_instructions"])), 100)
        self.assertEqual(result["w_bytes_read"], 40 * 96)
        self.assertEqual(self.run_json(*SMALL), result)
        self.assertNotEqual(self.run_json(*SMALL, "--seed", "2")["rel_err"], result["rel_err"])

    def test_kernel_by_name(self) -> None:
        name = "smallm_dense_gemv_m4_r2_l16_w1_d1"
        self.assertEqual(self.run_json(*SMALL, "--kernel", name)["kernel"], name)
        self.assertEqual(self.run_json(*SMALL, env={"SMALLM_KERNEL": name})["kernel"], name)
        words = ["run", "dense", "--m", "4", "--n", "8", "--k", "32", "--device", "sim"]
        declined = smallm(*words, "--kernel", "smallm_dense_gemv_m1_r1_l64_w1_d3")
        self.expect(declined, 3, "m is 4", "takes from 1 to 1")

    def test_files(self) -> None:
        """X is 1 in its first element, W has one number a row: Out is that times both scales."""
        with tempfile.TemporaryDirectory() as folder:
            n, k = 5, 64
            x = bytearray(k)
            x[0] = 0x38
            w = bytearray(n * k)
            for row in range(n):
                w[row * k] = 0x38 + 8 * row
            files = [
                ("--x", 1, k, bytes(x)),
                ("--x-scale", 1, 2, bytes([128, 255 - 127])),
                ("--w", n, k, bytes(w)),
                ("--w-scale", n, 2, bytes([126, 127] * n)),
            ]
            words = ["run", "dense", "--m", "1", "--n", str(n), "--k", str(k), "--device", "sim"]
            for option, rows, columns, data in files:
                words += [option, write_npy(Path(folder, option[2:] + ".npy"), rows, columns, data)]
            out = Path(folder, "out.npy")
            status, _, err = smallm(*words, "--out", str(out))
            self.assertEqual(status, 0, err)
            header, values = read_npy_u16(out)
            self.assertIn("'<u2'", header)
            self.assertIn("(1, 5)", header)
            self.assertEqual(values, [0x3F80 + 0x80 * row for row in range(n)])

    def test_no_usable_gpu(self) -> None:
        """auto takes the simulator and says so; a simulated gfx942 is refused."""
        env = {"SMALLM_HIP_LIBRARY": Paths.fake_hip, "FAKE_HIP_DEVICES": "0"}
        status, out, _ = smallm(*SMALL, env=env)
        self.assertEqual(status, 0)
        self.assertIn("simulated gfx950", out)
        refused = smallm(*SMALL, "--device", "sim", env={"GFX950SIM_ARCH": "gfx942"})
        self.expect(refused, 4, "9.4", "gfx950")
        named = smallm(*SMALL, "--device", "gpu", env={"SMALLM_HIP_LIBRARY": str(Paths.simulator)})
        self.expect(named, 4, "is the simulator")

    def test_info(self) -> None:
        status, out, _ = smallm("info")
        self.assertEqual(status, 0)
        self.assertIn("simulated gfx950", out)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--smallm", required=True)
    parser.add_argument("--fake-hip", required=True)
    parser.add_argument("--simulator")
    args, rest = parser.parse_known_args()
    Paths.smallm, Paths.fake_hip, Paths.simulator = args.smallm, args.fake_hip, args.simulator
    unittest.main(argv=[sys.argv[0], *rest])


if __name__ == "__main__":
    main()
