"""Writes a machine file (mi355x.ini) as a C header: a macro MACHINE_SECTION_NAME for each parameter."""

import argparse
import configparser
import sys
from pathlib import Path


def macros(path: Path) -> "list[str]":
    parser = configparser.ConfigParser(
        delimiters=("=",), comment_prefixes=(";",), interpolation=None
    )
    with path.open(encoding="ascii") as file:
        parser.read_file(file, path.name)
    lines = []
    for section in parser.sections():
        for name, text in parser.items(section):
            fields = [field.strip() for field in text.split("|")]
            if len(fields) != 4:
                raise ValueError(
                    f"{path}: {section}.{name}: expected `value | unit | confidence | source`"
                )
            float(fields[0])  # a number, or the error says which text is none
            macro = f"MACHINE_{section}_{name}".upper()
            lines.append(f"#define {macro} {fields[0]} /* {fields[1]} */")
    return lines


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("ini", type=Path)
    parser.add_argument("header", type=Path)
    arguments = parser.parse_args()
    try:
        lines = macros(arguments.ini)
    except (OSError, ValueError, configparser.Error) as error:
        print(f"machine_header: {error}", file=sys.stderr)
        return 1
    guard = ["#ifndef SMALLM_MACHINE_INI_H", "#define SMALLM_MACHINE_INI_H"]
    text = "\n".join([f"/* Made from {arguments.ini.name}. */", *guard, *lines, "#endif"]) + "\n"
    arguments.header.parent.mkdir(parents=True, exist_ok=True)
    arguments.header.write_text(text, encoding="ascii")
    return 0


if __name__ == "__main__":
    sys.exit(main())
