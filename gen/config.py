"""Reads configs/kernels.csv: one row, one kernel. Every wrong cell is an error with file, line,
column, reason.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Dict, List, Tuple

from gen.errors import ConfigError

HEADER = "family,m_tile,n_rows,k_lanes,k_waves,depth"
FAMILIES = ("dense_gemv",)
WAVES = 4
LANES = 64
MAX_LOADS_IN_FLIGHT = 63

_ALLOWED: Dict[str, Tuple[int, ...]] = {
    "m_tile": (1, 2, 4),
    "n_rows": (1, 2, 3, 4, 6, 8),
    "k_lanes": (16, 32, 64),
    "k_waves": (1, 2, 4),
    "depth": (1, 2, 3, 4, 5, 6, 8),
}


@dataclass(frozen=True)
class KernelConfig:
    """Parameters of one dense GEMV kernel.

    m_tile: rows of X held; n_rows: row groups of W per wave; k_lanes: lanes that share a row;
    k_waves: waves of the workgroup that split K; depth: K steps whose loads are in flight.
    """

    family: str
    m_tile: int
    n_rows: int
    k_lanes: int
    k_waves: int
    depth: int

    @property
    def name(self) -> str:
        shape = f"m{self.m_tile}_r{self.n_rows}_l{self.k_lanes}_w{self.k_waves}_d{self.depth}"
        return f"smallm_{self.family}_{shape}"

    @property
    def group_rows(self) -> int:
        """Rows of W that one wave load covers."""
        return LANES // self.k_lanes

    @property
    def row_waves(self) -> int:
        return WAVES // self.k_waves

    @property
    def wave_rows(self) -> int:
        """Rows of W (columns of Out) of one wave."""
        return self.n_rows * self.group_rows

    @property
    def n_tile(self) -> int:
        return self.row_waves * self.wave_rows

    @property
    def k_step(self) -> int:
        """K that one wave covers in one step: a whole 32-block per lane."""
        return 32 * self.k_lanes

    @property
    def results(self) -> int:
        """Elements of Out that one wave computes."""
        return self.m_tile * self.wave_rows

    @property
    def lds_bytes(self) -> int:
        return 0 if self.k_waves == 1 else WAVES * self.results * 4

    @property
    def loads_per_step(self) -> int:
        return 3 * (self.m_tile + self.n_rows)


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
    numbers: Dict[str, int] = {}
    at = 1
    for column, cell in zip(columns, cells):
        text = cell.strip()
        if column == "family":
            if text not in FAMILIES:
                raise ConfigError(
                    path, number, at, f"family '{text}' is not one of {', '.join(FAMILIES)}"
                )
        elif not text.isdigit() or int(text) not in _ALLOWED[column]:
            allowed = ", ".join(str(v) for v in _ALLOWED[column])
            raise ConfigError(
                path, number, at, f"{column} is '{text}'; it must be one of {allowed}"
            )
        else:
            numbers[column] = int(text)
        at += len(cell) + 1
    kernel = KernelConfig(cells[0].strip(), **numbers)
    loads = kernel.loads_per_step * kernel.depth
    if loads > MAX_LOADS_IN_FLIGHT:
        limit = MAX_LOADS_IN_FLIGHT
        reason = (
            f"depth {kernel.depth} puts {loads} loads in flight, vmcnt counts {limit}; lower it"
        )
        raise ConfigError(path, number, len(line) - len(cells[-1]) + 1, reason)
    if kernel.k_waves > 1 and kernel.results > LANES:
        reason = (
            f"{kernel.results} results per wave; with k_waves > 1 at most {LANES} (one lane each)"
        )
        raise ConfigError(path, number, 1, reason)
    return kernel
