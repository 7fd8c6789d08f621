"""Grouped kernels that tests look at: of every tile, with one wave to K and with several."""

from __future__ import annotations

from typing import List, Tuple

from gen.__main__ import make_kernel
from gen.config import KernelConfig
from gen.pipeline import Listing
from tests.gen import listing_model
from tests.gen.support import shipped_rules

Made = List[Tuple[KernelConfig, Listing]]

_MATRIX = ((16, 1, 8, 5), (16, 1, 1, 5), (16, 4, 4, 2), (32, 2, 8, 3), (64, 4, 4, 1), (64, 1, 2, 2))
_VECTOR = ((1, 1, 64, 1, 3), (1, 2, 16, 1, 2), (2, 2, 64, 4, 1), (4, 2, 16, 1, 1), (4, 2, 64, 4, 1))
_MADE: List[Made] = []


def _both() -> Made:
    """[0]: moe_mfma, [1]: moe_gemv."""
    if not _MADE:
        rules = shipped_rules()
        matrix = [KernelConfig("moe_mfma", m, r, 4, w, d) for m, r, w, d in _MATRIX]
        vector = [KernelConfig("moe_gemv", *numbers) for numbers in _VECTOR]
        for configs in (matrix, vector):
            _MADE.append([(cfg, make_kernel(cfg, rules)) for cfg in configs])
    return _MADE[0] + _MADE[1]


def matrix_kernels() -> Made:
    return [made for made in _both() if made[0].family == "moe_mfma"]


def vector_kernels() -> Made:
    return [made for made in _both() if made[0].family == "moe_gemv"]


def block(text: listing_model.Text, label: str) -> List[listing_model.Line]:
    """The instructions of one block, from its label to the next."""
    first = text.labels[f".L_{label}"]
    ends = [at for at in text.labels.values() if at > first]
    return text.lines[first : min(ends, default=len(text.lines))]


def count(lines: List[listing_model.Line], prefix: str) -> int:
    return sum(line.mnemonic.startswith(prefix) for line in lines)
