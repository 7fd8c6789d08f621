"""Lists every mnemonic that llvm-mc accepts for gfx950, from LLVM itself.

    python3 -B sim/tools/mnemonics.py --llvm-mc llvm-mc-22 \\
        --libllvm /usr/lib/llvm-22/lib/libLLVM.so > sim/src/isa/mnemonics.inc

Two ways that know nothing of each other are compared:

1. The assembler's own table of mnemonics, strings with a length byte inside libLLVM. llvm-mc is
   given each one alone: it answers "instruction not supported on this GPU" or "invalid
   instruction" for those that gfx950 has not.
2. Every opcode of every gfx9 encoding, with plain operands, through llvm-mc --disassemble.

A mnemonic of the first list that no encoding prints is another spelling of one that is printed
(v_mfma_f32_4x4x1f32 of v_mfma_f32_4x4x1_16b_f32), which llvm-mc shows when it prints what it has
read. Encoding suffixes (_e32, _e64, _dpp, _sdwa) are no part of a mnemonic here.
"""

from __future__ import annotations

import argparse
import re
import struct
import subprocess
import sys
from pathlib import Path
from typing import Iterator, List, Set, Tuple

TARGET = ["-triple=amdgcn-amd-amdhsa", "-mcpu=gfx950"]
PREFIXES = rb"buffer|tbuffer|ds|flat|global|scratch|image|export|exp|s|v"
SUFFIX = re.compile(r"_(e32|e64|dpp|sdwa|e64_dpp)$")


def assembler_table(libllvm: Path) -> List[str]:
    """Mnemonics of all AMDGPU targets: one byte of length, then the name."""
    data = libllvm.read_bytes()
    names: Set[str] = set()
    for match in re.finditer(rb"[\x04-\x40](?=(?:" + PREFIXES + rb")_)", data):
        name = data[match.end() : match.end() + data[match.start()]]
        if re.fullmatch(rb"[a-z][a-z0-9_]*", name) and len(name) == data[match.start()]:
            names.add(name.decode())
    return sorted(names)


def accepted(llvm_mc: str, names: List[str]) -> Set[str]:
    """Those that the assembler knows for gfx950: it complains of operands, or of nothing."""
    run = subprocess.run(
        [llvm_mc, *TARGET],
        input="\n".join(names) + "\n",
        capture_output=True,
        text=True,
        check=False,
    )
    unknown: Set[int] = set()
    for match in re.finditer(r"^<stdin>:(\d+):\d+: error: (.*)$", run.stderr, re.MULTILINE):
        if "not supported on this GPU" in match[2] or "invalid instruction" in match[2]:
            unknown.add(int(match[1]) - 1)
    return {SUFFIX.sub("", name) for i, name in enumerate(names) if i not in unknown}


def encodings() -> Iterator[Tuple[int, ...]]:
    """Dwords of one instruction for each opcode of each encoding, several operand patterns each:
    the disassembler refuses an instruction whose unused fields are not zero."""
    for op in range(128):
        yield (0b10 << 30 | op << 23 | 4 << 16 | 8 << 8 | 12, 0x1234)  # SOP2
        yield (0b101111110 << 23 | op << 16 | 8 << 8 | 12, 0x1234)  # SOPC
        yield (0b101111111 << 23 | op << 16,)  # SOPP
    for op in range(32):
        for simm16 in (1, 0xF801):
            yield (0b1011 << 28 | op << 23 | 4 << 16 | simm16, 0x1234)  # SOPK
    for op in range(256):
        yield (0b101111101 << 23 | 4 << 16 | op << 8 | 8, 0x1234)  # SOP1
        for imm in (0, 1):
            for glc in (0, 1):
                yield (
                    0b110000 << 26 | op << 18 | imm << 17 | glc << 16 | 4 << 6 | 4,
                    0x10 if imm else 2,
                )  # SMEM
        for src0 in (256 + 12, 12):
            yield (0b0111111 << 25 | 4 << 17 | op << 9 | src0, 0x1234)  # VOP1
        yield (0b0111111 << 25 | op << 9,)
        yield (0b0111110 << 25 | op << 17 | 8 << 9 | 256 + 12,)  # VOPC
        for operands in (
            0x04100C08,
            0x00100C08,
            0x00000C08,
            0x00000008,
            0x04000C08,
            0x04000008,
            0x04000000,
            0,
            0xC00,
        ):
            for gds in (0, 1):
                yield (0b110110 << 26 | op << 17 | gds << 16, operands)  # DS
    for op in range(64):
        yield (op << 25 | 4 << 17 | 8 << 9 | 256 + 12, 0x3F9D70A4)  # VOP2
    for op in range(1024):
        for src2 in (256 + 16, 16, 0):
            for src0 in (256 + 12, 12):
                for src1 in (256 + 8, 8):
                    for sdst in (0, 8):  # VOP3 A and B
                        yield (
                            0b110100 << 26 | op << 16 | sdst << 8 | 4,
                            src2 << 18 | src1 << 9 | src0,
                        )
    for op in range(128):
        for op_sel_hi in (0, 3):
            for acc in (0, 1):  # VOP3P and MFMA
                yield (
                    0b110100111 << 23 | op << 16 | acc << 14 | 4,
                    op_sel_hi << 27 | (256 + 32) << 18 | (256 + 8) << 9 | 256 + 16,
                )
        yield (  # scaled MFMA: scales, then the MFMA with ABID[0]
            0xD3AC0000,
            0x18000000 | (256 + 7) << 9 | 256 + 6,
            0b110100111 << 23 | op << 16 | 0x800 | 4,
            (256 + 32) << 18 | (256 + 8) << 9 | 256 + 16,
        )
        for sc0 in (0, 1):
            for lds in (0, 1):
                for segment in range(3):  # FLAT, SCRATCH, GLOBAL
                    for saddr in (0x7F, 4, 0):
                        for operands in (0x04000C08, 0x04000008, 0x00000C08):
                            yield (
                                0b110111 << 26 | op << 18 | sc0 << 16 | segment << 14 | lds << 13,
                                operands | saddr << 16,
                            )
                yield (
                    0b111000 << 26 | op << 18 | lds << 16 | sc0 << 14 | 1 << 12,
                    0x80020408,
                )  # MUBUF
            yield (0b111000 << 26 | op << 18 | sc0 << 14, 0)
    for op in range(16):
        yield (0b111010 << 26 | 4 << 23 | 4 << 19 | op << 15 | 1 << 12, 0x80020408)  # MTBUF
    for op in range(128):
        for dmask in (1, 15):
            yield (0b111100 << 26 | op << 18 | dmask << 8, 0x00020408)  # MIMG
    for op in range(4):
        yield (0b110101 << 26 | 4 << 18 | op << 16 | 8,)  # VINTRP
    yield (0b110001 << 26 | 15, 0x04030201)  # EXP


def printed(llvm_mc: str) -> Set[str]:
    text = "\n".join(
        " ".join(f"0x{byte:02x}" for byte in struct.pack(f"<{len(words)}I", *words))
        for words in encodings()
    )
    run = subprocess.run(
        [llvm_mc, "--disassemble", *TARGET],
        input=text + "\n",
        capture_output=True,
        text=True,
        check=False,
    )
    lines = (line.split() for line in run.stdout.splitlines())
    return {SUFFIX.sub("", words[0]) for words in lines if words and not words[0].startswith(".")}


def listing(llvm_mc: str, libllvm: Path) -> Tuple[str, List[str]]:
    """The version of LLVM and the lines of mnemonics.inc."""
    version = subprocess.run(
        [llvm_mc, "--version"], capture_output=True, text=True, check=True
    ).stdout
    found = re.search(r"LLVM version (\S+)", version)
    known = accepted(llvm_mc, assembler_table(libllvm))
    shown = printed(llvm_mc)
    if not known or shown - known:
        raise SystemExit(
            f"the two lists disagree: only the disassembler has {sorted(shown - known)}"
        )
    release = found[1] if found else "?"
    lines = [f"/* Mnemonics that llvm-mc {release} accepts for gfx950. Made by:"]
    lines.append(" *     python3 -B sim/tools/mnemonics.py > sim/src/isa/mnemonics.inc")
    lines.append(" * which says how. Other spellings, which llvm-mc prints as one of those listed:")
    lines += [f" *     {name}" for name in sorted(known - shown)]
    lines.append(" */")
    lines += [f'MNEMONIC("{name}")' for name in sorted(shown)]
    return release, lines


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--llvm-mc", default="llvm-mc-22")
    parser.add_argument("--libllvm", type=Path, default=Path("/usr/lib/llvm-22/lib/libLLVM.so"))
    parser.add_argument(
        "--check", type=Path, help="compare with this file; 77 when another LLVM made it"
    )
    args = parser.parse_args()
    release, lines = listing(args.llvm_mc, args.libllvm)
    if args.check is None:
        print("\n".join(lines))
        return 0
    stored = args.check.read_text().splitlines()
    if f"llvm-mc {release} " not in stored[0]:
        print(f"{args.check} is not of LLVM {release}: {stored[0]}")
        return 77
    for line in sorted(set(lines) ^ set(stored)):
        print(f"{'missing' if line in lines else 'stale'} in {args.check}: {line}")
    return int(lines != stored)


if __name__ == "__main__":
    sys.exit(main())
