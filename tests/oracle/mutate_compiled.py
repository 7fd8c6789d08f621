"""Removes or weakens each s_waitcnt and s_nop of compiled kernels, one at a time, and asks who
notices.

  mutate_compiled.py --gfx950sim BIN --runner BIN --objdump BIN --readelf BIN --objects DIR --work DIR
                     [--file NAME] [--kernel NAME] [--sample N] [--jobs N] [--verbose]

A removal matters when
  - it takes a wait state that LLVM's hazard recogniser put there: it inserts the fewest that its
    rules ask for, so given the shorter sequence it puts the same back;
  - or it takes the wait with which every function of LLVM's begins;
  - or the dataflow of waits.py, an implementation of the ISA's rules that shares nothing with the
    simulator, says that the changed program breaks one;
  - or the kernel's results change under some order.
It is found when `gfx950sim lint` or a run, both under preset `compiled`, report something. Exit
status 1 when one that matters is not found, or an unchanged kernel is reported."""

import argparse
import concurrent.futures
import random
import re
import subprocess
import sys
from pathlib import Path
from typing import Dict, List, NamedTuple, Optional, Set

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))
from waits import LGKM_MAX, VM_MAX, Insn, Program, parse_objdump, wait_fields  # noqa: E402

NOP = 0xBF800000


class Mutant(NamedTuple):
    file: str
    index: int  # of the instruction in the program
    what: str
    patch: bytes  # in place of as many bytes at the instruction's address
    changed: Optional[Insn]  # how the dataflow sees it; None for wait states


class Verdict(NamedTuple):
    mutant: Mutant
    matters: str  # why, or ""
    found: str  # who, or ""
    barrier: bool  # lets LDS writes pass a barrier, no more


def call(command: List[str]) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [str(c) for c in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def encode_wait(vm: int, lgkm: int) -> bytes:
    imm = (vm & 15) | 7 << 4 | lgkm << 8 | (vm >> 4) << 14
    return (0xBF8C0000 | imm).to_bytes(4, "little")


def describe_wait(vm: int, lgkm: int) -> str:
    parts = [f"vmcnt({vm})"] * (vm < VM_MAX) + [f"lgkmcnt({lgkm})"] * (lgkm < LGKM_MAX)
    return " ".join(parts)


class Object:
    def __init__(self, path: Path, kernels: Set[str], tools: argparse.Namespace) -> None:
        self.path, self.name = path, path.stem
        self.bytes = path.read_bytes()
        self.program = Program(parse_objdump(call([tools.objdump, "-d", path]).stdout), kernels)
        sections = call([tools.readelf, "-S", path]).stdout
        found = re.search(r"\.text\s+PROGBITS\s+([0-9a-f]+) ([0-9a-f]+)", sections)
        assert found is not None, f"{path} has no .text"
        self.shift = int(found.group(2), 16) - int(found.group(1), 16)
        self.targets = {insn.target for insn in self.program.code if insn.target is not None}

        self.entries = {start for name, start in self.program.starts.items() if name not in kernels}
        self.users: Dict[int, List[str]] = {}  # kernels that may reach an instruction
        for kernel in sorted(kernels):
            for k in self.program.reachable(kernel):
                self.users.setdefault(k, []).append(kernel)

    def nop_mutants(self, k: int) -> List[Mutant]:
        insn = self.program.code[k]
        count = int(insn.operands, 0) & 15
        if count > 0:
            weaker = [count - 1] + ([0] if count > 1 else [])
            return [
                Mutant(
                    self.name,
                    k,
                    f"s_nop {count} -> s_nop {n}",
                    (NOP | n).to_bytes(4, "little"),
                    None,
                )
                for n in weaker
            ]
        # s_nop 0 changes places with its successor: as long as before, one wait state less before the successor
        after = self.program.code[k + 1]
        relative = after.target is not None or after.mnemonic in (
            "s_getpc_b64",
            "s_swappc_b64",
            "s_setpc_b64",
            "s_call_b64",
        )
        if relative or after.address in self.targets:
            return []
        at = after.address + self.shift
        patch = self.bytes[at : at + after.size] + NOP.to_bytes(4, "little")
        return [Mutant(self.name, k, f"s_nop 0 behind {after.mnemonic}", patch, None)]

    def wait_mutants(self, k: int) -> List[Mutant]:
        insn = self.program.code[k]
        vm, lgkm = wait_fields(insn)
        mutants = []
        pairs = {(VM_MAX, LGKM_MAX)}
        if vm < VM_MAX:
            pairs |= {(vm + 1, lgkm), (VM_MAX, lgkm)}
        if lgkm < LGKM_MAX:
            pairs |= {(vm, lgkm + 1), (vm, LGKM_MAX)}
        for new_vm, new_lgkm in sorted(pairs - {(vm, lgkm)}):
            text = describe_wait(new_vm, new_lgkm)
            what = f"s_waitcnt {insn.operands} -> {text or 'none'}"
            mutants.append(
                Mutant(
                    self.name, k, what, encode_wait(new_vm, new_lgkm), insn._replace(operands=text)
                )
            )
        return mutants

    def mutants(self, kernels: Set[str]) -> List[Mutant]:
        found: List[Mutant] = []
        for k in sorted(self.users):
            mnemonic = self.program.code[k].mnemonic
            if not kernels.intersection(self.users[k]):
                continue
            if mnemonic == "s_nop":
                found += self.nop_mutants(k)
            elif mnemonic == "s_waitcnt":
                found += self.wait_mutants(k)
        return found

    def write(self, mutant: Mutant, path: Path) -> None:
        at = self.program.code[mutant.index].address + self.shift
        path.write_bytes(self.bytes[:at] + mutant.patch + self.bytes[at + len(mutant.patch) :])


class Judge:
    def __init__(self, tools: argparse.Namespace, objects: Dict[str, Object]) -> None:
        self.tools, self.objects = tools, objects

    def lint(self, path: Path, kernel: str) -> bool:
        result = call(
            [self.tools.gfx950sim, "lint", path, "--kernel", kernel, "--checks", "compiled"]
        )
        if result.returncode not in (0, 1):
            sys.exit(f"gfx950sim lint {path}: {result.stderr}")
        return result.returncode == 1

    def run(self, path: Path, file: str, kernel: str) -> List[str]:
        """An order each: 'right|wrong [failed] RULE...'."""
        lines = call(
            [self.tools.runner, "--brief", "--file", file, "--only", kernel, "--object", path]
        ).stdout.split("\n")
        return [x.split(": ", 1)[1] for x in lines if x.startswith(kernel + " ")] or [
            "wrong failed crash"
        ]

    def judge(self, mutant: Mutant) -> Verdict:
        thing = self.objects[mutant.file]
        path = Path(self.tools.work) / f"{mutant.file}-{mutant.index}-{mutant.patch.hex()}.co"
        thing.write(mutant, path)
        users = thing.users[mutant.index]
        found = "lint" if self.lint(path, users[0]) else ""
        matters, barrier = "", False
        if mutant.changed is None:
            matters = "LLVM puts the wait state back"
        elif mutant.index in thing.entries:
            matters = "LLVM waits at every function's entry"
        else:
            for kernel in users[: self.tools.users]:
                broken, passes = thing.program.broken(kernel, {mutant.index: mutant.changed})
                matters = matters or ("the ISA's rules" if broken else "")
                barrier |= passes
        for kernel in users:
            if found and matters:
                break
            lines = self.run(path, mutant.file, kernel)
            if any(len(x.split()) > 1 for x in lines) and not found:
                found = "run"
            if any(x.startswith("wrong") for x in lines) and not matters:
                matters = "the result changes"
        path.unlink()
        return Verdict(mutant, matters, found, barrier and not matters)


MEMORY = ("global_", "flat_", "scratch_", "buffer_", "tbuffer_")


def not_modelled(thing: Object, mutant: Mutant) -> str:
    """Wait states of LLVM's that serve no rule of the table: the reason, or ""."""
    code, k = thing.program.code, mutant.index
    before, after = code[k - 1], code[k + 1]
    if "op_sel_hi" in before.operands or before.mnemonic.startswith("v_pk_"):
        return "after op_sel_hi, whose bit LLVM takes for a result above bit 0"
    if after.mnemonic == "v_writelane_b32" and "v_writelane_b32" in (
        before.mnemonic,
        code[k - 2].mnemonic,
    ):
        return "inside the spill of an SGPR pair, which LLVM takes for a write of the pair"
    for family in (MEMORY, ("s_load", "s_buffer_load")):
        if before.mnemonic.startswith(family) and after.mnemonic.startswith(family):
            return "break of a clause of memory instructions, for XNACK replay"
    return ""


def main() -> int:
    parser = argparse.ArgumentParser()
    for name in ("gfx950sim", "runner", "objdump", "readelf", "objects", "work"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--file")
    parser.add_argument("--kernel")
    parser.add_argument("--sample", type=int, help="that many mutants, always the same")
    parser.add_argument(
        "--users", type=int, default=4, help="kernels that the dataflow is asked about a function"
    )
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--verbose", action="store_true")
    tools = parser.parse_args()
    Path(tools.work).mkdir(parents=True, exist_ok=True)
    names = [x.split() for x in call([tools.runner, "--list"]).stdout.split("\n") if x]
    wanted = [(f, k) for f, k in names if tools.file in (None, f) and tools.kernel in (None, k)]
    objects: Dict[str, Object] = {}
    for file in sorted({f for f, _ in wanted}):
        objects[file] = Object(
            Path(tools.objects) / f"{file}.co", {k for f, k in names if f == file}, tools
        )
    mutants = [m for f, o in objects.items() for m in o.mutants({k for g, k in wanted if g == f})]
    judge = Judge(tools, objects)
    noisy = [f"{f}/{k}" for f, k in wanted if judge.lint(objects[f].path, k)]
    broken = [f"{f}/{k}" for f, k in wanted if objects[f].program.broken(k, {})[0]]
    if tools.sample and tools.sample < len(mutants):
        mutants = random.Random(950).sample(mutants, tools.sample)
    with concurrent.futures.ThreadPoolExecutor(tools.jobs) as pool:
        verdicts = list(pool.map(judge.judge, mutants))
    apart: Dict[str, int] = {}
    needed = []
    for v in verdicts:
        reason = (
            not_modelled(objects[v.mutant.file], v.mutant)
            if v.mutant.changed is None and not v.found
            else ""
        )
        if reason:
            apart[reason] = apart.get(reason, 0) + 1
        elif v.matters:
            needed.append(v)
    missed = [v for v in needed if not v.found]
    extra = [v for v in verdicts if v.found and not v.matters and not v.barrier]
    for title, some in (
        ("MISSED", missed),
        ("found, needed by no rule", extra if tools.verbose else []),
    ):
        for v in some:
            insn = objects[v.mutant.file].program.code[v.mutant.index]
            print(
                f"{title}: {v.mutant.file} {insn.function} at 0x{insn.address:x}: {v.mutant.what} ({v.matters or v.found})"
            )
    for kind in ("s_waitcnt", "s_nop"):
        total = sum(v.mutant.what.startswith(kind) for v in verdicts)
        some = [v for v in needed if v.mutant.what.startswith(kind)]
        lint, run = (sum(v.found == by for v in some) for by in ("lint", "run"))
        print(
            f"{kind}: {total} mutants, {len(some)} matter, {lint + run} found ({lint} by lint, {run} by running)"
        )
    passes = [v for v in verdicts if v.barrier]
    print(
        f"{len(passes)} let LDS writes pass a barrier, {sum(bool(v.found) for v in passes)} of them reported as a race"
    )
    print(f"{len(extra)} found that no rule here needs")
    for reason, count in sorted(apart.items()):
        print(f"{count} wait states apart: {reason}")
    for what in noisy:
        print(f"FALSE ALARM: lint reports the unchanged {what}")
    for what in broken:
        print(
            f"the dataflow of waits.py finds the unchanged {what} broken: it is wrong about one of the rules"
        )
    return 1 if missed or noisy or broken or not mutants else 0


if __name__ == "__main__":
    sys.exit(main())
