"""Kernel arguments of the dense families."""

from __future__ import annotations

from typing import Dict

from gen import kernarg
from gen.build import Builder
from gen.config import MATRIX, KernelConfig
from gen.ir import Reg, Slice
from gen.kernels.stages.kernargs import Kernargs


class DenseArgs:
    """By name; `m` and `slice_rem`, which share a dword, once `load` is emitted. A kernel of one row
    does not load the distance of rows.
    """

    def __init__(self, b: Builder, cfg: KernelConfig) -> None:
        self._b = b
        self._args = Kernargs(b, kernarg.DENSE, late="ldo" if cfg.m_tile == 1 else "")
        parts = ["m", "slice_rem"] if cfg.family in MATRIX else ["m"]
        self._parts: Dict[str, Reg] = {name: b.sgpr(name) for name in parts}
        self.workgroup = self._args.workgroup

    def load(self) -> None:
        b, parts, both = self._b, self._parts, self._args("m_rem")
        self._args.load()
        b.emit("s_and_b32", parts["m"], both, (1 << kernarg.M_BITS) - 1, note="rows of X")
        if "slice_rem" in parts:
            b.emit("s_lshr_b32", parts["slice_rem"], both, kernarg.M_BITS)

    def __call__(self, name: str) -> Slice:
        return self._parts[name].all if name in self._parts else self._args(name)
