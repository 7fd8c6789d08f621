"""Launches of what feeds and routes the grouped kernels: the quantiser, and the sort of slots by expert."""

from __future__ import annotations

import pathlib
import random
import struct
from typing import Iterator, List

TYPE_BYTES = (2, 2, 4)  # of bf16, f16, f32: format, bits 1:0
FLOOR = 4
NONE, MAP, MASK = range(3)


def quantise(work: pathlib.Path, block: int) -> Iterator[List[str]]:
    """Every type under both rules; rows that end inside a workgroup and rows with a gap behind them."""
    rng = random.Random(7)
    m, k = 3, 8 * block + 96
    for kind, size in enumerate(TYPE_BYTES):
        for rule in (0, FLOOR):
            ldx = k + 32 * (rule != 0)
            rows = [rng.uniform(-3, 3) for _ in range(m * ldx)]
            if size == 4:
                content = struct.pack(f"<{len(rows)}f", *rows)
            elif kind == 1:
                content = struct.pack(f"<{len(rows)}e", *rows)
            else:
                content = b"".join(struct.pack("<f", row)[2:] for row in rows)
            x = work / f"x{kind}{rule}"
            x.write_bytes(content[: ((m - 1) * ldx + k) * size])
            yield [
                *("--grid", f"{-(-k // (8 * block))},{m}", "--block", str(block)),
                *(f"in:{x}", f"out:{m * k}:{work / 'q'}", f"out:{m * k // 32}:{work / 'scale'}"),
                *(f"i32:{v}" for v in (k, ldx, k, k // 32, kind | rule)),
            ]


def sort(work: pathlib.Path, block: int) -> Iterator[List[str]]:
    """Every kind of map; few slots and several rounds of them, few experts and more than work-items."""
    rng = random.Random(7)
    for number, (slots, experts, block_m, kind) in enumerate(
        ((9, 3, 4, NONE), (1500, 40, 12, MAP), (4096, 2048, 4, NONE), (700, 1100, 16, MASK))
    ):
        ids = [rng.randrange(-1, experts + 2) for _ in range(slots)]
        worlds = {
            NONE: [0],
            MAP: [rng.randrange(-1, experts) for _ in range(experts)],
            MASK: [rng.randrange(2) for _ in range(experts)],
        }
        local = sum(worlds[MASK]) if kind == MASK else experts
        em = -(-min(slots + local * (block_m - 1), slots * block_m) // block_m) * block_m
        shift = (block_m - 1).bit_length()
        magic = -(-(1 << (31 + shift)) // block_m)
        paths = [work / f"{name}{number}" for name in ("ids", "map")]
        for path, values in zip(paths, (ids, worlds[kind])):
            path.write_bytes(struct.pack(f"<{len(values)}i", *values))
        outs = ((4 * em, "sorted"), (4 * em // block_m, "experts"), (4, "post"))
        yield [
            *("--grid", "1", "--block", str(block)),
            *(f"in:{path}" for path in paths),
            *(f"out:{size}:{work / name}" for size, name in outs),
            *(f"i32:{v}" for v in (slots, local, experts, block_m, magic, shift, em, kind)),
        ]
