"""The checker of the Trace Event Format finds what it is for."""

from __future__ import annotations

import copy
import tempfile
import unittest
from pathlib import Path
from typing import Any, Callable, Dict, List, Tuple

import trace_format

GOOD: Dict[str, Any] = {
    "displayTimeUnit": "ns",
    "otherData": {"device": "some"},
    "traceEvents": [
        {"ph": "M", "name": "process_name", "pid": 1, "tid": 0, "args": {"name": "p"}},
        {"ph": "M", "name": "thread_sort_index", "pid": 1, "tid": 2, "args": {"sort_index": 2}},
        {"ph": "X", "name": "outer", "cat": "a,b", "pid": 1, "tid": 2, "ts": 0, "dur": 2.5},
        {"ph": "X", "name": "inner", "pid": 1, "tid": 2, "ts": 0.5, "dur": 1, "args": {}},
        {"ph": "X", "name": "next", "pid": 1, "tid": 2, "ts": 1.5, "dur": 1},
        {"ph": "C", "name": "count", "pid": 1, "ts": 0, "args": {"x": 1, "y": 2.5}},
        {"ph": "C", "name": "count", "pid": 1, "ts": 1, "args": {"x": 0, "y": 0}},
        {"ph": "B", "name": "old", "pid": 1, "tid": 3, "ts": 0},
        {"ph": "E", "pid": 1, "tid": 3, "ts": 4},
        {"ph": "i", "name": "now", "pid": 1, "tid": 3, "ts": 4, "s": "t"},
    ],
}
Change = Callable[[List[Dict[str, Any]]], Any]
BROKEN: List[Tuple[str, Change]] = [
    ("no phase", lambda e: e[2].update(ph="Y")),
    ("no phase", lambda e: e[2].pop("ph")),
    ("no object", lambda e: e.append("X")),
    ("name is missing", lambda e: e[2].pop("name")),
    ("ts is missing", lambda e: e[3].pop("ts")),
    ("dur is missing", lambda e: e[3].pop("dur")),
    ("pid is missing", lambda e: e[5].pop("pid")),
    ("args is missing", lambda e: e[0].pop("args")),
    ("tid is missing", lambda e: e[4].pop("tid")),
    ("ts is '0'", lambda e: e[2].update(ts="0")),
    ("dur is -1", lambda e: e[2].update(dur=-1)),
    ("dur is True", lambda e: e[2].update(dur=True)),
    ("pid is 1.5", lambda e: e[2].update(pid=1.5)),
    ("cat is ''", lambda e: e[2].update(cat="")),
    ("args is []", lambda e: e[3].update(args=[])),
    ("s is 'x'", lambda e: e[9].update(s="x")),
    ("without a series", lambda e: e[6].update(args={})),
    ("x of a counter is '1'", lambda e: e[6].update(args={"x": "1", "y": 0})),
    ("x of a counter is None", lambda e: e[6].update(args={"x": None, "y": 0})),
    ("has series", lambda e: e[6].update(args={"x": 1})),
    ("goes back", lambda e: e[6].update(ts=0)),
    ("no metadata", lambda e: e[0].update(name="chip_name")),
    ("name of process_name is None", lambda e: e[0].update(args={"title": "p"})),
    ("sort_index of thread_sort_index is '2'", lambda e: e[1].update(args={"sort_index": "2"})),
    ("names no thread", lambda e: e[1].pop("tid")),
    ("then", lambda e: e.append({**e[0], "args": {"name": "q"}})),
    ("ends after what it lies in", lambda e: e[4].update(dur=1.01)),
    ("ends after what it lies in", lambda e: e[3].update(dur=1.1)),
    ("old never ends", lambda e: e.pop(8)),
    ("without its begin", lambda e: e.pop(7)),
    ("young ends old", lambda e: e[8].update(name="young")),
]


class Checker(unittest.TestCase):
    def test_good(self) -> None:
        self.assertEqual(trace_format.problems(GOOD), [])

    def test_broken(self) -> None:
        for wanted, change in BROKEN:
            trace = copy.deepcopy(GOOD)
            change(trace["traceEvents"])
            found = trace_format.problems(trace)
            self.assertTrue(any(wanted in text for text in found), (wanted, found))

    def test_top(self) -> None:
        for wanted, trace in (
            ("no array", []),
            ("no array", {"events": []}),
            ("no extra", {**GOOD, "extra": 1}),
            ("displayTimeUnit", {**GOOD, "displayTimeUnit": "us"}),
            ("otherData", {**GOOD, "otherData": []}),
        ):
            found = trace_format.problems(trace)
            self.assertTrue(any(wanted in text for text in found), (wanted, found))

    def test_json(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder, "t.json")
            for text in ('{"a": NaN}', '{"a": 1, "a": 2}', "{", "[Infinity]"):
                file.write_text(text, encoding="utf-8")
                with self.assertRaises(ValueError):
                    trace_format.load(file)


if __name__ == "__main__":
    unittest.main()
