"""smallm-tune: the table it writes is right, complete, repeatable, and holds no kernel that is wrong."""

from __future__ import annotations

import argparse
import csv
import json
import os
import pty
import re
import subprocess
import sys
import tempfile
import unittest
from itertools import zip_longest
from pathlib import Path
from typing import Dict, List, Optional, Tuple

SHAPES = "# a comment\n\nK,N,Ms\n1024,96,1|4\n96,40,2\n1056,33,4|16\n"
CELLS = [(96, 40, 2), (1024, 96, 1), (1024, 96, 4), (1056, 33, 4), (1056, 33, 16)]

MOE_HEADER = "experts,n,k,a_div,weighted,combine,block_m,top_k,routing,Ts"
MOE_SHAPES = (
    f"# a comment\n{MOE_HEADER}\n4,96,1024,2,0,0,64,2,random,1|4\n2,33,1056,1,1,1,32,2,random,9\n"
)
# N, K, a_div, weighted, rows: slots over 4, 2, 1 experts and over 2, 1
MOE_CELLS = [(33, 1056, 1, 1, rows) for rows in (16, 32)]
MOE_CELLS += [(96, 1024, 2, 0, rows) for rows in (1, 2, 4, 8)]


class Paths:
    """Set from the command line before the tests run."""

    tune = ""
    bench = ""
    smallm = ""
    fake_hip = ""
    simulator: Optional[str] = None
    source = Path()
    kernels = Path()
    llvm_mc = ""
    ld_lld = ""


def clean_env(**more: str) -> Dict[str, str]:
    prefixes = ("SMALLM_", "GFX950SIM_", "FAKE_HIP_")
    return {**{k: v for k, v in os.environ.items() if not k.startswith(prefixes)}, **more}


def run(*words: str, **env: str) -> Tuple[int, str, str]:
    done = subprocess.run(
        list(words), env=clean_env(**env), capture_output=True, text=True, timeout=300
    )
    return done.returncode, done.stdout, done.stderr


def tune(*words: str, kind: str = "dense", **env: str) -> Tuple[int, str, str]:
    return run(Paths.tune, kind, *words, **env)


def fake(*words: str, kind: str = "dense") -> Tuple[int, str, str]:
    return tune(*words, "--device", "gpu", kind=kind, SMALLM_HIP_LIBRARY=Paths.fake_hip)


def rows_of(text: str) -> List[Dict[str, str]]:
    return list(csv.DictReader(x for x in text.splitlines() if not x.startswith("#")))


def cells_of(text: str) -> List[Tuple[int, int, int]]:
    return [(int(r["K"]), int(r["N"]), int(r["M"])) for r in rows_of(text)]


class Case(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.shapes = self.folder / "shapes.csv"
        self.shapes.write_text(SHAPES)
        self.out = self.folder / "out.csv"

    def words(self, *more: str) -> List[str]:
        return ["--shapes", str(self.shapes), *more]

    def refuse(self, got: Tuple[int, str, str], *parts: str) -> None:
        self.assertEqual((got[0], got[1]), (2, ""), got)
        for part in parts:
            self.assertIn(part, got[2])

    def break_kernel(self, kernel: str) -> None:
        """A code object in the folder that adds wrongly."""
        listing = (Paths.kernels / f"{kernel}.s").read_text()
        broken, count = re.subn(r"\bv_(pk_)?add_f32\b", r"v_\1mul_f32", listing, count=1)
        self.assertEqual(count, 1, kernel)
        (self.folder / "x.s").write_text(broken)
        target = ["-triple=amdgcn-amd-amdhsa", "-mcpu=gfx950", "-filetype=obj"]
        stem = str(self.folder / "x")
        subprocess.run([Paths.llvm_mc, *target, stem + ".s", "-o", stem + ".o"], check=True)
        linked = str(self.folder / f"{kernel}.co")
        subprocess.run([Paths.ld_lld, "-shared", stem + ".o", "-o", linked], check=True)


class BadArguments(Case):
    def test_words(self) -> None:
        self.refuse(run(Paths.tune), "usage: smallm-tune dense")
        self.refuse(run(Paths.tune, "sparse"), "the first word must be dense or moe")
        self.assertEqual(run(Paths.tune, "--help")[0], 0)
        self.refuse(tune("--what"), '"--what" is not an option')
        self.refuse(tune("stray"), '"stray" is not an option')
        self.refuse(tune("--out"), "--out needs a value")
        self.refuse(tune("--resume"), "--resume needs --out")
        self.refuse(tune("--device", "tpu"), 'device is "tpu"')
        self.refuse(tune("--m", "1", kind="moe"), '"--m" is not an option of smallm-tune moe')
        for bad in ("", "0", "65", "1,", ",1", "1;2", "x", "1,99999999999999999999"):
            self.refuse(tune("--m", bad), f'--m is "{bad}"')
        self.refuse(tune("--method", "guess"), '--method is "guess"; it must be time or model')
        for bad in ("", "0", "-1", "1x", "99999999999999999999999"):
            self.refuse(tune("--most", bad), f'--most is "{bad}"')

    def test_shapes(self) -> None:
        self.refuse(tune("--shapes", "/no/shapes.csv"), "/no/shapes.csv", "--shapes")
        cases = [
            ("K,N,M\n", 1, "header K,N,Ms"),
            ("K,N,Ms\n", 1, "there is no shape"),
            ("K,N,Ms\n\n64,1,1\n65,1,1\n", 4, "multiple of 32"),
            ("K,N,Ms\n64,1\n", 2, "must be K,N,Ms"),
            ("K,N,Ms\n64,0,1\n", 2, "must be K,N,Ms"),
            ("K,N,Ms\n64,1,1|\n", 2, "must be K,N,Ms"),
            ("K,N,Ms\n64,1,65\n", 2, "must be K,N,Ms"),
            ("K,N,Ms\n64,99999999999,1\n", 2, "must be K,N,Ms"),
        ]
        for text, line, reason in cases:
            self.shapes.write_text(text)
            self.refuse(tune(*self.words()), f"{self.shapes}:{line}: ", reason)

    def test_moe_shapes(self) -> None:
        for text, reason in [
            ("K,N,Ms\n", MOE_HEADER),
            (f"{MOE_HEADER}\n", "there is no shape"),
            (f"{MOE_HEADER}\n4,96,1000,2,0,0,64,2,random,1\n", ":2: "),
        ]:
            self.shapes.write_text(text)
            self.refuse(tune(*self.words(), kind="moe"), str(self.shapes), reason)

    def test_out(self) -> None:
        got = fake(*self.words("--no-check", "--out", "/no/folder/t.csv"))
        self.refuse(got, "/no/folder/t.csv", "cannot be written")
        self.out.write_text("K,N\n")
        self.refuse(fake(*self.words("--out", str(self.out), "--resume")), f"{self.out}:1:1")
        self.assertEqual(self.out.read_text(), "K,N\n")


class WrongKernels(Case):
    """A HIP that computes nothing: every kernel is wrong."""

    def test_none_gets_into_the_table(self) -> None:
        status, out, err = fake(*self.words())
        self.assertEqual(status, 1, err)
        self.assertEqual(rows_of(out), [])
        self.assertIn("is wrong at rows=", err)
        self.assertIn("is left out of the table", err)
        for k, n, m in CELLS:
            self.assertIn(f"no row for K={k} N={n} M={m}:", err)

    def test_none_gets_into_the_moe_table(self) -> None:
        self.shapes.write_text(MOE_SHAPES)
        status, out, err = fake(*self.words(), kind="moe")
        self.assertEqual(status, 1, err)
        self.assertEqual(rows_of(out), [])
        for n, k, a_div, weighted, rows in MOE_CELLS:
            cell = f"N={n} K={k} a_div={a_div} weighted={weighted} rows={rows}"
            self.assertIn(f"no row for {cell}:", err)

    def test_device_lost(self) -> None:
        got = tune(
            *self.words("--device", "gpu"),
            SMALLM_HIP_LIBRARY=Paths.fake_hip,
            FAKE_HIP_FAIL="hipDeviceSynchronize",
        )
        self.assertEqual((got[0], got[1]), (4, ""))
        self.assertIn("made to fail", got[2])

    def test_no_check(self) -> None:
        status, out, err = fake(*self.words("--no-check", "--method", "model"))
        self.assertEqual(status, 0, err)
        self.assertEqual(cells_of(out), CELLS)
        self.assertIn("not checked", out)


class OnGpu(Case):
    """A HIP whose launches take 1 us and 10 ns for each workgroup, as its events and graphs have it."""

    def measured(self, text: str) -> float:
        (row,) = rows_of(text)
        self.assertEqual(row["method"], "measured")
        tiles = -(-int(row["N"]) // int(row["n_tile"]))
        self.assertAlmostEqual(
            float(row["us"]), 1 + tiles * int(row["k_splits"]) / 100, delta=0.0015
        )
        return float(row["us"])

    def test_fastest(self) -> None:
        """Many narrow tiles are the cost model's first choice here, and slower on this clock."""
        self.shapes.write_text("K,N,Ms\n3072,6144,16\n")
        words = self.words("--no-check")
        status, out, err = fake(*words, "--method", "model")
        self.assertEqual(status, 0, err)
        (first,) = rows_of(out)
        tiles = -(-6144 // int(first["n_tile"]))
        status, out, err = fake(*words)
        self.assertEqual(status, 0, err)
        self.assertIn("rotating buffers", out)
        self.assertIn("Machine: fake board 0.\n", out)
        self.assertLess(1.03 * self.measured(out), 1 + tiles * int(first["k_splits"]) / 100)

    def test_better_than_modelled(self) -> None:
        """--resume measures again what a model had chosen, and keeps what was measured."""
        self.shapes.write_text("K,N,Ms\n1024,192,1\n")
        words = self.words("--no-check", "--out", str(self.out), "--resume")
        self.assertEqual(fake(*words, "--method", "model")[0], 0)
        row = self.out.read_text().splitlines()[-1]
        self.out.write_text(self.out.read_text().replace(",model\n", ",modelled\n"))
        self.assertEqual(fake(*words)[0], 0)
        self.measured(self.out.read_text())
        self.out.write_text(row.rsplit(",", 2)[0] + ",77.5,measured\n")
        self.out.write_text(
            "K,N,M,kernel,n_tile,k_waves,k_splits,use_asm,us,method\n" + self.out.read_text()
        )
        for method in ("time", "model"):
            self.assertEqual(fake(*words, "--method", method)[0], 0)
            self.assertIn(",77.5,measured\n", self.out.read_text())


class OnSimulator(Case):
    kind = "dense"
    method = "model"

    def setUp(self) -> None:
        super().setUp()
        if Paths.simulator is None:
            self.skipTest("built without the simulator")

    def tune_to_file(self, *more: str, **env: str) -> str:
        words = self.words("--device", "sim", "--out", str(self.out), "--method", self.method)
        status, out, err = tune(*words, *more, kind=self.kind, **env)
        self.assertEqual((status, out), (0, ""), err)
        self.assertEqual(run(Paths.smallm, "check-csv", str(self.out))[0], 0)
        return self.out.read_text()


class Table(OnSimulator):
    def test_rows(self) -> None:
        text = self.tune_to_file()
        self.assertEqual(cells_of(text), CELLS)
        self.assertIn("not measured", text)
        self.assertIn("checked against an f64 reference", text)
        for row in rows_of(text):
            self.assertEqual((row["use_asm"], row["method"]), ("1", "model"))
            self.follow(row)
        self.assertEqual(sorted(p.name for p in self.folder.iterdir()), ["out.csv", "shapes.csv"])

    def follow(self, row: Dict[str, str]) -> None:
        """The library takes the row, gets the right result, and models what the row says."""
        words = ["--m", row["M"], "--n", row["N"], "--k", row["K"], "--device", "sim"]
        status, out, err = run(Paths.smallm, "run", "dense", *words, SMALLM_DENSE_CSV=str(self.out))
        self.assertEqual(status, 0, err)
        self.assertIn(f"kernel   {row['kernel']}\n", out)
        self.assertIn(f"of {self.out} says so, for {float(row['us']):.2f} us (model)", out)
        self.assertIn("PASS", out)

    def test_repeats(self) -> None:
        first = self.tune_to_file()
        forced = {"SMALLM_KERNEL": "smallm_dense_gemv_m1_r1_l64_w1_d3"}
        self.assertEqual(self.tune_to_file(**forced), first)
        self.out.write_text("broken\n")
        self.assertEqual(self.tune_to_file(SMALLM_DENSE_CSV=str(self.out)), first)
        status, out, _ = tune(*self.words("--device", "sim", "--method", self.method))
        self.assertEqual((status, out), (0, first))

    def test_m(self) -> None:
        text = self.tune_to_file("--m", "1,3")
        shapes = sorted({(k, n) for k, n, _ in CELLS})
        self.assertEqual(cells_of(text), [(k, n, m) for k, n in shapes for m in (1, 3)])

    def test_resume(self) -> None:
        whole = self.tune_to_file()
        kept = [x for x in whole.splitlines() if x.startswith(("1024,96,4,", "K,"))]
        kept[1] = kept[1].rsplit(",", 2)[0] + ",123.5,stopwatch"
        extra = kept[1].replace("1024,96,4,", "1024,96,3,")
        self.out.write_text("\n".join([*kept, extra]) + "\n")
        text = self.tune_to_file("--resume")
        self.assertEqual(cells_of(text), sorted([*CELLS, (1024, 96, 3)]))
        lines = text.splitlines()
        self.assertIn(kept[1], lines)
        self.assertIn(extra, lines)
        others = [x for x in whole.splitlines() if not x.startswith("1024,96,4,")]
        self.assertIn("# Rows of another method were there before; they are kept.", lines)
        self.assertEqual(
            [x for x in lines if "stopwatch" not in x and "another method" not in x], others
        )
        self.out.unlink()
        self.assertEqual(self.tune_to_file("--resume"), whole)

    def test_broken_kernel(self) -> None:
        """A kernel that adds wrongly is named and replaced by the next best."""
        best = rows_of(self.tune_to_file())[-1]
        kernel = best["kernel"]
        self.break_kernel(kernel)
        words = self.words("--device", "sim", "--method", self.method)
        status, out, err = tune(*words, SMALLM_CO_DIR=str(self.folder))
        self.assertEqual(status, 1, err)
        self.assertIn(f"{kernel} is wrong at rows=", err)
        self.assertEqual(cells_of(out), CELLS)
        self.assertNotEqual(rows_of(out)[-1]["kernel"], kernel)
        self.assertGreaterEqual(float(rows_of(out)[-1]["us"]) * 1.01, float(best["us"]))

    def test_progress_on_a_terminal_only(self) -> None:
        words = [Paths.tune, "dense", *self.words("--device", "sim", "--out", str(self.out))]
        quiet = run(*words)
        self.assertEqual(quiet[0], 0)
        self.assertNotIn("#", quiet[2])
        ours, theirs = pty.openpty()
        done = subprocess.run(words, env=clean_env(), stderr=theirs, timeout=300)
        os.close(theirs)
        shown = b""
        try:
            while part := os.read(ours, 4096):
                shown += part
        except OSError:
            pass
        os.close(ours)
        self.assertEqual(done.returncode, 0)
        self.assertIn(b"####", shown)
        self.assertIn(b"of 5 cells", shown)
        self.assertRegex(shown, rb"4 of 5 cells, [1-9][0-9]* checks, [1-9][0-9]* timings")


class TimedTable(OnSimulator):
    """The cost model's best three, timed."""

    method = "time"

    def bench(self, row: Dict[str, str]) -> float:
        shapes = self.folder / "one.csv"
        shapes.write_text(f"K,N,Ms\n{row['K']},{row['N']},{row['M']}\n")
        words = ["--shapes", str(shapes), "--kernel", row["kernel"], "--k-splits", row["k_splits"]]
        status, out, err = run(Paths.bench, "dense", "--device", "sim", "--json", *words)
        self.assertEqual(status, 0, err)
        return float(json.loads(out)["benchmarks"][0]["real_time"])

    def test_fastest(self) -> None:
        """A row's us is what smallm-bench says, and not more than 3 % above that of the cost model's
        first choice; where it is another kernel, it is faster."""
        self.shapes.write_text("K,N,Ms\n96,40,2\n6144,1152,1\n")
        text = self.tune_to_file()
        self.assertIn("timing model, modelled.\n", text)
        self.assertIn("Margin: within 3 %", text)
        self.assertIn("not measured", text)
        self.out.unlink()
        first_text = self.tune_to_file("--method", "model")
        self.assertIn("Margin: within 1 %", first_text)
        others = 0
        for row, first in zip_longest(rows_of(text), rows_of(first_text)):
            self.assertEqual((row["use_asm"], row["method"]), ("1", "modelled"))
            us = self.bench(row)
            self.assertEqual(row["us"], f"{us:.3f}")
            if (row["kernel"], row["k_splits"]) != (first["kernel"], first["k_splits"]):
                others += 1
                self.assertGreater(self.bench(first), us)
        self.assertGreater(others, 0)
        self.assertLess(others, 2)

    def test_most_and_resume(self) -> None:
        """In parts it becomes the same table, and rows of the cost model are timed."""
        whole = self.tune_to_file()
        self.out.unlink()
        self.tune_to_file("--method", "model", "--most", "2")
        self.assertEqual(len(rows_of(self.out.read_text())), 2)
        mixed = self.tune_to_file("--resume", "--most", "1")
        self.assertEqual([row["method"] for row in rows_of(mixed)], ["modelled", "model"])
        self.assertIn("another method", mixed)
        status, _, err = tune(*self.words("--device", "sim", "--out", str(self.out), "--resume"))
        self.assertEqual(status, 0, err)
        self.assertEqual(self.out.read_text(), whole)
        kept = self.tune_to_file("--resume", "--method", "model")
        self.assertEqual(rows_of(kept), rows_of(whole))

    def test_said(self) -> None:
        words = self.words("--device", "sim", "--out", str(self.out), "--most", "2")
        status, _, err = tune(*words)
        self.assertEqual(status, 0, err)
        self.assertRegex(err, r"2 rows, 2 cells tuned now, .* [2-6] launches timed")
        self.assertIn("3 cells are left; --resume goes on with them", err)


class TimedMoeTable(OnSimulator):
    kind = "moe"
    method = "time"

    def test_rows(self) -> None:
        self.shapes.write_text(MOE_SHAPES)
        text = self.tune_to_file()
        self.assertGreater(len(rows_of(text)), len(MOE_CELLS) // 2)
        self.assertEqual({row["method"] for row in rows_of(text)}, {"modelled"})
        self.assertEqual(self.tune_to_file(), text)

    def test_us(self) -> None:
        """One expert, one shape: the row's us is that of smallm-bench for the row's kernel."""
        self.shapes.write_text(f"{MOE_HEADER}\n1,96,1024,1,0,0,64,1,random,4\n")
        (row,) = rows_of(self.tune_to_file())
        words = ["--shapes", str(self.shapes), "--kernel", row["kernel"]]
        words += ["--k-splits", row["k_splits"], "--device", "sim", "--json"]
        status, out, err = run(Paths.bench, "moe", *words)
        self.assertEqual(status, 0, err)
        us = json.loads(out)["benchmarks"][0]["real_time"]
        self.assertEqual(row["us"], f"{us:.3f}")


class MoeTable(OnSimulator):
    kind = "moe"

    def setUp(self) -> None:
        super().setUp()
        self.shapes.write_text(MOE_SHAPES)

    def keys_of(self, text: str) -> List[Tuple[int, ...]]:
        columns = ("N", "K", "a_div", "weighted", "rows")
        return [tuple(int(r[column]) for column in columns) for r in rows_of(text)]

    def test_rows(self) -> None:
        text = self.tune_to_file()
        keys = self.keys_of(text)
        self.assertEqual(keys, sorted(set(keys)))
        self.assertLessEqual(set(keys), set(MOE_CELLS))
        self.assertGreater(len(keys), len(MOE_CELLS) // 2)
        self.assertIn("not measured", text)
        self.assertIn("checked against an f64 reference", text)
        for row in rows_of(text):
            self.assertEqual((row["use_asm"], row["method"]), ("1", "model"))
            if row["weighted"] == "0":
                self.follow(row)

    def modelled(self, words: List[str], **env: str) -> Tuple[str, float]:
        status, out, err = run(Paths.smallm, "run", "moe", *words, "--device", "sim", **env)
        self.assertEqual(status, 0, err)
        self.assertIn("PASS", out)
        found = re.search(r"Modelled for [^:]*: ([0-9.]+) us", out)
        assert found is not None, out
        return out, float(found.group(1))

    def follow(self, row: Dict[str, str]) -> None:
        """The library takes the row wherever its key fits and its kernel holds a row of each token, and
        is at most 3 % slower for it."""
        for experts, tokens in ((4, 1), (2, 1), (1, 1), (4, 4), (2, 4), (1, 4)):
            if -(-2 * tokens // experts) != int(row["rows"]):
                continue
            words = ["--experts", str(experts), "--tokens", str(tokens), "--top-k", row["a_div"]]
            words += ["--n", row["N"], "--k", row["K"], "--a-div", row["a_div"]]
            out, tuned = self.modelled(words, SMALLM_MOE_CSV=str(self.out))
            holds = re.search(r"_m([0-9]+)_", row["kernel"])
            assert holds is not None
            if int(holds.group(1)) < tokens:
                self.assertIn("which could read W more than once", out)
                continue
            self.assertIn(f"kernel   {row['kernel']}\n", out)
            self.assertIn(f"of {self.out} says so", out)
            self.assertLessEqual(tuned, float(row["us"]) + 0.01)
            empty = self.folder / "empty.csv"
            empty.write_text(",".join(row) + "\n")
            self.assertLessEqual(
                tuned, 1.03 * self.modelled(words, SMALLM_MOE_CSV=str(empty))[1] + 0.01
            )

    def test_repeats(self) -> None:
        first = self.tune_to_file()
        lines = MOE_SHAPES.splitlines(keepends=True)
        self.shapes.write_text("".join([*lines[:2], *reversed(lines[2:]), lines[2]]))
        self.assertEqual(self.keys_of(self.tune_to_file()), self.keys_of(first))
        self.shapes.write_text(MOE_SHAPES)
        self.out.write_text("broken\n")
        self.assertEqual(self.tune_to_file(SMALLM_MOE_CSV=str(self.out)), first)

    def test_resume(self) -> None:
        whole = self.tune_to_file()
        kept = whole.splitlines()[-1].rsplit(",", 2)[0] + ",123.5,stopwatch"
        self.out.write_text(f"{whole.splitlines()[4]}\n{kept}\n")
        lines = self.tune_to_file("--resume").splitlines()
        lines = [x for x in lines if "another method" not in x]
        self.assertEqual(lines[:-1], whole.splitlines()[:-1])
        self.assertEqual(lines[-1], kept)

    def test_broken_kernel(self) -> None:
        before = rows_of(self.tune_to_file())
        kernel = before[0]["kernel"]
        self.break_kernel(kernel)
        words = self.words("--device", "sim", "--method", self.method)
        status, out, err = tune(*words, kind=self.kind, SMALLM_CO_DIR=str(self.folder))
        self.assertEqual(status, 1, err)
        self.assertIn(f"{kernel} is wrong at rows=", err)
        self.assertNotIn(kernel, out)


class BuiltIn(Case):
    def test_dense_is_what_the_tuner_would_write(self) -> None:
        self.compare("dense")

    def test_moe_is_what_the_tuner_would_write(self) -> None:
        self.compare("moe")

    def compare(self, kind: str) -> None:
        """The rows that rest on the cost model follow it. Without checks: all kernels are right."""
        shapes = Paths.source / "configs" / f"shapes_{kind}.csv"
        words = ["--shapes", str(shapes), "--no-check", "--method", "model"]
        status, out, err = fake(*words, kind=kind)
        self.assertEqual(status, 0, err)
        table = (Paths.source / "configs" / f"{kind}.csv").read_text()
        self.assertGreater(len(rows_of(table)), 100)
        for new, old in zip_longest(rows_of(out), rows_of(table), fillvalue={}):
            if old.get("method", "model") == "model":
                self.assertEqual(new, old, "run smallm-tune again, see docs/dispatch.md")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--tune", required=True)
    parser.add_argument("--bench", required=True)
    parser.add_argument("--smallm", required=True)
    parser.add_argument("--fake-hip", required=True)
    parser.add_argument("--simulator")
    parser.add_argument("--source", type=Path, required=True)
    parser.add_argument("--kernels", type=Path, required=True, help="folder of the listings")
    parser.add_argument("--llvm-mc", required=True)
    parser.add_argument("--ld-lld", required=True)
    args, rest = parser.parse_known_args()
    Paths.tune, Paths.bench = args.tune, args.bench
    Paths.smallm, Paths.fake_hip = args.smallm, args.fake_hip
    Paths.simulator, Paths.source = args.simulator, args.source
    Paths.kernels, Paths.llvm_mc, Paths.ld_lld = args.kernels, args.llvm_mc, args.ld_lld
    unittest.main(argv=[sys.argv[0], *rest])


if __name__ == "__main__":
    main()
