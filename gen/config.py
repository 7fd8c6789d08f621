"""Reads configs/kernels.csv: one row, one kernel. Every wrong cell is an error with file, line,
column, reason.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Dict, List, Tuple

from gen.errors import ConfigError

HEADER = "family,m_tile,n_rows,k_lanes,k_waves,depth"
LANES = 64
GEMV_WAVES = 4
MAX_LOADS_IN_FLIGHT = 63
MAX_LDS_BYTES = 160 * 1024

_ALLOWED: Dict[str, Dict[str, Tuple[int, ...]]] = {
    "dense_gemv": {
        "m_tile": (1, 2, 4, 8, 16),
        "n_rows": (1, 2, 3, 4, 6, 8),
        "k_lanes": (16, 32, 64),
        "k_waves": (1, 2, 4),
        "depth": (1, 2, 3, 4, 5, 6, 8),
    },
    "dense_mfma": {
        "m_tile": (16, 32, 48, 64),
        "n_rows": (1, 2, 4),
        "k_lanes": (4,),
        "k_waves": (1, 2, 4, 8, 16),
        "depth": tuple(range(1, 22)),
    },
    "moe_mfma": {
        "m_tile": (16, 32, 64),
        "n_rows": (1, 2, 4),
        "k_lanes": (4,),
        "k_waves": (1, 2, 4, 8, 16),
        "depth": tuple(range(1, 22)),
    },
    "moe_gemv": {
        "m_tile": (1, 2, 4),
        "n_rows": (1, 2, 4, 8),
        "k_lanes": (16, 32, 64),
        "k_waves": (1, 2, 4),
        "depth": (1, 2, 3, 4, 5, 6, 8),
    },
    "quantise": {"m_tile": (1,), "k_lanes": (4,), "k_waves": (4,)},
    "moe_sort": {"k_waves": (16,)},
}
FAMILIES = tuple(_ALLOWED)
MATRIX = ("dense_mfma", "moe_mfma")
GEMV = ("dense_gemv", "moe_gemv")
COMBINE_SLOTS = 4096
"""Largest number of slots of a launch that combines: a bit of LDS each."""


@dataclass(frozen=True)
class KernelConfig:
    """Parameters of one kernel; 0 for a parameter that its family does not have (`-` in the file).

    m_tile: rows of X held; n_rows: row groups of W per wave; k_lanes: lanes that share a row;
    k_waves: waves of the workgroup that split K; depth: K steps whose loads are in flight.
    A row group is 64 / k_lanes rows of W: 1, 2 or 4 in the gemv families, the 16 rows of a matrix
    instruction in the mfma families, all of whose waves split K. In quantise k_lanes share a
    32-block of a row; in moe_sort k_waves are the waves of the one workgroup.
    """

    family: str
    m_tile: int
    n_rows: int
    k_lanes: int
    k_waves: int
    depth: int

    @property
    def name(self) -> str:
        values = (self.m_tile, self.n_rows, self.k_lanes, self.k_waves, self.depth)
        shape = [f"{letter}{value}" for letter, value in zip("mrlwd", values) if value]
        return "_".join(["smallm", self.family, *shape])

    @property
    def waves(self) -> int:
        """Waves of a workgroup."""
        return GEMV_WAVES if self.family in GEMV else self.k_waves

    @property
    def block(self) -> int:
        """Work-items of a workgroup."""
        return LANES * self.waves

    @property
    def group_rows(self) -> int:
        """Rows of W that one wave load covers."""
        return LANES // self.k_lanes if self.k_lanes else 0

    @property
    def row_waves(self) -> int:
        return self.waves // self.k_waves

    @property
    def wave_rows(self) -> int:
        """Rows of W (columns of Out) of one wave."""
        return self.n_rows * self.group_rows

    @property
    def n_tile(self) -> int:
        return self.row_waves * self.wave_rows

    @property
    def m_groups(self) -> int:
        """16-row tiles of X (mfma families)."""
        return self.m_tile // 16

    @property
    def k_step(self) -> int:
        """K that one wave covers in one step: 32 a lane; in quantise k_lanes share the 32."""
        return 32 * LANES // self.k_lanes if self.family == "quantise" else 32 * self.k_lanes

    @property
    def splits_k(self) -> bool:
        """Whether several workgroups may share the K of a tile."""
        return self.family in MATRIX

    @property
    def results(self) -> int:
        """Elements of Out that one wave computes."""
        return self.m_tile * self.wave_rows

    @property
    def partials_bytes(self) -> int:
        """LDS for a partial tile per wave."""
        return 0 if self.k_waves == 1 else self.waves * self.results * 4

    @property
    def ticket_at(self) -> int:
        """Where in LDS the word stands that tells all waves who is last; in the grouped families
        behind the mask of slots as well.
        """
        mask = COMBINE_SLOTS // 8 if self.family.startswith("moe_") else 0
        return max(self.partials_bytes, mask)

    @property
    def lds_bytes(self) -> int:
        """Of the dense and the grouped families."""
        if self.family == "dense_gemv" or self.ticket_at == 0:
            return self.partials_bytes
        return self.ticket_at + 16

    @property
    def loads_per_step(self) -> int:
        """Two dwordx4 and one scale byte of each row group of X and of W."""
        x_groups = self.m_groups if self.family in MATRIX else self.m_tile
        return 3 * (x_groups + self.n_rows)

    @property
    def loads_in_flight(self) -> int:
        """The mfma families have a slot besides `depth`: a wave's last step."""
        slots = self.depth + 1 if self.family in MATRIX else self.depth
        return slots * self.loads_per_step


def read_kernels(path: Path) -> List[KernelConfig]:
    """All rows of the file in order; ConfigError at the first wrong cell or repeated kernel."""
    columns = HEADER.split(",")
    kernels: List[KernelConfig] = []
    seen: Dict[str, int] = {}
    header_seen = False
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        if not header_seen:
            if line.strip() != HEADER:
                raise ConfigError(str(path), number, 1, f"the header must be '{HEADER}'")
            header_seen = True
            continue
        kernel = _row(str(path), number, line, columns)
        if kernel.name in seen:
            raise ConfigError(
                str(path), number, 1, f"{kernel.name} is already made by line {seen[kernel.name]}"
            )
        seen[kernel.name] = number
        kernels.append(kernel)
    if not header_seen:
        raise ConfigError(str(path), 1, 1, f"the file has no header '{HEADER}'")
    if not kernels:
        raise ConfigError(str(path), 1, 1, "the file names no kernel")
    return kernels


def _row(path: str, number: int, line: str, columns: List[str]) -> KernelConfig:
    cells = line.split(",")
    if len(cells) != len(columns):
        raise ConfigError(path, number, 1, f"{len(cells)} cells, the header has {len(columns)}")
    family = cells[0].strip()
    if family not in FAMILIES:
        raise ConfigError(path, number, 1, f"family '{family}' is not one of {', '.join(FAMILIES)}")
    numbers: Dict[str, int] = {}
    at = len(cells[0]) + 2
    for column, cell in zip(columns[1:], cells[1:]):
        text = cell.strip()
        allowed = [str(v) for v in _ALLOWED[family].get(column, ())] or ["-"]
        if text not in allowed:
            reason = f"{column} is '{text}'; in {family} it must be one of {', '.join(allowed)}"
            raise ConfigError(path, number, at, reason)
        numbers[column] = 0 if text == "-" else int(text)
        at += len(cell) + 1
    kernel = KernelConfig(family, **numbers)
    _check_limits(kernel, path, number, len(line) - len(cells[-1]) + 1)
    return kernel


def _check_limits(kernel: KernelConfig, path: str, number: int, depth_at: int) -> None:
    loads = kernel.loads_in_flight
    if loads > MAX_LOADS_IN_FLIGHT:
        limit = MAX_LOADS_IN_FLIGHT
        reason = (
            f"depth {kernel.depth} puts {loads} loads in flight, vmcnt counts {limit}; lower it"
        )
        raise ConfigError(path, number, depth_at, reason)
    if kernel.lds_bytes > MAX_LDS_BYTES:
        reason = f"{kernel.lds_bytes} bytes of LDS; a workgroup has at most {MAX_LDS_BYTES}"
        raise ConfigError(path, number, 1, reason)
    tiles = kernel.m_groups * kernel.n_rows
    if kernel.family in MATRIX and tiles > kernel.k_waves and tiles % kernel.k_waves:
        reason = f"{tiles} 16x16 tiles do not share out evenly among {kernel.k_waves} waves"
        raise ConfigError(path, number, 1, reason)
    if kernel.family in GEMV and kernel.k_waves > 1 and kernel.results > LANES:
        reason = (
            f"{kernel.results} results per wave; with k_waves > 1 at most {LANES} (one lane each)"
        )
        raise ConfigError(path, number, 1, reason)
