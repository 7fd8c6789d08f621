"""Vectors for every matrix instruction of gfx950, from the formulas of the CDNA4 ISA document.

    python3 -B tests/sim/mfma_reference.py --mnemonics sim/src/isa/mnemonics.inc \\
        --llvm-mc llvm-mc-22 --out FILE.jsonl

Each element of A, B, C and D is placed by the document's own expressions (7.1.4.1 item and lane
of an input, 7.1.4.2 of an output, 7.1.5.1 and 7.5.1 the tables of narrow and of sparse operands,
7.1.6 broadcasts, 7.2 scales), one element at a time, and the product is computed over exact
fractions. Values are small integers times powers of two, so that no sum rounds and the order of
addition does not matter. The file is in the format that `gfx950sim conform` reads. Every mnemonic
of the list that starts with v_mfma or v_smfmac must be covered, or the script fails.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import struct
import subprocess
import sys
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from operator import mul
from pathlib import Path
from typing import Callable, Dict, List, Optional, Tuple

LANES = 64
MODE = 0x3F0
Number = Optional[Fraction]  # None is NaN
Registers = List[List[int]]  # [register][lane]
Place = Tuple[int, int]  # item of a lane, lane


@dataclass(frozen=True)
class Format:
    bits: int
    exponent: int  # bits of it; 0 for integers
    mantissa: int
    bias: int


FORMATS: Dict[str, Format] = {
    "f64": Format(64, 11, 52, 1023),
    "f32": Format(32, 8, 23, 127),
    "f16": Format(16, 5, 10, 15),
    "bf16": Format(16, 8, 7, 127),
    "fp8": Format(8, 4, 3, 7),
    "bf8": Format(8, 5, 2, 15),
    "fp6": Format(6, 2, 3, 1),
    "bf6": Format(6, 3, 2, 3),
    "fp4": Format(4, 2, 1, 1),
    "i8": Format(8, 0, 0, 0),
    "i32": Format(32, 0, 0, 0),
}
NARROW = ["fp8", "bf8", "fp6", "bf6", "fp4"]  # by code of cbsz and blgp


@lru_cache(maxsize=4096)
def encode(name: str, value: Fraction) -> int:
    """Bits of a value that the format holds exactly."""
    f = FORMATS[name]
    if f.exponent == 0:
        return int(value) & ((1 << f.bits) - 1)
    sign = 1 << (f.bits - 1) if value < 0 else 0
    magnitude = abs(value)
    if magnitude == 0:
        return sign
    # the denominator is a power of two
    exponent = magnitude.numerator.bit_length() - magnitude.denominator.bit_length()
    exponent = max(exponent, 1 - f.bias)
    scaled = magnitude / Fraction(2) ** (exponent - f.mantissa)
    assert scaled.denominator == 1, (name, value)
    field = int(scaled)
    if field >> f.mantissa:
        field += (exponent + f.bias - 1) << f.mantissa
    assert field >> f.mantissa < 1 << f.exponent, (name, value)
    return sign | field


@lru_cache(maxsize=1 << 16)
def decode(name: str, bits: int) -> Fraction:
    f = FORMATS[name]
    exponent = bits >> f.mantissa & ((1 << f.exponent) - 1)
    mantissa = bits & ((1 << f.mantissa) - 1)
    unit = Fraction(2) ** (max(exponent, 1) - f.bias - f.mantissa)
    value = unit * (mantissa + (1 << f.mantissa if exponent else 0))
    return -value if bits >> (f.bits - 1) else value


# Exponents e for which n 2^e with |n| <= 7 is in the format, denormals among them. The other
# formats take any code.
UNITS: Dict[str, Tuple[int, int]] = {
    "fp8": (-9, 6),
    "bf8": (-16, 13),
    "f16": (-24, 13),
    "bf16": (-60, 60),
    "f32": (-60, 60),
    "f64": (-500, 500),
}
LEAST = {"fp6": -3, "bf6": -4, "fp4": -1, "i8": 0}


def random_value(rng: random.Random, name: str, unit: int) -> Fraction:
    if name == "i8":
        return Fraction(rng.randint(-128, 127))
    if name in LEAST:
        return decode(name, rng.randrange(1 << FORMATS[name].bits))
    return rng.randint(-7, 7) * Fraction(2) ** unit


@dataclass(frozen=True)
class Shape:
    m: int
    n: int
    k: int
    blocks: int
    a: str
    b: str
    d: str
    sparse: bool = False
    scaled: bool = False
    narrow: bool = False


SHAPE = re.compile(r"v_(mfma|smfmac)(_scale)?_(f32|i32|f64)_(\d+)x(\d+)x(\d+)(?:_(\d+)b)?_(\w+)$")


def shape_of(mnemonic: str) -> Optional[Shape]:
    match = SHAPE.match(mnemonic)
    if match is None:
        return None
    m, n, k = (int(match[i]) for i in (4, 5, 6))
    types = match[8].split("_")
    narrow = types == ["f8f6f4"]
    a, b = ("fp8", "fp8") if narrow else (types[0], types[-1])
    return Shape(
        m, n, k, int(match[7] or 1), a, b, match[3], match[1] == "smfmac", bool(match[2]), narrow
    )


# --- layouts ------------------------------------------------------------------------------------


def input_place(
    rows: int, depth: int, blocks: int, block: int, row: int, k: int, runs: int
) -> Place:
    """7.1.4.1; an operand of two runs holds the lower half of K in its first registers."""
    depth //= runs
    run, k = divmod(k, depth)
    per_lane = depth * rows * blocks // LANES
    return run * per_lane + k % per_lane, row + rows * (block + blocks * (k // per_lane))


def output_place(s: Shape, block: int, i: int, j: int) -> Place:
    """7.1.4.2."""
    height = 1 if s.d == "f64" else 4
    blocks_of_item = -(-LANES // (s.n * s.m // height))
    rows_of_item = LANES // blocks_of_item // s.n
    groups = s.m // (height * rows_of_item)
    item = i % height + height * (i // (height * rows_of_item) + groups * (block // blocks_of_item))
    lane = s.n * (i // height % rows_of_item + rows_of_item * (block % blocks_of_item)) + j
    return item, lane


def registers_of(s: Shape, side: str) -> int:
    name, width, depth = (s.a, s.m, s.k) if side == "a" else (s.b, s.n, s.k)
    if side == "a" and s.sparse:
        depth //= 2
    return depth * width * s.blocks // LANES * FORMATS[name].bits // 32 or 1


def runs_of(s: Shape, side: str) -> int:
    """8-bit operands of f8f6f4 and both operands of the doubled sparse shapes come in two runs of
    K (tables of 7.1.5.1 and 7.5.1.3)."""
    if s.narrow:
        return 2 if FORMATS[s.a if side == "a" else s.b].bits == 8 else 1
    return 2 if s.sparse and registers_of(s, "b") == 8 else 1


def put(registers: Registers, bits: int, item: int, lane: int, code: int) -> None:
    at = item * bits
    for bit in range(bits):
        if code >> bit & 1:
            registers[(at + bit) // 32][lane] |= 1 << (at + bit) % 32


def get(registers: Registers, bits: int, item: int, lane: int) -> int:
    at = item * bits
    word = registers[at // 32][lane] >> at % 32
    if at % 32 + bits > 32:
        word |= registers[at // 32 + 1][lane] << (32 - at % 32)
    return word & ((1 << bits) - 1)


def lane_of_a(rows: int, cbsz: int, abid: int, lane: int) -> int:
    """Of every 2^cbsz neighbouring blocks, each `rows` lanes, block abid serves all: AMD's matrix
    core notes, which 7.1.6.1 agrees with where 2^cbsz is the number of blocks."""
    group = rows << cbsz
    return lane // group * group + lane % rows + rows * abid if cbsz else lane


LANE_OF_B: List[Callable[[int], int]] = [  # table 29
    lambda lane: lane,
    lambda lane: lane % 32,
    lambda lane: lane % 32 + 32,
    lambda lane: (lane + 16) % 64,
    lambda lane: lane % 16,
    lambda lane: lane % 16 + 16,
    lambda lane: lane % 16 + 32,
    lambda lane: lane % 16 + 48,
]


# --- one case -----------------------------------------------------------------------------------


@dataclass
class Case:
    """What varies: register files of A, B and C/D, modifiers, C as a constant, scales."""

    a_file: str = "v"
    b_file: str = "v"
    d_file: str = "v"
    cbsz: int = 0
    abid: int = 0
    blgp: int = 0
    constant: Optional[str] = None
    constant_value: Fraction = Fraction(0)
    op_sel: Tuple[int, int] = (0, 0)
    nan_scale: bool = False
    in_place: bool = False


def tuple_text(file: str, first: int, count: int) -> str:
    return f"{file}{first}" if count == 1 else f"{file}[{first}:{first + count - 1}]"


def random_registers(count: int, name: str, value: Callable[[], Fraction]) -> Registers:
    registers: Registers = [[0] * LANES for _ in range(count)]
    bits = FORMATS[name].bits
    for lane in range(LANES):
        for item in range(count * 32 // bits):
            put(registers, bits, item, lane, encode(name, value()))
    return registers


def random_index(rng: random.Random) -> List[int]:
    """Both indices of a pair are different and rising."""
    pairs = [x | y << 2 for x in range(4) for y in range(x + 1, 4)]
    return [sum(rng.choice(pairs) << 4 * i for i in range(8)) for _ in range(LANES)]


@dataclass
class Operands:
    a: Registers
    b: Registers
    c: Registers
    index: List[int]
    scale: List[List[int]]  # of A, of B; [lane]
    units: Tuple[Fraction, Fraction]  # of which elements of A, of B are multiples
    least_code: Tuple[int, int]  # scales of A, of B are at least this
    grid: Fraction  # of which every scaled product and every element of C is a multiple


def random_operands(s: Shape, case: Case, rng: random.Random) -> Operands:
    units = []
    for name in (s.a, s.b):
        low, high = UNITS.get(name, (LEAST.get(name, 0),) * 2)
        units.append(-1 if case.constant and name in UNITS else rng.randint(low, high))
    centre = [127, 127]
    if s.scaled and not case.constant:
        shift = rng.randint(-100, 60)
        centre[0] += rng.randint(-20, 20)
        centre[1] += shift - (centre[0] - 127)
    least = units[0] + units[1] + sum(centre) - 254 - (2 if s.scaled else 0)
    grid = Fraction(2) ** least

    def scales(side: int) -> List[int]:
        """Four codes a lane, of which op_sel chooses one; the others must not matter."""
        words = []
        for _ in range(LANES):
            codes = [rng.randrange(256) for _ in range(4)]
            codes[case.op_sel[side]] = centre[side] + rng.randint(-1, 1)
            if case.nan_scale and rng.random() < 0.05:
                codes[case.op_sel[side]] = 255
            words.append(sum(code << 8 * i for i, code in enumerate(codes)))
        return words

    def c_value() -> Fraction:
        if s.d == "i32":
            return Fraction(rng.randint(-(2**31), 2**31 - 1))
        return rng.randint(-999, 999) * grid

    return Operands(
        a=random_registers(registers_of(s, "a"), s.a, lambda: random_value(rng, s.a, units[0])),
        b=random_registers(registers_of(s, "b"), s.b, lambda: random_value(rng, s.b, units[1])),
        c=random_registers(registers_of_d(s), s.d, c_value),
        index=random_index(rng),
        scale=[scales(0), scales(1)],
        units=(Fraction(2) ** units[0], Fraction(2) ** units[1]),
        least_code=(centre[0] - 1, centre[1] - 1),
        grid=grid,
    )


def registers_of_d(s: Shape) -> int:
    return s.m * s.n * s.blocks // LANES * (2 if s.d == "f64" else 1)


def text_of(mnemonic: str, s: Shape, case: Case) -> str:
    nd = registers_of_d(s)
    operands = [
        tuple_text(case.d_file, 50 if case.in_place or s.sparse else 90, nd),
        tuple_text(case.a_file, 10, registers_of(s, "a")),
        tuple_text(case.b_file, 30, registers_of(s, "b")),
        "v45" if s.sparse else case.constant or tuple_text(case.d_file, 50, nd),
    ]
    modifiers = ""
    if s.scaled:
        operands += ["v140", "v141"]
        low, high = [x & 1 for x in case.op_sel], [x >> 1 for x in case.op_sel]
        modifiers += f" op_sel:[{low[0]},{low[1]},0] op_sel_hi:[{high[0]},{high[1]},0]"
    if s.d == "f64":
        neg = ",".join(str(case.blgp >> i & 1) for i in range(3))
        modifiers += f" neg:[{neg}]" if case.blgp else ""
    else:
        for name, value in (("cbsz", case.cbsz), ("abid", case.abid), ("blgp", case.blgp)):
            modifiers += f" {name}:{value}" if value else ""
    return f"{mnemonic} {', '.join(operands)}{modifiers}"


def build(
    mnemonic: str, s: Shape, case: Case, rng: random.Random
) -> Tuple[str, Dict[str, Registers], Registers]:
    """Text, inputs by first register, D."""
    if s.narrow:
        a, b = NARROW[case.cbsz], NARROW[case.blgp]
        s = Shape(s.m, s.n, s.k, 1, a, b, "f32", False, s.scaled, True)
    o = random_operands(s, case, rng)
    inputs: Dict[str, Registers] = {f"{case.a_file}10": o.a, f"{case.b_file}30": o.b}
    if s.sparse:
        inputs["v45"] = [o.index]
    if not case.constant:
        inputs[f"{case.d_file}50"] = o.c
    if s.scaled:
        inputs["v140"], inputs["v141"] = [o.scale[0]], [o.scale[1]]
    return text_of(mnemonic, s, case), inputs, product(s, case, o)


@dataclass
class Line:
    """A row of A or a column of B: whole numbers, scales included, and the k of each."""

    k: List[int]
    values: List[int]
    nan: bool = False

    def scale(self, codes: List[int], least: int) -> None:
        self.nan = 255 in codes
        for at, k in enumerate(self.k):
            if codes[k // 32] != 255:
                self.values[at] <<= codes[k // 32] - least


def row_of_a(s: Shape, case: Case, o: Operands, block: int, i: int) -> Line:
    line = Line([], [])
    depth = s.k // 2 if s.sparse else s.k
    sign = -1 if s.d == "f64" and case.blgp & 1 else 1
    for at in range(depth):
        item, lane = input_place(s.m, depth, s.blocks, block, i, at, runs_of(s, "a"))
        k = at
        if s.sparse:
            items = depth * s.m // LANES
            first = 0 if case.cbsz & 3 else 2 * items * (case.abid % (16 // items))
            k = at // 2 * 4 + (o.index[lane] >> (first + 2 * item) & 3)
        elif not s.narrow and s.d != "f64":
            lane = lane_of_a(s.m, case.cbsz, case.abid, lane)
        value = value_of(s.a, get(o.a, FORMATS[s.a].bits, item, lane)) / o.units[0]
        line.k.append(k)
        line.values.append(sign * int(value))
    if s.scaled:
        line.scale(codes_of(s, case, o, 0, i), o.least_code[0])
    return line


def column_of_b(s: Shape, case: Case, o: Operands, block: int, j: int) -> Line:
    line = Line(list(range(s.k)), [])
    sign = -1 if s.d == "f64" and case.blgp & 2 else 1
    for k in range(s.k):
        item, lane = input_place(s.n, s.k, s.blocks, block, j, k, runs_of(s, "b"))
        if not (s.narrow or s.sparse or s.d == "f64"):
            lane = LANE_OF_B[case.blgp](lane)
        value = value_of(s.b, get(o.b, FORMATS[s.b].bits, item, lane)) / o.units[1]
        line.values.append(sign * int(value))
    if s.scaled:
        line.scale(codes_of(s, case, o, 1, j), o.least_code[1])
    return line


def codes_of(s: Shape, case: Case, o: Operands, side: int, row: int) -> List[int]:
    """Scale of each block of 32 along K; 7.2: its lane is row + rows * block."""
    rows = s.m if side == 0 else s.n
    return [
        o.scale[side][row + rows * block] >> 8 * case.op_sel[side] & 255
        for block in range(s.k // 32)
    ]


def dot(s: Shape, row: Line, column: Line) -> Tuple[int, int]:
    """Sum and sum of magnitudes."""
    other = [column.values[k] for k in row.k] if s.sparse else column.values
    return sum(map(mul, row.values, other)), sum(map(abs, map(mul, row.values, other)))


def product(s: Shape, case: Case, o: Operands) -> Registers:
    bits = FORMATS[s.d].bits
    d: Registers = [[0] * LANES for _ in range(registers_of_d(s))]
    for block in range(s.blocks):
        columns = [column_of_b(s, case, o, block, j) for j in range(s.n)]
        for i in range(s.m):
            row = row_of_a(s, case, o, block, i)
            for j in range(s.n):
                item, lane = output_place(s, block, i, j)
                c = case.constant_value
                if not case.constant:
                    c = value_of(s.d, get(o.c, bits, item, lane))
                if s.d == "f64" and case.blgp & 4:
                    c = -c
                code = 0x7FC00000
                if not row.nan and not columns[j].nan:
                    total, reach = dot(s, row, columns[j])
                    assert s.d == "i32" or reach + abs(c) / o.grid < 2**24, "the sum may round"
                    code = encode(s.d, c + total * o.grid)
                put(d, bits, item, lane, code)
    return d


def value_of(name: str, bits: int) -> Fraction:
    f = FORMATS[name]
    if f.exponent:
        return decode(name, bits)
    return Fraction(bits - (1 << f.bits) if bits >> (f.bits - 1) else bits)


# --- all cases ----------------------------------------------------------------------------------


def cases(s: Shape) -> List[Case]:
    found = [
        Case(),
        Case(in_place=True),
        Case(a_file="a", b_file="a", d_file="a"),
        Case(a_file="a"),
        Case(b_file="a"),
    ]
    if s.narrow:
        found = []
        for cbsz in range(5):
            for blgp in range(5):
                found.append(Case(cbsz=cbsz, blgp=blgp, op_sel=(blgp % 4, cbsz % 4)))
        found += [
            Case(a_file="a", b_file="a", d_file="a", op_sel=(3, 1)),
            Case(constant="1.0", constant_value=Fraction(1)),
        ]
        found += [Case(nan_scale=True, op_sel=(2, 2))] if s.scaled else []
        return found
    if s.sparse:
        return (
            found[:1]
            + found[2:]
            + [Case(abid=1), Case(abid=2), Case(abid=3), Case(cbsz=1, abid=1), Case(cbsz=2, abid=3)]
        )
    if s.d == "f64":
        return (
            found
            + [Case(blgp=x) for x in range(1, 8)]
            + [Case(constant="-2.0", constant_value=Fraction(-2), blgp=4)]
        )
    if s.d == "i32":
        found.append(Case(constant="-5", constant_value=Fraction(-5)))
    else:
        found.append(Case(constant="0.5", constant_value=Fraction(1, 2)))
    found += [Case(blgp=x) for x in range(1, 8)]
    cbsz = 1
    while 1 << cbsz <= s.blocks:
        found += [Case(cbsz=cbsz, abid=abid) for abid in {0, 1, (1 << cbsz) - 1}]
        cbsz += 1
    return found


def encodings(llvm_mc: str, lines: List[str]) -> List[str]:
    run = subprocess.run(
        [llvm_mc, "-triple=amdgcn-amd-amdhsa", "-mcpu=gfx950", "--show-encoding"],
        input="\n".join(lines) + "\n",
        capture_output=True,
        text=True,
        check=False,
    )
    if run.returncode != 0:
        raise SystemExit(run.stderr)
    found = re.findall(r"encoding: \[([^\]]*)\]", run.stdout)
    return ["".join(byte.strip()[2:] for byte in text.split(",")) for text in found]


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--mnemonics", type=Path, required=True)
    parser.add_argument("--llvm-mc", default="llvm-mc-22")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--only", default="", help="mnemonics that hold this")
    parser.add_argument("--seed", type=int, default=950)
    args = parser.parse_args()
    rng = random.Random(args.seed)
    names = re.findall(r'MNEMONIC\("(v_s?mfma\w*)"\)', args.mnemonics.read_text())
    vectors: List[Tuple[str, str, Dict[str, Registers], Registers]] = []
    for name in (name for name in names if args.only in name):
        s = shape_of(name)
        if s is None:
            if name == "v_mfma_ld_scale_b32":  # half of v_mfma_scale_*
                continue
            print(f"no shape is known for {name}", file=sys.stderr)
            return 1
        for case in cases(s):
            text, inputs, d = build(name, s, case, rng)
            vectors.append((name, text, inputs, d))
    codes = encodings(args.llvm_mc, [text for _, text, _, _ in vectors])
    with args.out.open("w") as out:
        for n, ((name, text, inputs, d), code) in enumerate(zip(vectors, codes)):
            state: Dict[str, object] = {}
            for first, rows in inputs.items():
                for r, row in enumerate(rows):
                    state[f"{first[0]}{int(first[1:]) + r}"] = row
            state.update(exec=rng.getrandbits(64), vcc=0, scc=0, m0=0, mode=MODE)
            first_d = re.match(r"\S+ ([va])\[?(\d+)", text)
            assert first_d is not None
            want = {f"{first_d[1]}{int(first_d[2]) + r}": row for r, row in enumerate(d)}
            record = {
                "id": f"{name}.{n}",
                "op": name,
                "asm": [text],
                "enc": code,
                "in": state,
                "out": want,
            }
            out.write(json.dumps(record) + "\n")
    print(f"{len(vectors)} vectors of {len(names)} mnemonics")
    return 0


if __name__ == "__main__":
    sys.exit(main())
