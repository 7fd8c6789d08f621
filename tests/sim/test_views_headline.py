"""The views of the kernel that the project is known by, M=1 N=2304 K=6144, as `smallm time` writes them: the trace is
valid, and the page shows its three charts in a browser.
"""

from __future__ import annotations

import collections
import json
import os
import re
import subprocess
import tempfile
import unittest
from pathlib import Path
from typing import Any, Dict, List

import trace_format
from browser import Browser, Picture

DENSE = ["--m", "1", "--n", "2304", "--k", "6144"]
CHARTS = ("roofline", "waves", "flight")
WINDOW = (1000, 3000)
WHITE = (255, 255, 255)

# The charts, and in each the marks that carry data: where they are, and in which colour.
PROBE = """
var found = {};
document.querySelectorAll('svg').forEach(function(svg) {
    var box = function(e) {
        var r = e.getBoundingClientRect();
        return [r.left, r.top, r.width, r.height];
    };
    found[svg.id] = {box: box(svg), marks: Array.from(svg.querySelectorAll('.data')).map(function(e) {
        var s = getComputedStyle(e);
        return {tag: e.tagName, box: box(e), colour: e.tagName == 'polyline' ? s.stroke : s.fill,
                shown: s.visibility == 'visible' && s.display != 'none' && s.opacity == 1};
    })};
});
return found;
"""


class Headline(unittest.TestCase):
    told: Dict[str, Any]
    trace: Any
    page: str

    @classmethod
    def setUpClass(cls) -> None:
        with tempfile.TemporaryDirectory() as folder:
            trace, page = Path(folder, "trace.json"), Path(folder, "report.html")
            words = [
                "time",
                "dense",
                *DENSE,
                "--json",
                "--trace",
                str(trace),
                "--report",
                str(page),
            ]
            done = subprocess.run(
                [os.environ["SMALLM"], *words],
                stdout=subprocess.PIPE,
                encoding="utf-8",
                timeout=600,
                check=True,
            )
            cls.told = json.loads(done.stdout)
            cls.trace = trace_format.load(trace)
            cls.page = page.read_text(encoding="utf-8")

    def test_trace_is_valid(self) -> None:
        self.assertEqual(trace_format.problems(self.trace), [])

    def test_trace_has_the_launch(self) -> None:
        """Chip, XCDs, wave slots, every wave, six counters, and instructions of 16 waves with their waits."""
        events = self.trace["traceEvents"]
        kinds = collections.Counter((e["ph"], e.get("cat", "")) for e in events)
        self.assertEqual(kinds["X", "wave"], self.told["waves"])
        self.assertEqual(
            len({e["name"] for e in events if e["ph"] == "C"}), 6, "flight, waves, four levels"
        )
        self.assertEqual(
            {e["args"]["name"] for e in events if e["name"] == "process_name"},
            {"MI355X (modelled)"} | {f"XCD {i} (modelled)" for i in range(8)},
        )
        waves = {
            (e["pid"], e["tid"])
            for e in events
            if e.get("cat") == "instruction" and e["name"] == "s_endpgm"
        }
        self.assertEqual(len(waves), 16)
        stalls = {e["name"] for e in events if e.get("cat") == "stall"}
        self.assertGreaterEqual(stalls, {"vmcnt", "lgkmcnt", "fetch"})
        end = max(e["args"]["retired_clock"] for e in events if e.get("cat") == "wave")
        self.assertAlmostEqual(
            end / self.trace["otherData"]["core_mhz"], self.told["modelled_us"], places=9
        )

    def test_page_says_what_is_modelled(self) -> None:
        self.assertIn(f"{self.told['modelled_us']:.3f} µs (modelled)", self.page)
        self.assertIn("dense M=1 N=2304 K=6144", self.page)
        self.assertIsNone(re.search(r"https?:|@import|url\(", self.page), "needs no network")

    def test_charts_in_a_browser(self) -> None:
        """Each of the three has its place on the page, and its data are painted there."""
        browser = Browser(self)
        found = browser.evaluate(self.page, PROBE, WINDOW)
        self.assertEqual(tuple(found), CHARTS)
        picture = Picture(browser.screenshot(self.page, WINDOW))
        bottom = 0.0
        for chart in CHARTS:
            left, top, width, height = found[chart]["box"]
            self.assertGreater(width, 800, chart)
            self.assertGreater(height, 300, chart)
            self.assertGreaterEqual(top, bottom, f"{chart} lies below what comes before it")
            bottom = top + height
            self.assertLess(bottom, picture.height)
            self.check_marks(picture, chart, found[chart])
        self.assertEqual([m["tag"] for m in found["flight"]["marks"]], ["polyline"] * 3)
        self.assertEqual({m["tag"] for m in found["roofline"]["marks"]}, {"circle"})
        self.assertEqual(len(found["waves"]["marks"]), 256)
        self.assertEqual(len({m["colour"] for m in found["waves"]["marks"]}), 8, "one an XCD")

    def check_marks(self, picture: Picture, chart: str, found: Dict[str, Any]) -> None:
        left, top, width, height = found["box"]
        self.assertGreater(len(found["marks"]), 0, chart)
        for mark in found["marks"]:
            x, y, w, h = mark["box"]
            self.assertTrue(mark["shown"], (chart, mark))
            self.assertGreater(w, 0, (chart, mark))
            self.assertGreater(h, 0, (chart, mark))
            self.assertTrue(left <= x and x + w <= left + width + 1, (chart, mark))
            self.assertTrue(top <= y and y + h <= top + height + 1, (chart, mark))
            wanted = [int(v) for v in re.findall(r"\d+", mark["colour"])[:3]]
            self.assertGreater(sum(255 - c for c in wanted), 150, "it stands out from the page")
            painted = picture.pixels(mark["box"])
            self.assertTrue(any(p != WHITE for p in painted), (chart, mark))
            self.assertTrue(any(self.like(p, wanted) for p in painted), (chart, mark, set(painted)))

    def like(self, pixel: Any, colour: List[int]) -> bool:
        """Edges are mixed with what lies behind: nearer to the colour than to white, by half."""
        mixed = sum(abs(a - b) for a, b in zip(pixel, colour))
        return mixed <= sum(255 - c for c in colour) // 2


if __name__ == "__main__":
    unittest.main()
