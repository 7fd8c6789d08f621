"""Small broken kernels, one fault each: the simulator names it, and is silent once it is repaired.

A kernel's header says how it is run and what must be found (`; key: value` lines):

    grid, block, args   as for `gfx950sim run`; OUT in an argument is a file
    fix-args            arguments of the repaired kernel, where they are what is repaired
    preset, options     --checks, and further options
    expect              the one rule that is reported
    at, earlier         beginning of the instruction reported, and of the earlier one concerned
    lint: yes           `gfx950sim lint` finds the same without running; else it finds nothing
    run: no             running it is no fault, only lint is to find it
    place: host         the fault shows when the host reads, so that no instruction is named
    within              CPU seconds that the run may take

Lines that end in `; broken` are left out of the repaired kernel, `; fix: LINE` puts one in.
"""

from __future__ import annotations

import argparse
import csv
import json
import pathlib
import re
import resource
import subprocess
import sys
import tempfile
import unittest
from typing import Dict, List, Tuple

HERE = pathlib.Path(__file__).resolve().parent
CONFIGS = HERE.parents[1] / "configs"
KEYS = "grid block args fix-args preset options expect at earlier lint run place within"
KNOWN = set(KEYS.split())
# use-after-free needs a host program: tests/sim/test_hip_launch.c has it.
ELSEWHERE = {"use-after-free"}


class Tools:
    """Set from the command line before the tests run."""

    sim = ""
    llvm_mc = ""
    ld_lld = ""


def header_of(text: str) -> Dict[str, str]:
    """The `; key: value` lines at the top."""
    header: Dict[str, str] = {}
    for line in text.splitlines():
        if not line.startswith(";"):
            break
        entry = re.match(r"; ([a-z-]+): (.*)", line)
        if entry:
            header[entry.group(1)] = entry.group(2).strip()
    return header


def repaired(text: str) -> str:
    """The twin without the fault."""
    lines = [line for line in text.splitlines() if not line.rstrip().endswith("; broken")]
    return "\n".join(re.sub(r"^; fix:", "    ", line) for line in lines) + "\n"


def assemble(text: str, folder: pathlib.Path) -> pathlib.Path:
    source, obj, co = (folder / f"fault.{suffix}" for suffix in ("s", "o", "co"))
    source.write_text(text)
    target = ["-triple=amdgcn-amd-amdhsa", "-mcpu=gfx950", "-filetype=obj", f"-I{HERE}"]
    subprocess.run([Tools.llvm_mc, *target, str(source), "-o", str(obj)], check=True)
    subprocess.run([Tools.ld_lld, "-shared", str(obj), "-o", str(co)], check=True)
    return co


def simulate(*words: str) -> Tuple[int, List[Dict[str, str]], str]:
    """Exit status, findings, stderr."""
    done = subprocess.run([Tools.sim, *words, "--json"], capture_output=True, text=True, timeout=60)
    found = json.loads(done.stdout)["findings"] if done.stdout else []
    return done.returncode, found, done.stderr


def rules_of(found: List[Dict[str, str]]) -> List[str]:
    """Each once: a race may be seen from both sides, at two instructions."""
    return sorted({finding["rule"] for finding in found})


def names_of(path: pathlib.Path, key: str) -> List[str]:
    """Rows of a table that are not off under preset own."""
    with path.open(newline="") as file:
        rows = csv.DictReader(line for line in file if not line.startswith("#"))
        return [row[key] for row in rows if row["own"] != "off"]


class Faults(unittest.TestCase):
    def run_kernel(
        self, co: pathlib.Path, header: Dict[str, str], args: str
    ) -> Tuple[int, List[Dict[str, str]], str]:
        words = ["run", str(co), "--checks", header["preset"], *header.get("options", "").split()]
        words += ["--grid", header["grid"], "--block", header["block"]]
        return simulate(*words, *args.replace("OUT", str(co.with_suffix(".out"))).split())

    def check_text(self, header: Dict[str, str], finding: Dict[str, str]) -> None:
        """A report says where, what, after what, and by which rule."""
        text = finding["text"]
        self.assertTrue(text.startswith(f"{finding['severity']}: {header['expect']}: "), text)
        self.assertRegex(text, r"\n  rule: .+ \[.+\]\n")
        if header.get("place") == "host":
            return
        where = r"\n  kernel fault, workgroup \(\d+,0,0\), wave \d+, (all lanes|lanes? [\d,-]+)\n"
        self.assertRegex(text, where)
        self.assertRegex(text, r"\n  > 0x[0-9a-f]+ +" + re.escape(header.get("at", "")))
        if "earlier" in header:
            earlier = re.escape(header["earlier"])
            self.assertRegex(text, r"\n  the earlier instruction:\n  < 0x[0-9a-f]+ +" + earlier)

    def check_broken(self, header: Dict[str, str], co: pathlib.Path) -> None:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        status, found, err = self.run_kernel(co, header, header["args"])
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        expected = [] if header.get("run") == "no" else [header["expect"]]
        self.assertEqual(rules_of(found), expected, [f["text"] for f in found] + [err])
        self.assertEqual(status, len(expected), err)
        for finding in found:
            self.check_text(header, finding)
        if "within" in header:
            spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
            self.assertLess(spent, float(header["within"]))

    def check_lint(self, header: Dict[str, str], co: pathlib.Path) -> None:
        status, found, err = simulate("lint", str(co), "--checks", header["preset"])
        expected = [header["expect"]] if header.get("lint") == "yes" else []
        self.assertEqual(rules_of(found), expected, [f["text"] for f in found] + [err])
        self.assertEqual(status, len(expected), err)
        for finding in found:
            self.check_text(header, finding)

    def check_repaired(self, header: Dict[str, str], co: pathlib.Path) -> None:
        status, found, err = self.run_kernel(co, header, header.get("fix-args", header["args"]))
        self.assertEqual((status, [f["text"] for f in found]), (0, []), err)
        status, found, err = simulate("lint", str(co), "--checks", header["preset"])
        self.assertEqual((status, [f["text"] for f in found]), (0, []), err)

    def check_file(self, path: pathlib.Path) -> None:
        text = path.read_text()
        header = header_of(text)
        self.assertEqual(set(header) - KNOWN, set(), "unknown keys")
        self.assertLessEqual({"grid", "block", "args", "preset", "expect"}, set(header))
        twin = repaired(text)
        self.assertTrue(twin != text + "\n" * (not text.endswith("\n")) or "fix-args" in header)
        with tempfile.TemporaryDirectory() as name:
            co = assemble(text, pathlib.Path(name))
            self.check_broken(header, co)
            self.check_lint(header, co)
            self.check_repaired(header, assemble(twin, pathlib.Path(name)))

    def test_budget(self) -> None:
        """A kernel that stores for ever is no deadlock; `budget` ends it, with a sentence."""
        loop = ".Lagain:\nglobal_store_dword v1, v0, s[6:7]\ns_branch .Lagain\n"
        with tempfile.TemporaryDirectory() as name:
            co = assemble(f'.include "fault.inc"\nbegin\n{loop}descriptor\n', pathlib.Path(name))
            words = ["run", str(co), "--grid", "1", "--block", "64", "zero:256", "zero:256"]
            status, found, err = simulate(*words, "--budget", "1000")
        self.assertEqual((status, found), (2, []))
        self.assertIn("stopped after 1000 wave-instructions", err)

    def test_every_rule_has_a_kernel(self) -> None:
        expected = {header_of(path.read_text())["expect"] for path in HERE.glob("*.s")}
        rules = set(names_of(CONFIGS / "checks.csv", "check"))
        hazards = set(names_of(CONFIGS / "hazards.csv", "rule"))
        self.assertEqual(rules - expected, ELSEWHERE)
        self.assertLessEqual(expected, rules | hazards)


def add_tests() -> None:
    """One test a kernel, under its name."""
    for path in sorted(HERE.glob("*.s")):

        def test(self: Faults, path: pathlib.Path = path) -> None:
            self.check_file(path)

        setattr(Faults, f"test_{path.stem}", test)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sim", required=True)
    parser.add_argument("--llvm-mc", required=True)
    parser.add_argument("--ld-lld", required=True)
    args, rest = parser.parse_known_args()
    Tools.sim, Tools.llvm_mc, Tools.ld_lld = args.sim, args.llvm_mc, args.ld_lld
    add_tests()
    unittest.main(argv=[sys.argv[0], *rest])


if __name__ == "__main__":
    main()
