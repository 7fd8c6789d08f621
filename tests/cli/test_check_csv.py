"""`smallm check-csv FILE`: exit statuses, one line for each problem."""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from typing import Tuple

HEADER = "K,N,M,kernel,n_tile,k_waves,k_splits,use_asm,us,method\n"
KERNEL = "smallm_dense_gemv_m1_r1_l64_w1_d3"
ROW = f"6144,2304,1,{KERNEL},4,1,1,1,7.2,measured\n"


class Paths:
    """Set from the command line before the tests run."""

    smallm = ""
    source = Path()


def check(text: bytes) -> Tuple[int, str, str]:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "t.csv")
        file.write_bytes(text)
        status, out, err = run("check-csv", str(file))
        return status, out.replace(folder, "DIR"), err.replace(folder, "DIR")


def run(*words: str) -> Tuple[int, str, str]:
    done = subprocess.run([Paths.smallm, *words], capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout, done.stderr


class CheckCsv(unittest.TestCase):
    def test_right(self) -> None:
        self.assertEqual(check(HEADER.encode()), (0, "DIR/t.csv: 0 rows, all right\n", ""))
        self.assertEqual(check((HEADER + ROW).encode()), (0, "DIR/t.csv: 1 row, all right\n", ""))
        second = ROW.replace("2304,1", "2304,2").replace("m1_r1_l64_w1_d3,4", "m2_r2_l64_w1_d2,8")
        crlf = (HEADER + ROW + second).replace("\n", "\r\n").encode()
        self.assertEqual(check(crlf), (0, "DIR/t.csv: 2 rows, all right\n", ""))

    def test_kinds_differ_by_header(self) -> None:
        header = "N,K,a_div,weighted,rows,kernel,n_tile,k_waves,k_splits,use_asm,us,method\n"
        self.assertEqual(
            check(b"# MoE\n\n" + header.encode())[:2], (0, "DIR/t.csv: 0 rows, all right\n")
        )
        status, _, err = check(
            (header + f"1536,6144,4,0,1,{KERNEL},4,1,1,1,7.2,measured\n").encode()
        )
        self.assertEqual(status, 2)
        self.assertIn(f'DIR/t.csv:2:17: kernel is "{KERNEL}", which does not compute MoE', err)
        status, _, err = check(header.replace("a_div", "div").encode())
        self.assertEqual(status, 2)
        self.assertIn("must be the header N,K,a_div", err)
        status, _, err = check(HEADER.replace("K,N", "M,N").encode())
        self.assertEqual(status, 2)
        self.assertIn("must be the header K,N,M", err)

    def test_every_problem_has_a_line(self) -> None:
        text = (
            "# a comment\n"
            + HEADER
            + ROW
            + ROW.replace("2304,1", "2304,2")
            + ROW.replace("2304", "2305").replace("7.2", "-1")
            + ROW
            + "1,2\n"
        )
        status, out, err = check(text.encode())
        self.assertEqual((status, out), (2, ""))
        lines = err.splitlines()
        self.assertEqual(len(lines), 5, err)
        self.assertRegex(lines[0], rf"^DIR/t.csv:4:11: m is 2; kernel {KERNEL} takes from 1 to 1")
        self.assertRegex(lines[1], r'^DIR/t.csv:5:55: us is "-1"; it must be')
        self.assertRegex(lines[2], r"^DIR/t.csv:7:1: the number of cells is 2; it must be 10")
        self.assertRegex(lines[3], r"^DIR/t.csv:6:1: K=6144, N=2304, M=1 is already in line 3")
        self.assertEqual(lines[4], "smallm: DIR/t.csv has 4 problems; a context would refuse it.")

    def test_files(self) -> None:
        status, out, err = run("check-csv", "/no/such.csv")
        self.assertEqual((status, out), (2, ""))
        self.assertEqual(err.count("/no/such.csv"), 2)
        self.assertIn("cannot be read: No such file", err)
        self.assertEqual(check(b"\x00" * 100)[0], 2)
        status, _, err = run("check-csv")
        self.assertEqual(status, 2)
        self.assertIn("check-csv", err)

    def test_tables_of_the_tree(self) -> None:
        table = Paths.source / "configs" / "dense.csv"
        status, out, err = run("check-csv", str(table))
        rows = [r for r in table.read_text().splitlines() if r[:1].isdigit()]
        self.assertEqual((status, out, err), (0, f"{table}: {len(rows)} rows, all right\n", ""))

    def test_replaces_the_built_in_table(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder, "t.csv")
            file.write_text(HEADER + "broken\n")
            done = subprocess.run(
                [Paths.smallm, "run", "dense", "--m", "1", "--n", "8", "--k", "32"],
                env={"SMALLM_DENSE_CSV": str(file)},
                capture_output=True,
                text=True,
                timeout=60,
            )
        self.assertEqual(done.returncode, 2, done)
        self.assertIn(f"{file}:2:1: the number of cells is 1", done.stderr)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--smallm", required=True)
    parser.add_argument("--source", type=Path, required=True)
    args, rest = parser.parse_known_args()
    Paths.smallm, Paths.source = args.smallm, args.source
    unittest.main(argv=[sys.argv[0], *rest])


if __name__ == "__main__":
    main()
