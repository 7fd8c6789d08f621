"""Writes docs/performance.md: modelled times of all cells that issue 6 names, against its aims.

    python3 bench/report/performance.py --bench build/bin/smallm-bench [--peers DIR] --out docs/performance.md

Some minutes. Every figure is modelled on the simulator, cold; none is measured.
"""

from __future__ import annotations

import argparse
import json
import pathlib
import subprocess
import sys
from typing import Any, Dict, List, Optional, Sequence, Tuple

Row = Dict[str, Any]
CONFIGS = pathlib.Path(__file__).resolve().parents[2] / "configs"
MB = 1e6
SMALL_MB, SMALL_US = 16, 4.0
LARGE = ((50, 0.8), (128, 0.9))
"""W in MB and the share of the roof that is asked for."""
INVARIANT = 1.15
SHORT_K, LIKE_K, WITHIN = (288, 384, 576), 512, 0.9
PRODUCTS_US = 12.0
"""MiniMax-M3 at TP8, one token: both products."""


def run(bench: str, words: Sequence[str]) -> List[Row]:
    command = [bench, *words, "--device", "sim", "--json"]
    print(" ".join(command), file=sys.stderr, flush=True)
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}\n{done.stderr}")
    rows: List[Row] = json.loads(done.stdout)["benchmarks"]
    return [row for row in rows if not row.get("error_occurred")]


def cell(row: Row) -> Dict[str, int]:
    """The numbers of a row's name, as dense/K=6144/N=2304/M=1."""
    return {k: int(v) for k, v in (part.split("=") for part in str(row["name"]).split("/")[1:])}


def name(row: Row) -> str:
    return " ".join(f"{k}={v}" for k, v in cell(row).items())


def peers_of(rows: Sequence[Row]) -> List[str]:
    return sorted({peer for row in rows for peer in row.get("peers", {})})


def line(row: Row, peers: Sequence[str], verdict: str) -> str:
    cells = [
        name(row),
        f"`{str(row['kernel']).replace('smallm_', '', 1)}`",
        str(row["k_splits"]),
        f"{row['w_bytes'] / MB:.1f}",
        f"{row['real_time']:.2f}",
        f"{row['gbps']:.0f}",
        f"{100 * row['roof_fraction']:.0f}",
    ]
    for peer in peers:
        found = row.get("peers", {}).get(peer)
        cells.append("-" if not found else f"{found['ratio']:.1f}")
    return "| " + " | ".join([*cells, verdict]) + " |"


def table(rows: Sequence[Row], verdicts: Sequence[str]) -> List[str]:
    peers = peers_of(rows)
    heads = ["cell", "kernel", "splits", "W, MB", "µs", "GB/s", "% of roof"]
    heads += [f"× {peer}" for peer in peers] + ["aim"]
    out = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    return out + [line(row, peers, verdict) for row, verdict in zip(rows, verdicts)]


def dense_aim(row: Row) -> Tuple[Optional[bool], str]:
    """Whether the aim of the row's size is met, and what it is; None where none is stated."""
    w = row["w_bytes"] / MB
    if w <= SMALL_MB:
        met = row["real_time"] <= SMALL_US
        return met, f"≤ {SMALL_US:.0f} µs{'' if met else ': missed'}"
    for least, share in reversed(LARGE):
        if w >= least:
            met = row["roof_fraction"] >= share
            return met, f"≥ {100 * share:.0f} %{'' if met else ': missed'}"
    return None, ""


def count(rows: Sequence[Row]) -> str:
    aims = [dense_aim(row)[0] for row in rows]
    stated = [met for met in aims if met is not None]
    return f"{sum(stated)} of {len(stated)} cells with an aim meet it"


def invariant(bench: str, fastest: Sequence[Row]) -> List[str]:
    """Per M, how many times the fastest the batch-invariant choice takes."""
    words = [
        "dense",
        "--determinism",
        "batch-invariant",
        "--shapes",
        str(CONFIGS / "cells_dense.csv"),
    ]
    other = {name(row): row for row in run(bench, words)}
    ratios = [
        (other[name(row)]["real_time"] / row["real_time"], row)
        for row in fastest
        if name(row) in other
    ]
    past = sorted((r for r in ratios if r[0] > INVARIANT), key=lambda r: -r[0])
    out = [
        f"{len(ratios) - len(past)} of {len(ratios)} cells take at most {INVARIANT} × the fastest; "
        f"the mean is {sum(r for r, _ in ratios) / len(ratios):.2f} ×."
    ]
    if past:
        out += [
            "",
            "| past it | × fastest | fastest, µs | its kernel | batch-invariant |",
            "|---|---|---|---|---|",
        ]
        for ratio, row in past:
            kernel = str(other[name(row)]["kernel"])
            out.append(
                f"| {name(row)} | {ratio:.2f} | {row['real_time']:.2f} | `{row['kernel']}` | `{kernel}` |"
            )
    return out


def short_k(rows: Sequence[Row]) -> List[str]:
    by = {(cell(row)["K"], cell(row)["M"]): row for row in rows}
    out = [
        "| M | " + " | ".join(f"K={k}" for k in (LIKE_K, *SHORT_K)) + " |",
        "|---|---|---|---|---|",
    ]
    for m in sorted({m for _, m in by}):
        base = by[(LIKE_K, m)]["gbps"]
        cells = [f"{base:.0f} GB/s"]
        for k in SHORT_K:
            share = by[(k, m)]["gbps"] / base
            cells.append(
                f"{by[(k, m)]['gbps']:.0f} ({share:.2f}{'' if share >= WITHIN else ', missed'})"
            )
        out.append(f"| {m} | " + " | ".join(cells) + " |")
    return out


def products(rows: Sequence[Row]) -> str:
    pair = [
        row
        for row in rows
        if cell(row).get("E") == 129
        and cell(row)["T"] == 1
        and (cell(row)["K"], cell(row)["N"]) in ((6144, 768), (384, 6144))
    ]
    total = sum(float(row["real_time"]) for row in pair)
    return (
        f"MiniMax-M3 at TP8, one token, both products: {total:.2f} µs, asked for {PRODUCTS_US:.0f}."
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bench", required=True)
    parser.add_argument("--peers", help="folder of peers.json")
    parser.add_argument("--no-moe", action="store_true")
    parser.add_argument("--out", type=pathlib.Path, required=True)
    args = parser.parse_args()
    peers = ["--peers", args.peers] if args.peers else []
    dense = run(args.bench, ["dense", *peers])
    large = run(args.bench, ["dense", "--shapes", str(CONFIGS / "cells_large.csv")])
    short = run(args.bench, ["dense", "--shapes", str(CONFIGS / "cells_short.csv")])
    lines = [
        "# Performance, modelled",
        "",
        "**Every figure here is modelled** by the simulator for an MI355X ([timing.md](timing.md)); none is measured. Cold: weights come from the HBM, the kernel's "
        "code is in the instruction cache. From the first wave to the last store; the launch (0.96 µs from packet to first wave, 1.4 µs "
        "between kernels of a graph) is not in it. GB/s of the fewest bytes that the product has to move; % of 6,914 GB/s. × peer: its time over ours. "
        "[sensitivity.md](sensitivity.md) says what rests on what.",
        "",
        "    python3 bench/report/performance.py --bench build/bin/smallm-bench [--peers DIR] --out docs/performance.md",
        "",
        "## The reference's 105 cells",
        count(dense) + ".",
        "",
        *table(dense, [dense_aim(row)[1] for row in dense]),
        "",
        "## Large weights",
        count(large) + ".",
        "",
        *table(large, [dense_aim(row)[1] for row in large]),
        "",
        "## Short K, N = 6144",
        f"The GB/s of K = {LIKE_K}, less 10 % at most, are asked of K = 288, 384 and 576.",
        "",
        *short_k(short),
        "",
        "## Batch-invariant",
        *invariant(args.bench, dense),
        "",
    ]
    if not args.no_moe:
        moe = run(args.bench, ["moe"])
        lines += ["## Grouped cells", products(moe), "", *table(moe, [""] * len(moe)), ""]
    args.out.write_text("\n".join(lines), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
