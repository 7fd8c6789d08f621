"""What the names in configs/hazards.csv mean on our instruction objects (docs/hazards.md defines
them).

A rule applies to a producer and a later consumer if both predicates hold and the registers that the
two operand names select overlap. A name that stands in no table here is refused when the CSV is
read.
"""

from __future__ import annotations

import re
from typing import Callable, Dict, FrozenSet, List, Optional, Tuple

from gen.ir import Cls, Imm, Instr, Slice, Unit

Units = FrozenSet[Unit]
Producer = Callable[[Instr], bool]
ProducerOperand = Callable[[Instr], Units]
Consumer = Callable[[Instr, Instr], bool]
ConsumerOperand = Callable[[Instr, Instr], Units]

_HWREG: Units = frozenset({("hwreg", 0)})
_FLAG: Units = frozenset({("zero flag", 0)})
_TRANS = re.compile(r"^v_(exp|log|rcp|rsq|sqrt|sin|cos)(_iflag)?_")
_MFMA = re.compile(
    r"^v_s?mfma[ci]?c?_(scale_)?([a-z]\d+)_(\d+)x(\d+)x(\d+)_?(?:\d+b_)?([a-z0-9_]*)"
)


def _units(slices: List[Slice], kinds: str) -> Units:
    return frozenset(
        u for s in slices if s.reg.kind.value in kinds for u in s.units() if s.reg.kind.value
    )


def _special(slices: List[Slice], name: str) -> Units:
    return frozenset(u for s in slices if s.reg.name == name for u in s.units())


def _roles(ins: Instr, *names: str) -> List[Slice]:
    return [s for name in names for s in ins.role_slices(name)]


def _scalar_reads(ins: Instr) -> Units:
    """SGPRs and VCC read as data; carry-in and selectors have roles of their own."""
    slices = _roles(ins, "src", "ssrc", "sbase", "lane")
    return _units(slices, "s") | _special(slices, "vcc")


def _scalar_writes(ins: Instr) -> Units:
    slices = ins.def_slices()
    return _units(slices, "s") | _special(slices, "vcc")


def _vector_writes(ins: Instr) -> Units:
    return _units(ins.def_slices(), "va")


def _vector_reads(ins: Instr) -> Units:
    return _units(ins.use_slices(), "va")


# Source of the pass counts: CDNA4 ISA table 28, LLVM SISchedule.td.
def matrix(ins: Instr) -> Optional[Tuple[str, int]]:
    """(kind, passes) of a matrix instruction, None for any other."""
    if ins.cls is not Cls.MFMA:
        return None
    name = ins.mnemonic
    match = _MFMA.match(name)
    if match is None:
        return None
    rows, depth, source = int(match[3]), int(match[5]), match[6]
    if match[2] == "f64":
        return ("dgemm", 4 if rows == 4 else 16)
    if source.startswith(("f32", "xf32")):
        return ("sgemm", {4: 2, 16: 8, 32: 16}[rows])
    if "f8f6f4" in source:
        narrow = all(_format(ins, mod) >= 2 for mod in ("cbsz", "blgp"))
        return ("xdl", (4 if narrow else 8) * (1 if rows == 16 else 2))
    if rows == 4:
        return ("xdl", 2)
    blocks = depth <= 4
    return ("xdl", {16: 8 if blocks else 4, 32: 16 if blocks else 8}[rows])


def _format(ins: Instr, mod: str) -> int:
    for text in ins.mods:
        if text.startswith(mod + ":"):
            return int(text.split(":")[1])
    return 0


def _matrix_is(kind: str, passes: int) -> Producer:
    return lambda ins: matrix(ins) == (kind, passes)


def _kind(ins: Instr, *kinds: str) -> bool:
    found = matrix(ins)
    return found is not None and found[0] in kinds


def _is_valu(ins: Instr) -> bool:
    return ins.cls is Cls.VALU


def _is_mem(ins: Instr) -> bool:
    return ins.cls in (Cls.VMEM, Cls.LDS)


def _named(*prefixes: str) -> Producer:
    return lambda ins: ins.mnemonic.startswith(prefixes)


def _is_dot(ins: Instr) -> bool:
    return ins.mnemonic.startswith("v_dot")


def _is_trans(ins: Instr) -> bool:
    return _TRANS.match(ins.mnemonic) is not None


def _is_subdword_high(ins: Instr) -> bool:
    if not _is_valu(ins):
        return False
    for mod in ins.mods:
        if mod.startswith("dst_sel:") and mod not in (
            "dst_sel:DWORD",
            "dst_sel:BYTE_0",
            "dst_sel:WORD_0",
        ):
            return True
        if (
            mod.startswith("op_sel:")
            and ins.mnemonic.startswith("v_cvt_")
            and mod.rstrip("]").endswith("1")
        ):
            return True
    return False


def _is_scalef32_subdword(ins: Instr) -> bool:
    name = ins.mnemonic
    return name.startswith("v_cvt_scalef32_") and re.search(r"pk_(fp8|bf8|fp4)_", name) is not None


def _is_lds_dma(ins: Instr) -> bool:
    return (
        "lds" in ins.mods or ins.mnemonic.startswith("global_load_lds") or "addtid" in ins.mnemonic
    )


def _is_wide_store(ins: Instr) -> bool:
    if ins.cls is not Cls.VMEM or "store" not in ins.op.flags:
        return False
    if ins.mnemonic.startswith(("buffer_", "tbuffer_")):
        offsets = ins.role_slices("ssrc")[1:]
        if offsets:
            return False
    return sum(s.width for s in ins.role_slices("data")) > 2 or "cmpswap_x2" in ins.mnemonic


def _one(predicate: Producer) -> Consumer:
    return lambda consumer, producer: predicate(consumer)


PRODUCERS: Dict[str, Producer] = {
    "valu": _is_valu,
    "valu_nodot": lambda i: _is_valu(i) and not _is_dot(i),
    "dot": _is_dot,
    "trans": _is_trans,
    "v_cmpx": _named("v_cmpx"),
    "subdword_high": _is_subdword_high,
    "cvt_scalef32_subdword": _is_scalef32_subdword,
    "salu": lambda i: i.cls is Cls.SALU,
    "s_setreg": _named("s_setreg"),
    "store_wide": _is_wide_store,
    **{f"xdl{p}": _matrix_is("xdl", p) for p in (2, 4, 8, 16)},
    **{f"sgemm{p}": _matrix_is("sgemm", p) for p in (2, 8, 16)},
    **{f"dgemm{p}": _matrix_is("dgemm", p) for p in (4, 16)},
}

PRODUCER_OPERANDS: Dict[str, ProducerOperand] = {
    "vdst": _vector_writes,
    "sdst": _scalar_writes,
    "vcc": lambda i: _special(i.def_slices(), "vcc"),
    "exec": lambda i: _special(i.def_slices(), "exec"),
    "m0": lambda i: _special(i.def_slices(), "m0"),
    "hwreg": lambda i: _HWREG,
    "vcc_or_exec": lambda i: (
        _FLAG if {s.reg.name for s in i.def_slices()} & {"vcc", "exec"} else frozenset()
    ),
    "data": lambda i: _units(i.role_slices("data"), "va"),
    "srcc": lambda i: _units(i.role_slices("srcc"), "va"),
}

CONSUMERS: Dict[str, Consumer] = {
    "any": lambda c, p: True,
    "valu": _one(_is_valu),
    "valu_or_mfma": lambda c, p: _is_valu(c) or c.cls is Cls.MFMA,
    "nonvalu": lambda c, p: c.cls not in (Cls.VALU, Cls.MFMA),
    "nontrans_valu": lambda c, p: _is_valu(c) and not _is_trans(c),
    "lane_op": _one(_named("v_readlane", "v_writelane")),
    "readlane": _one(_named("v_readlane", "v_readfirstlane")),
    "lane_move": _one(_named("v_readlane", "v_readfirstlane", "v_writelane", "v_permlane")),
    "permlane_swap": _one(_named("v_permlane16_swap", "v_permlane32_swap")),
    "dpp": lambda c, p: "dpp" in c.op.flags,
    "div_fmas": _one(_named("v_div_fmas")),
    "s_setreg": _one(_named("s_setreg")),
    "s_getreg": _one(_named("s_getreg")),
    "s_rfe": _one(_named("s_rfe")),
    "sendmsg": _one(_named("s_sendmsg", "s_movrel")),
    "vmem": lambda c, p: c.cls is Cls.VMEM,
    "mem": lambda c, p: _is_mem(c),
    "lds_dma": lambda c, p: _is_lds_dma(c),
    "mfma": lambda c, p: c.cls is Cls.MFMA,
    "xdl": lambda c, p: _kind(c, "xdl"),
    "sgemm": lambda c, p: _kind(c, "sgemm"),
    "sdgemm": lambda c, p: _kind(c, "sgemm", "dgemm"),
    "mem_or_mfma_ab": lambda c, p: _is_mem(c) or c.cls is Cls.MFMA,
    "same_opcode": lambda c, p: c.mnemonic == p.mnemonic,
    "not_same_opcode": lambda c, p: c.mnemonic != p.mnemonic
    and c.cls not in (Cls.SALU, Cls.SMEM, Cls.BRANCH, Cls.MFMA),
}


def _mfma_ab(ins: Instr) -> Units:
    return _units(_roles(ins, "srca", "srcb", "index", "scalea", "scaleb"), "va")


def _consumer_vsrc(c: Instr, p: Instr) -> Units:
    """Reads; of a matrix instruction after a matrix instruction only A, B, index and scales (C has
    its own rows).
    """
    return _mfma_ab(c) if c.cls is Cls.MFMA and p.cls is Cls.MFMA else _vector_reads(c)


def _srcc(c: Instr) -> Units:
    return _units(c.role_slices("srcc"), "va")


def _srcc_equal(c: Instr, p: Instr) -> bool:
    return bool(_srcc(c)) and _srcc(c) == _vector_writes(p)


def _same_matrix_op(c: Instr, p: Instr) -> bool:
    formats = all(_format(c, mod) == _format(p, mod) for mod in ("cbsz", "blgp"))
    return c.mnemonic == p.mnemonic and formats


def _if(condition: bool, units: Units) -> Units:
    return units if condition else frozenset()


CONSUMER_OPERANDS: Dict[str, ConsumerOperand] = {
    "any": lambda c, p: _HWREG,
    "vdst": lambda c, p: _vector_writes(c),
    "vsrc": _consumer_vsrc,
    "vany": lambda c, p: _vector_reads(c) | _vector_writes(c),
    "ssrc": lambda c, p: _scalar_reads(c),
    "carry": lambda c, p: (_units(c.use_slices(), "s") | _special(c.use_slices(), "vcc"))
    - _scalar_reads(c),
    "vcc": lambda c, p: _special(c.use_slices(), "vcc"),
    "exec": lambda c, p: _special(c.use_slices(), "exec"),
    "exec_data": lambda c, p: _special(_roles(c, "src", "ssrc"), "exec"),
    "m0": lambda c, p: _special(c.use_slices(), "m0"),
    "hwreg": lambda c, p: _HWREG,
    "zero_flag": lambda c, p: _if(any(m in ("vccz", "execz") for m in c.mods), _FLAG),
    "lane_select": lambda c, p: _units(c.role_slices("lane"), "s")
    | _special(c.role_slices("lane"), "vcc"),
    "srcab": lambda c, p: _mfma_ab(c) | _if(_is_dot(c), _units(c.role_slices("src")[:2], "v")),
    "srcc_any": lambda c, p: _srcc(c),
    "srcc_same": lambda c, p: _if(_srcc_equal(c, p) and _same_matrix_op(c, p), _srcc(c)),
    "srcc_other_op": lambda c, p: _if(_srcc_equal(c, p) and not _same_matrix_op(c, p), _srcc(c)),
    "srcc_overlap": lambda c, p: _if(not _srcc_equal(c, p), _srcc(c)),
    "vdst_not_mfma": lambda c, p: _if(c.cls is not Cls.MFMA, _vector_writes(c)),
}


def wait_states(ins: Instr) -> int:
    """How many wait states an instruction gives to those around it: s_nop N gives N + 1, any other
    gives 1.
    """
    if "nop" in ins.op.flags:
        count = ins.operands[0]
        assert isinstance(count, Imm)
        return count.value + 1
    return 1
