"""Vectors of v_cmpx on 64-bit numbers and of v_cmpx_class (12.9, 12.11)."""

from __future__ import annotations

import random
from fractions import Fraction
from typing import Callable, Dict, Iterator, List, Sequence, Tuple

from isa_model import Operand, Vector, compare, float_order, floats, unpack, words
from mfma_reference import FORMATS, LANES


Order = Callable[[int, bool], bool]  # of -1, 0, 1 and whether a NaN is there
FLOAT_ORDERS: Dict[str, Order] = {
    "f": lambda c, nan: False,
    "lt": lambda c, nan: not nan and c < 0,
    "eq": lambda c, nan: not nan and c == 0,
    "le": lambda c, nan: not nan and c <= 0,
    "gt": lambda c, nan: not nan and c > 0,
    "lg": lambda c, nan: not nan and c != 0,
    "ge": lambda c, nan: not nan and c >= 0,
    "o": lambda c, nan: not nan,
    "u": lambda c, nan: nan,
    "nge": lambda c, nan: nan or c < 0,
    "nlg": lambda c, nan: nan or c == 0,
    "ngt": lambda c, nan: nan or c <= 0,
    "nle": lambda c, nan: nan or c > 0,
    "neq": lambda c, nan: nan or c != 0,
    "nlt": lambda c, nan: nan or c >= 0,
    "tru": lambda c, nan: True,
}
INTEGER_ORDERS = {"f": "f", "lt": "lt", "eq": "eq", "le": "le", "gt": "gt", "ne": "lg", "ge": "ge"}
INTEGER_ORDERS["t"] = "tru"


def pairs(rng: random.Random, make: Callable[[], List[int]]) -> Tuple[List[int], List[int]]:
    """A quarter of the lanes have the same value on both sides."""
    a, b = make(), make()
    return a, [x if rng.random() < 0.25 else y for x, y in zip(a, b)]


def integers(rng: random.Random) -> List[int]:
    edges = [0, 1, 2**63 - 1, 2**63, 2**64 - 1, 2**32, 2**32 - 1]
    return [rng.choice(edges) if rng.random() < 0.5 else rng.getrandbits(64) for _ in range(LANES)]


def comparisons(rng: random.Random) -> Iterator[Vector]:
    low, high, pair = Operand(2, 2), Operand(4, 2), Operand(8, 2, "s")
    for name, order in FLOAT_ORDERS.items():
        a, b = pairs(rng, lambda: floats(rng, "f64", 2))

        def plain(s: Sequence[int], order: Order = order) -> bool:
            return order(*float_order(unpack("f64", s[0]), unpack("f64", s[1])))

        def modified(s: Sequence[int], order: Order = order) -> bool:
            x, y = s[0] ^ 1 << 63, s[1] & (1 << 63) - 1
            return order(*float_order(unpack("f64", x), unpack("f64", y)))

        op = f"v_cmpx_{name}_f64"
        yield compare(rng, op + "_e32 {d}, {0}, {1}", [(low, a), (high, b)], plain)
        yield compare(rng, op + "_e64 {d}, -{0}, |{1}|", [(low, a), (high, b)], modified, pair)
    for name, of in INTEGER_ORDERS.items():
        for sign, half in (("i", 2**63), ("u", 0)):
            a, b = pairs(rng, lambda: integers(rng))

            def whole(s: Sequence[int], of: str = of, half: int = half) -> bool:
                x, y = s[0] ^ half, s[1] ^ half
                return FLOAT_ORDERS[of]((x > y) - (x < y), False)

            op = f"v_cmpx_{name}_{sign}64"
            yield compare(rng, op + "_e32 {d}, {0}, {1}", [(low, a), (high, b)], whole)
            yield compare(rng, op + "_e64 {d}, {0}, {1}", [(low, a), (high, b)], whole, pair)
    for name in ("f16", "f32", "f64"):
        source = (Operand(2, FORMATS[name].bits // 33 + 1), floats(rng, name))
        mask = (Operand(4), words(rng, 10))

        def member(s: Sequence[int], name: str = name) -> bool:
            return bool(s[1] >> class_of(name, s[0]) & 1)

        op = f"v_cmpx_class_{name}"
        yield compare(rng, op + "_e32 {d}, {0}, {1}", [source, mask], member)
        yield compare(rng, op + "_e64 {d}, {0}, {1}", [source, mask], member, pair)


def class_of(name: str, bits: int) -> int:
    f = FORMATS[name]
    x = unpack(name, bits)
    if x.nan:
        return bits >> (f.mantissa - 1) & 1
    if x.infinite:
        return 2 if x.negative else 9
    if x.magnitude >= Fraction(2) ** (1 - f.bias):
        return 3 if x.negative else 8
    if x.magnitude:
        return 4 if x.negative else 7
    return 5 if x.negative else 6
