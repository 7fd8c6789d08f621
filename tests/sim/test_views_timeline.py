"""gfx950sim timeline: its letters are the instructions' clocks."""

from __future__ import annotations

import re
import unittest
from typing import List, Tuple

import views

Row = Tuple[str, str, str]  # waited for, letters, instruction


def rows(text: str) -> List[Row]:
    """Of one wave."""
    scale = next(x for x in text.splitlines() if x.startswith("    pc"))
    width = len(scale.rstrip())
    found = []
    for line in text.splitlines():
        match = re.match(r" *[0-9a-f]+ (.{20}) (.*?)  (?=[sv]_|global_|ds_|buffer_)(.*)$", line)
        if match and not line.startswith("    pc"):
            found.append((match.group(1).strip(), match.group(2), match.group(3)))
    assert width > 0
    return found


def mix(*options: str) -> List[Row]:
    return rows(views.run("timeline", [*views.MIX, *options, *views.MIX_ARGUMENTS]).stdout)


def row(found: List[Row], name: str) -> Row:
    return next(x for x in found if x[2].startswith(name))


class Timeline(unittest.TestCase):
    def test_one_row_for_each_instruction(self) -> None:
        out = views.stream("timeline").stdout
        found = rows(out)
        # 7 before the loop, twice 8 times 4 and 3, and 2 behind it
        self.assertEqual(len(found), 6 + 2 * (8 * 4 + 3) + 2)
        self.assertIn(f"{len(found)} instructions", out)
        self.assertEqual(
            sum(x[2].startswith("global_load") for x in found), views.STREAM_LOADS, out
        )
        issue = [x[1].index("D") for x in found]
        self.assertEqual(issue, sorted(set(issue)), "a wave issues one after the other, in order")
        for waited, letters, text in found:
            self.assertRegex(letters.strip(), r"^[=~]*D[e~]*E?[-~]*[=~]*$", text)
            if not re.search(r"[=~]", letters[: letters.index("D")]) and "D" != letters.strip()[0]:
                self.fail(f"{text}: {letters}")

    def test_letters_follow_the_machine(self) -> None:
        """4 passes of 4 clocks, and 8 until the result may be used: 24 clocks are 6 slots."""
        self.assertEqual(row(mix(), "v_mfma")[1].strip(), "DeeeeE")
        self.assertEqual(row(mix("--set", "mfma.result=20"), "v_mfma")[1].strip(), "DeeeeeeeE")
        self.assertEqual(row(mix(), "v_exp")[1].strip(), "DE")
        self.assertEqual(row(mix("--set", "valu.trans=16"), "v_exp")[1].strip(), "DeeE")
        self.assertEqual(row(mix(), "s_nop 1")[1].strip(), "D=")

    def test_waits_name_their_cause(self) -> None:
        found = mix("--first")
        self.assertEqual(found[0][0], "fetch 560")
        self.assertRegex(row(found, "s_waitcnt lgkmcnt")[0], r"^lgkmcnt 7\d\d$")
        self.assertRegex(row(found, "s_waitcnt vmcnt")[0], r"^vmcnt \d+$")
        self.assertRegex(row(found, "s_barrier")[0], r"^barrier \d+$")
        self.assertRegex(row(found, "s_endpgm")[0], r"^tail \d+$")
        self.assertEqual(row(found, "v_xor")[0], "")

    def test_wait_ends_where_its_load_does(self) -> None:
        found = mix()
        load, wait = row(found, "global_load"), row(found, "s_waitcnt vmcnt")
        # the slots of a row begin where it issues, so that one can be off
        self.assertIn(wait[1].index("D") - len(load[1].rstrip()), (-1, 0))

    def test_counted_in_order(self) -> None:
        """A load that finds its line on the way is back before an older one: - until that one is."""
        out = views.stream("timeline", "--workgroup", "3", "--wave", "0").stdout
        self.assertTrue(any("E-" in x[1] for x in rows(out)), out)

    def test_chooses_waves(self) -> None:
        both = views.stream("timeline", "--workgroup", "5").stdout
        self.assertEqual(
            re.findall(r"^workgroup (\d+) wave (\d+):", both, re.M),
            [("5", str(i)) for i in range(4)],
        )
        one = views.stream("timeline", "--workgroup", "5", "--wave", "2").stdout
        self.assertEqual(re.findall(r"^workgroup (\d+) wave (\d+):", one, re.M), [("5", "2")])
        first = views.stream("timeline").stdout
        self.assertEqual(re.findall(r"^workgroup (\d+) wave (\d+):", first, re.M), [("0", "0")])

    def test_bounds(self) -> None:
        out = views.stream("timeline", "--width", "40").stdout
        self.assertTrue(all(len(x[1]) <= 40 for x in rows(out)))
        on = re.search(r"columns end at clock (\d+): go on with --from (\d+)", out)
        assert on is not None, out
        self.assertEqual(on.group(1), on.group(2))
        second = views.stream("timeline", "--width", "40", "--from", on.group(2)).stdout
        self.assertIn(f"|{on.group(2)} ", second)
        few = views.stream("timeline", "--rows", "9").stdout
        self.assertEqual(len(rows(few)), 9)
        self.assertIn("the rows end after 9: go on with --from", few)
        part = views.stream("timeline", "--from", "1400", "--to", "1440").stdout
        self.assertTrue(all(len(x[1]) <= 10 for x in rows(part)))
        self.assertLess(len(rows(part)), 20)
        none = views.stream("timeline", "--from", "1000000").stdout
        self.assertIn("nothing under way from clock 1000000", none)

    def test_refuses(self) -> None:
        for options, message in (
            (["--width", "5"], "--width 5: a whole number from 20 to 2000"),
            (["--wave", "16"], "--wave 16: a whole number from 0 to 15"),
            (["--from", "9", "--to", "3"], "--from 9 must lie before --to 3"),
            (["--workgroup", "64"], "workgroups 0 to 63, of 4 waves each"),
        ):
            done = views.run("timeline", [*views.STREAM, *options, *views.STREAM_ARGUMENTS], 2)
            self.assertIn(message, done.stderr)


if __name__ == "__main__":
    unittest.main()
