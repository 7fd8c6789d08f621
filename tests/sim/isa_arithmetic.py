"""Vectors of f16 multiply-add, transcendentals, cube maps, sums of absolute differences, moves.

v_exp_legacy_f32 and v_log_legacy_f32 are not in the CDNA4 document; they are tested where the Vega
document's "2 to the power" and "log base 2" leave no choice.
"""

from __future__ import annotations

import math
import random
from fractions import Fraction
from typing import Callable, Iterator, List, Sequence, Tuple

from isa_model import (
    FLUSH_F16,
    MODE,
    Number,
    Operand,
    Source,
    Vector,
    add,
    float_order,
    floats,
    half_of,
    halves,
    lanewise,
    multiply,
    number,
    pack,
    single,
    unpack,
    words,
)
from mfma_reference import LANES


# --- f16 arithmetic -------------------------------------------------------------------------------


def flushed(bits: int) -> int:
    return bits if bits & 0x7C00 else bits & 0x8000


def mad(a: int, b: int, c: int) -> int:
    """The product is rounded by itself and denormals are flushed."""
    a, b, c = flushed(a), flushed(b), flushed(c)
    product = flushed(pack("f16", multiply(unpack("f16", a), unpack("f16", b))))
    return flushed(pack("f16", add(unpack("f16", product), unpack("f16", c))))


def lost_product(a: int, b: int) -> bool:
    """A product below the normal numbers: is it flushed before the sum? The document is silent."""
    product = multiply(unpack("f16", flushed(a)), unpack("f16", flushed(b)))
    return 0 < product.magnitude < Fraction(1, 1 << 14)


def fma(a: int, b: int, c: int) -> int:
    return pack("f16", add(multiply(unpack("f16", a), unpack("f16", b)), unpack("f16", c)))


def div_fixup(quotient: int, denominator: int, numerator: int) -> int:
    d, n = unpack("f16", denominator), unpack("f16", numerator)
    sign = (denominator ^ numerator) & 0x8000
    d_zero, n_zero = denominator & 0x7FFF == 0, numerator & 0x7FFF == 0
    if n.nan or d.nan or (d_zero and n_zero) or (d.infinite and n.infinite):
        return 0x7E00
    if d_zero or n.infinite:
        return sign | 0x7C00
    if d.infinite or n_zero:
        return sign
    return sign | quotient & 0x7FFF


def f16_arithmetic(rng: random.Random) -> Iterator[Vector]:
    d, a, b, c = Operand(10), Operand(2), Operand(3), Operand(4)
    for near in (0, 3):

        def sources() -> List[Source]:
            return [(x, halves(rng, near)) for x in (a, b, c)]

        for select in ([0, 0, 0, 0], [1, 0, 1, 0], [0, 1, 0, 1], [1, 1, 1, 1]):

            def selected(s: Sequence[int], old: int, select: Sequence[int] = tuple(select)) -> int:
                result = mad(*[half_of(x, high) for x, high in zip(s, select)])
                keep = 0xFFFF if select[3] else 0xFFFF0000
                return old & keep | result << 16 * select[3]

            text = "v_mad_f16 {d}, {0}, {1}, {2} op_sel:" + str(select).replace(" ", "")
            yield lanewise(
                rng,
                text,
                d,
                sources(),
                selected,
                fmt="f16x2",
                mode=FLUSH_F16,
                skip=lambda s, select=tuple(select): lost_product(
                    half_of(s[0], select[0]), half_of(s[1], select[1])
                ),
            )
        legacy: List[Tuple[str, Callable[[int, int, int], int], int]] = [
            ("v_mad_legacy_f16", mad, FLUSH_F16),
            ("v_fma_legacy_f16", fma, MODE),
            ("v_div_fixup_legacy_f16", div_fixup, MODE),
        ]
        for op, rule, mode in legacy:  # LLVM has no op_sel for these; the high half becomes 0

            def plain(
                s: Sequence[int], old: int, rule: Callable[[int, int, int], int] = rule
            ) -> int:
                return rule(*[x & 0xFFFF for x in s])

            def modified(
                s: Sequence[int], old: int, rule: Callable[[int, int, int], int] = rule
            ) -> int:
                return rule(s[0] & 0xFFFF ^ 0x8000, s[1] & 0x7FFF, s[2] & 0xFFFF | 0x8000)

            def lost(s: Sequence[int], rule: Callable[[int, int, int], int] = rule) -> bool:
                return rule is mad and lost_product(s[0] & 0xFFFF, s[1] & 0xFFFF)

            text = op + " {d}, {0}, {1}, {2}"
            yield lanewise(rng, text, d, sources(), plain, fmt="f16x2", mode=mode, skip=lost)
            text = op + " {d}, -{0}, |{1}|, -|{2}|"
            yield lanewise(rng, text, d, sources(), modified, fmt="f16x2", mode=mode, skip=lost)
    for constant in (0x3C00, 0xC248, 0x2E66):
        literal = hex(constant)
        for op, text, order in (
            ("v_madak_f16", "{d}, {0}, {1}, " + literal, (0, 1, 2)),
            ("v_madmk_f16", "{d}, {0}, " + literal + ", {1}", (0, 2, 1)),
        ):

            def fixed(
                s: Sequence[int],
                old: int,
                order: Tuple[int, int, int] = order,
                constant: int = constant,
            ) -> int:
                values = [s[0] & 0xFFFF, s[1] & 0xFFFF, constant]
                return mad(*[values[i] for i in order])

            factor = None if order == (0, 1, 2) else constant
            yield lanewise(
                rng,
                f"{op} {text}",
                d,
                [(a, halves(rng, 3)), (b, halves(rng, 3))],
                fixed,
                fmt="f16x2",
                mode=FLUSH_F16,
                skip=lambda s, factor=factor: lost_product(
                    s[0] & 0xFFFF, s[1] & 0xFFFF if factor is None else factor
                ),
            )


# --- transcendentals ------------------------------------------------------------------------------


def turn(bits: int, quarter: int) -> int:
    """Sine of so many turns, `quarter` turns of a quarter further, as f16."""
    x = unpack("f16", bits)
    if x.nan or x.infinite:
        return 0x7E00
    if x.magnitude == 0 and not quarter:
        return bits
    phase = (x.signed() + Fraction(quarter, 4)) % 1
    if phase * 4 % 1 == 0:
        return (0, 0x3C00, 0, 0xBC00)[int(phase * 4)]
    nearest = round(phase * 4)  # sin is odd about even quarters, cos about odd ones even
    rest = 2 * math.pi * float(phase - Fraction(nearest, 4))
    value = (math.sin, math.cos)[nearest % 2](rest) * (-1 if nearest in (2, 3) else 1)
    return pack("f16", Number(value < 0, abs(Fraction(value))))


def half_turn(bits: int) -> bool:
    """The document gives no sign of the zero at odd multiples of a half."""
    x = unpack("f16", bits)
    return not (x.nan or x.infinite) and x.magnitude * 2 % 2 == 1


def transcendentals(rng: random.Random) -> Iterator[Vector]:
    d, a = Operand(10), Operand(2)
    for op, quarter in (("v_sin_f16", 0), ("v_cos_f16", 1)):
        documented = [0xFC00, 0xFBFF, 0x8000, 0x3400, 0x7BFF, 0x7C00]
        for near in (0, 2, 6):
            lanes = documented + [x & 0xFFFF for x in halves(rng, near)]
            yield lanewise(
                rng,
                op + "_e32 {d}, {0}",
                d,
                [(a, lanes[:LANES])],
                lambda s, old, quarter=quarter: turn(s[0], quarter),
                fmt="f16",
                ulp=1,
                skip=lambda s, quarter=quarter: not quarter and half_turn(s[0]),
            )
    exact = [float(rng.randint(-120, 120)) for _ in range(LANES // 2)]
    yield lanewise(
        rng,
        "v_exp_legacy_f32_e32 {d}, {0}",
        d,
        [(a, [single(x) for x in exact + [rng.uniform(-120, 120) for _ in exact]])],
        lambda s, old: single(2.0 ** number(s[0])),
        fmt="f32",
        ulp=1,
    )
    positive = [2.0**x for x in exact] + [rng.uniform(2, 1e6) for _ in exact]
    yield lanewise(
        rng,
        "v_log_legacy_f32_e32 {d}, {0}",
        d,
        [(a, [single(x) for x in positive])],
        lambda s, old: single(math.log2(number(s[0]))),
        fmt="f32",
        ulp=1,
    )


# --- cube maps ------------------------------------------------------------------------------------

MINUS = 1 << 31


def cube(s: Sequence[int]) -> Tuple[int, int, int, int]:
    """Face, S, T, axis doubled, as bits of f32."""
    x, y, z = s
    n = [unpack("f32", v) for v in s]

    def covers(i: int, j: int) -> bool:
        order, nan = float_order(
            Number(False, n[i].magnitude, n[i].infinite, n[i].nan),
            Number(False, n[j].magnitude, n[j].infinite, n[j].nan),
        )
        return not nan and order >= 0

    axis = 2 if covers(2, 0) and covers(2, 1) else 1 if covers(1, 0) else 0
    below = not n[axis].nan and n[axis].negative and (n[axis].infinite or n[axis].magnitude > 0)
    face = single(2.0 * axis + below)
    sc = ((z if below else z ^ MINUS), x, (x ^ MINUS if below else x))[axis]
    tc = (y ^ MINUS, (z ^ MINUS if below else z), y ^ MINUS)[axis]
    return face, sc, tc, pack("f32", multiply(n[axis], Number(False, Fraction(2))))


def cubes(rng: random.Random) -> Iterator[Vector]:
    for at, part in enumerate(("id", "sc", "tc", "ma")):
        for near in (0, 1, 2):
            sources = [(Operand(i), floats(rng, "f32", near)) for i in (2, 3, 4)]
            yield lanewise(
                rng,
                f"v_cube{part}_f32 " + "{d}, {0}, {1}, {2}",
                Operand(10),
                sources,
                lambda s, old, at=at: cube(s)[at],
                fmt="f32",
            )
            yield lanewise(
                rng,
                f"v_cube{part}_f32 " + "{d}, -{0}, {1}, -|{2}|",
                Operand(10),
                sources,
                lambda s, old, at=at: cube([s[0] ^ MINUS, s[1], s[2] | MINUS])[at],
                fmt="f32",
            )


# --- sums of absolute differences -----------------------------------------------------------------


def differences(a: int, b: int, masked: bool) -> int:
    total = 0
    for i in range(4):
        x, y = a >> 8 * i & 255, b >> 8 * i & 255
        total += 0 if masked and y == 0 else abs(x - y)
    return total


def sums(rng: random.Random) -> Iterator[Vector]:
    for op, masked, bits in (
        ("v_qsad_pk_u16_u8", False, 16),
        ("v_mqsad_pk_u16_u8", True, 16),
        ("v_mqsad_u32_u8", True, 32),
    ):
        width = bits // 8

        def lane(s: Sequence[int], old: int, masked: bool = masked, bits: int = bits) -> int:
            result = 0
            for i in range(4):
                third = s[2] >> bits * i & ((1 << bits) - 1)
                total = third + differences(s[0] >> 8 * i, s[1], masked)
                result |= (total & ((1 << bits) - 1)) << bits * i
            return result

        for extreme in (False, True):
            reference = [x & rng.choice([0xFFFFFFFF, 0xFF00FF, 0xFF, 0]) for x in words(rng)]
            third = [x | (2**128 - 1 if extreme else 0) for x in words(rng, 4 * bits)]
            yield lanewise(
                rng,
                op + " {d}, {0}, {1}, {2}",
                Operand(20, width),
                [
                    (Operand(2, 2), words(rng, 64)),
                    (Operand(4), reference),
                    (Operand(6, width), third),
                ],
                lane,
            )


def moves(rng: random.Random) -> Iterator[Vector]:
    yield lanewise(
        rng,
        "v_accvgpr_mov_b32 {d}, {0}",
        Operand(7, file="a"),
        [(Operand(130, file="a"), words(rng))],
        lambda s, old: s[0],
    )
    yield lanewise(rng, "v_nop", Operand(10), [], lambda s, old: old)
