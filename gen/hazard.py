"""Pass 4, hazard: the wait states of configs/hazards.csv, across blocks, with as few `s_nop` as can
be.

For each instruction the pass knows the least number of wait states since every earlier instruction
that a rule could concern, over all paths. What is missing is first filled with a later independent
instruction of the same block (never a memory access, a wait, a branch or a write of EXEC), then
with `s_nop`.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from pathlib import Path
from typing import Dict, List, Mapping, Optional, Tuple

from gen import isa
from gen.errors import ConfigError
from gen.hazard_rules import CONSUMER_OPERANDS, CONSUMERS, PRODUCER_OPERANDS, PRODUCERS, wait_states
from gen.ir import EXEC, Block, Cls, Imm, Instr, Program, depends

COLUMNS = (
    "rule,producer,producer_operand,consumer,consumer_operand,waits,llvm_waits,"
    "own,compiled,foreign,source"
)
_LOOKAHEAD = 24
_MAX_NOP = 16


@dataclass(frozen=True)
class Rule:
    """One row of the hazard table."""

    name: str
    producer: str
    producer_operand: str
    consumer: str
    consumer_operand: str
    waits: int
    source: str

    def concerns(self, producer: Instr) -> bool:
        return PRODUCERS[self.producer](producer)

    def applies(self, producer: Instr, consumer: Instr) -> bool:
        if not CONSUMERS[self.consumer](consumer, producer):
            return False
        written = PRODUCER_OPERANDS[self.producer_operand](producer)
        return bool(written & CONSUMER_OPERANDS[self.consumer_operand](consumer, producer))


def load_rules(path: Path) -> Tuple[Rule, ...]:
    """Rows that are not off for our kernels; ConfigError for unknown predicates, bad numbers."""
    columns = COLUMNS.split(",")
    tables: Dict[str, Mapping[str, object]] = {
        "producer": PRODUCERS,
        "producer_operand": PRODUCER_OPERANDS,
        "consumer": CONSUMERS,
        "consumer_operand": CONSUMER_OPERANDS,
    }
    rules: List[Rule] = []
    header_seen = False
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        cells = next(csv.reader([line]))
        if not header_seen:
            if cells != columns:
                raise ConfigError(str(path), number, 1, f"the header must be '{COLUMNS}'")
            header_seen = True
            continue
        if len(cells) != len(columns):
            raise ConfigError(
                str(path), number, 1, f"{len(cells)} cells, the header has {len(columns)}"
            )
        row = dict(zip(columns, cells))
        for column, table in tables.items():
            if row[column] not in table:
                at = _column(cells, columns.index(column))
                reason = f"{column} '{row[column]}' is not known; define it in gen/hazard_rules.py"
                raise ConfigError(str(path), number, at, reason)
        if not row["waits"].isdigit():
            at = _column(cells, columns.index("waits"))
            raise ConfigError(str(path), number, at, f"waits is '{row['waits']}', not a number")
        if row["own"] != "off":
            names = (row["rule"], row["producer"], row["producer_operand"], row["consumer"])
            rules.append(Rule(*names, row["consumer_operand"], int(row["waits"]), row["source"]))
    return tuple(rules)


def _column(cells: List[str], index: int) -> int:
    return sum(len(c) + 1 for c in cells[:index]) + 1


@dataclass
class Recent:
    """A producer that rules may concern, and the wait states that have passed since it."""

    ins: Instr
    rules: Tuple[Rule, ...]
    passed: int = 0


State = Dict[int, Recent]


@dataclass(frozen=True)
class Missing:
    """A broken rule: `short` wait states are missing between the two instructions."""

    rule: Rule
    producer: Instr
    consumer: Instr
    short: int


@dataclass
class HazardPass:
    """Inserts what is missing; `nops` and `fills` say what it took."""

    rules: Tuple[Rule, ...]
    nops: int = 0
    fills: int = 0
    _cache: Dict[int, Tuple[Instr, Tuple[Rule, ...]]] = field(default_factory=dict)

    def _concerning(self, ins: Instr) -> Tuple[Rule, ...]:
        found = self._cache.get(id(ins))
        if found is None:
            found = (ins, tuple(r for r in self.rules if r.concerns(ins)))
            self._cache[id(ins)] = found
        return found[1]

    def _advance(self, state: State, ins: Instr) -> None:
        states = wait_states(ins)
        for key in list(state):
            state[key].passed += states
            if state[key].passed >= max(r.waits for r in state[key].rules):
                del state[key]
        rules = self._concerning(ins)
        if rules:
            state[id(ins)] = Recent(ins, rules)

    def _worst(self, state: State, ins: Instr) -> Optional[Missing]:
        worst: Optional[Missing] = None
        for recent in state.values():
            for rule in recent.rules:
                short = rule.waits - recent.passed
                if short > (worst.short if worst else 0) and rule.applies(recent.ins, ins):
                    worst = Missing(rule, recent.ins, ins, short)
        return worst

    def entry_states(self, program: Program) -> List[State]:
        entry: List[State] = [{} for _ in program.blocks]
        successors = program.successors()
        work = list(range(len(program.blocks)))
        while work:
            b = work.pop(0)
            state = _copy(entry[b])
            for ins in program.blocks[b].instrs:
                self._advance(state, ins)
            for s in successors[b]:
                changed = False
                for key, recent in state.items():
                    if key not in entry[s] or recent.passed < entry[s][key].passed:
                        entry[s][key] = Recent(recent.ins, recent.rules, recent.passed)
                        changed = True
                if changed and s not in work:
                    work.append(s)
        return entry

    def missing(self, program: Program) -> List[Missing]:
        """Everything that is still missing in a program."""
        result: List[Missing] = []
        for block, state in zip(program.blocks, self.entry_states(program)):
            for ins in block.instrs:
                worst = self._worst(state, ins)
                if worst is not None:
                    result.append(worst)
                self._advance(state, ins)
        return result

    def run(self, program: Program) -> None:
        while self.missing(program):
            for b, block in enumerate(program.blocks):
                self._fix_block(block, self.entry_states(program)[b])

    def _fix_block(self, block: Block, state: State) -> None:
        i = 0
        while i < len(block.instrs):
            worst = self._worst(state, block.instrs[i])
            if worst is not None:
                filler = self._find_filler(block, i, state)
                if filler is not None:
                    ins = block.instrs.pop(filler)
                    ins.moved = True
                    self.fills += 1
                else:
                    ins = _nop(worst)
                    self.nops += 1
                block.instrs.insert(i, ins)
            self._advance(state, block.instrs[i])
            i += 1

    def _find_filler(self, block: Block, at: int, state: State) -> Optional[int]:
        for j in range(at + 1, min(at + 1 + _LOOKAHEAD, len(block.instrs))):
            candidate = block.instrs[j]
            if _pins_order(candidate):
                return None
            if (
                candidate.cls not in (Cls.VALU, Cls.SALU)
                or self._worst(state, candidate) is not None
            ):
                continue
            if not any(depends(block.instrs[k], candidate) for k in range(at, j)):
                return j
        return None


def _pins_order(ins: Instr) -> bool:
    if ins.is_branch or ins.op.flags & {"wait", "barrier", "nop"}:
        return True
    return any(s.reg is EXEC for s in ins.def_slices())


def _copy(state: State) -> State:
    return {key: Recent(r.ins, r.rules, r.passed) for key, r in state.items()}


def _nop(missing: Missing) -> Instr:
    count = min(missing.short, _MAX_NOP)
    after = missing.producer.comment or missing.producer.mnemonic
    note = f"{missing.rule.name}: {missing.rule.waits} after {after}"
    return isa.make("s_nop", [Imm(count - 1)], stream="hazard", comment=note)


def resolve_hazards(program: Program, rules: Tuple[Rule, ...]) -> HazardPass:
    """Run the pass over a program whose waits are in place."""
    hazards = HazardPass(rules)
    hazards.run(program)
    return hazards
