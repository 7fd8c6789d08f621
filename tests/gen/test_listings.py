"""The shipped kernels' listings, read back as text: they assemble, wait enough and no more, obey
the wait states.
"""

from __future__ import annotations

import subprocess
import tempfile
import unittest
from pathlib import Path
from typing import Iterator, Tuple

from tests.gen import listing_model, support


class Assembles(unittest.TestCase):
    def test_every_listing_assembles_without_a_word(self) -> None:
        tool = support.find_llvm("llvm-mc")
        if tool is None:
            self.skipTest("no llvm-mc (20 or newer) found; install llvm-22")
        for cfg, listing in support.shipped():
            with self.subTest(cfg.name), tempfile.TemporaryDirectory() as folder:
                source = Path(folder) / f"{cfg.name}.s"
                source.write_text(listing.text, encoding="utf-8")
                command = [tool, "-triple=amdgcn-amd-amdhsa", "-mcpu=gfx950", "-filetype=obj"]
                done = subprocess.run(
                    [*command, str(source), "-o", str(source) + ".o"],
                    capture_output=True,
                    text=True,
                    check=False,
                )
                self.assertEqual((done.returncode, done.stderr), (0, ""))


def _cases() -> Iterator[Tuple[str, listing_model.Text]]:
    for cfg, listing in support.shipped():
        yield cfg.name, listing_model.read(listing.text)


class Waits(unittest.TestCase):
    def test_no_path_touches_a_register_in_flight(self) -> None:
        for name, text in _cases():
            self.assertIsNone(listing_model.wait_fault(text), name)

    def test_every_wait_is_needed_and_the_loosest(self) -> None:
        """Letting one more operation stay outstanding must be a fault on some path."""
        matrix = [pair for pair in support.shipped() if pair[0].family == "dense_mfma"]
        for cfg, listing in support.shipped()[:1] + support.shipped()[3:5] + matrix[:4]:
            lines = listing.text.splitlines()
            for at, line in enumerate(lines):
                if "s_waitcnt" not in line or "; wait |" not in line:
                    continue
                words = line.split(";")[0]
                for counter in ("vmcnt", "lgkmcnt"):
                    if f"{counter}(" not in words:
                        continue
                    count = int(words.split(f"{counter}(")[1].split(")")[0])
                    looser = line.replace(f"{counter}({count})", f"{counter}({count + 1})", 1)
                    text = listing_model.read("\n".join(lines[:at] + [looser] + lines[at + 1 :]))
                    self.assertIsNotNone(
                        listing_model.wait_fault(text),
                        f"{cfg.name}: line {at + 1} could be {looser.strip()}",
                    )


class WaitStates(unittest.TestCase):
    def test_no_path_breaks_a_wait_state(self) -> None:
        for name, text in _cases():
            self.assertIsNone(listing_model.hazard_fault(text), name)

    def test_every_nop_is_needed(self) -> None:
        nops = 0
        for cfg, listing in support.shipped():
            lines = listing.text.splitlines()
            for at, line in enumerate(lines):
                if "s_nop" not in line.split(";")[0]:
                    continue
                nops += 1
                text = listing_model.read("\n".join(lines[:at] + lines[at + 1 :]))
                fault = listing_model.hazard_fault(text)
                self.assertIsNotNone(fault, f"{cfg.name}: line {at + 1} is not needed")
        self.assertGreater(nops, 0)


class Readable(unittest.TestCase):
    def test_every_line_names_stream_and_operands(self) -> None:
        for cfg, listing in support.shipped():
            body = listing.text.split(".L_entry:")[1].split(".Lend:")[0]
            for line in body.splitlines()[1:]:
                if not line.startswith(".L_"):
                    self.assertIn(" ; ", line, cfg.name)

    def test_every_register_in_use_is_in_the_map(self) -> None:
        for cfg, listing in support.shipped():
            named = set()
            for line in listing.text.split(".amdgcn_target")[0].splitlines():
                words = line.split()
                if len(words) == 3 and words[0] == ";":
                    named |= listing_model._registers(words[1])
            used = set()
            for ins in listing_model.read(listing.text).lines:
                used |= {r for r in ins.reads | ins.writes if r not in ("vcc", "exec")}
            self.assertEqual(used - named, set(), cfg.name)

    def test_every_vmem_wait_names_its_load(self) -> None:
        named = r"; (wait \| for .*\((load_\w+|ticket)\)|ticket \| the partials have)"
        for cfg, listing in support.shipped():
            for line in listing.text.splitlines():
                if "s_waitcnt vmcnt" in line:
                    self.assertRegex(line, named, cfg.name)


if __name__ == "__main__":
    unittest.main()
