"""gfx950sim trace: valid in the Trace Event Format, and the launch that `time` tells of."""

from __future__ import annotations

import collections
import tempfile
import unittest
from pathlib import Path
from typing import Any, DefaultDict, Dict, List, Tuple

import trace_format
import views

Event = Dict[str, Any]


class Trace(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def trace(self, *options: str) -> Dict[str, Any]:
        path = Path(self.folder.name) / "trace.json"
        out = views.stream("trace", "--out", str(path), *options).stdout
        found: Dict[str, Any] = trace_format.load(path)
        self.assertIn(f"{len(found['traceEvents'])} events", out)
        return found

    def test_valid(self) -> None:
        found = self.trace()
        self.assertEqual(trace_format.problems(found), [])
        self.assertEqual(set(found), {"displayTimeUnit", "otherData", "traceEvents"})
        self.assertIn("modelled", found["otherData"]["device"])
        for e in found["traceEvents"]:
            if e["ph"] == "X":
                self.assertEqual(set(e), {"ph", "name", "cat", "pid", "tid", "ts", "dur", "args"})
                self.assertIn(e["cat"], ("wave", "stall", "instruction"))

    def test_names(self) -> None:
        """Every process and thread that has events has one name; XCDs and slots are different ones."""
        events = self.trace()["traceEvents"]
        processes = {e["pid"]: e["args"]["name"] for e in events if e["name"] == "process_name"}
        threads = [e for e in events if e["name"] == "thread_name"]
        named = {(e["pid"], e["tid"]): e["args"]["name"] for e in threads}
        self.assertEqual(len(named), len(threads))
        self.assertEqual(len(set(processes.values())), len(processes))
        self.assertEqual(
            sorted(processes.values()),
            ["MI355X (modelled)"] + [f"XCD {i} (modelled)" for i in range(8)],
        )
        spans = [e for e in events if e["ph"] == "X"]
        self.assertEqual({(e["pid"], e["tid"]) for e in spans}, set(named))
        for e in spans:
            if e["cat"] != "wave":
                continue
            a = e["args"]
            self.assertEqual(processes[e["pid"]], f"XCD {a['workgroup'] % 8} (modelled)")
            self.assertEqual(
                named[e["pid"], e["tid"]],
                f"SE {a['shader_engine']} CU {a['cu']} SIMD {a['simd']} slot {a['slot']}",
            )

    def test_nesting(self) -> None:
        """Instructions and waits lie in waves, and only those."""
        slack = 1e-6
        threads: DefaultDict[Tuple[int, int], List[Event]] = collections.defaultdict(list)
        for e in self.trace()["traceEvents"]:
            if e["ph"] == "X":
                threads[e["pid"], e["tid"]].append(e)
        nested = 0
        for events in threads.values():
            stack: List[Event] = []
            for e in sorted(events, key=lambda e: (e["ts"], -e["dur"])):
                while stack and stack[-1]["ts"] + stack[-1]["dur"] <= e["ts"] + slack:
                    stack.pop()
                if stack:
                    end = stack[-1]["ts"] + stack[-1]["dur"]
                    self.assertLessEqual(e["ts"] + e["dur"], end + slack, (e, stack[-1]))
                    nested += 1
                self.assertEqual(e["cat"] == "wave", not stack, e)
                stack.append(e)
        self.assertGreater(nested, 100)

    def test_waves(self) -> None:
        found, told = self.trace(), views.timed()
        waves = [e for e in found["traceEvents"] if e["ph"] == "X" and e["cat"] == "wave"]
        self.assertEqual(
            {(e["args"]["workgroup"], e["args"]["wave"]) for e in waves},
            {(g, w) for g in range(64) for w in range(4)},
        )
        self.assertEqual(len(waves), views.STREAM_WAVES)
        self.assertEqual(max(e["args"]["retired_clock"] for e in waves), told["clocks"])
        for e in waves:
            a = e["args"]
            self.assertAlmostEqual(e["ts"] * told["core_mhz"], a["start_clock"], places=3)
            self.assertAlmostEqual(
                (e["ts"] + e["dur"]) * told["core_mhz"], a["end_clock"], places=3
            )
        lives = sum(e["args"]["retired_clock"] - e["args"]["placed_clock"] for e in waves)
        self.assertEqual(lives, told["wave_clocks"])

    def test_counters(self) -> None:
        found, told = self.trace(), views.timed()
        tracks: DefaultDict[str, List[Event]] = collections.defaultdict(list)
        for e in found["traceEvents"]:
            if e["ph"] == "C":
                tracks[e["name"]].append(e)
        self.assertEqual(
            set(tracks),
            {"bytes in flight", "waves", "L1 bytes", "L2 bytes", "MALL bytes", "HBM bytes"},
        )
        for events in tracks.values():
            clocks = [e["ts"] for e in events]
            self.assertEqual(clocks, sorted(clocks))
            self.assertTrue(all(v == 0 for v in events[-1]["args"].values()))
        for level, told_level in told["levels"].items():
            for key, name in (("read", "read_bytes"), ("written", "written_bytes")):
                total = sum(e["args"][key] for e in tracks[f"{level} bytes"])
                self.assertEqual(total, told_level[name], level)
        peak = max(e["args"]["bytes"] for e in tracks["bytes in flight"])
        self.assertAlmostEqual(peak, told["peak_bytes_in_flight"], places=3)

    def test_instructions(self) -> None:
        per_wave = views.timed()["wave_instructions"] // views.STREAM_WAVES
        for waves in (0, 3):
            events = self.trace("--instructions", str(waves))["traceEvents"]
            found = [e for e in events if e.get("cat") == "instruction"]
            self.assertEqual(len(found), waves * per_wave)
        loads = [e for e in found if e["name"].startswith("global_load")]
        self.assertEqual(len(loads), 3 * views.STREAM_LOADS)
        for e in found:
            self.assertLess(e["args"]["issue_clock"], e["args"]["result_clock"])
            self.assertLessEqual(e["args"]["result_clock"], e["args"]["counted_clock"])
        # nothing of a wave's life is missing: it issues or it stands
        for wave in (e for e in events if e.get("cat") == "wave"):
            inside = [
                e
                for e in events
                if e.get("cat") in ("stall", "instruction")
                and (e["pid"], e["tid"]) == (wave["pid"], wave["tid"])
            ]
            if inside:
                self.assertAlmostEqual(sum(e["dur"] for e in inside), wave["dur"], places=6)

    def test_stalls_name_what_they_wait_for(self) -> None:
        found = self.trace("--first")
        stalls = [e for e in found["traceEvents"] if e.get("cat") == "stall"]
        self.assertGreater(len(stalls), 16)
        for e in stalls:
            clocks = e["args"]["clocks"]
            self.assertAlmostEqual(
                e["dur"] * found["otherData"]["core_mhz"], sum(clocks.values()), places=3
            )
            self.assertEqual(clocks[e["name"]], max(clocks.values()))
        first = [e for e in stalls if e["ts"] == 0]
        self.assertEqual({e["name"] for e in first}, {"fetch"})
        waits = {e["name"] for e in stalls if e["args"]["before"].startswith("s_waitcnt vmcnt")}
        self.assertLessEqual(waits, {"vmcnt", "arbitration", "fetch"})
        self.assertIn("vmcnt", waits)

    def test_refuses(self) -> None:
        for options, message in (
            ([], "--out FILE.json is needed"),
            (["--out", "/nonexistent/t.json"], "cannot be written: No such file"),
            (["--instructions", "x", "--out", "t"], "--instructions x: a whole number"),
        ):
            done = views.run("trace", [*views.STREAM, *options, *views.STREAM_ARGUMENTS], 2)
            self.assertIn(message, done.stderr)


if __name__ == "__main__":
    unittest.main()
