"""Exact numbers, lanewise vectors and inputs of isa_reference.py.

Operands are plain integers that hold all registers of the operand, the first register lowest.
Floats are exact fractions with a sign, an infinity and a NaN.
"""

from __future__ import annotations

import random
import re
import struct
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Callable, Dict, List, Optional, Sequence, Tuple

from mfma_reference import FORMATS, LANES, MODE

FLUSH_F16 = MODE & ~0xC0  # FP_DENORM of f64 and f16 is 0
LaneFunction = Callable[[Sequence[int], int], int]  # operands, old destination -> destination


# --- numbers --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Number:
    negative: bool
    magnitude: Fraction = Fraction(0)
    infinite: bool = False
    nan: bool = False

    def signed(self) -> Fraction:
        return -self.magnitude if self.negative else self.magnitude


NAN = Number(False, nan=True)


def unpack(name: str, bits: int) -> Number:
    """Of a format with infinities, of fp8 (NaN only) or of a format with neither."""
    f = FORMATS[name]
    negative = bool(bits >> (f.bits - 1) & 1)
    exponent = bits >> f.mantissa & ((1 << f.exponent) - 1)
    mantissa = bits & ((1 << f.mantissa) - 1)
    if name == "fp8" and bits & 0x7F == 0x7F:
        return NAN
    if name not in ("fp8", "fp6", "bf6", "fp4") and exponent == (1 << f.exponent) - 1:
        return NAN if mantissa else Number(negative, infinite=True)
    unit = Fraction(2) ** (max(exponent, 1) - f.bias - f.mantissa)
    return Number(negative, unit * (mantissa + (1 << f.mantissa if exponent else 0)))


def unit_of(name: str, magnitude: Fraction) -> Fraction:
    """Unit in the last place of the binade that holds the magnitude."""
    f = FORMATS[name]
    exponent = 1 - f.bias
    if magnitude:
        exponent = magnitude.numerator.bit_length() - magnitude.denominator.bit_length()
        if Fraction(2) ** exponent > magnitude:
            exponent -= 1
        exponent = max(exponent, 1 - f.bias)
    return Fraction(2) ** (exponent - f.mantissa)


def pack(
    name: str, x: Number, steps: Callable[[Fraction], int] = round, saturate: bool = False
) -> int:
    """`steps` rounds a number of units; Python's round is to nearest even."""
    f = FORMATS[name]
    sign = int(x.negative) << (f.bits - 1)
    infinity = ((1 << f.exponent) - 1) << f.mantissa
    if x.nan:
        return infinity | 1 << (f.mantissa - 1)
    largest = (1 << (f.bits - 1)) - 1 if saturate else infinity
    if x.infinite:
        return sign | largest
    unit = unit_of(name, x.magnitude)
    count = steps(x.magnitude / unit)
    lowest = Fraction(2) ** (1 - f.bias - f.mantissa)
    code = count
    while unit > lowest:
        unit /= 2
        code += 1 << f.mantissa
    return sign | min(code, largest)


def multiply(a: Number, b: Number) -> Number:
    negative = a.negative != b.negative
    if a.nan or b.nan:
        return NAN
    if a.infinite or b.infinite:
        zero = not (a.infinite or a.magnitude) or not (b.infinite or b.magnitude)
        return NAN if zero else Number(negative, infinite=True)
    return Number(negative, a.magnitude * b.magnitude)


def add(a: Number, b: Number) -> Number:
    if a.nan or b.nan or (a.infinite and b.infinite and a.negative != b.negative):
        return NAN
    if a.infinite or b.infinite:
        return a if a.infinite else b
    total = a.signed() + b.signed()
    negative = total < 0 if total else a.negative and b.negative
    return Number(negative, abs(total))


def float_order(a: Number, b: Number) -> Tuple[int, bool]:
    if a.nan or b.nan:
        return 0, True
    key = [(-1 if x.negative else 1) * (2**2000 if x.infinite else x.magnitude) for x in (a, b)]
    return (key[0] > key[1]) - (key[0] < key[1]), False


def single(x: float) -> int:
    return int(struct.unpack("<I", struct.pack("<f", x))[0])


def number(bits: int) -> float:
    return float(struct.unpack("<f", struct.pack("<I", bits))[0])


# --- vectors --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Operand:
    first: int
    count: int = 1
    file: str = "v"

    def __str__(self) -> str:
        last = self.first + self.count - 1
        return f"{self.file}[{self.first}:{last}]" if self.count > 1 else f"{self.file}{last}"

    def rows(self, lanes: Sequence[int]) -> Dict[str, List[int]]:
        return {
            f"{self.file}{self.first + r}": [x >> 32 * r & 0xFFFFFFFF for x in lanes]
            for r in range(self.count)
        }


@dataclass
class Vector:
    op: str
    text: str
    state: Dict[str, object]
    want: Dict[str, object]
    fmt: str = "u32"
    ulp: int = 0
    skip: List[int] = field(default_factory=list)


Source = Tuple[Operand, Sequence[int]]


def lanewise(
    rng: random.Random,
    text: str,
    dest: Operand,
    sources: Sequence[Source],
    function: LaneFunction,
    fmt: str = "u32",
    ulp: int = 0,
    mode: int = MODE,
    skip: Callable[[Sequence[int]], bool] = lambda s: False,
) -> Vector:
    """`text` names the destination {d} and the sources {0}, {1}, ..."""
    live = rng.getrandbits(64) | 1 << rng.randrange(64)
    old = [rng.getrandbits(32 * dest.count) for _ in range(LANES)]
    state: Dict[str, object] = {}
    for operand, lanes in sources:
        state.update(operand.rows(lanes))
    state.update(dest.rows(old))
    state.update(exec=live, vcc=rng.getrandbits(64), scc=rng.getrandbits(1), m0=0, mode=mode)
    new: List[int] = []
    skipped: List[int] = []
    for lane in range(LANES):
        values = [lanes[lane] for _, lanes in sources]
        new.append(function(values, old[lane]) if live >> lane & 1 else old[lane])
        if live >> lane & 1 and skip(values):
            skipped.append(lane)
    want: Dict[str, object] = dict(dest.rows(new))
    want.update(exec=live, vcc=state["vcc"], scc=state["scc"])
    line = text.format(*[str(operand) for operand, _ in sources], d=dest)
    return Vector(line.split()[0], line, state, want, fmt, ulp, skipped)


def compare(
    rng: random.Random,
    text: str,
    sources: Sequence[Source],
    function: Callable[[Sequence[int]], bool],
    pair: Optional[Operand] = None,
) -> Vector:
    """v_cmpx: EXEC and the destination get the result, 0 for lanes that EXEC leaves out."""
    live = rng.getrandbits(64)
    state: Dict[str, object] = {}
    for operand, lanes in sources:
        state.update(operand.rows(lanes))
    vcc = rng.getrandbits(64)
    state.update(exec=live, vcc=vcc, scc=rng.getrandbits(1), m0=0, mode=MODE)
    bits = 0
    for lane in range(LANES):
        if live >> lane & 1 and function([lanes[lane] for _, lanes in sources]):
            bits |= 1 << lane
    want: Dict[str, object] = {"exec": bits, "vcc": bits, "scc": state["scc"]}
    if pair is not None:
        names = [f"s{pair.first}", f"s{pair.first + 1}"]
        state.update({name: rng.getrandbits(32) for name in names})
        want.update(zip(names, (bits & 0xFFFFFFFF, bits >> 32)), vcc=vcc)
    line = text.format(*[str(operand) for operand, _ in sources], d=pair or "vcc")
    return Vector(re.sub(r"_e(32|64)$", "", line.split()[0]), line, state, want)


# --- inputs ---------------------------------------------------------------------------------------


def specials(name: str) -> List[int]:
    """Zeros, ones, halves, least and largest of denormals and normals, infinities, NaNs."""
    f = FORMATS[name]
    one = f.bias << f.mantissa
    infinity = ((1 << f.exponent) - 1) << f.mantissa
    least = 1 << f.mantissa
    positive = [0, one, one - least, one + least, 1, least - 1, least, infinity - 1, infinity]
    quiet = infinity | 1 << (f.mantissa - 1)
    found = positive + [quiet, infinity | 1, one | 1, one + 2 * least + 3]
    return found + [x | 1 << (f.bits - 1) for x in found]


def floats(rng: random.Random, name: str, near: int = 0) -> List[int]:
    """A quarter specials; with `near`, the others are within so many binades of 1."""
    f = FORMATS[name]
    found = []
    for _ in range(LANES):
        bits = rng.getrandbits(f.bits)
        if near:
            exponent = f.bias + rng.randint(-near, near)
            bits = bits & (1 << (f.bits - 1) | ((1 << f.mantissa) - 1)) | exponent << f.mantissa
        found.append(rng.choice(specials(name)) if rng.random() < 0.25 else bits)
    return found


def words(rng: random.Random, bits: int = 32) -> List[int]:
    return [rng.getrandbits(bits) for _ in range(LANES)]


def halves(rng: random.Random, near: int = 0) -> List[int]:
    """Two f16 a register."""
    return [lo | hi << 16 for lo, hi in zip(floats(rng, "f16", near), floats(rng, "f16", near))]


def half_of(word: int, high: int) -> int:
    return word >> 16 * high & 0xFFFF
