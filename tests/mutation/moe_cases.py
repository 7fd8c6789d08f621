"""Launches of the grouped kernels that go through all of their listings: one chunk and several, one pass and several,
K in one workgroup and in three, rows to Out and rows to combine, blocks of another's experts, ids that are no slot.
"""

from __future__ import annotations

import pathlib
import random
import struct
from dataclasses import dataclass
from typing import Dict, List

COMBINED = 1 << 5
WEIGHTED = 1 << 4
OUT_BYTES = (2, 2, 4)
TICKET_BYTES = 32768
E4M3_FINITE = [b for b in range(256) if b & 0x7F != 0x7F]
EXPERTS = 3


@dataclass(frozen=True)
class Kernel:
    """What the launch needs of a kernel's name."""

    matrix: bool
    m_tile: int
    n_tile: int
    block: int
    k_waves: int
    k_round: int
    depth: int


@dataclass(frozen=True)
class Case:
    """A launch: `format` as the kernel has it; `rows` slots in each block in use, the last block is not."""

    k: int
    block_m: int
    rows: int
    blocks: int
    format: int
    grid_y: int
    splits: int = 1
    top_k: int = 1
    lead: int = 0  # ids that are no slot before those of a block; a whole block: it has none


def cases(kernel: Kernel) -> List[Case]:
    one, whole = kernel.k_round - 32, kernel.k_round * (2 * kernel.depth + 3) - 32
    filled = kernel.k_round * (kernel.depth + 1) - 32
    # after a loop, as many steps as there are slots for
    looped = kernel.k_round * (2 * kernel.depth + kernel.matrix) - 32
    m = kernel.m_tile
    small, two = 4, max(8, 2 * m)
    result = [
        Case(whole, two, two, 3, 0 | WEIGHTED, 3),
        Case(looped, small, small, 3, 2, 3),
        Case(one, small, small - 1, 3, 1, 3),
        Case(filled, two, m + 1, 3, 2, 1),
        Case(one, 128, 90, 3, 0 | WEIGHTED, 2),
        Case(kernel.k_round * kernel.depth - 32, 128, 90, 3, 2, 2),
        Case(filled, 128, 50, 3, 0, 1, lead=78),
        Case(filled, 128, 50, 3, 1, 1, lead=128),
        Case(filled, 8, 2, 3, 1, 1, lead=8),
        Case(one, 128, 3, 2, 2 | COMBINED, 1, 1, 3, lead=70),
        Case(one, small, 3, 4, 2 | COMBINED | WEIGHTED, 4, 1, 3),
        Case(one, small, 3, 4, 0 | COMBINED, 1, 1, 9),
        Case(one, 128, 99, 12, 1 | COMBINED, 12, 1, 3),
    ]
    if kernel.matrix:
        result += [
            Case(4 * kernel.k_round, two, two, 3, 0, 3, 3),
            Case(4 * kernel.k_round, two, two, 3, 2 | COMBINED, 3, 3, 2),
            Case(4 * kernel.k_round, small, 2, 3, 1, 1, 2),
        ]
    return result


def _magic(divisor: int) -> List[int]:
    shift = (divisor - 1).bit_length()
    return [-(-(1 << (31 + shift)) // divisor), shift]


def _words(values: List[int]) -> bytes:
    return struct.pack(f"<{len(values)}i", *values)


def arguments(work: pathlib.Path, kernel: Kernel, case: Case) -> List[str]:
    """Grid, block and argument files. Slots of a block stand spread out; two of a token share a row of X."""
    rng = random.Random(7)
    n, k, block_m = 2 * kernel.n_tile + 1, case.k, case.block_m
    em, a_div = case.blocks * block_m, 2
    rows = [0 if b == 0 and case.lead == block_m else case.rows for b in range(case.blocks - 1)]
    slots = -(-sum(rows) // case.top_k) * case.top_k
    numbers = iter(range(slots))
    ids: List[int] = []
    for b, count in enumerate(rows):
        none = [(slots, -1, 1 << 30)[i % 3] for i in range(block_m)]
        block = [next(numbers) for _ in range(count)]
        if case.lead:
            lead = case.lead if b == 0 else 0
            block = (none[:lead] + block + none)[:block_m]
        else:
            block = (block + none)[:block_m]
            rng.shuffle(block)
        ids += block
    ids += [slots] * block_m
    experts = [
        (EXPERTS - 1 - b) % EXPERTS if b != 1 or case.blocks < 4 else -1 for b in range(case.blocks)
    ]
    x_rows, w_rows = -(-slots // a_div), EXPERTS * n
    files: Dict[str, bytes] = {
        "x": bytes(rng.choices(E4M3_FINITE, k=x_rows * k)),
        "xs": bytes(rng.choices(range(120, 130), k=x_rows * k // 32)),
        "w": bytes(rng.choices(E4M3_FINITE, k=w_rows * k)),
        "ws": bytes(rng.choices(range(120, 130), k=w_rows * k // 32)),
        "ids": _words(ids),
        "experts": _words(experts),
        "posts": _words([em - block_m if case.top_k != 9 else em]),
        "weights": struct.pack(f"<{slots}f", *(rng.uniform(-2, 2) for _ in range(slots))),
    }
    for name, content in files.items():
        (work / name).write_bytes(content)
    steps = -(-k // 128)
    combined, out_rows = (
        case.format & COMBINED,
        slots // case.top_k if case.format & COMBINED else slots,
    )
    tiles = -(-n // kernel.n_tile)
    partials = (
        tiles
        * case.grid_y
        * -(-block_m // kernel.m_tile)
        * case.splits
        * kernel.m_tile
        * kernel.n_tile
        * 4
    )
    space = (slots * n * 4 if combined else 0) + (partials if case.splits > 1 else 0)
    first = [
        n,
        k,
        *divmod(steps, kernel.k_waves * case.splits),
        block_m,
        em,
        EXPERTS,
        slots,
    ]
    second = [
        *divmod(steps, kernel.k_waves),
        case.splits,
        case.grid_y,
        case.format,
        out_rows,
        case.top_k,
    ]
    out_bytes = OUT_BYTES[case.format & 3] * out_rows * n
    return [
        *("--grid", f"{tiles},{case.grid_y},{case.splits}", "--block", str(kernel.block)),
        *(f"in:{work / name}" for name in ("experts", "posts", "w", "ws", "ids")),
        *(f"i32:{v}" for v in first),
        *(f"in:{work / name}" for name in ("x", "xs")),
        *(f"i32:{v}" for v in [x_rows, k, k // 32] + _magic(a_div) + [n]),
        f"in:{work / 'weights'}" if case.format & WEIGHTED else "null",
        f"out:{out_bytes}:{work / 'out'}",
        f"zero:{TICKET_BYTES + space}" if space else "null",
        *(f"i32:{v}" for v in second + _magic(block_m)),
    ]
