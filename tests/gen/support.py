"""What several tests of the generator share: small programs, shipped kernels, LLVM tools."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path
from typing import List, Optional, Tuple

from gen import isa
from gen.__main__ import make_kernel
from gen.config import KernelConfig, read_kernels
from gen.hazard import Rule, load_rules
from gen.ir import Block, Instr, Kind, Program, Reg
from gen.pipeline import Listing

TOP = Path(__file__).resolve().parents[2]
KERNELS_CSV = TOP / "configs" / "kernels.csv"
HAZARDS_CSV = TOP / "configs" / "hazards.csv"


def vgpr(name: str, width: int = 1, at: Optional[int] = None) -> Reg:
    return Reg(name, Kind.VGPR, width, 2 if width > 1 else 1, at)


def sgpr(name: str, width: int = 1, at: Optional[int] = None) -> Reg:
    return Reg(name, Kind.SGPR, width, min(4, width), at)


def program(*blocks: Tuple[str, List[Instr]]) -> Program:
    """A scheduled program of the given blocks; registers are collected from the operands."""
    result = Program([Block(label, instrs=list(instrs)) for label, instrs in blocks])
    for ins in result.all_instrs():
        for piece in ins.def_slices() + ins.use_slices():
            if piece.reg.kind is not Kind.SPECIAL:
                result.regs[piece.reg.name] = piece.reg
    return result


def end() -> Instr:
    return isa.make("s_endpgm")


def mnemonics(prog: Program) -> List[str]:
    return [ins.mnemonic for ins in prog.all_instrs()]


_MADE: List[Tuple[KernelConfig, Listing]] = []


def shipped_rules() -> Tuple[Rule, ...]:
    return load_rules(HAZARDS_CSV)


def shipped() -> List[Tuple[KernelConfig, Listing]]:
    """Every kernel of configs/kernels.csv with its listing, made once per test run."""
    if not _MADE:
        rules = shipped_rules()
        _MADE.extend((cfg, make_kernel(cfg, rules)) for cfg in read_kernels(KERNELS_CSV))
    return _MADE


def find_llvm(tool: str) -> Optional[str]:
    """The newest `tool` or `tool-NN` (20 and up) in ROCM_ROOT, /opt/rocm/llvm/bin and PATH."""
    folders = [Path("/opt/rocm/llvm/bin")]
    if os.environ.get("ROCM_ROOT"):
        folders.insert(0, Path(os.environ["ROCM_ROOT"]) / "llvm" / "bin")
    folders += [Path(p) for p in os.environ.get("PATH", "").split(os.pathsep) if p]
    pattern = re.compile(rf"^{re.escape(tool)}-(\d+)$")
    found: List[Tuple[int, str]] = []
    for folder in folders:
        for path in folder.glob(f"{tool}-*") if folder.is_dir() else []:
            match = pattern.match(path.name)
            if match and int(match[1]) >= 20:
                found.append((int(match[1]), str(path)))
    return max(found)[1] if found else shutil.which(tool)
