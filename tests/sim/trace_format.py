"""What the Trace Event Format asks of a trace in its JSON object form, checked event by event.

Written from the format's description, for any trace: it knows nothing of who wrote it. `problems` is empty for a trace
that chrome://tracing and Perfetto can show without leaving something out.
"""

from __future__ import annotations

import collections
import json
import math
from pathlib import Path
from typing import Any, Callable, DefaultDict, Dict, List, Tuple

Event = Dict[str, Any]

TOP = ("traceEvents", "displayTimeUnit", "otherData", "systemTraceEvents", "stackFrames", "samples")
# Phase: keys that must be there besides ph. Duration, complete, instant, counter, async, flow, object, metadata.
PHASES = {
    "B": ("name", "pid", "tid", "ts"),
    "E": ("pid", "tid", "ts"),
    "X": ("name", "pid", "tid", "ts", "dur"),
    "i": ("name", "pid", "tid", "ts"),
    "C": ("name", "pid", "ts", "args"),
    "b": ("name", "cat", "id", "pid", "tid", "ts"),
    "n": ("name", "cat", "id", "pid", "tid", "ts"),
    "e": ("name", "cat", "id", "pid", "tid", "ts"),
    "s": ("name", "id", "pid", "tid", "ts"),
    "t": ("name", "id", "pid", "tid", "ts"),
    "f": ("name", "id", "pid", "tid", "ts"),
    "N": ("name", "id", "pid", "tid", "ts"),
    "O": ("name", "id", "pid", "tid", "ts", "args"),
    "D": ("name", "id", "pid", "tid", "ts"),
    "M": ("name", "pid", "args"),
}
# Metadata: the key of its args, whether a thread is named, the type of the value.
METADATA: Dict[str, Tuple[str, bool, type]] = {
    "process_name": ("name", False, str),
    "process_labels": ("labels", False, str),
    "process_sort_index": ("sort_index", False, int),
    "thread_name": ("name", True, str),
    "thread_sort_index": ("sort_index", True, int),
}
NANOSECOND = 1e-3  # in microseconds, the format's unit: what viewers keep


def is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def is_id(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


KEYS: Dict[str, Tuple[Callable[[Any], bool], str]] = {
    "name": (lambda v: isinstance(v, str) and v != "", "a text"),
    "cat": (lambda v: isinstance(v, str) and "" not in v.split(","), "texts between commas"),
    "pid": (is_id, "a whole number"),
    "tid": (is_id, "a whole number"),
    "ts": (is_number, "a number"),
    "dur": (lambda v: is_number(v) and v >= 0, "a number from 0"),
    "id": (lambda v: isinstance(v, str) or is_id(v), "a text or a whole number"),
    "args": (lambda v: isinstance(v, dict), "an object"),
    "s": (lambda v: v in ("g", "p", "t"), "g, p or t"),
}


def _metadata(e: Event) -> List[str]:
    known = METADATA.get(e["name"])
    if known is None:
        return [f"there is no metadata {e['name']}"]
    key, of_thread, kind = known
    value = e["args"].get(key)
    found = []
    if not isinstance(value, kind) or isinstance(value, bool):
        found.append(f"{key} of {e['name']} is {value!r}, no {kind.__name__}")
    if of_thread and "tid" not in e:
        found.append(f"{e['name']} names no thread")
    return found


def event_problems(e: Any) -> List[str]:
    """Of one event by itself."""
    if not isinstance(e, dict):
        return ["it is no object"]
    needed = PHASES.get(e.get("ph", ""))
    if needed is None:
        return [f"there is no phase {e.get('ph')!r}"]
    found = [f"{key} is missing" for key in needed if key not in e]
    for key, value in e.items():
        fits, rule = KEYS.get(key, (lambda v: True, ""))
        if not fits(value):
            found.append(f"{key} is {value!r}; it must be {rule}")
    if found:
        return found
    if e["ph"] == "C":
        if not e["args"]:
            found.append("a counter without a series")
        found += [f"{k} of a counter is {v!r}" for k, v in e["args"].items() if not is_number(v)]
    if e["ph"] == "M":
        found += _metadata(e)
    return found


def _nesting(events: List[Event]) -> List[str]:
    """Complete events of a thread lie in one another or follow one another."""
    found = []
    threads: DefaultDict[Tuple[int, int], List[Event]] = collections.defaultdict(list)
    for e in events:
        if e["ph"] == "X":
            threads[e["pid"], e["tid"]].append(e)
    for (pid, tid), spans in threads.items():
        ends: List[float] = []
        for e in sorted(spans, key=lambda e: (e["ts"], -e["dur"])):
            end = e["ts"] + e["dur"]
            while ends and ends[-1] <= e["ts"] + NANOSECOND:
                ends.pop()
            if ends and end > ends[-1] + NANOSECOND:
                found.append(f"{e['name']} of {pid}/{tid} at {e['ts']} ends after what it lies in")
            ends.append(end)
    return found


def _pairs(events: List[Event]) -> List[str]:
    """Begin and end of durations."""
    found = []
    stacks: DefaultDict[Tuple[int, int], List[Event]] = collections.defaultdict(list)
    durations = [e for e in events if e["ph"] in "BE"]
    for e in sorted(durations, key=lambda e: float(e["ts"])):
        stack = stacks[e["pid"], e["tid"]]
        if e["ph"] == "B":
            stack.append(e)
        elif not stack:
            found.append(f"an end at {e['ts']} without its begin")
        else:
            begin = stack.pop()
            if e.get("name", begin["name"]) != begin["name"]:
                found.append(f"{e['name']} ends {begin['name']}")
    return found + [f"{e['name']} never ends" for stack in stacks.values() for e in stack]


def _tracks(events: List[Event]) -> List[str]:
    """A counter has the same series all along, and one value at a time; a thing has one name."""
    found = []
    series: Dict[Tuple[int, str], Tuple[str, ...]] = {}
    last: Dict[Tuple[int, str], float] = {}
    names: Dict[Tuple[str, int, int], str] = {}
    for e in events:
        if e["ph"] == "C":
            key, keys = (e["pid"], e["name"]), tuple(sorted(e["args"]))
            if series.setdefault(key, keys) != keys:
                found.append(f"counter {e['name']} has series {keys}, then {series[key]}")
            if e["ts"] <= last.get(key, -math.inf):
                found.append(f"counter {e['name']} goes back to {e['ts']}")
            last[key] = e["ts"]
        elif e["ph"] == "M":
            thing = (e["name"], e["pid"], e.get("tid", 0) if METADATA[e["name"]][1] else 0)
            value = str(e["args"])
            if names.setdefault(thing, value) != value:
                found.append(f"{e['name']} of {thing[1:]} is {value}, then {names[thing]}")
    return found


def problems(trace: Any) -> List[str]:
    if not isinstance(trace, dict) or not isinstance(trace.get("traceEvents"), list):
        return ["there is no array traceEvents"]
    found = [f"there is no {key} in the format" for key in trace if key not in TOP]
    if trace.get("displayTimeUnit", "ms") not in ("ms", "ns"):
        found.append("displayTimeUnit is neither ms nor ns")
    if not isinstance(trace.get("otherData", {}), dict):
        found.append("otherData is no object")
    events = trace["traceEvents"]
    for i, e in enumerate(events):
        found += [f"event {i}: {text}" for text in event_problems(e)]
    return found or _nesting(events) + _pairs(events) + _tracks(events)


def load(path: Path) -> Any:
    """The file as JSON proper: without NaN, Infinity or a key that is there twice."""

    def number(text: str) -> float:
        raise ValueError(f"{path}: {text} is no JSON")

    def members(pairs: List[Tuple[str, Any]]) -> Dict[str, Any]:
        if len({k for k, _ in pairs}) != len(pairs):
            raise ValueError(f"{path}: a key twice in {pairs}")
        return dict(pairs)

    return json.loads(
        path.read_text(encoding="utf-8"), parse_constant=number, object_pairs_hook=members
    )
