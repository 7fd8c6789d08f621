"""LLVM as oracle for wait states: what its hazard recogniser inserts between two instructions, what
configs/hazards.csv says, and what the simulator reports must be the same, in both directions.

  hazard_oracle.py --gfx950sim BIN --llc LLC --llvm-mc MC --ld LLD --hazards CSV --work DIR [--sweep]

Without --sweep: every row of the table by the pairs of sequences.py. LLVM must leave llvm_waits;
under preset `compiled` so many are accepted and one less is reported under the row's name; under
`own` the same with `waits`; the static lint and a run must agree. With --sweep: all producers
before all consumers, registers overlapping in every way: the simulator accepts exactly what LLVM
leaves, and no less."""

import argparse
import bisect
import csv
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Dict, List, NamedTuple, Sequence

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))
import sequences  # noqa: E402
from sequences import DGEMM, SGEMM, XDL, Pair  # noqa: E402

FAR = ["s_waitcnt vmcnt(0) expcnt(0) lgkmcnt(0)", "s_nop 15", "s_nop 15"]
HEAD = """.amdgcn_target "amdgcn-amd-amdhsa--gfx950"
.text
.globl pairs
.p2align 8
.type pairs,@function
pairs:
"""
TAIL = """end:
s_endpgm
.section .rodata,"a"
.p2align 6
.amdhsa_kernel pairs
.amdhsa_next_free_vgpr 512
.amdhsa_next_free_sgpr 96
.amdhsa_accum_offset 256
.amdhsa_private_segment_fixed_size 4096
.amdhsa_user_sgpr_kernarg_segment_ptr 0
.end_amdhsa_kernel
"""
# Everything has a value before the pairs run; v10 equals v11, so that v_cmpx leaves EXEC as it is.
SETUP = (
    [f"v_mov_b32 v{k}, 0" for k in range(256)]
    + [f"s_mov_b32 s{k}, 0" for k in range(96)]
    + ["s_mov_b32 m0, 0"]
)


class Case(NamedTuple):
    name: str
    before: str  # assembly of the producer and the consumer
    after: str
    llvm: int  # wait states that LLVM left between them


def call(command: Sequence[str]) -> str:
    result = subprocess.run(
        [str(c) for c in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    if result.returncode not in (0, 1) or (result.returncode == 1 and not result.stdout):
        sys.exit(f"{' '.join(map(str, command))} failed:\n{result.stderr[:4000]}")
    return result.stdout


class Tools:
    def __init__(self, options: argparse.Namespace) -> None:
        self.o = options
        self.work = Path(options.work)
        self.work.mkdir(parents=True, exist_ok=True)

    def llvm(self, pairs: Dict[str, Pair]) -> List[Case]:
        """Asks LLVM: the recogniser runs over the pairs as machine code."""
        names = sorted(pairs, key=lambda n: "S_RFE" in pairs[n].consumer)
        source = self.work / "pairs.mir"
        source.write_text(sequences.mir([pairs[n] for n in names]))
        target = ["-mtriple=amdgcn-amd-amdhsa", "-mcpu=gfx950", "-start-before=post-RA-hazard-rec"]
        text = call([self.o.llc, *target, source, "-o", "-"])
        body = text[text.index("pairs:") : text.index(".Lfunc_end")]
        lines = [x.split(";")[0].strip() for x in body.split("\n")[1:]]
        lines = [x for x in lines if x and x[0] not in ".;%"]
        cases: List[Case] = []
        at = 0
        for name in names:
            end = next(
                (k for k in range(at + 2, len(lines)) if lines[k].startswith("s_waitcnt")),
                len(lines),
            )
            part = lines[at:end]
            nops = sum(int(x.split()[1]) + 1 for x in part[1:-1])
            if any(not x.startswith("s_nop") for x in part[1:-1]):
                sys.exit(f"{name}: LLVM made more of the pair than wait states: {part}")
            cases.append(Case(name, part[0], part[-1], nops))
            at = end + 3
        return cases

    def findings(
        self, cases: List[Case], waits: List[int], preset: str, run: bool = False
    ) -> Dict[str, List[str]]:
        """Rules reported at each case's consumer, with so many wait states before it."""
        out = [HEAD] + (SETUP if run else [])
        for k, (case, count) in enumerate(zip(cases, waits)):
            out += [f"case_{k}:", case.before]
            while count > 0:
                out.append(f"s_nop {min(count, 16) - 1}")
                count -= 16
            out += [case.after, *FAR]
        stem = self.work / f"{preset}-{'run' if run else 'lint'}"
        stem.with_suffix(".s").write_text("\n".join(out) + "\n" + TAIL)
        obj, co = stem.with_suffix(".o"), stem.with_suffix(".co")
        call(
            [
                self.o.llvm_mc,
                "-triple=amdgcn-amd-amdhsa",
                "-mcpu=gfx950",
                "-filetype=obj",
                stem.with_suffix(".s"),
                "-o",
                obj,
            ]
        )
        symbols = call([self.o.llvm_nm, obj]).split("\n")
        places = [x.split() for x in symbols if " case_" in x]
        starts = sorted((int(x[0], 16), int(x[2][5:])) for x in places)
        call([self.o.ld, "-shared", obj, "-o", co])
        command = [self.o.gfx950sim, "run" if run else "lint", co, "--checks", preset, "--json"]
        if run:
            command += ["--grid", "1,1,1", "--block", "64,1,1"]
        found: Dict[str, List[str]] = {}
        for finding in json.loads(call(command))["findings"]:
            place = re.search(r"> 0x([0-9a-f]+)", finding["text"])
            if place is None:
                continue
            k = bisect.bisect_right([s for s, _ in starts], int(place.group(1), 16)) - 1
            if k >= 0:
                found.setdefault(cases[starts[k][1]].name, []).append(finding["rule"])
        return found


def load_table(path: str) -> Dict[str, Dict[str, str]]:
    with open(path, encoding="utf-8") as file:
        return {
            row["rule"]: row for row in csv.DictReader(x for x in file if not x.startswith("#"))
        }


def check_rows(tools: Tools, table: Dict[str, Dict[str, str]]) -> List[str]:
    wrong = []
    pairs: Dict[str, Pair] = {}
    rule_of: Dict[str, str] = {}
    for rule, items in sequences.sequences().items():
        for k, pair in enumerate(items):
            pairs[f"{rule}/{k}"] = pair
            rule_of[f"{rule}/{k}"] = rule
    for rule in table:
        if rule not in rule_of.values() and rule not in sequences.WITHOUT_ORACLE:
            wrong.append(f"{rule}: no pair in sequences.py")
    cases = tools.llvm(pairs)
    for case in cases:
        if case.llvm != int(table[rule_of[case.name]]["llvm_waits"]):
            wrong.append(
                f"{case.name}: LLVM leaves {case.llvm} wait states, llvm_waits differs: {case.before} / {case.after}"
            )
    for rule, (_, pair) in sequences.WITHOUT_ORACLE.items():
        cases.insert(
            0, Case(f"{rule}/0", pair.producer, pair.consumer, int(table[rule]["llvm_waits"]))
        )
        rule_of[f"{rule}/0"] = rule
    for preset, column in (("compiled", "llvm_waits"), ("own", "waits")):
        used = [c for c in cases if table[rule_of[c.name]][preset] != "off"]
        counts = [int(table[rule_of[c.name]][column]) for c in used]
        if preset == "compiled":
            counts = [min(n, int(table[rule_of[c.name]]["waits"])) for n, c in zip(counts, used)]
        exact = tools.findings(used, counts, preset)
        fewer = tools.findings(used, [n - 1 for n in counts], preset)
        runs = [c for c in used if "s_rfe" not in c.after]
        run_counts = [n for n, c in zip(counts, used) if c in runs]
        exact_run = tools.findings(runs, run_counts, preset, run=True)
        fewer_run = tools.findings(runs, [n - 1 for n in run_counts], preset, run=True)
        for case, count in zip(used, counts):
            rule, what = rule_of[case.name], f"{case.before} / {case.after}"
            hazards = [
                r for r in exact.get(case.name, []) + exact_run.get(case.name, []) if r in table
            ]
            if hazards:
                wrong.append(
                    f"{case.name}: {preset} reports {hazards} with {count} wait states: {what}"
                )
            if count > 0 and rule not in fewer.get(case.name, []):
                wrong.append(f"{case.name}: {preset} lint accepts {count - 1} wait states: {what}")
            if count > 0 and case in runs and rule not in fewer_run.get(case.name, []):
                wrong.append(f"{case.name}: {preset} run accepts {count - 1} wait states: {what}")
    print(f"{len(table)} rows, {len(cases)} pairs")
    return wrong


def sweep_pairs() -> Dict[str, Pair]:
    pairs: Dict[str, Pair] = {}
    matrices = [m for table in (XDL, SGEMM) for group in table.values() for m in group] + list(
        DGEMM.values()
    )
    for i, a in enumerate(matrices):
        first = a.text()
        for k, b in enumerate(matrices):
            name = f"{a.opcode}, {b.opcode}"
            pairs[f"{name}: C equal or sharing its start {i} {k}"] = Pair(
                first, b.text(d=0 if a.d == b.d else 140, c=0)
            )
            pairs[f"{name}: C overlapping {i} {k}"] = Pair(
                first, b.text(d=160, c=2 if a.d > 2 else 0)
            )
            pairs[f"{name}: A {i} {k}"] = Pair(first, b.text(d=160, a=0, c=200))
            pairs[f"{name}: B {i} {k}"] = Pair(first, b.text(d=160, b=0, c=200))
            pairs[f"{name}: overwritten {i} {k}"] = Pair(first, b.text(d=0, c=200))
        for register in (1, 41, 61, 101):
            for text in (sequences.LOAD, sequences.LDS_READ, sequences.WRITE):
                other = text.replace("$vgpr1 ", f"$vgpr{register} ")
                pairs[f"{a.opcode} {i}, {other}"] = Pair(first, other)
    every = sequences.other_rows()
    producers = sorted({p.producer for items in every.values() for p in items})
    consumers = {
        p.consumer for items in every.values() for p in items if "S_RFE" not in p.consumer
    } | set(producers)
    consumers |= {
        sequences.LOAD,
        sequences.STORE,
        sequences.STORE_AT,
        sequences.READ,
        sequences.WRITE,
        sequences.READ64,
    }
    consumers |= {sequences.LDS_READ, sequences.LDS_WRITE}
    consumers |= {m.text(a=0) for m in matrices[:6]} | {m.text(c=0) for m in matrices[:6]}
    consumers |= set(sequences.carry_consumers())
    for i, producer in enumerate(producers):
        for k, consumer in enumerate(sorted(consumers)):
            pairs[f"{i} {k}: {producer} / {consumer}"] = Pair(producer, consumer)
    return pairs


def check_sweep(tools: Tools, table: Dict[str, Dict[str, str]]) -> List[str]:
    cases = tools.llvm(sweep_pairs())
    exact = tools.findings(cases, [c.llvm for c in cases], "compiled")
    fewer = tools.findings(cases, [c.llvm - 1 for c in cases], "compiled")
    wrong = []
    for case in cases:
        rules = [r for r in exact.get(case.name, []) if r in table]
        if rules:
            wrong.append(
                f"LLVM leaves {case.llvm}, the simulator reports {rules}: {case.before} / {case.after}"
            )
        if case.llvm > 0 and not any(r in table for r in fewer.get(case.name, [])):
            wrong.append(
                f"LLVM leaves {case.llvm}, the simulator accepts one less: {case.before} / {case.after}"
            )
    print(f"{len(cases)} pairs, {sum(c.llvm > 0 for c in cases)} of them with wait states")
    return wrong


def main() -> int:
    parser = argparse.ArgumentParser()
    for name in ("gfx950sim", "llc", "llvm-mc", "llvm-nm", "ld", "hazards", "work"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--sweep", action="store_true")
    options = parser.parse_args()
    tools, table = Tools(options), load_table(options.hazards)
    wrong = check_sweep(tools, table) if options.sweep else check_rows(tools, table)
    for line in wrong:
        print(line)
    print(f"{len(wrong)} differences")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
