"""The command line: exit statuses, sentences on stderr, JSON, files."""

from __future__ import annotations

import json
import struct
import tempfile
from pathlib import Path
from typing import Dict, List, Optional, Tuple

from cli_support import Case, Paths, fake, main, smallm, write_npy

SMALL = ["run", "dense", "--m", "2", "--n", "40", "--k", "96"]


def write_bytes(path: Path, rows: int, columns: int, data: bytes, descr: str = "|u1") -> str:
    return write_npy(path, (rows, columns), data, descr)


def read_npy(path: Path) -> Tuple[str, List[float]]:
    """Type and values; a "<u2" is taken for bf16."""
    raw = path.read_bytes()
    length = int.from_bytes(raw[8:10], "little")
    header, data = raw[10 : 10 + length].decode(), raw[10 + length :]
    descr = header.split("'descr': '")[1].split("'")[0]
    if descr == "<u2":
        data = b"".join(b"\0\0" + data[i : i + 2] for i in range(0, len(data), 2))
    width, code = (2, "e") if descr == "<f2" else (4, "f")
    return header, list(struct.unpack(f"<{len(data) // width}{code}", data))


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
        for option in ("--out-type", "--bias-type"):
            self.expect(smallm(*SMALL, option, "f8"), 2, f'{option} is "f8"', "bf16, f16 or f32")
        self.expect(
            smallm(*SMALL, "--determinism", "some"), 2, "fast, deterministic or batch-invariant"
        )
        self.expect(smallm(*SMALL, "--ldx", "wide"), 2, '--ldx is "wide"', "whole number")

    def test_help(self) -> None:
        status, out, _ = smallm("--help")
        self.assertEqual(status, 0)
        for part in ("exit status", "--out-type", "--bias", "--ldx", "--ldo", "--determinism"):
            self.assertIn(part, out)

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
        self.expect(fake(*SMALL, "--ldx", "95"), 2, "ldx is 95", "k = 96")
        self.expect(fake(*SMALL, "--ldx", "100"), 2, "ldx is 100", "multiple of 16")
        self.expect(fake(*SMALL, "--ldo", "39"), 2, "ldo is 39", "n = 40")
        self.expect(fake(*SMALL, "--k-splits", "-1"), 2, "k_splits is -1")

    def test_files(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            x = write_bytes(Path(folder, "x.npy"), 2, 96, bytes(192))
            scale = write_bytes(Path(folder, "s.npy"), 2, 3, bytes(6))
            wide = write_bytes(Path(folder, "wide.npy"), 3, 2, bytes(6))
            words = write_bytes(Path(folder, "words.npy"), 2, 3, bytes(12), "<u2")
            short = write_bytes(Path(folder, "short.npy"), 2, 3, bytes(5))
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
            fake("run", "dense", "--m", "65", "--n", "64", "--k", "96"), 3, "declined", "m is 65"
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
            "smallm_dense_",
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

    def test_types(self) -> None:
        """Every type of Out with every bias; each has a result of its own precision."""
        typical = {"bf16": 1.7e-3, "f16": 2.1e-4, "f32": 2e-7}
        plain = {}
        for out in typical:
            plain[out] = self.run_json(*SMALL, "--out-type", out)
            self.assertEqual((plain[out]["out_type"], plain[out]["bias"]), (out, "none"))
            biased = self.run_json(*SMALL, "--out-type", out, "--bias")
            self.assertEqual(biased["bias"], out)
            for bias in typical:
                result = self.run_json(*SMALL, "--out-type", out, "--bias-type", bias)
                self.assertEqual((result["out_type"], result["bias"]), (out, bias))
                self.assertLessEqual(float(str(result["bound_ratio"])), 1)
        self.assertEqual(self.run_json(*SMALL, "--out-type", "bf16"), self.run_json(*SMALL))
        for out, error in typical.items():
            self.assertLess(float(str(plain[out]["rel_err"])), 1.5 * error)
        self.assertGreater(float(str(plain["bf16"]["rel_err"])), 4e-4)
        self.assertGreater(float(str(plain["f16"]["rel_err"])), 5e-5)

    def test_leading_dimensions(self) -> None:
        close = self.run_json(*SMALL)
        self.assertEqual((close["ldx"], close["ldo"]), (96, 40))
        apart = self.run_json(*SMALL, "--ldx", "144", "--ldo", "41")
        self.assertEqual((apart["ldx"], apart["ldo"]), (144, 41))
        self.assertEqual(apart["rel_err"], close["rel_err"])
        with tempfile.TemporaryDirectory() as folder:
            files = []
            for words in ((), ("--ldx", "112", "--ldo", "57")):
                files.append(Path(folder, f"{len(files)}.npy"))
                self.run_json(*SMALL, *words, "--out", str(files[-1]))
            self.assertEqual(files[0].read_bytes(), files[1].read_bytes())

    def test_bias_of_seed(self) -> None:
        """The bias of a seed is the difference between two runs, and every column has its own."""
        with tempfile.TemporaryDirectory() as folder:
            outs = []
            words: List[Tuple[str, ...]] = [(), ("--bias",), ("--bias", "--seed", "2")]
            for more in words:
                out = Path(folder, f"{len(outs)}.npy")
                self.run_json(*SMALL, "--out-type", "f32", *more, "--out", str(out))
                outs.append(read_npy(out)[1])
            bias = [b - a for a, b in zip(outs[0], outs[1])]
            self.assertNotEqual(outs[1], outs[2])
            self.assertEqual(len({round(b, 4) for b in bias[:40]}), 40)
            for first, second in zip(bias[:40], bias[40:]):
                self.assertAlmostEqual(first, second, places=5)
            self.assertTrue(0.5 < sum(b * b for b in bias) / len(bias) < 2, bias)

    def test_determinism(self) -> None:
        self.assertEqual(self.run_json(*SMALL)["determinism"], "fast")
        for level in ("deterministic", "batch-invariant"):
            result = self.run_json(*SMALL, "--determinism", level)
            self.assertEqual(result["determinism"], level)
        with tempfile.TemporaryDirectory() as folder:
            rows = []
            for m in ("1", "33"):
                out = Path(folder, m + ".npy")
                words = ["run", "dense", "--m", m, "--n", "40", "--k", "4096", "--out-type", "f32"]
                self.run_json(*words, "--determinism", "batch-invariant", "--out", str(out))
                rows.append(read_npy(out)[1][:40])
            self.assertEqual(rows[0], rows[1])

    def test_k_splits(self) -> None:
        words = ["run", "dense", "--m", "20", "--n", "40", "--k", "8192"]
        one = self.run_json(*words, "--k-splits", "1")
        self.assertEqual((one["k_splits"], one["workspace_bytes"]), (1, 0))
        three = self.run_json(*words, "--k-splits", "3")
        self.assertEqual(three["k_splits"], 3)
        self.assertGreater(int(str(three["workspace_bytes"])), 3 * 20 * 40 * 4)
        status, out, err = smallm(*words, "--k-splits", "3", "--device", "sim")
        self.assertEqual((status, err), (0, ""))
        self.assertIn("3 workgroups share", out)
        gemv = smallm(*SMALL, "--kernel", "smallm_dense_gemv_m4_r2_l16_w1_d1", "--k-splits", "2")
        self.expect(gemv, 3, "k_splits is 2")

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
                words += [
                    option,
                    write_bytes(Path(folder, option[2:] + ".npy"), rows, columns, data),
                ]
            out = Path(folder, "out.npy")
            for out_type, descr in (("bf16", "'<u2'"), ("f16", "'<f2'"), ("f32", "'<f4'")):
                status, _, err = smallm(*words, "--out", str(out), "--out-type", out_type)
                self.assertEqual(status, 0, err)
                header, values = read_npy(out)
                self.assertIn(descr, header)
                self.assertIn("(1, 5)", header)
                self.assertEqual(values, [2.0**row for row in range(n)])

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


if __name__ == "__main__":
    main()
