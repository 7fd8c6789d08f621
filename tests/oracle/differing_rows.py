"""Keeps the table in docs/hazards.md of the rows where AMD's document and LLVM differ: generated
from configs/hazards.csv.

  differing_rows.py --hazards CSV --page hazards.md [--write]

Without --write: exit status 1 when the page is out of date."""

import argparse
import csv
import sys
from typing import Dict, List

BEGIN, END = "<!-- differing rows: begin -->", "<!-- differing rows: end -->"


def choice(row: Dict[str, str]) -> str:
    waits, llvm = int(row["waits"]), int(row["llvm_waits"])
    if row["own"] == "off":
        return f"`compiled` alone asks for {llvm}: AMD's document asks for none"
    if row["source"].startswith("LLVM"):
        return (
            f"{waits} everywhere: the stricter; `compiled` takes {llvm}"
            if llvm < waits
            else f"{waits}, from LLVM alone"
        )
    return f"AMD's {waits}; `compiled` takes LLVM's {llvm}"


def table(path: str) -> List[str]:
    lines = ["| rule | AMD | LLVM 22 | choice | source |", "|---|---|---|---|---|"]
    with open(path, encoding="utf-8") as file:
        for row in csv.DictReader(x for x in file if not x.startswith("#")):
            from_llvm = row["source"].startswith("LLVM")
            if row["waits"] != row["llvm_waits"] or from_llvm:
                amd = "none" if from_llvm else row["waits"]
                lines.append(
                    f"| `{row['rule']}` | {amd} | {row['llvm_waits']} | {choice(row)} | {row['source']} |"
                )
    return lines


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--hazards", required=True)
    parser.add_argument("--page", required=True)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    with open(options.page, encoding="utf-8") as file:
        text = file.read()
    head, found, rest = text.partition(BEGIN)
    _, closed, tail = rest.partition(END)
    if not found or not closed:
        print(f"{options.page} lacks the lines {BEGIN} and {END}")
        return 1
    fresh = head + BEGIN + "\n" + "\n".join(table(options.hazards)) + "\n" + END + tail
    if options.write:
        with open(options.page, "w", encoding="utf-8") as file:
            file.write(fresh)
    elif fresh != text:
        print(f"{options.page} is out of date: run this with --write")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
