"""Faults put into emitted listings one at a time, and the simulator asked whether it sees each.

A mutation deletes an s_waitcnt or an s_barrier, deletes or shortens an s_nop, lifts a buffer descriptor's bound, lets a row
of X past the last be read as itself, or takes away what makes partial tiles of one workgroup visible to another (sc1 of a
store, the invalidation before the loads). Each mutated listing is assembled and run by `gfx950sim run` over real arguments, of
every type of Out and of the bias; the finding must be of the right rule and name both instructions concerned.
"""

from __future__ import annotations

import argparse
import json
import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from typing import Dict, Iterator, List, Sequence, Tuple

import feed_cases
import moe_cases

OUT_BYTES = (2, 2, 4)  # of bf16, f16, f32: the index is the argument `format`, bits 1:0
BIAS_BYTES = (0, 2, 2, 4)  # of none, bf16, f16, f32: bits 3:2

E4M3_FINITE = [b for b in range(256) if b & 0x7F != 0x7F]
NOP = re.compile(r"^\s+s_nop (\d+)")
UNLOADED = "; unless preloaded"
"""Behind the wait of the entry for firmware that does not preload kernel arguments."""
WAIT = re.compile(r"^\s+s_waitcnt ")
BARRIER = re.compile(r"^\s+s_barrier\b")
PUBLISH = re.compile(r"^\s+buffer_store\w+ .* sc1\b")
ACQUIRE = re.compile(r"^\s+buffer_inv sc1\b")
GATHER = re.compile(r"^(\s+buffer_load\w+ .*) sc1\b")
HAZARD_COMMENT = re.compile(r"; hazard \| ([a-z0-9-]+):")
BOUND = re.compile(
    r"^(\s+s_(?:mov_b32|mul_i32|cselect_b32|min_u32|sub_u32|lshl_b32)\s+)(s\d+)(, .*)(;.*\| (srd_\w+)\.num_records.*)$"
)
ROW = re.compile(r"^\s+s_min_u32 (s\d+), s\d+, (\d+) +(; x_rows \|.*)$")
UNORDERED = ("global-race", "stale-l2")  # between workgroups that share the K of a tile
OUTSIDE = ("out-of-bounds", "over-read", "use-after-free")


@dataclass(frozen=True)
class Mutation:
    """One fault: the listing's line (from 1), what was done, and the rules that may name it."""

    line: int
    what: str
    rules: Tuple[str, ...]
    text: str
    preload: bool = True
    """Whether the firmware that it is to be found on preloads kernel arguments."""


@dataclass(frozen=True)
class Tools:
    sim: str
    llvm_mc: str
    ld_lld: str
    work: pathlib.Path


def mutations(listing: str, bounds: Tuple[str, ...]) -> Iterator[Mutation]:
    """All waits, all nops, and the bound of each descriptor that guards loads."""
    lines = listing.splitlines()

    def with_line(i: int, new: Sequence[str]) -> str:
        return "\n".join(lines[:i] + list(new) + lines[i + 1 :]) + "\n"

    for i, line in enumerate(lines):
        nop = NOP.match(line)
        if WAIT.match(line):
            rules = (
                ("wait-lgkmcnt", "lds-race", "lds-atomic-race")
                if "lgkmcnt" in line
                else ("wait-vmcnt",)
            )
            if "; wait |" not in line:  # the author's own, for stores, and not the wait pass's
                rules = UNORDERED
            preload = UNLOADED not in line
            if not preload:
                rules = ("wait-lgkmcnt",)
            if "; ticket |" in line:  # it waits for stores that other workgroups read
                rules = ("global-race", "stale-l2")
            yield Mutation(i + 1, f"deleted: {line.strip()}", rules, with_line(i, []), preload)
        elif BARRIER.match(line):
            what = f"deleted: {line.strip()}"
            yield Mutation(
                i + 1, what, ("lds-race", "lds-atomic-race", "global-race"), with_line(i, [])
            )
        elif PUBLISH.match(line):
            what = f"plain: {line.strip()}"
            yield Mutation(i + 1, what, UNORDERED, with_line(i, [line.replace(" sc1", "", 1)]))
        elif ACQUIRE.match(line):
            # sc1 loads pass this XCD's clean lines by and plain loads after buffer_inv find none: either
            # will do, so the fault is to have neither.
            plain = [GATHER.sub(r"\1", other) for other in lines[:i] + lines[i + 1 :]]
            what = f"deleted, and the loads of partial tiles plain: {line.strip()}"
            yield Mutation(i + 1, what, UNORDERED, "\n".join(plain) + "\n")
        elif nop:
            rule = HAZARD_COMMENT.search(line)
            names = (rule.group(1),) if rule else ()
            if int(nop.group(1)) > 0:
                shorter = line.replace(f"s_nop {nop.group(1)}", f"s_nop {int(nop.group(1)) - 1}")
                yield Mutation(i + 1, f"shortened: {line.strip()}", names, with_line(i, [shorter]))
            yield Mutation(i + 1, f"deleted: {line.strip()}", names, with_line(i, []))
        else:
            bound, row = BOUND.match(line), ROW.match(line)
            if bound and bound.group(5).startswith(bounds):
                lifted = f"    s_mov_b32 {bound.group(2)}, 0x7fffffff {bound.group(4)}"
                what = f"bound lifted: {line.strip()}"
                yield Mutation(i + 1, what, OUTSIDE, with_line(i, [lifted]))
            if row:
                freed = f"    s_mov_b32 {row.group(1)}, {row.group(2)} {row.group(3)}"
                what = f"row not clamped: {line.strip()}"
                yield Mutation(i + 1, what, OUTSIDE, with_line(i, [freed]))


def assemble(tools: Tools, text: str) -> pathlib.Path:
    """The code object of a listing."""
    source, obj, co = (tools.work / f"mutant.{suffix}" for suffix in ("s", "o", "co"))
    source.write_text(text)
    target = ["-triple=amdgcn-amd-amdhsa", "-mcpu=gfx950", "-filetype=obj"]
    subprocess.run([tools.llvm_mc, *target, str(source), "-o", str(obj)], check=True)
    subprocess.run([tools.ld_lld, "-shared", str(obj), "-o", str(co)], check=True)
    return co


@dataclass(frozen=True)
class Shape:
    """One launch of a dense layer; `out` and `bias` are indices of their types."""

    m: int
    n: int
    k: int
    out: int
    bias: int
    splits: int = 1


@dataclass(frozen=True)
class Kernel:
    """What a listing's name says."""

    name: str
    matrix: bool
    m_tile: int
    n_tile: int
    block: int
    k_waves: int
    k_round: int  # K that all waves of a workgroup cover in one step
    depth: int

    @property
    def feeds(self) -> bool:
        return "_quantise_" in self.name or "_moe_sort_" in self.name

    @property
    def grouped(self) -> bool:
        return "_moe_" in self.name

    @property
    def bounds(self) -> Tuple[str, ...]:
        """Descriptors whose bounds hold something back. In moe_mfma rows without a slot, steps past K and columns past N
        have offsets that are past every bound, those of X, of Out and of the rows to combine among them.
        """
        if self.feeds:
            return ("srd_x", "srd_ids", "srd_map")
        if not self.grouped:
            return ("srd_w", "srd_x", "srd_out", "srd_bias")
        return ("srd_w", "srd_ids", "srd_all") + (() if self.matrix else ("srd_x", "srd_out"))

    @staticmethod
    def of(name: str) -> "Kernel":
        p = {key: int(value) for key, value in re.findall(r"_([mrlwd])(\d+)", name)}
        if "r" not in p:
            return Kernel(name, False, 1, 1, 64 * p["w"], p["w"], 1, 1)
        if "_mfma_" in name:
            k_round = 128 * p["w"]
            return Kernel(name, True, p["m"], 16 * p["r"], 64 * p["w"], p["w"], k_round, p["d"])
        n_tile, k_round = 4 // p["w"] * p["r"] * (64 // p["l"]), 32 * p["l"] * p["w"]
        return Kernel(name, False, p["m"], n_tile, 256, p["w"], k_round, p["d"])

    def shapes(self) -> List[Shape]:
        """K steps that fill every round, one step, and steps that leave a partial round, so that all paths of the
        listing run; every M and type, so that each row of X and Out is once the last of its tensor.
        """
        n = 2 * self.n_tile + 1
        if self.matrix:
            k = [self.k_round * steps - 32 for steps in (1, self.depth + 1, 2 * self.depth + 3)]
            ms = [self.m_tile, self.m_tile - 1, 1]
            types = [(0, 3), (1, 1), (2, 2), (0, 0)]
            shapes = [Shape(m, n, k[0], out, bias) for m in ms for out, bias in types]
            shapes += [Shape(m, n, k_split, 2, 1) for m in ms for k_split in k]
            return [Shape(ms[0], n, 4 * self.k_round, 0, 1, 3)] + shapes
        full = self.k_round * 2 * self.depth - 32
        partial = full + self.k_round
        shapes = [Shape(self.m_tile, n, k, 0, 1) for k in (full, self.k_round)]
        return shapes + [
            Shape(m, n, partial, out, (out + 1 + m % 3) % 4)
            for m in range(1, self.m_tile + 1)
            for out in range(3)
        ]


def dense_arguments(tools: Tools, kernel: Kernel, shape: Shape) -> List[str]:
    """Grid, block and argument files of a dense layer with random finite E4M3 data and scales near 1."""
    rng = random.Random(7)
    m, n, k = shape.m, shape.n, shape.k
    files: Dict[str, bytes] = {
        "x": bytes(rng.choices(E4M3_FINITE, k=m * k)),
        "xs": bytes(rng.choices(range(120, 130), k=m * k // 32)),
        "w": bytes(rng.choices(E4M3_FINITE, k=n * k)),
        "ws": bytes(rng.choices(range(120, 130), k=n * k // 32)),
        "bias": bytes(rng.choices(range(0x3C, 0x44), k=n * BIAS_BYTES[shape.bias])),
    }
    for name, content in files.items():
        (tools.work / name).write_bytes(content)
    slices = kernel.k_waves * shape.splits
    slice_steps, slice_rem = divmod(-(-k // 128), slices)
    # One workgroup too many: the bounds must hold it back. Not with tickets, of which there is one for each tile.
    tiles = -(-n // kernel.n_tile) + (0 if kernel.matrix else 1)
    partials = tiles * shape.splits * kernel.m_tile * kernel.n_tile * 4
    form = shape.out | shape.bias << 2
    values = [n, k, k, k // 32, slice_steps, m | slice_rem << 8, shape.splits, form]
    return [
        *("--grid", f"{tiles},{shape.splits}", "--block", str(kernel.block)),
        *(f"in:{tools.work / name}" for name in ("x", "xs", "w", "ws")),
        *(f"i32:{v}" for v in values),
        f"out:{OUT_BYTES[shape.out] * m * n}:{tools.work / 'out'}",
        f"in:{tools.work / 'bias'}" if shape.bias else "null",
        f"zero:{moe_cases.TICKET_BYTES + partials}" if shape.splits > 1 else "null",
        f"i32:{n}",
    ]


def findings(
    tools: Tools, co: pathlib.Path, arguments: List[str], preload: bool = True
) -> List[Dict[str, str]]:
    """What the simulator finds; an exit status past 1 is a failure of the test itself."""
    command = [tools.sim, "run", str(co), "--json", *arguments]
    firmware = {**os.environ, "GFX950SIM_PRELOAD": "on" if preload else "off"}
    done = subprocess.run(command, capture_output=True, text=True, env=firmware)
    if done.returncode not in (0, 1):
        raise RuntimeError(f"{' '.join(command)}\n{done.stderr}")
    found: List[Dict[str, str]] = json.loads(done.stdout)["findings"]
    return found


def found_by(
    tools: Tools, mutation: Mutation, cases: List[List[str]]
) -> Tuple[List[Dict[str, str]], List[Dict[str, str]]]:
    """Findings of the right rule, from the first case that has one; and all findings seen.

    That case becomes the first of `cases`: what stands close in a listing is found by the same or
    the next one.
    """
    seen: List[Dict[str, str]] = []
    co = assemble(tools, mutation.text)
    for at, arguments in enumerate(cases):
        found = findings(tools, co, arguments, mutation.preload)
        seen += found
        right = [f for f in found if f["rule"] in mutation.rules or not mutation.rules]
        if right:
            cases[:] = cases[at:] + cases[:at]
            return right, seen
    return [], seen


def names_both(text: str, mutation: Mutation) -> bool:
    """An out-of-bounds access has one instruction; everything else has an earlier one too."""
    return "\n  > 0x" in text and (
        "out-of-bounds" in mutation.rules or "the earlier instruction" in text
    )


def launches(tools: Tools, kernel: Kernel) -> Iterator[List[str]]:
    """Arguments of every launch, each with files of its own."""
    if kernel.feeds:
        of_feed = feed_cases.quantise if "_quantise_" in kernel.name else feed_cases.sort
        yield from of_feed(tools.work, kernel.block)
        return
    if kernel.grouped:
        of_moe = moe_cases.Kernel(
            kernel.matrix,
            kernel.m_tile,
            kernel.n_tile,
            kernel.block,
            kernel.k_waves,
            kernel.k_round,
            kernel.depth,
        )
        for i, case in enumerate(moe_cases.cases(of_moe)):
            folder = tools.work / f"{kernel.name}{i}"
            folder.mkdir(exist_ok=True)
            yield moe_cases.arguments(folder, of_moe, case)
        return
    for i, shape in enumerate(kernel.shapes()):
        folder = tools.work / f"{kernel.name}{i}"
        folder.mkdir(exist_ok=True)
        yield dense_arguments(Tools(tools.sim, tools.llvm_mc, tools.ld_lld, folder), kernel, shape)


def check(tools: Tools, listing: pathlib.Path) -> Tuple[int, List[str]]:
    """Mutations tried and complaints."""
    name = listing.stem
    kernel = Kernel.of(name)
    cases = list(launches(tools, kernel))
    text = listing.read_text()
    whole = assemble(tools, text)
    for arguments in cases:
        clean = findings(tools, whole, arguments) + findings(tools, whole, arguments, False)
        if clean:
            return 0, [f"{name}: the unchanged listing has findings:\n{clean[0]['text']}"]
    tried, complaints = 0, []
    for mutation in mutations(text, kernel.bounds):
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
