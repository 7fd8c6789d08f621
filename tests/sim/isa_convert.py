"""Vectors of conversions: to normalised integers and bytes, scaled, stochastic (7.3)."""

from __future__ import annotations

import math
import random
from fractions import Fraction
from typing import Iterator, List, Sequence

from isa_model import (
    Number,
    Operand,
    Source,
    Vector,
    floats,
    half_of,
    halves,
    lanewise,
    pack,
    single,
    unpack,
    words,
)
from mfma_reference import FORMATS, LANES


def normalised(name: str, bits: int, signed: bool) -> int:
    """f16_to_snorm and f16_to_unorm: clamped to [-1, 1] or [0, 1], nearest even; NaN is 0."""
    x = unpack(name, bits)
    if x.nan:
        return 0
    value = Fraction(-1 if x.negative else 1) if x.infinite else x.signed()
    value = max(Fraction(-1 if signed else 0), min(Fraction(1), value))
    return round(value * (32767 if signed else 65535)) & 0xFFFF


def byte_of_float(bits: int) -> int:
    """f32_to_u8: cut off and saturated, NaN is 0, as in the vectors of v_cvt_pk_u8_f32."""
    x = unpack("f32", bits)
    if x.nan:
        return 0
    if x.infinite:
        return 0 if x.negative else 255
    return max(0, min(255, math.trunc(x.signed())))


def plain_conversions(rng: random.Random) -> Iterator[Vector]:
    d, a, b = Operand(10), Operand(2), Operand(3)
    for letter, signed in (("i", True), ("u", False)):
        for near in (0, 4):
            yield lanewise(
                rng,
                f"v_cvt_norm_{letter}16_f16_e32 " + "{d}, {0}",
                d,
                [(a, halves(rng, near))],
                lambda s, old, signed=signed: normalised("f16", s[0] & 0xFFFF, signed),
            )
            for select in ([0, 0, 0], [1, 0, 0], [0, 1, 0]):

                def packed(
                    s: Sequence[int],
                    old: int,
                    signed: bool = signed,
                    select: Sequence[int] = tuple(select),
                ) -> int:
                    low, high = (
                        normalised("f16", half_of(x, h), signed) for x, h in zip(s, select)
                    )
                    return low | high << 16

                yield lanewise(
                    rng,
                    f"v_cvt_pknorm_{letter}16_f16 "
                    + "{d}, {0}, {1} op_sel:"
                    + str(select).replace(" ", ""),
                    d,
                    [(a, halves(rng, near)), (b, halves(rng, near))],
                    packed,
                )

    def accumulate(s: Sequence[int], old: int) -> int:
        at = 8 * (s[1] & 3)
        return old & ~(255 << at) | byte_of_float(s[0]) << at

    for values in (floats(rng, "f32", 9), [single(rng.randint(-3, 520) / 2) for _ in range(LANES)]):
        sources = [(a, values), (b, words(rng))]
        yield lanewise(rng, "v_cvt_pkaccum_u8_f32 {d}, {0}, {1}", d, sources, accumulate)


def scale_lanes(rng: random.Random, spread: int) -> List[int]:
    """f32 of which only the exponent matters."""
    return [
        rng.getrandbits(32) & 0x807FFFFF | (127 + rng.randint(-spread, spread)) << 23
        for _ in range(LANES)
    ]


def scaled_by(x: Number, exponent: int) -> Number:
    return Number(x.negative, x.magnitude * Fraction(2) ** exponent, x.infinite, x.nan)


def scale_of(bits: int) -> int:
    return (bits >> 23 & 255) - 127


def scaled_to_f16(rng: random.Random) -> Iterator[Vector]:
    for name in ("fp8", "bf8"):
        for byte in range(4):
            for high in (0, 1):

                def lane(
                    s: Sequence[int], old: int, name: str = name, byte: int = byte, high: int = high
                ) -> int:
                    x = unpack(name, s[0] >> 8 * byte & 255)
                    code = pack("f16", scaled_by(x, scale_of(s[1])))
                    return old & (0xFFFF if high else 0xFFFF0000) | code << 16 * high

                yield lanewise(
                    rng,
                    f"v_cvt_scalef32_f16_{name} "
                    + "{d}, {0}, {1}"
                    + f" op_sel:[{byte & 1},{byte >> 1},{high}]",
                    Operand(10),
                    [(Operand(2), words(rng)), (Operand(4), scale_lanes(rng, 20))],
                    lane,
                    fmt="f16x2",
                )


def stochastic(name: str, x: Number, seed: int, saturate: bool, used: int = 32) -> int:
    """7.3: a random value below the last kept bit is added, then the rest is cut off. The seed's
    upper bits count, as S1[31:12] and S1[31:11] do in v_cvt_sr_fp8_f32 and v_cvt_sr_bf8_f32."""
    part = Fraction(seed >> (32 - used), 1 << used)
    return pack(name, x, lambda units: math.floor(units + part), saturate)


def prng(seed: int) -> int:
    return (seed << 1 ^ (197 if seed >> 31 else 0)) & 0xFFFFFFFF


def seeds(rng: random.Random) -> List[int]:
    edges = [0, 0, 0xFFFFFFFF, 0x80000000, 0x7FFFFFFF]
    return [rng.choice(edges) if rng.random() < 0.3 else rng.getrandbits(32) for _ in range(LANES)]


def finite(rng: random.Random, name: str, near: int) -> int:
    """Any number but NaN; which code NaN becomes in fp4, fp6 and bf6 is not documented."""
    while True:
        bits = rng.choice(floats(rng, name, near)[:1])
        if not unpack(name, bits).nan:
            return bits


def stochastic_words(rng: random.Random) -> Iterator[Vector]:
    """To f16 and bf16."""
    for name, near in (("f16", 17), ("f16", 4), ("bf16", 0), ("bf16", 4)):
        for high in (0, 1):

            def lane(s: Sequence[int], old: int, name: str = name, high: int = high) -> int:
                code = stochastic(name, unpack("f32", s[0]), s[1], False)
                return old & (0xFFFF if high else 0xFFFF0000) | code << 16 * high

            yield lanewise(
                rng,
                f"v_cvt_sr_{name}_f32 " + "{d}, {0}, {1}" + f" op_sel:[0,0,{high}]",
                Operand(10),
                [(Operand(2), floats(rng, "f32", near)), (Operand(4), seeds(rng))],
                lane,
                fmt=f"{name}x2",
            )


def elements(rng: random.Random, name: str, count: int, near: int) -> List[int]:
    """So many elements a lane."""
    bits = FORMATS[name].bits
    return [sum(finite(rng, name, near) << bits * i for i in range(count)) for _ in range(LANES)]


def narrow(name: str, source: str, count: int, s: Sequence[int], used: int = 32) -> int:
    """Elements one after the other, each with the next random number."""
    seed, code = s[1], 0
    bits = FORMATS[source].bits
    for i in range(count):
        x = unpack(source, s[0] >> bits * i & ((1 << bits) - 1))
        x = scaled_by(x, -scale_of(s[2]))
        code |= stochastic(name, x, seed, True, used) << FORMATS[name].bits * i
        seed = prng(seed)
    return code


def open_choice(name: str, source: str, count: int, s: Sequence[int]) -> bool:
    """How many bits of the seed count matters only below the narrow format's normal numbers, and is
    documented for f32 to fp8 and bf8 alone: as many as the mantissa loses. Lanes in which that
    gives another result than all 32 bits are left out."""
    used = FORMATS[source].mantissa - FORMATS[name].mantissa
    return narrow(name, source, count, s) != narrow(name, source, count, s, used)


def stochastic_narrow(rng: random.Random) -> Iterator[Vector]:
    for source in ("f32", "f16", "bf16"):
        for byte in range(4):

            def pair(s: Sequence[int], old: int, source: str = source, byte: int = byte) -> int:
                return old & ~(255 << 8 * byte) | narrow("fp4", source, 2, s) << 8 * byte

            sources: List[Source] = [
                (Operand(2, 2 if source == "f32" else 1), elements(rng, source, 2, 5)),
                (Operand(4), seeds(rng)),
                (Operand(5), scale_lanes(rng, 3)),
            ]
            text = f"v_cvt_scalef32_sr_pk_fp4_{source} " + "{d}, {0}, {1}, {2}"
            yield lanewise(
                rng,
                text + f" op_sel:[0,0,{byte & 1},{byte >> 1}]",
                Operand(10),
                sources,
                pair,
                skip=lambda s, source=source: open_choice("fp4", source, 2, s),
            )
        for name in ("fp6", "bf6"):
            for near in (3, 6):
                sources = [
                    (Operand(16, FORMATS[source].bits), elements(rng, source, 32, near)),
                    (Operand(4), seeds(rng)),
                    (Operand(5), scale_lanes(rng, 3)),
                ]
                yield lanewise(
                    rng,
                    f"v_cvt_scalef32_sr_pk32_{name}_{source} " + "{d}, {0}, {1}, {2}",
                    Operand(52, 6),
                    sources,
                    lambda s, old, name=name, source=source: narrow(name, source, 32, s),
                    skip=lambda s, name=name, source=source: open_choice(name, source, 32, s),
                )
