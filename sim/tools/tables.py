"""Turns configs/checks.csv and configs/hazards.csv into the rows of checks.inc and hazards.inc.

checks.inc:  CHECK(id, "name", own, compiled, foreign, "source", "rule")
hazards.inc: HAZARD(index, "rule", "producer", "producer_operand", "consumer", "consumer_operand",
             waits, llvm_waits, own, compiled, foreign, "source")

Severities become SEV_OFF, SEV_WARNING, SEV_ERROR. A row that breaks the format stops the build with file, line and
reason.
"""

import argparse
import csv
import sys
from pathlib import Path
from typing import Dict, Iterator, List, Tuple

CHECK_COLUMNS = ["id", "check", "own", "compiled", "foreign", "source", "rule"]
HAZARD_COLUMNS = [
    "rule",
    "producer",
    "producer_operand",
    "consumer",
    "consumer_operand",
    "waits",
    "llvm_waits",
    "own",
    "compiled",
    "foreign",
    "source",
]
SEVERITIES = {"error": "SEV_ERROR", "warning": "SEV_WARNING", "off": "SEV_OFF"}
PRESETS = ["own", "compiled", "foreign"]

Row = Dict[str, str]


class TableError(Exception):
    pass


def rows(path: Path, columns: List[str]) -> Iterator[Tuple[int, Row]]:
    """Yields (line number, row) of a CSV file with '#' comment lines."""
    header_seen = False
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        cells = next(csv.reader([line]))
        if not header_seen:
            if cells != columns:
                raise TableError(f"{path}:{number}: the columns must be {','.join(columns)}")
            header_seen = True
            continue
        if len(cells) != len(columns):
            raise TableError(f"{path}:{number}: {len(cells)} cells; {len(columns)} are needed")
        row = dict(zip(columns, cells))
        for preset in PRESETS:
            if row[preset] not in SEVERITIES:
                raise TableError(
                    f"{path}:{number}: {preset} is '{row[preset]}'; use error, warning or off"
                )
        yield number, row


def quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def severities(row: Row) -> List[str]:
    return [SEVERITIES[row[preset]] for preset in PRESETS]


def unique(path: Path, number: int, seen: Dict[str, int], name: str) -> None:
    if name in seen:
        raise TableError(f"{path}:{number}: '{name}' is already in line {seen[name]}")
    seen[name] = number


def checks(path: Path) -> str:
    out = []
    seen: Dict[str, int] = {}
    for number, row in rows(path, CHECK_COLUMNS):
        unique(path, number, seen, row["id"])
        unique(path, number, seen, row["check"])
        cells = [row["id"], quoted(row["check"]), *severities(row)]
        out.append(f"CHECK({', '.join(cells + [quoted(row['source']), quoted(row['rule'])])})\n")
    return "".join(out)


def hazards(path: Path) -> str:
    out = []
    seen: Dict[str, int] = {}
    for number, row in rows(path, HAZARD_COLUMNS):
        unique(path, number, seen, row["rule"])
        for column in ("waits", "llvm_waits"):
            if not row[column].isdigit():
                raise TableError(
                    f"{path}:{number}: {column} is '{row[column]}'; a number is needed"
                )
        names = [quoted(row[column]) for column in HAZARD_COLUMNS[:5]]
        cells = [str(len(out)), *names, row["waits"], row["llvm_waits"], *severities(row)]
        out.append(f"HAZARD({', '.join(cells + [quoted(row['source'])])})\n")
    return "".join(out)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--checks", type=Path, required=True)
    parser.add_argument("--hazards", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True, help="directory")
    args = parser.parse_args()
    try:
        args.out.mkdir(parents=True, exist_ok=True)
        (args.out / "checks.inc").write_text(checks(args.checks), encoding="utf-8")
        (args.out / "hazards.inc").write_text(hazards(args.hazards), encoding="utf-8")
    except (OSError, TableError) as error:
        print(f"tables.py: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
