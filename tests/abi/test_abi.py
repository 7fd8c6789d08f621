"""Would abi.py see it? A small library whose interface is changed in every way that matters."""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from typing import Tuple

HEADER = """\
#define API __attribute__((visibility("default")))
typedef enum smallm_colour { SMALLM_RED = 1, SMALLM_BLUE = 2 } smallm_colour;
typedef struct smallm_hidden smallm_hidden;
typedef void (*smallm_call)(void *user, smallm_colour colour);
typedef struct smallm_pair {
    int first;
    const char *second;
    int rows[2][3];
    smallm_call call;
} smallm_pair;
API int smallm_one(const smallm_pair *pair, smallm_hidden *hidden);
API smallm_colour smallm_two(void);
"""
SOURCE = """\
#include "smallm/smallm.h"
int smallm_one(const smallm_pair *pair, smallm_hidden *hidden) { return !pair + !hidden; }
smallm_colour smallm_two(void) { return SMALLM_RED; }
"""
EXPECTED = """\
soname libsmallm.so.9

int smallm_one(const smallm_pair *, smallm_hidden *)
smallm_colour smallm_two(void)
typedef smallm_call: void (*)(void *, smallm_colour)
opaque smallm_hidden

enum smallm_colour: 4 bytes
    SMALLM_RED = 1
    SMALLM_BLUE = 2

struct smallm_pair: 48 bytes
        0     4  int first
        8     8  const char *second
       16    24  int[2][3] rows
       40     8  smallm_call call
"""


class Tools:
    """Set from the command line before the tests run."""

    options: argparse.Namespace


class TestAbi(unittest.TestCase):
    def setUp(self) -> None:
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = Path(scratch.name)
        self.file = self.folder / "abi.txt"
        (self.folder / "smallm").mkdir()
        self.build(HEADER, SOURCE)

    def build(self, header: str, source: str, soname: str = "libsmallm.so.9") -> None:
        (self.folder / "smallm/smallm.h").write_text("#pragma once\n" + header, encoding="utf-8")
        code = self.folder / "library.c"
        code.write_text(source, encoding="utf-8")
        words = [Tools.options.cc, "-shared", "-fPIC", "-fvisibility=hidden", f"-I{self.folder}"]
        words += [f"-Wl,-soname,{soname}", str(code), "-o", str(self.folder / "library.so")]
        subprocess.run(words, check=True)

    def abi(self, action: str) -> Tuple[int, str]:
        script = str(Path(__file__).with_name("abi.py"))
        words = [sys.executable, "-B", script, "--library", str(self.folder / "library.so")]
        words += ["--include", str(self.folder), action, str(self.file)]
        for tool, path in vars(Tools.options).items():
            words += [f"--{tool}", path]
        done = subprocess.run(words, capture_output=True, text=True)
        return done.returncode, done.stdout + done.stderr

    def changed(
        self, header: str, source: str, *lines: str, soname: str = "libsmallm.so.9"
    ) -> None:
        """The other library does not pass, and the diff has these lines."""
        self.assertEqual(self.abi("--update"), (0, ""))
        self.build(header, source, soname)
        status, text = self.abi("--check")
        self.assertEqual(status, 1, text)
        for line in lines:
            self.assertIn(line, text.splitlines())
        self.assertIn("ninja abi_update", text)

    def refused(self, header: str, source: str, reason: str) -> None:
        self.build(header, source)
        status, text = self.abi("--update")
        self.assertEqual(status, 1, text)
        self.assertIn(reason, text)
        self.assertFalse(self.file.exists())

    def test_same(self) -> None:
        self.assertEqual(self.abi("--update"), (0, ""))
        self.assertTrue(self.file.read_text(encoding="utf-8").endswith("\n" + EXPECTED))
        self.assertEqual(self.abi("--check"), (0, ""))

    def test_no_file(self) -> None:
        self.assertEqual(self.abi("--check")[0], 1)

    def test_field_type_of_the_same_size(self) -> None:
        header = HEADER.replace("int first", "unsigned first")
        lines = "-        0     4  int first", "+        0     4  unsigned int first"
        self.changed(header, SOURCE, *lines)

    def test_field_in_a_hole(self) -> None:
        self.changed(
            HEADER.replace("int first;", "int first, more;"), SOURCE, "+        4     4  int more"
        )

    def test_enum_value(self) -> None:
        self.changed(
            HEADER.replace("SMALLM_BLUE = 2", "SMALLM_BLUE = 3"),
            SOURCE,
            "-    SMALLM_BLUE = 2",
            "+    SMALLM_BLUE = 3",
        )

    def test_parameter(self) -> None:
        before, after = "smallm_two(void)", "smallm_two(int x)"
        source = SOURCE.replace(before, after).replace("return SMALLM_RED", "return x + SMALLM_RED")
        line = "+smallm_colour smallm_two(int)"
        self.changed(HEADER.replace(before, after), source, line)

    def test_callback(self) -> None:
        header = HEADER.replace("(void *user, smallm", "(const void *user, smallm")
        self.changed(header, SOURCE, "+typedef smallm_call: void (*)(const void *, smallm_colour)")

    def test_new_function(self) -> None:
        self.changed(
            HEADER + "API void smallm_three(void);\n",
            SOURCE + "void smallm_three(void) {}\n",
            "+void smallm_three(void)",
        )

    def test_soname(self) -> None:
        self.changed(HEADER, SOURCE, "+soname libsmallm.so.10", soname="libsmallm.so.10")

    def test_exported_and_not_declared(self) -> None:
        source = SOURCE + '__attribute__((visibility("default"))) void smallm_spare(void) {}\n'
        self.refused(HEADER, source, "smallm_spare is exported but in no public header")

    def test_declared_and_not_exported(self) -> None:
        self.refused(HEADER + "API void smallm_gone(void);\n", SOURCE, "smallm_gone is never")

    def test_unnamed_enum(self) -> None:
        self.refused(HEADER + "enum { SMALLM_LIMIT = 4 };\n", SOURCE, "enum of SMALLM_LIMIT")

    def test_unnamed_field(self) -> None:
        header = HEADER.replace("int first;", "union { int first; float other; };")
        self.refused(header, SOURCE, "struct smallm_pair has a member")

    def test_bit_field(self) -> None:
        header = HEADER.replace("int first;", "int first : 3;")
        self.refused(header, SOURCE, "struct smallm_pair has a member")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    for name in ("cc", "nm", "readelf", "dwarfdump"):
        parser.add_argument(f"--{name}", required=True)
    Tools.options, rest = parser.parse_known_args()
    unittest.main(argv=[sys.argv[0], *rest])
