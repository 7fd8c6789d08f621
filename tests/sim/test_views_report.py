"""gfx950sim report: one page, three charts with data, the figures of `time`; in Chromium."""

from __future__ import annotations

import html.parser
import re
import tempfile
import unittest
from pathlib import Path
from typing import Any, Dict, List, Optional, Tuple

import views
from browser import Browser

CHARTS = ("roofline", "waves", "flight")
EMPTY = {"meta", "line", "rect", "circle", "polyline"}
Attributes = List[Tuple[str, Optional[str]]]


class Page(html.parser.HTMLParser):
    """Charts with their data, tables with their rows; tags must match."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: List[str] = []
        self.chart = self.table = ""
        self.data: Dict[str, List[Tuple[str, Dict[str, str]]]] = {}
        self.rows: Dict[str, List[List[str]]] = {}
        self.links: List[str] = []
        self.words = ""
        self.feed(text)
        self.close()

    def handle_startendtag(self, tag: str, attrs: Attributes) -> None:
        found = {k: v or "" for k, v in attrs}
        self.links += [v for k, v in found.items() if k in ("href", "src", "xlink:href")]
        if "data" in found.get("class", "").split():
            self.data[self.chart].append((tag, found))

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        found = {k: v or "" for k, v in attrs}
        self.handle_startendtag(tag, attrs)
        if tag != "meta":
            self.open.append(tag)
        if tag == "svg":
            self.chart = found["id"]
            self.data[self.chart] = []
        if tag == "table":
            self.table = found["id"]
            self.rows[self.table] = []
        elif tag == "tr":
            self.rows[self.table].append([])
        elif tag in ("td", "th"):
            self.rows[self.table][-1].append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open[-1] == tag, f"</{tag}> closes {self.open[-1:]}"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.words += data
        if self.open and self.open[-1] in ("td", "th"):
            self.rows[self.table][-1][-1] += data


def inside(chart: str, tag: str, a: Dict[str, str]) -> List[Tuple[float, float]]:
    if tag == "polyline":
        return [(float(x), float(y)) for x, y in (p.split(",") for p in a["points"].split())]
    if tag == "circle":
        return [(float(a["cx"]), float(a["cy"]))]
    x, y = float(a["x"]), float(a["y"])
    return [(x, y), (x + float(a["width"]), y + float(a["height"]))]


class Report(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.path = Path(self.folder.name) / "report.html"

    def page(self, arguments: List[str], values: List[str], *options: str) -> Page:
        views.run("report", [*arguments, "--out", str(self.path), *options, *values])
        found = Page(self.path.read_text(encoding="utf-8"))
        self.assertEqual(found.open, [], "every tag is closed")
        return found

    def test_charts_have_data(self) -> None:
        for arguments, values, waves, points in (
            (views.STREAM, views.STREAM_ARGUMENTS, 256, 2),
            (views.MIX, views.MIX_ARGUMENTS, 128, 4),
        ):
            page = self.page(arguments, values)
            self.assertEqual(tuple(page.data), CHARTS)
            kinds = {c: [tag for tag, _ in page.data[c]] for c in CHARTS}
            self.assertEqual(kinds["roofline"], ["circle"] * points)
            self.assertEqual(kinds["waves"], ["rect"] * waves)
            self.assertEqual(kinds["flight"], ["polyline"] * 3)
            for chart in CHARTS:
                for tag, a in page.data[chart]:
                    for x, y in inside(chart, tag, a):
                        self.assertTrue(79.9 <= x <= 940.1, (chart, a))
                        self.assertTrue(11.9 <= y <= 510.1, (chart, a))
            for _, a in page.data["flight"]:
                self.assertGreater(len(a["points"].split()), 20)
                self.assertGreater(len({p.split(",")[1] for p in a["points"].split()}), 1)

    def test_stands_alone(self) -> None:
        text = str(self.page(views.STREAM, views.STREAM_ARGUMENTS).links)
        self.assertEqual(text, "[]")
        raw = self.path.read_text(encoding="utf-8")
        self.assertIsNone(re.search(r"https?:|@import|url\(", raw))
        self.assertLess(len(raw), 400000)

    def test_figures_are_those_of_time(self) -> None:
        page = self.page(views.STREAM, views.STREAM_ARGUMENTS)
        told: Dict[str, Any] = views.timed()
        self.assertIn(f"{told['modelled_us']:.3f} µs (modelled)", page.words)
        self.assertIn("none is measured", page.words)
        self.assertGreaterEqual(page.words.count("(modelled)"), 8)
        levels = {row[0]: row[1:] for row in page.rows["levels"][1:]}
        for name, level in told["levels"].items():
            self.assertEqual(int(levels[name][0]), level["read_bytes"])
            self.assertEqual(int(levels[name][1]), level["written_bytes"])
            self.assertAlmostEqual(float(levels[name][2]), level["gbps"], delta=0.051)
        causes = {row[0]: int(row[1]) for row in page.rows["causes"][1:]}
        self.assertEqual(causes, {k: v for k, v in told["clocks_by_cause"].items() if v})
        hottest = page.rows["hottest"][1:]
        by_pc = {x["pc"]: x for x in told["instructions"]}
        first = max(told["instructions"], key=lambda x: sum(x["clocks"].values()))
        self.assertEqual(int(hottest[0][5], 16), first["pc"])
        self.assertEqual(
            [float(r[0]) for r in hottest], sorted((float(r[0]) for r in hottest))[::-1]
        )
        for r in hottest:
            self.assertEqual(r[6], by_pc[int(r[5], 16)]["text"])

    def test_machine(self) -> None:
        """Every parameter of the ini, with the value that was used."""
        ini = (Path(__file__).parents[2] / "configs" / "mi355x.ini").read_text(encoding="utf-8")
        wanted, section = {}, ""
        for line in ini.splitlines():
            if line.startswith("["):
                section = line.strip("[]")
            elif "=" in line and not line.startswith(";"):
                name, rest = line.split("=", 1)
                cells = [x.strip() for x in rest.split("|")]
                wanted[f"{section}.{name.strip()}"] = (float(cells[0]), cells[2])
        page = self.page(views.STREAM, views.STREAM_ARGUMENTS, "--set", "hbm.latency=555")
        shown = {r[0]: (float(r[1]), r[3]) for r in page.rows["machine"][1:]}
        self.assertEqual(set(shown), set(wanted))
        for name, (value, confidence) in wanted.items():
            if name != "hbm.latency":
                self.assertEqual(shown[name], (value, confidence), name)
        self.assertEqual(shown["hbm.latency"][0], 555)

    def test_in_chromium(self) -> None:
        """The browser has the three charts and paints their data, without script as with it."""
        browser = Browser(self)
        self.page(views.MIX, views.MIX_ARGUMENTS)
        dom = browser.dom(self.path)
        for chart in CHARTS:
            self.assertEqual(dom.count(f'<svg id="{chart}"'), 1)
        self.assertEqual(len(re.findall('class="data', dom)), 4 + 128 + 3)

        size = (1000, 2400)
        page = self.path.read_text(encoding="utf-8")
        whole = browser.screenshot(page, size)
        without = re.sub(r"<script>.*</script>", "", page, flags=re.S)
        self.assertNotEqual(without, page)
        self.assertEqual(browser.screenshot(without, size), whole, "without script")
        for chart in CHARTS:
            hidden = f"#{chart} .data{{visibility:hidden}}</style>"
            changed = browser.screenshot(page.replace("</style>", hidden), size)
            self.assertNotEqual(changed, whole, f"the data of {chart} can be seen")

    def test_refuses(self) -> None:
        for options, message in (
            ([], "--out FILE.html is needed"),
            (["--out", "/nonexistent/r.html"], "cannot be written: No such file"),
        ):
            done = views.run("report", [*views.STREAM, *options, *views.STREAM_ARGUMENTS], 2)
            self.assertIn(message, done.stderr)


if __name__ == "__main__":
    unittest.main()
