"""Which s_waitcnt of a disassembled program are needed: a dataflow over its control flow graph,
written from the ISA document's text on the counters (4.4) and knowing nothing of the simulator.

Rules: a register that a load, returning atomic or scalar load will write may not be touched
before a wait covers it (loads of one counter that return in order may overwrite each other's
results); LDS that a load to LDS fills may not be read before a wait covers that load; a cache
write-back must be complete before the store or atomic that publishes it, an acquiring access
before buffer_inv. LDS writes outstanding at an s_barrier are no fault in themselves: whether one
matters depends on who reads, so they are told apart."""

import re
from typing import Dict, FrozenSet, List, NamedTuple, Optional, Set, Tuple

VM_MAX, LGKM_MAX = 63, 15


class Insn(NamedTuple):
    address: int
    size: int
    mnemonic: str
    operands: str
    target: Optional[int]
    function: str


def parse_objdump(text: str) -> List[Insn]:
    """Output of llvm-objdump -d."""
    found: List[Insn] = []
    function = ""
    for line in text.split("\n"):
        head = re.match(r"^[0-9a-f]+ <([^>]+)>:", line)
        if head:
            function = head.group(1)
            continue
        match = re.match(r"^\s+(\S+)\s*(.*?)\s*// ([0-9A-F]+):((?: [0-9A-F]{8})+)(.*)$", line)
        if not match:
            continue
        address, size = int(match.group(3), 16), 4 * len(match.group(4).split())
        target = None
        if match.group(1).startswith(("s_branch", "s_cbranch")):
            offset = int(match.group(2).split()[-1])
            target = address + 4 + 4 * (offset - 65536 if offset >= 32768 else offset)
        found.append(Insn(address, size, match.group(1), match.group(2), target, function))
    return found


NAMES = {
    "vcc_lo": ("s", 106),
    "vcc_hi": ("s", 107),
    "exec_lo": ("s", 126),
    "exec_hi": ("s", 127),
    "m0": ("s", 124),
}


def registers(text: str) -> FrozenSet[Tuple[str, int]]:
    regs: Set[Tuple[str, int]] = set()
    for kind, first, last in re.findall(r"\b([vsa])\[(\d+):(\d+)\]", text):
        regs |= {(kind, k) for k in range(int(first), int(last) + 1)}
    regs |= {(kind, int(k)) for kind, k in re.findall(r"\b([vsa])(\d+)\b", text)}
    if re.search(r"\bvcc\b", text):
        regs |= {("s", 106), ("s", 107)}
    return frozenset(
        regs | {where for name, where in NAMES.items() if re.search(rf"\b{name}\b", text)}
    )


def first_operand(insn: Insn) -> str:
    return re.match(r"[^,\[]*(\[[^\]]*\])?", insn.operands).group(0)  # type: ignore[union-attr]


class Event(NamedTuple):
    kind: str  # vm, lds, smem, flat: which counters
    writes: FrozenSet[Tuple[str, int]]
    what: str  # load, store, dma, wbl2, atomic


def event_of(insn: Insn) -> Optional[Event]:
    m = insn.mnemonic
    none: FrozenSet[Tuple[str, int]] = frozenset()
    if m.startswith(("buffer_inv", "s_dcache", "buffer_wbinv")):
        return Event("smem", none, "inv") if m.startswith("s_dcache") else None
    if m == "buffer_wbl2":
        return Event("vm", none, "wbl2")
    if m.startswith(("global_", "buffer_", "scratch_", "flat_", "tbuffer_")):
        kind = "flat" if m.startswith("flat_") else "vm"
        if "_lds_" in m or insn.operands.endswith(" lds") or " lds " in insn.operands:
            return Event(kind, none, "dma")
        returns = "_load" in m or "_atomic" in m and " sc0" in insn.operands
        if "_store" in m or not returns:
            return Event(kind, none, "store")
        return Event(kind, registers(first_operand(insn)), "atomic" if "_atomic" in m else "load")
    if m.startswith("ds_"):
        returns = (
            m.startswith(
                ("ds_read", "ds_bpermute", "ds_permute", "ds_swizzle", "ds_consume", "ds_append")
            )
            or "_rtn" in m
        )
        lds_data = not m.startswith(("ds_bpermute", "ds_permute", "ds_swizzle"))
        what = "load" if m.startswith("ds_read") or not lds_data else "ldswrite"
        return Event("lds", registers(first_operand(insn)) if returns else none, what)
    if m.startswith(("s_load", "s_buffer_load", "s_scratch_load", "s_memtime", "s_memrealtime")):
        return Event("smem", registers(first_operand(insn)), "load")
    return None


# What is outstanding: (kind, counter, written registers, what) -> least number of later operations on that counter.
State = Dict[Tuple[str, str, FrozenSet[Tuple[str, int]], str], int]


def wait_fields(insn: Insn) -> Tuple[int, int]:
    vm = re.search(r"vmcnt\((\d+)\)", insn.operands)
    lgkm = re.search(r"lgkmcnt\((\d+)\)", insn.operands)
    return int(vm.group(1)) if vm else VM_MAX, int(lgkm.group(1)) if lgkm else LGKM_MAX


def after_wait(state: State, vm: int, lgkm: int) -> State:
    out_of_order = any(
        kind in ("smem", "flat") for kind, counter, _, _ in state if counter == "lgkm"
    )
    kept: State = {}
    for key, age in state.items():
        kind, counter, _, _ = key
        limit = vm if counter == "vm" else lgkm
        alone = (
            counter == "lgkm"
            and out_of_order
            or counter == "vm"
            and any(k[0] == "flat" and k[1] == "vm" for k in state)
        )
        if limit == 0 or (not alone and age >= limit):
            continue
        kept[key] = age
    return kept


def at_barrier(insn: Insn, state: State) -> bool:
    return insn.mnemonic == "s_barrier" and any(
        what in ("ldswrite", "dma") for _, _, _, what in state
    )


def problems_at(insn: Insn, state: State) -> bool:
    touched = registers(insn.operands)
    event = event_of(insn)
    mine = "lgkm" if event and event.kind in ("lds", "smem") else "vm" if event else ""
    written = event.writes if event else frozenset()
    sources = (
        registers(insn.operands[len(first_operand(insn)) :]) if event and event.writes else touched
    )
    for (kind, counter, regs, what), _ in state.items():
        if regs & sources:
            return True
        if regs & written and not (
            kind == (event.kind if event else "") and counter == mine and kind in ("vm", "lds")
        ):
            return True
        if what == "dma" and insn.mnemonic.startswith("ds_read"):
            return True
        if what == "wbl2" and event and event.what in ("store", "atomic") and event.kind != "lds":
            return True
        if insn.mnemonic == "buffer_inv" and what == "atomic" and counter == "vm":
            return True
    return False


def step(insn: Insn, state: State) -> State:
    if insn.mnemonic == "s_waitcnt":
        return after_wait(state, *wait_fields(insn))
    event = event_of(insn)
    if not event:
        return state
    counters = {"vm": ["vm"], "lds": ["lgkm"], "smem": ["lgkm"], "flat": ["vm", "lgkm"]}[event.kind]
    changed = {key: age + 1 if key[1] in counters else age for key, age in state.items()}
    for counter in counters:
        changed[(event.kind, counter, event.writes, event.what)] = 0
    return changed


def join(into: Optional[State], more: State) -> Tuple[State, bool]:
    if into is None:
        return dict(more), True
    changed = False
    for key, age in more.items():
        if key not in into or into[key] > age:
            into[key] = age
            changed = True
    return into, changed


class Program:
    def __init__(self, code: List[Insn], kernels: Set[str]) -> None:
        self.code = code
        self.at = {insn.address: k for k, insn in enumerate(code)}
        self.kernels = kernels
        self.starts: Dict[str, int] = {}
        for k, insn in enumerate(code):
            self.starts.setdefault(insn.function, k)
        self.returns = [
            k + 1
            for k, insn in enumerate(code)
            if insn.mnemonic == "s_swappc_b64" and k + 1 < len(code)
        ]

    def successors(self, k: int) -> List[int]:
        insn = self.code[k]
        if insn.mnemonic == "s_endpgm":
            return []
        if insn.mnemonic == "s_swappc_b64":
            return [at for name, at in self.starts.items() if name not in self.kernels]
        if insn.mnemonic == "s_setpc_b64":
            return self.returns
        next_ones = []
        if insn.target is not None and insn.target in self.at:
            next_ones.append(self.at[insn.target])
        if insn.mnemonic != "s_branch" and k + 1 < len(self.code):
            next_ones.append(k + 1)
        return next_ones

    def reachable(self, kernel: str) -> Set[int]:
        seen: Set[int] = set()
        stack = [self.starts[kernel]]
        while stack:
            k = stack.pop()
            if k not in seen:
                seen.add(k)
                stack += [k + 1] if self.code[k].mnemonic == "s_swappc_b64" else []
                stack += self.successors(k)
        return seen

    def broken(self, kernel: str, changed: Dict[int, Insn]) -> Tuple[bool, bool]:
        """Whether some path of the kernel, with these instructions changed, breaks a rule; whether some path without
        such a fault reaches an s_barrier with LDS writes outstanding."""
        barrier = False
        states: Dict[int, State] = {self.starts[kernel]: {}}
        work = [self.starts[kernel]]
        while work:
            k = work.pop()
            insn = changed.get(k, self.code[k])
            state = states[k]
            if insn.mnemonic != "s_waitcnt" and problems_at(insn, state):
                return True, barrier
            barrier |= at_barrier(insn, state)
            after = step(insn, state)
            for n in self.successors(k):
                joined, grew = join(states.get(n), after)
                if grew:
                    states[n] = joined
                    work.append(n)
        return False, barrier
