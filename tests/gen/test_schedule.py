"""gen.schedule: the plan's order, its syntax, and what it refuses."""

from __future__ import annotations

import unittest
from typing import List

from gen import isa
from gen.errors import PlanError
from gen.ir import Imm, Instr, Segment
from gen.schedule import Loop, Slot, order_segment, parse_plan
from tests.gen.support import vgpr


def _set(stream: str, name: str) -> Instr:
    return isa.make("v_mov_b32_e32", [vgpr(name).all, Imm(0)], stream=stream, comment=name)


def _streams() -> List[Instr]:
    return [_set("a", f"a{i}") for i in range(5)] + [_set("b", f"b{i}") for i in range(2)]


def _order(plan: str) -> List[str]:
    return [i.comment for i in order_segment(Segment(_streams(), plan), "here")]


class Order(unittest.TestCase):
    def test_counts_and_rest(self) -> None:
        self.assertEqual(_order("b:1 a:2 b:* a:*"), ["b0", "a0", "a1", "b1", "a2", "a3", "a4"])

    def test_group_repeats_until_empty(self) -> None:
        self.assertEqual(_order("(a:2 b:1)*"), ["a0", "a1", "b0", "a2", "a3", "b1", "a4"])

    def test_no_plan_is_program_order(self) -> None:
        ordered = order_segment(Segment(_streams(), None), "here")
        self.assertEqual([i.comment for i in ordered], ["a0", "a1", "a2", "a3", "a4", "b0", "b1"])

    def test_nothing_is_lost_or_doubled(self) -> None:
        self.assertEqual(sorted(_order("a:3 (b:1 a:1)*")), sorted(_order("a:* b:*")))


class Refusals(unittest.TestCase):
    def test_broken_dependency_names_both(self) -> None:
        write = _set("first", "x")
        read = isa.make(
            "v_mov_b32_e32", [vgpr("y").all, vgpr("x").all], stream="second", comment="copy of x"
        )
        with self.assertRaisesRegex(
            PlanError, r"copy of x.*before.*first \| x.*reads what it writes"
        ):
            order_segment(Segment([write, read], "second:* first:*"), "block loop")

    def test_anti_dependency(self) -> None:
        read = isa.make("v_mov_b32_e32", [vgpr("y").all, vgpr("x").all], stream="use")
        with self.assertRaisesRegex(PlanError, "overwrites what it reads"):
            order_segment(Segment([read, _set("reload", "x")], "reload:* use:*"), "block loop")

    def test_leftovers(self) -> None:
        with self.assertRaisesRegex(PlanError, "leaves instructions of a"):
            _order("a:4 b:*")

    def test_unknown_stream(self) -> None:
        with self.assertRaisesRegex(PlanError, "names stream 'c'; the streams are: a, b"):
            _order("a:* b:* c:1")


class Syntax(unittest.TestCase):
    def test_parse(self) -> None:
        plan = parse_plan(" a:3 ( b:1 c:* )*  d:* ")
        self.assertEqual(
            plan, (Slot("a", 3), Loop((Slot("b", 1), Slot("c", None))), Slot("d", None))
        )

    def test_errors(self) -> None:
        for text in ("a", "a:", "a:3 )", "(a:1", "()*", "((a:1)*)*", "(a:0)*", "A:1", "a:-1"):
            with self.subTest(text), self.assertRaises(PlanError):
                parse_plan(text)


if __name__ == "__main__":
    unittest.main()
