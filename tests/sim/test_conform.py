"""gfx950sim conform: what it accepts, what it finds, what it refuses."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import unittest
from pathlib import Path
from typing import Any, Dict, List, Tuple

LANES = 64
ALL = (1 << 64) - 1
NAN, OTHER_NAN = 0x7FC00000, 0xFFC12345


def vector(**changes: Any) -> Dict[str, Any]:
    found: Dict[str, Any] = {
        "id": "add.1",
        "op": "v_add_u32",
        "asm": ["v_add_u32 v10, v2, v4"],
        "enc": "02091468",
        "in": {"v2": list(range(LANES)), "v4": [7] * LANES, "exec": ALL, "mode": 0x3F0},
        "out": {"v10": [i + 7 for i in range(LANES)]},
    }
    found.update(changes)
    return found


def move(value: int, want: int, **changes: Any) -> Dict[str, Any]:
    return vector(
        asm=["v_mov_b32 v10, v2"],
        enc="0203147e",
        **{"in": {"v2": [value] * LANES, "exec": ALL}, "out": {"v10": [want] * LANES}, **changes},
    )


class Conform(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def run_lines(self, lines: List[str], *options: str) -> Tuple[int, str, str]:
        path = self.folder / "vectors.jsonl"
        path.write_text("".join(line + "\n" for line in lines))
        run = subprocess.run(
            [os.environ["GFX950SIM"], "conform", str(path), *options],
            capture_output=True,
            text=True,
            check=False,
        )
        return run.returncode, run.stdout, run.stderr

    def check(self, vectors: List[Dict[str, Any]], status: int, last: str, *options: str) -> str:
        code, out, err = self.run_lines([json.dumps(v) for v in vectors], *options)
        self.assertEqual((code, err), (status, ""), out)
        self.assertEqual(out.splitlines()[-1], last)
        return out

    def test_right(self) -> None:
        self.check([vector(), vector(id="add.2")], 0, "2 passed, 0 failed")

    def test_failure_names_all_there_is(self) -> None:
        wrong = vector()
        wrong["out"]["v10"][13] = 1
        out = self.check([wrong, vector(id="add.2")], 1, "1 passed, 1 failed")
        for part in ("add.1", "v_add_u32 v10, v2, v4", "v10 lane 13", "0x00000014", "0x00000001"):
            self.assertIn(part, out)

    def test_skipped_lanes_and_masks(self) -> None:
        wrong = vector(skip_lanes=[13])
        wrong["out"]["v10"][13] = 1
        self.check([wrong], 0, "1 passed, 0 failed")
        masked = vector(mask={"v10": 0xF0})
        masked["out"]["v10"] = [x ^ 5 for x in masked["out"]["v10"]]
        self.check([masked], 0, "1 passed, 0 failed")

    def test_64_bits_are_exact(self) -> None:
        mask = (1 << 63) + (1 << 53) + 1
        text = {"asm": ["s_mov_b64 vcc, exec"], "enc": "7e01eabe"}
        right = vector(**text, **{"in": {"exec": mask}, "out": {"vcc": mask, "exec": mask}})
        self.check([right], 0, "1 passed, 0 failed")
        wrong = vector(**text, **{"in": {"exec": mask}, "out": {"vcc": mask - 1}})
        self.assertIn("vcc: got 0x8020000000000001", self.check([wrong], 1, "0 passed, 1 failed"))

    def test_formats(self) -> None:
        for form, got, want, ulp, same in (
            ("f32", NAN, OTHER_NAN, 0, True),
            ("u32", NAN, OTHER_NAN, 0, False),
            ("f32", 0x80000000, 0, 0, False),
            ("f32", 0x3F800001, 0x3F7FFFFF, 2, True),
            ("f32", 0x3F800002, 0x3F7FFFFF, 2, False),
            ("f32", NAN, 0x7F800000, 3, False),
            ("f16", 0x12347E01, 0x1234FE00, 0, True),
            ("f16", 0x12347E01, 0x1235FE00, 0, False),
            ("f16x2", 0x7E013C00, 0xFE003C00, 0, True),
            ("bf16x2", 0x7FC13F80, 0xFFC03F80, 0, True),
            ("bf16x2", 0x7F803F80, 0xFFC03F80, 0, False),
            ("fp8x4", 0x7F382000, 0xFF382000, 0, True),
            ("fp8x4", 0x7E382000, 0x7F382000, 0, False),
            ("bf8x4", 0x7D382000, 0xFE382000, 0, True),
            ("bf8x4", 0x7C382000, 0x7D382000, 0, False),
        ):
            with self.subTest(form=form, got=hex(got), want=hex(want), ulp=ulp):
                case = move(got, want, fmt={"v10": form}, ulp=ulp)
                last = "1 passed, 0 failed" if same else "0 passed, 1 failed"
                self.check([case], 0 if same else 1, last)

    def test_f64_halves_belong_together(self) -> None:
        for low, high, same in ((1, 0x7FF80000, True), (0, 0x7FF00000, False)):
            case = vector(
                asm=["v_mov_b64 v[10:11], v[2:3]"],
                enc="0271147e",
                fmt={"v10": "f64lo", "v11": "f64hi"},
                **{
                    "in": {"v2": [low] * LANES, "v3": [high] * LANES, "exec": ALL},
                    "out": {"v10": [77] * LANES, "v11": [0xFFF80000] * LANES},
                },
            )
            last = "1 passed, 0 failed" if same else "0 passed, 1 failed"
            self.check([case], 0 if same else 1, last)

    def test_text_and_bytes_agree(self) -> None:
        out = self.check([vector(asm=["v_add_u32 v10, v4, v2"])], 1, "0 passed, 1 failed")
        self.assertIn("the bytes are 'v_add_u32_e32 v10, v2, v4'", out)

    def test_undefined_output(self) -> None:
        case = vector(**{"in": {"v2": [1] * LANES, "exec": ALL}})
        out = self.check([case], 1, "0 passed, 1 failed")
        self.assertIn("undefined bits", out)

    def test_exclusions(self) -> None:
        path = self.folder / "excluded"
        path.write_text("# comment\nadd.1 the sum is wrong, ISA 12.7\n")
        wrong = vector(out={"v10": [0] * LANES})
        out = self.check(
            [wrong, vector(id="add.2")], 0, "1 passed, 0 failed", "--exclude", str(path)
        )
        self.assertIn("1 excluded", out)
        path.write_text("add.1\n")
        code, _, err = self.run_lines([json.dumps(wrong)], "--exclude", str(path))
        self.assertEqual(code, 2)
        self.assertIn("'add.1' has no reason", err)

    def test_only(self) -> None:
        other = vector(id="other.1", op="v_other", out={"v10": [0] * LANES})
        self.check([vector(), other], 0, "1 passed, 0 failed", "--only", "add")

    def test_refusals(self) -> None:
        for line, part in (
            ("{", "no JSON object"),
            (json.dumps(vector(enc="0209")), "'enc'"),
            (json.dumps(vector(out={"q1": 3})), "'q1', which is no register"),
            (json.dumps(vector(out={"v10": [1, 2]})), "has not 64 lanes"),
            (json.dumps(vector(out={"s1": -1})), "no unsigned integer"),
            (json.dumps(vector(fmt={"v10": "f99"})), "'f99'"),
            (json.dumps(vector(fmt={"v99": "f32"})), "'v99', which is no output"),
        ):
            with self.subTest(line=line[:40]):
                code, out, err = self.run_lines([json.dumps(vector()), line])
                self.assertEqual((code, out), (2, ""))
                self.assertIn(":2: ", err)
                self.assertIn(part, err)

    def test_arguments(self) -> None:
        for options, part in (
            (["--mfma", "sideways"], "must be one of chain, pairwise"),
            (["--only"], "--only needs a value"),
            (["--frobnicate"], "does not take '--frobnicate'"),
        ):
            code, _, err = self.run_lines([json.dumps(vector())], *options)
            self.assertEqual(code, 2)
            self.assertIn(part, err)


if __name__ == "__main__":
    unittest.main()
