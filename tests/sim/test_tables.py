"""sim/tools/tables.py: what becomes of the rows, and what is refused."""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from typing import Tuple

ROOT = Path(__file__).resolve().parents[2]
TOOL = ROOT / "sim" / "tools" / "tables.py"
CHECKS = "id,check,own,compiled,foreign,source,rule\n"
HAZARDS = (
    "rule,producer,producer_operand,consumer,consumer_operand,waits,llvm_waits,"
    "own,compiled,foreign,source\n"
)
GOOD_CHECK = 'CHECK_A,a,error,warning,off,ISA 1,"a ""rule"", with a comma"\n'
GOOD_HAZARD = "a-b,p,po,c,co,5,0,error,warning,off,ISA 2\n"


class Tables(unittest.TestCase):
    def run_tool(self, checks: str, hazards: str) -> Tuple[int, str, str, str]:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            (folder / "checks.csv").write_text(checks)
            (folder / "hazards.csv").write_text(hazards)
            command = [sys.executable, "-B", str(TOOL), "--out", str(folder / "out")]
            command += ["--checks", str(folder / "checks.csv")]
            command += ["--hazards", str(folder / "hazards.csv")]
            done = subprocess.run(command, capture_output=True, text=True)
            if done.returncode != 0:
                return done.returncode, "", "", done.stderr
            out = folder / "out"
            return 0, (out / "checks.inc").read_text(), (out / "hazards.inc").read_text(), ""

    def refused(self, checks: str, hazards: str, *parts: str) -> None:
        status, _, _, message = self.run_tool(checks, hazards)
        self.assertEqual(status, 1)
        for part in parts:
            self.assertIn(part, message)

    def test_rows(self) -> None:
        status, checks, hazards, message = self.run_tool(
            "# comment\n" + CHECKS + GOOD_CHECK, HAZARDS + "# comment\n" + GOOD_HAZARD
        )
        self.assertEqual(status, 0, message)
        self.assertEqual(
            checks,
            'CHECK(CHECK_A, "a", SEV_ERROR, SEV_WARNING, SEV_OFF, "ISA 1", '
            '"a \\"rule\\", with a comma")\n',
        )
        self.assertEqual(
            hazards,
            'HAZARD(0, "a-b", "p", "po", "c", "co", 5, 0, SEV_ERROR, SEV_WARNING, SEV_OFF, '
            '"ISA 2")\n',
        )

    def test_refused(self) -> None:
        good_checks, good_hazards = CHECKS + GOOD_CHECK, HAZARDS + GOOD_HAZARD
        self.refused("id,check\n", good_hazards, "checks.csv:1", "columns")
        self.refused(good_checks + "CHECK_B,b,error\n", good_hazards, "checks.csv:3", "3 cells")
        self.refused(good_checks + GOOD_CHECK, good_hazards, "checks.csv:3", "already in line 2")
        loud = GOOD_HAZARD.replace("error", "loud").replace("a-b", "c-d")
        self.refused(good_checks, good_hazards + loud, "hazards.csv:3", "own is 'loud'")
        few = GOOD_HAZARD.replace(",5,", ",few,").replace("a-b", "c-d")
        self.refused(good_checks, good_hazards + few, "hazards.csv:3", "waits is 'few'")
        self.refused(good_checks, good_hazards + GOOD_HAZARD, "hazards.csv:3", "'a-b'")

    def test_the_project(self) -> None:
        configs = ROOT / "configs"
        status, checks, hazards, message = self.run_tool(
            (configs / "checks.csv").read_text(), (configs / "hazards.csv").read_text()
        )
        self.assertEqual(status, 0, message)
        self.assertIn('CHECK(CHECK_UNINIT_OUTPUT, "uninit-output", SEV_ERROR', checks)
        self.assertIn('"trans-valu", "trans", "vdst", "nontrans_valu", "vsrc", 1, 1', hazards)


if __name__ == "__main__":
    unittest.main()
