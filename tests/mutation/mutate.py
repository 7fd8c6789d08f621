"""Faults put into emitted listings one at a time, and the simulator asked whether it sees each.

A mutation deletes an s_waitcnt, deletes or shortens an s_nop, or lifts a buffer descriptor's bound. Each mutated
listing is assembled and run by `gfx950sim run` over real arguments; the finding must be of the right rule and name
both instructions concerned.
"""

from __future__ import annotations

import argparse
import json
import pathlib
import random
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from typing import Dict, Iterator, List, Sequence, Tuple

E4M3_FINITE = [b for b in range(256) if b & 0x7F != 0x7F]
NOP = re.compile(r"^\s+s_nop (\d+)")
WAIT = re.compile(r"^\s+s_waitcnt ")
HAZARD_COMMENT = re.compile(r"; hazard \| ([a-z0-9-]+):")
BOUND = re.compile(
    r"^(\s+s_(?:mov_b32|mul_i32|cselect_b32|min_u32)\s+)(s\d+)(, .*)(;.*\| (srd_\w+)\.num_records.*)$"
)


@dataclass(frozen=True)
class Mutation:
    """One fault: the listing's line (from 1), what was done, and the rules that may name it."""

    line: int
    what: str
    rules: Tuple[str, ...]
    text: str


@dataclass(frozen=True)
class Tools:
    sim: str
    llvm_mc: str
    ld_lld: str
    work: pathlib.Path


def mutations(listing: str) -> Iterator[Mutation]:
    """All waits, all nops, and the bound of each descriptor that guards loads."""
    lines = listing.splitlines()

    def with_line(i: int, new: Sequence[str]) -> str:
        return "\n".join(lines[:i] + list(new) + lines[i + 1 :]) + "\n"

    for i, line in enumerate(lines):
        nop = NOP.match(line)
        if WAIT.match(line):
            rules = ("wait-lgkmcnt", "lds-race") if "lgkmcnt" in line else ("wait-vmcnt",)
            yield Mutation(i + 1, f"deleted: {line.strip()}", rules, with_line(i, []))
        elif nop:
            rule = HAZARD_COMMENT.search(line)
            names = (rule.group(1),) if rule else ()
            if int(nop.group(1)) > 0:
                shorter = line.replace(f"s_nop {nop.group(1)}", f"s_nop {int(nop.group(1)) - 1}")
                yield Mutation(i + 1, f"shortened: {line.strip()}", names, with_line(i, [shorter]))
            yield Mutation(i + 1, f"deleted: {line.strip()}", names, with_line(i, []))
        else:
            bound = BOUND.match(line)
            if bound and bound.group(5).startswith(("srd_w", "srd_x", "srd_out")):
                lifted = f"    s_mov_b32 {bound.group(2)}, 0x7fffffff {bound.group(4)}"
                yield Mutation(
                    i + 1,
                    f"bound lifted: {line.strip()}",
                    ("out-of-bounds", "over-read", "use-after-free"),
                    with_line(i, [lifted]),
                )


def assemble(tools: Tools, text: str) -> pathlib.Path:
    """The code object of a listing."""
    source, obj, co = (tools.work / f"mutant.{suffix}" for suffix in ("s", "o", "co"))
    source.write_text(text)
    target = ["-triple=amdgcn-amd-amdhsa", "-mcpu=gfx950", "-filetype=obj"]
    subprocess.run([tools.llvm_mc, *target, str(source), "-o", str(obj)], check=True)
    subprocess.run([tools.ld_lld, "-shared", str(obj), "-o", str(co)], check=True)
    return co


def dense_arguments(tools: Tools, m: int, n: int, k: int) -> List[str]:
    """Argument files of a dense layer with random finite E4M3 data and scales near 1."""
    rng = random.Random(7)
    files: Dict[str, bytes] = {
        "x": bytes(rng.choices(E4M3_FINITE, k=m * k)),
        "xs": bytes(rng.choices(range(120, 130), k=m * k // 32)),
        "w": bytes(rng.choices(E4M3_FINITE, k=n * k)),
        "ws": bytes(rng.choices(range(120, 130), k=n * k // 32)),
    }
    for name, content in files.items():
        (tools.work / name).write_bytes(content)
    values = [m, n, k, k, k // 32, n]
    inputs = [f"in:{tools.work / name}" for name in ("x", "xs", "w", "ws")]
    return inputs + [f"out:{2 * m * n}:{tools.work / 'out'}"] + [f"i32:{v}" for v in values]


def findings(
    tools: Tools, co: pathlib.Path, grid: int, arguments: List[str]
) -> List[Dict[str, str]]:
    """What the simulator finds; an exit status past 1 is a failure of the test itself."""
    command = [
        tools.sim,
        "run",
        str(co),
        "--grid",
        str(grid),
        "--block",
        "256",
        "--json",
        *arguments,
    ]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode not in (0, 1):
        raise RuntimeError(f"{' '.join(command)}\n{done.stderr}")
    found: List[Dict[str, str]] = json.loads(done.stdout)["findings"]
    return found


def found_by(
    tools: Tools, mutation: Mutation, cases: List[Tuple[int, List[str]]]
) -> Tuple[List[Dict[str, str]], List[Dict[str, str]]]:
    """Findings of the right rule, from the first case that has one; and all findings seen."""
    seen: List[Dict[str, str]] = []
    co = assemble(tools, mutation.text)
    for grid, arguments in cases:
        found = findings(tools, co, grid, arguments)
        seen += found
        right = [f for f in found if f["rule"] in mutation.rules or not mutation.rules]
        if right:
            return right, seen
    return [], seen


def parameters(name: str) -> Dict[str, int]:
    """m, r, l, w, d of smallm_dense_gemv_m1_r1_l64_w1_d3."""
    return {key: int(value) for key, value in re.findall(r"_([mrlwd])(\d+)", name)}


def names_both(text: str, mutation: Mutation) -> bool:
    """An out-of-bounds access has one instruction; everything else has an earlier one too."""
    return "\n  > 0x" in text and (
        "out-of-bounds" in mutation.rules or "the earlier instruction" in text
    )


def check(tools: Tools, listing: pathlib.Path) -> Tuple[int, List[str]]:
    """Mutations tried and complaints."""
    name = listing.stem
    p = parameters(name)
    n_tile = 4 // p["w"] * p["r"] * (64 // p["l"])
    n = 2 * n_tile + 1
    grid = (n + n_tile - 1) // n_tile + 1  # one workgroup too many: the bounds must hold it back
    # K steps that fill every round, then ones that leave a partial one, so that all paths of the
    # listing run; every M, so that each row of X and Out is once the last of its tensor.
    shapes = [(p["m"], 2 * p["d"])] + [(m, 2 * p["d"] + 1) for m in range(1, p["m"] + 1)]
    cases = []
    for m, steps in shapes:
        k = 32 * p["l"] * p["w"] * steps - 32
        folder = Tools(tools.sim, tools.llvm_mc, tools.ld_lld, tools.work / f"m{m}k{k}")
        folder.work.mkdir(exist_ok=True)
        cases.append((grid, dense_arguments(folder, m, n, k)))
    text = listing.read_text()
    whole = assemble(tools, text)
    for case_grid, arguments in cases:
        clean = findings(tools, whole, case_grid, arguments)
        if clean:
            return 0, [f"{name}: the unchanged listing has findings:\n{clean[0]['text']}"]
    tried, complaints = 0, []
    for mutation in mutations(text):
        tried += 1
        right, seen = found_by(tools, mutation, cases)
        if not right:
            rules = ", ".join(sorted({f["rule"] for f in seen})) or "nothing"
            complaints.append(
                f"{listing}:{mutation.line}: {mutation.what}: not found ({rules} was)"
            )
        elif not any(names_both(f["text"], mutation) for f in right):
            complaints.append(
                f"{listing}:{mutation.line}: {mutation.what}: no finding names both instructions"
            )
    return tried, complaints


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sim", required=True, help="gfx950sim")
    parser.add_argument("--llvm-mc", required=True)
    parser.add_argument("--ld-lld", required=True)
    parser.add_argument("listing", nargs="+", type=pathlib.Path)
    args = parser.parse_args()
    total, complaints = 0, []
    with tempfile.TemporaryDirectory() as work:
        tools = Tools(args.sim, args.llvm_mc, args.ld_lld, pathlib.Path(work))
        for listing in args.listing:
            tried, wrong = check(tools, listing)
            if tried == 0 and not wrong:
                wrong = [f"{listing}: nothing to mutate"]
            total += tried
            complaints += wrong
            print(f"{listing.stem}: {tried} mutations, {tried - len(wrong)} found", flush=True)
    for complaint in complaints:
        print(complaint, file=sys.stderr)
    print(f"{total - len(complaints)} of {total} mutations found")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
