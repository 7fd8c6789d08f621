"""gfx950sim annotate: the listing adds up, and says what `time` says."""

from __future__ import annotations

import json
import re
import unittest
from typing import Any, Dict, List

import views


def lines(*options: str) -> List[Dict[str, Any]]:
    found: List[Dict[str, Any]] = json.loads(views.stream("annotate", "--json", *options).stdout)[
        "lines"
    ]
    return found


class Annotate(unittest.TestCase):
    def test_clocks_add_up(self) -> None:
        found = json.loads(views.stream("annotate", "--json").stdout)
        whole = found["wave_clocks"]
        self.assertGreater(whole, 0)
        self.assertEqual(sum(sum(x["clocks"].values()) for x in found["lines"]), whole)
        self.assertAlmostEqual(sum(x["percent"] for x in found["lines"]), 100, places=6)
        causes = (
            "issue vmcnt lgkmcnt mfma forward arbitration queue barrier fetch sleep dispatch tail"
        )
        for x in found["lines"]:
            self.assertEqual(list(x["clocks"]), causes.split(), "every cause of every line")
            clocks = sum(x["clocks"].values())
            stalled = clocks - x["clocks"]["issue"]
            if not x["issues"]:
                self.assertEqual(clocks, 0)
                continue
            self.assertAlmostEqual(x["clocks_per_issue"] * x["issues"], clocks, places=3)
            self.assertAlmostEqual(x["stalled_per_issue"] * x["issues"], stalled, places=3)
            if stalled:
                most = max(v for k, v in x["clocks"].items() if k != "issue")
                self.assertEqual(x["clocks"][x["largest_cause"]], most)
            else:
                self.assertIsNone(x["largest_cause"])

    def test_issues_are_those_of_the_program(self) -> None:
        found = lines()
        loads = [x for x in found if x["text"].startswith("global_load")]
        self.assertEqual(len(loads), 8)
        for x in loads:
            self.assertEqual(x["issues"], views.STREAM_WAVES * views.STREAM_LOADS // 8)
        self.assertEqual(found[0]["text"].split()[0], "s_load_dwordx4")
        self.assertEqual(found[0]["issues"], views.STREAM_WAVES)
        self.assertEqual(found[-1]["text"], "s_endpgm")
        self.assertEqual([x["pc"] for x in found], sorted(x["pc"] for x in found))

    def test_same_as_time(self) -> None:
        by_pc = {x["pc"]: x for x in views.timed()["instructions"]}
        ran = [x for x in lines() if x["issues"]]
        self.assertEqual(len(ran), len(by_pc))
        for x in ran:
            self.assertEqual(x["clocks"], by_pc[x["pc"]]["clocks"])
            self.assertEqual(x["issues"], by_pc[x["pc"]]["issues"])

    def test_text_says_the_same(self) -> None:
        out = views.stream("annotate").stdout
        rows = re.findall(
            r"^ *([\d.]+) +(\d+) +([\d.]+) +([\d.]+)  (.{34}) +([0-9a-f]+)  ", out, re.M
        )
        found = [x for x in lines() if x["issues"]]
        self.assertEqual(len(rows), len(found))
        for row, x in zip(rows, found):
            self.assertAlmostEqual(float(row[0]), x["percent"], delta=0.0051)
            self.assertEqual(int(row[1]), x["issues"])
            self.assertAlmostEqual(float(row[2]), x["clocks_per_issue"], delta=0.051)
            self.assertAlmostEqual(float(row[3]), x["stalled_per_issue"], delta=0.051)
            self.assertEqual(int(row[5], 16), x["pc"])
            first = row[4].split()[0] if row[4].strip() else None
            self.assertEqual(first, x["largest_cause"])

    def test_follows_the_machine(self) -> None:
        """A longer HBM is seen at the wait for vmcnt, and there alone."""
        near, far = lines(), lines("--set", "hbm.latency=1000")
        grown = {
            cause: sum(y["clocks"][cause] - x["clocks"][cause] for x, y in zip(near, far))
            for cause in near[0]["clocks"]
        }
        self.assertGreater(grown["vmcnt"], 100000)
        self.assertLess(abs(grown["fetch"]) + abs(grown["barrier"]) + abs(grown["issue"]), 1)

    def test_only_the_functions_that_ran(self) -> None:
        out = views.stream("annotate").stdout
        self.assertNotIn("v_mfma", out)
        mix = views.run("annotate", [*views.MIX, *views.MIX_ARGUMENTS], 0).stdout
        self.assertEqual(mix.count("v_mfma"), 1)

    def test_refuses(self) -> None:
        done = views.run("annotate", [views.MEMORY, "--out", "x"], 2)
        self.assertIn("unknown option --out", done.stderr)


if __name__ == "__main__":
    unittest.main()
