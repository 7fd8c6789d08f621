"""The binary interface of libsmallm as text: soname, exported functions with their types, and every
struct, enum and function pointer of the public headers with sizes, offsets and values.

    abi.py --library L --include DIR [--cc CC] [--nm NM] [--dwarfdump D] --check FILE | --update FILE

Everything comes from the library's dynamic symbols and from the debug information that the compiler
writes for a file that includes the headers, so no field can be left out.
"""

from __future__ import annotations

import argparse
import difflib
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Dict, Iterator, List, Optional, Tuple

HEADING = """\
# The binary interface of libsmallm, compared by the test "abi". Written by "ninja abi_update".
# A change here is a change for every program that was linked before: the end of docs/linking.md
# says which ones are compatible.
"""
PREFIX = "smallm_"
POINTER_BYTES = 8


class AbiError(Exception):
    """Something that this program does not describe, or that the interface must not have."""


@dataclass
class Die:
    """One entry of the debug information."""

    tag: str
    depth: int
    attributes: Dict[str, str] = field(default_factory=dict)
    children: List["Die"] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.attributes.get("name", "").strip('"')

    def number(self, attribute: str) -> int:
        return int(self.attributes[attribute], 0)


class Types:
    """The debug information of one object, as `llvm-dwarfdump --debug-info` prints it."""

    def __init__(self, text: str) -> None:
        self._by_offset: Dict[str, Die] = {}
        self.all: List[Die] = []
        stack: List[Die] = []
        for line in text.splitlines():
            entry = re.match(r"(0x[0-9a-f]+): ( *)DW_TAG_(\w+)", line)
            attribute = re.match(r" +DW_AT_(\w+)\t\((.*)\)$", line)
            if entry:
                die = Die(entry.group(3), len(entry.group(2)))
                while stack and stack[-1].depth >= die.depth:
                    stack.pop()
                if stack:
                    stack[-1].children.append(die)
                stack.append(die)
                self.all.append(die)
                self._by_offset[entry.group(1)] = die
            elif attribute and stack:
                stack[-1].attributes[attribute.group(1)] = attribute.group(2)

    def of(self, die: Die) -> Optional[Die]:
        """The type that `die` refers to; None is void."""
        reference = die.attributes.get("type")
        return self._by_offset[reference.split()[0]] if reference else None

    def spelled(self, die: Optional[Die]) -> str:
        if die is None:
            return "void"
        if die.tag == "pointer_type":
            target = self.of(die)
            if target is not None and target.tag == "subroutine_type":
                return f"{self.result(target)} (*){self.parameters(target)}"
            return join(self.spelled(target), "*")
        if die.tag == "const_type":
            target = self.of(die)
            if target is not None and target.tag == "pointer_type":
                return self.spelled(target) + "const"
            return "const " + self.spelled(target)
        if die.tag == "array_type":
            return self.spelled(self.of(die)) + "".join(f"[{n}]" for n in array_lengths(die))
        if die.name and die.tag in ("base_type", "typedef"):
            return die.name
        if die.name and die.tag in ("structure_type", "enumeration_type"):
            return (
                die.tag.split("_")[0].replace("enumeration", "enum").replace("structure", "struct")
                + f" {die.name}"
            )
        raise AbiError(f"a {die.tag} without a name in the interface: name it, or teach abi.py")

    def result(self, function: Die) -> str:
        return self.spelled(self.of(function))

    def parameters(self, function: Die) -> str:
        kinds = {child.tag for child in function.children}
        if not kinds <= {"formal_parameter"}:
            raise AbiError(f"a function with {', '.join(sorted(kinds))}")
        spelled = [self.spelled(self.of(child)) for child in function.children]
        return "(" + (", ".join(spelled) or "void") + ")"

    def bytes(self, die: Optional[Die]) -> int:
        if die is None:
            raise AbiError("a field of type void")
        if "byte_size" in die.attributes:
            return die.number("byte_size")
        if die.tag == "pointer_type":
            return POINTER_BYTES
        count = 1
        for length in array_lengths(die):
            count *= length
        return count * self.bytes(self.of(die))


def join(kind: str, name: str) -> str:
    """A declaration as C writers space it: "int x", "char *x"."""
    return kind + ("" if kind.endswith("*") else " ") + name


def array_lengths(die: Die) -> Iterator[int]:
    for child in die.children:
        if "count" in child.attributes:
            yield child.number("count")
        else:
            yield child.number("upper_bound") + 1


def describe_struct(types: Types, die: Die) -> List[str]:
    lines = [f"struct {die.name}: {die.number('byte_size')} bytes"]
    for member in die.children:
        if member.tag != "member" or not member.name or "bit_size" in member.attributes:
            raise AbiError(f"struct {die.name} has a {member.tag} that is no plain, named field")
        kind = types.of(member)
        at = member.number("data_member_location")
        lines.append(f"    {at:5} {types.bytes(kind):5}  {join(types.spelled(kind), member.name)}")
    return lines


def describe_enum(die: Die) -> List[str]:
    lines = [f"enum {die.name}: {die.number('byte_size')} bytes"]
    for value in die.children:
        lines.append(f"    {value.name} = {value.number('const_value')}")
    return lines


def describe_typedef(types: Types, die: Die) -> List[str]:
    target = types.of(die)
    if target is not None and target.tag in ("structure_type", "enumeration_type"):
        if target.name and target.name != die.name:
            raise AbiError(f"typedef {die.name} is another name of {target.name}")
        if "declaration" in target.attributes:
            return [f"opaque {die.name}"]
        if not target.name:
            raise AbiError(f"{die.name} is a typedef of something unnamed: name it as well")
        return []
    return [f"typedef {die.name}: {types.spelled(target)}"]


def describe(types: Types, functions: List[str], soname: str) -> str:
    pointers = {die.name: die for die in types.all if die.tag == "variable"}
    blocks: List[Tuple[str, List[str]]] = []
    for die in types.all:
        if die.tag == "enumeration_type" and not die.name.startswith(PREFIX):
            values = [value.name for value in die.children]
            if any(value.startswith(PREFIX.upper()) for value in values):
                raise AbiError(f"the enum of {values[0]} has no name that starts with {PREFIX}")
        if not die.name.startswith(PREFIX):
            continue
        lines: List[str] = []
        if die.tag == "structure_type" and "declaration" not in die.attributes:
            lines = describe_struct(types, die)
        elif die.tag == "enumeration_type":
            lines = describe_enum(die)
        elif die.tag == "typedef":
            lines = describe_typedef(types, die)
        elif die.tag == "union_type":
            raise AbiError(f"union {die.name}: teach abi.py")
        if lines:
            blocks.append((die.name, lines))
    text = [HEADING, f"soname {soname}", ""]
    for name in functions:
        pointer = types.of(pointers["abi_" + name])
        target = types.of(pointer) if pointer is not None else None
        if target is None:
            raise AbiError(f"{name} is exported and is no function")
        text.append(join(types.result(target), name) + types.parameters(target))
    for lone in (True, False):
        for _, lines in sorted(block for block in blocks if (len(block[1]) == 1) == lone):
            text += lines if lone else ["", *lines]
    return "\n".join(text) + "\n"


def run(*words: str) -> str:
    done = subprocess.run(words, capture_output=True, text=True)
    if done.returncode != 0:
        raise AbiError(f"{' '.join(words)} failed:\n{done.stderr}")
    return done.stdout


def exported(nm: str, library: str) -> List[str]:
    lines = run(nm, "-D", "--defined-only", library).splitlines()
    return sorted(line.split()[-1].split("@")[0] for line in lines)


def declared(cc: str, include: str, source: Path) -> List[str]:
    text = run(cc, "-E", "-P", f"-I{include}", str(source))
    mark = r'__attribute__\(\(visibility\("default"\)\)\)'
    return sorted(re.findall(mark + r"[^;{]*?\b(\w+)\s*\(", text))


def interface(args: argparse.Namespace) -> str:
    functions = exported(args.nm, args.library)
    with tempfile.TemporaryDirectory() as folder:
        headers = sorted(Path(args.include).glob("smallm/*.h"))
        includes = "".join(f'#include "smallm/{header.name}"\n' for header in headers)
        source = Path(folder) / "abi.c"
        source.write_text(includes, encoding="utf-8")
        in_headers = declared(args.cc, args.include, source)
        for name in sorted(set(functions) ^ set(in_headers)):
            where = "exported but in no public header" if name in functions else "never exported"
            raise AbiError(f"{name} is {where}; public headers and library must have the same")
        pointers = "".join(f"__typeof__({name}) *abi_{name};\n" for name in functions)
        source.write_text(includes + pointers, encoding="utf-8")
        built = str(Path(folder) / "abi.o")
        debug = ["-g", "-fno-eliminate-unused-debug-types", "-std=gnu11"]
        run(args.cc, *debug, f"-I{args.include}", "-c", str(source), "-o", built)
        types = Types(run(args.dwarfdump, "--debug-info", built))
    soname = re.search(r"Library soname: \[(.*)\]", run(args.readelf, "-d", args.library))
    return describe(types, functions, soname.group(1) if soname else "none")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--library", required=True)
    parser.add_argument("--include", required=True, help="folder of smallm/smallm.h")
    parser.add_argument("--cc", default="cc")
    parser.add_argument("--nm", default="nm")
    parser.add_argument("--readelf", default="readelf")
    parser.add_argument("--dwarfdump", default="llvm-dwarfdump")
    action = parser.add_mutually_exclusive_group(required=True)
    action.add_argument(
        "--check", type=Path, help="fail with a diff unless this file says the same"
    )
    action.add_argument("--update", type=Path, help="write this file")
    args = parser.parse_args()
    try:
        text = interface(args)
    except AbiError as error:
        print(f"abi.py: {error}", file=sys.stderr)
        return 1
    if args.update:
        args.update.write_text(text, encoding="utf-8")
        return 0
    before = args.check.read_text(encoding="utf-8") if args.check.exists() else ""
    if before == text:
        return 0
    lines = difflib.unified_diff(
        before.splitlines(), text.splitlines(), str(args.check), "as built", lineterm=""
    )
    print("\n".join(lines))
    print(
        f"The interface is not as {args.check} says. If that is meant: ninja abi_update, and read"
    )
    print("the end of docs/linking.md for what else such a change needs.")
    return 1


if __name__ == "__main__":
    sys.exit(main())
