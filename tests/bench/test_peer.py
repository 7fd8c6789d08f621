"""smallm-bench peers: what a manifest must be, and kernels that it describes, run and judged."""

from __future__ import annotations

import argparse
import copy
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from typing import Any, Dict, List

HERE = Path(__file__).resolve().parent
SHAPES = "K,N,Ms\n96,40,1|3\n160,33,2\n"
MOE_SHAPES = (
    "experts,n,k,a_div,weighted,combine,block_m,top_k,routing,Ts\n5,70,96,2,1,0,16,2,random,3\n"
)
TENSORS = ["x", "x_scale", "w", "w_scale"]


class Paths:
    """Set from the command line before the tests run."""

    bench = ""
    lld = ""


def pointers(*names: str) -> List[Dict[str, Any]]:
    return [{"pointer": name} for name in names]


def kernel(**changes: Any) -> Dict[str, Any]:
    one: Dict[str, Any] = {
        "name": "plain",
        "operation": "dense",
        "when": ["N % 40 == 0"],
        "launches": [
            {
                "file": "kernels.co",
                "symbol": "plain",
                "grid": ["ceildiv(M * N, 64)"],
                "block": [64],
                "arguments": pointers(*TENSORS, "out")
                + [{"i32": "M"}, {"i64": "N"}, {"i32": "K"}, {"f32": 1}],
            }
        ],
    }
    one.update(changes)
    return one


def two_launches() -> Dict[str, Any]:
    return {
        "name": "split",
        "operation": "dense",
        "out": "f32",
        "workspace": "2 * M * N * 4",
        "layouts": {
            "x": {"columns": "K + 32"},
            "x_scale": {"order": "transposed", "rows": "4 * ceildiv(M, 4)"},
            "w": {"order": "transposed", "rows": "max(N, 48)"},
            "out": {"order": "transposed"},
        },
        "launches": [
            {
                "file": "kernels.co",
                "symbol": "half",
                "grid": ["ceildiv(2 * M * N, 64)"],
                "block": [64],
                "arguments": pointers(*TENSORS, "workspace")
                + [
                    {"i32": e} for e in ("M", "N", "K", "K + 32", "4 * ceildiv(M, 4)", "max(N, 48)")
                ],
            },
            {
                "file": "kernels.co",
                "symbol": "whole",
                "grid": ["ceildiv(M * N, 64)"],
                "block": [64],
                "arguments": pointers("workspace", "out") + [{"i32": "M"}, {"i32": "N"}],
            },
        ],
    }


def moe() -> Dict[str, Any]:
    routing = ["weights", "sorted_token_ids", "expert_ids", "num_tokens_post_padded"]
    return {
        "name": "routed",
        "operation": "moe",
        "out": "f16",
        "when": ["weighted == 1", "top_k == 0"],
        "launches": [
            {
                "file": "kernels.co",
                "symbol": "routed",
                "grid": ["ceildiv(N, 64)", "sorted_len"],
                "block": [64],
                "arguments": pointers(*TENSORS, "out", *routing)
                + [
                    {"i64": "N"},
                    {"i32": "K"},
                    {"i32": "slots"},
                    {"i32": "a_div"},
                    {"i32": "block_m"},
                ],
            }
        ],
    }


class Case(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = Path(tempfile.mkdtemp())

    def tearDown(self) -> None:
        shutil.rmtree(self.folder)

    def text(self, text: str) -> None:
        (self.folder / "peers.json").write_text(text)

    def manifest(self, *kernels: Dict[str, Any]) -> None:
        self.text(json.dumps({"format": 1, "kernels": kernels}, indent=1))

    def bench(self, *more: str, operation: str = "dense") -> "subprocess.CompletedProcess[str]":
        shapes = self.folder / "shapes.csv"
        shapes.write_text(SHAPES if operation == "dense" else MOE_SHAPES)
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("SMALLM_", "GFX950SIM_"))}
        command = [Paths.bench, "peers", operation, "--peers", str(self.folder)]
        command += ["--shapes", str(shapes), "--device", "sim", *more]
        return subprocess.run(command, capture_output=True, text=True, timeout=300, env=clean)

    def refused(self, *words: str, operation: str = "dense") -> None:
        done = self.bench(operation=operation)
        self.assertEqual(done.returncode, 2, done.stdout + done.stderr)
        self.assertTrue(done.stderr.startswith("smallm: "), done.stderr)
        for word in words:
            self.assertIn(word, done.stderr)


class Manifest(Case):
    def test_no_file(self) -> None:
        self.refused("peers.json cannot be opened")

    def test_no_json(self) -> None:
        self.text('{"format": 1,\n "kernels": [\n  {,}]}')
        self.refused("peers.json:3: this is no JSON")
        self.text('{"format": 1, "kernels": []} more')
        self.refused("peers.json:1: this is no JSON", "more")

    def test_top(self) -> None:
        self.text("[]")
        self.refused("the file must be an object")
        self.text('{"kernels": []}')
        self.refused('"format" with the number 1')
        self.text('{"format": 1}')
        self.refused("kernels must be an array of at least one kernel")
        self.text('{"format": 1,\n"kernles": []}')
        self.refused("peers.json:2: .kernles is no key")

    def test_lines_and_keys(self) -> None:
        """What is wrong with one key of a kernel: the path, the value, the rule, and the line where it stands."""
        for change, words in (
            ({"name": 5}, ["kernels[1].name must be a text"]),
            ({"name": ""}, ["kernels[1].name must be a text that is not empty"]),
            ({"operation": "sparse"}, ['"sparse"', '"dense" or "moe"']),
            ({"out": "fp8"}, ['"fp8"', '"bf16"']),
            ({"when": "M"}, ["kernels[1].when must be an array"]),
            ({"when": ["M = 1"]}, ["kernels[1].when[0]", '"= 1"']),
            ({"zeroed": 1}, ['"zeroed"', "true or false"]),
            ({"wokspace": 1}, ["kernels[1].wokspace is no key"]),
            ({"workspace": 1.5}, ["kernels[1].workspace is 1.5", "whole number"]),
            ({"layouts": {"y": {}}}, ["kernels[1].layouts.y is no key"]),
            ({"layouts": {"x": {"order": "tiled"}}}, ['"tiled"', '"row-major" or "transposed"']),
            (
                {"layouts": {"x": {"rows": "slots"}}},
                ["kernels[1].layouts.x.rows", '"slots" is no name'],
            ),
            ({"launches": []}, ["kernels[1].launches must be an array of 1 to 8"]),
        ):
            one = kernel()
            one.update(change)
            self.manifest(kernel(), one)
            lines = (self.folder / "peers.json").read_text().split("\n")
            self.refused(*words)
            number = int(self.bench().stderr.split("peers.json:")[1].split(":")[0])
            # The kernel's own first line, or one of the key's.
            starts = [i + 1 for i, line in enumerate(lines) if line.startswith("  {")]
            self.assertGreaterEqual(number, starts[1], (change, number))

    def test_launches(self) -> None:
        for key, value, words in (
            ("file", None, ["launches[0].file is missing"]),
            ("symbol", 7, ["launches[0].symbol must be a text"]),
            ("grid", [], ["launches[0].grid must be an array of one to three"]),
            ("grid", [1, 1, 1, 1], ["launches[0].grid must be an array of one to three"]),
            ("grid", ["ceil(N)"], ["launches[0].grid[0]", '"ceil" is no function']),
            ("grid", ["N +"], ["launches[0].grid[0]", "it ends where"]),
            ("grid", ["(N"], ['there must be ")"']),
            ("grid", ["N N"], ['goes on with "N"']),
            ("grid", ["(" * 40 + "1" + ")" * 40], ["nests deeper than 32"]),
            ("grid", ["99999999999999999999"], ["a number in it passes 64 bits"]),
            ("lds", True, ["launches[0].lds must be a whole number"]),
            ("block", "64", ["launches[0].block must be an array"]),
            ("sizes", 1, ["launches[0].sizes is no key"]),
            ("arguments", {}, ["launches[0].arguments must be an array"]),
            ("arguments", [1], ["arguments[0] must be an object with one key"]),
            ("arguments", [{"i32": 1, "i64": 1}], ["arguments[0] must be an object with one key"]),
            ("arguments", [{"u8": 1}], ['"u8"', "pointer, i32, i64 or f32"]),
            ("arguments", [{"f32": "1"}], ["f32 with a number"]),
            ("arguments", [{"pointer": "y"}], ['"y"', "no tensor of this kernel"]),
            ("arguments", [{"pointer": "workspace"}], ['"workspace"', "no tensor"]),
            ("arguments", [{"pointer": "weights"}], ['"weights"', "no tensor"]),
        ):
            one = kernel()
            if value is None:
                del one["launches"][0][key]
            else:
                one["launches"][0][key] = value
            self.manifest(one)
            self.refused(*words)

    def test_line_of_an_argument(self) -> None:
        one = kernel()
        one["launches"][0]["arguments"][6] = {"i64": "Q"}
        self.manifest(one)
        text = (self.folder / "peers.json").read_text().split("\n")
        line = next(i + 1 for i, t in enumerate(text) if '"Q"' in t)
        # The object begins one line before its key.
        self.refused(
            f"peers.json:{line - 1}: kernels[0].launches[0].arguments[6]", '"Q" is no name'
        )


class Values(Case):
    """What only a problem shows: no code object is needed to be told of it."""

    def test_values(self) -> None:
        for key, value, words in (
            ("grid", ["N / (M - M)"], ["grid[0]", "it divides by zero"]),
            ("grid", ["N % (K - K)"], ["it divides by zero"]),
            ("grid", ["9223372036854775807 + M"], ["it passes 64 bits"]),
            ("grid", ["M - 1 - M"], ["grid[0]", "here -1", "from 1 to"]),
            ("block", [2048], ["block[0]", "here 2048", "from 1 to 1024"]),
            ("lds", "200000 * 1", ["lds", "from 0 to 163840"]),
        ):
            one = kernel()
            one["launches"][0][key] = value
            self.manifest(one)
            self.refused("peers.json:", *words)

    def test_conditions(self) -> None:
        self.manifest(kernel(when=["M / (N - N)"]))
        self.refused("a condition", "it divides by zero")

    def test_objects(self) -> None:
        self.manifest(kernel())
        self.refused("kernels.co cannot be read")
        (self.folder / "kernels.co").write_bytes(b"no code object")
        self.refused("HIP does not take plain of kernels.co")

    def test_operations(self) -> None:
        self.manifest(kernel())
        self.refused("has no kernel for this operation", operation="moe")
        done = self.bench("--peer", "other")
        self.assertEqual(done.returncode, 2)
        self.assertIn('--peer is "other"', done.stderr)

    def test_arguments(self) -> None:
        self.manifest(kernel())
        for wrong in (["--caches", "hot"], ["--m", "0"], ["--bar"], ["more"]):
            done = self.bench(*wrong)
            self.assertEqual(done.returncode, 2, wrong)
            self.assertIn(wrong[-1], done.stderr)
        done = subprocess.run([Paths.bench, "peers"], capture_output=True, text=True)
        self.assertEqual(done.returncode, 2)
        self.assertIn("dense or moe", done.stderr)


def find_clang() -> str:
    """A clang that compiles for gfx950, or ""."""
    for name in [f"clang-{version}" for version in range(40, 19, -1)] + ["clang"]:
        for place in (Path(Paths.lld).resolve().parent, None):
            path = shutil.which(name, path=str(place) if place else None)
            command = [path, "-target", "amdgcn-amd-amdhsa", "-mcpu=gfx950", "-nogpulib"]
            command += ["-x", "c", "-c", "-", "-o", os.devnull]
            if path and subprocess.run(command, input=b"", capture_output=True).returncode == 0:
                return path
    return ""


class Kernels(Case):
    def setUp(self) -> None:
        super().setUp()
        clang = find_clang()
        if not clang:
            self.skipTest("no clang that compiles for gfx950")
        made = str(self.folder / "kernels.o")
        flags = ["-std=c11", "-target", "amdgcn-amd-amdhsa", "-mcpu=gfx950", "-nogpulib", "-O2"]
        flags += ["-ffreestanding", "-Wall", "-Wextra", "-Werror"]
        subprocess.run([clang, *flags, "-c", str(HERE / "peer_kernels.c"), "-o", made], check=True)
        subprocess.run([Paths.lld, "-shared", made, "-o", made[:-1] + "co"], check=True)

    def cells(self, *more: str, status: int = 0, operation: str = "dense") -> List[Dict[str, Any]]:
        done = self.bench("--json", *more, operation=operation)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        report = json.loads(done.stdout)
        self.assertTrue(report["modelled"])
        cells: List[Dict[str, Any]] = report["cells"]
        return cells

    def test_dense(self) -> None:
        """Every cell with every peer; a peer takes a cell only under its conditions."""
        self.manifest(kernel(), two_launches())
        cells = self.cells()
        shapes = [(c["K"], c["N"], c["M"], c["peer"], c["taken"]) for c in cells]
        expected = [(96, 40, m, p, True) for m in (1, 3) for p in ("plain", "split")]
        expected += [(160, 33, 2, "plain", False), (160, 33, 2, "split", True)]
        self.assertEqual(shapes, expected)
        for c in cells:
            if not c["taken"]:
                self.assertNotIn("modelled_us", c)
                continue
            self.assertTrue(c["right"], c)
            self.assertLess(c["rel_err"], 3e-3)
            # From the first wave: fetch, arguments, two loads at least.
            self.assertGreater(c["modelled_us"], 1)
            split = c["peer"] == "split"
            self.assertEqual(c["launches"], 2 if split else 1)
            self.assertAlmostEqual(c["packet_gap_us"], 1.4 if split else 0)
            if split:  # f32 out
                self.assertLess(c["rel_err"], 1e-6)

    def test_first_that_takes_it(self) -> None:
        """Kernels of one name are alternatives, in the order of the file."""
        other = two_launches()
        other["name"] = "plain"
        self.manifest(kernel(), other)
        cells = self.cells("--no-check")
        self.assertEqual([c["launches"] for c in cells], [1, 1, 2])
        self.assertTrue(all(not c["checked"] and "right" not in c for c in cells))

    def test_wrong(self) -> None:
        """A peer whose product is off is found out, and said to be wrong."""
        one = kernel()
        one["launches"][0]["arguments"][8] = {"f32": 1.01}
        self.manifest(one)
        cells = self.cells("--m", "3", status=1)
        self.assertFalse(cells[0]["right"])
        self.assertAlmostEqual(cells[0]["rel_err"], 0.01, delta=2e-3)
        done = self.bench()
        self.assertEqual(done.returncode, 1)
        self.assertIn("WRONG", done.stdout)
        self.assertIn("results of peers are wrong", done.stderr)

    def test_out_of_bounds(self) -> None:
        """What the simulator finds ends the run, with its findings."""
        one = kernel()
        one["launches"][0]["arguments"][7] = {"i32": "K + 64"}
        self.manifest(one)
        done = self.bench()
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("out-of-bounds", done.stderr)

    def test_caches(self) -> None:
        self.manifest(kernel())
        us = {c: self.cells("--caches", c)[0]["modelled_us"] for c in ("cold", "flush", "warm")}
        self.assertLess(us["warm"], us["flush"])
        self.assertLess(us["flush"], us["cold"])

    def test_symbol(self) -> None:
        one = copy.deepcopy(kernel())
        one["launches"][0]["symbol"] = "nothing"
        self.manifest(one)
        self.refused("HIP does not take nothing of kernels.co")

    def test_moe(self) -> None:
        self.manifest(moe())
        (cell,) = self.cells(operation="moe")
        self.assertTrue(cell["right"], cell)
        self.assertEqual((cell["E"], cell["slots"], cell["weighted"]), (5, 6, 1))
        self.assertLess(cell["rel_err"], 1e-3)
        done = self.bench(operation="moe")
        self.assertIn("E=5 N=70 K=96 slots=6 weighted", done.stdout)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--bench", required=True)
    parser.add_argument("--lld", required=True)
    options, rest = parser.parse_known_args()
    Paths.bench, Paths.lld = options.bench, options.lld
    unittest.main(argv=[sys.argv[0], *rest])
