"""Results out: across the waves that split K through LDS where there are several, then bf16 to
memory.
"""

from __future__ import annotations

from typing import List, Sequence, Tuple

from gen.build import Builder
from gen.config import LANES, KernelConfig
from gen.ir import EXEC, Reg
from gen.kernels.stages.ident import Ids
from gen.kernels.stages.reduce import Held


def set_exec(b: Builder, mask: int, note: str) -> None:
    b.emit("s_mov_b32", EXEC[0], mask & 0xFFFFFFFF)
    b.emit("s_mov_b32", EXEC[1], mask >> 32, note=note)


def _row_lanes(rows: Sequence[int]) -> int:
    """EXEC mask of the first lane of each 16-lane row."""
    return sum(1 << (16 * q) for q in rows)


def _row_shift(b: Builder, ids: Ids) -> Reg:
    """8 * (lane / 16): which byte of a table constant a lane takes."""
    shift = b.vgpr("row_shift")
    b.emit("v_lshrrev_b32_e32", shift, 1, ids.tid)
    b.emit("v_and_b32_e32", shift, 24, shift, note="8 * (lane / 16)")
    return shift


def _pick(b: Builder, name: str, values: Sequence[int], shift: Reg) -> Reg:
    """values[lane / 16] by a bit field of a constant."""
    table, picked = b.sgpr(f"{name}_table"), b.vgpr(name)
    b.emit(
        "s_mov_b32",
        table,
        sum(v << (8 * q) for q, v in enumerate(values)),
        note=f"{name} by lane / 16",
    )
    b.emit("v_bfe_u32", picked, table, shift, 8)
    return picked


def store_held(b: Builder, held: List[Held], ids: Ids, n0: Reg, srds: Sequence[Reg]) -> None:
    """Store results straight from the registers that hold them; columns past N and rows past M fall
    out of bounds.
    """
    shift = _row_shift(b, ids)
    offsets: List[Reg] = []
    for i, h in enumerate(held):
        column = _pick(b, f"column{i}", [col for _, col in h.rows], shift)
        offset = b.vgpr(f"out_off{i}")
        b.emit("v_add_lshl_u32", offset, column, n0, 1, note="byte of the column")
        offsets.append(offset)
        b.emit("v_cvt_pk_bf16_f32", h.reg, h.reg, h.reg, note="round to nearest even")
    for i, h in enumerate(held):
        for m in sorted({m for m, _ in h.rows}):
            rows = [q for q, (row, _) in h.distinct() if row == m]
            columns = ", ".join(str(h.rows[q][1]) for q in rows)
            set_exec(b, _row_lanes(rows), f"lanes that hold row {m}, columns n0 + {columns}")
            b.emit(
                "buffer_store_short",
                h.reg,
                offsets[i],
                srds[m],
                0,
                mods=["offen"],
                note=f"out[m{m}]",
            )


def lds_base(b: Builder, cfg: KernelConfig, ids: Ids) -> Reg:
    """First f32 slot of this wave in LDS."""
    base = b.sgpr("lds_base")
    b.emit("s_mul_i32", base, ids.wave, cfg.results, note="first LDS slot of the wave")
    return base


def write_partials(b: Builder, cfg: KernelConfig, held: List[Held], ids: Ids, base: Reg) -> None:
    """Each wave's sums to LDS: slot = wave * results + m * wave_rows + column."""
    shift = _row_shift(b, ids)
    addresses: List[Reg] = []
    for i, h in enumerate(held):
        slot = _pick(b, f"slot{i}", [m * cfg.wave_rows + col for m, col in h.rows], shift)
        b.emit("v_add_lshl_u32", slot, slot, base, 2, note="LDS byte address")
        addresses.append(slot)
    for i, h in enumerate(held):
        set_exec(b, _row_lanes([q for q, _ in h.distinct()]), "one lane per result")
        b.emit("ds_write_b32", addresses[i], h.reg, note=f"partial sums {i}")


def combine_partials(b: Builder, cfg: KernelConfig, ids: Ids, base: Reg) -> Tuple[Reg, Reg]:
    """Lane i adds result i of the K waves in wave order; returns (lane number, bf16 result)."""
    set_exec(b, (1 << cfg.results) - 1, f"{cfg.results} results, one lane each")
    lane, address = b.vgpr("lane"), b.vgpr("lds_addr")
    b.emit("v_and_b32_e32", lane, LANES - 1, ids.tid)
    b.emit("v_add_lshl_u32", address, lane, base, 2)
    parts = [b.vgpr(f"partial[w{w}]") for w in range(cfg.k_waves)]
    for w, part in enumerate(parts):
        offset = w * cfg.results * 4
        b.emit(
            "ds_read_b32",
            part,
            address,
            mods=[f"offset:{offset}"] if offset else [],
            note=f"sum of K wave {w}",
        )
    for w, part in enumerate(parts[1:], 1):
        b.emit("v_add_f32_e32", parts[0], parts[0], part, note=f"+ K wave {w}")
    b.emit("v_cvt_pk_bf16_f32", parts[0], parts[0], parts[0], note="round to nearest even")
    return lane, parts[0]


def store_lanes(
    b: Builder, cfg: KernelConfig, lane: Reg, value: Reg, n0: Reg, srds: Sequence[Reg]
) -> None:
    """Store results held one per lane: lane m * wave_rows + column."""
    first, offset = b.sgpr("first_column"), b.vgpr("out_off")
    for m, srd in enumerate(srds):
        b.emit("s_sub_u32", first, n0, m * cfg.wave_rows)
        mask = ((1 << cfg.wave_rows) - 1) << (m * cfg.wave_rows)
        set_exec(b, mask, f"lanes that hold row {m}")
        b.emit("v_add_lshl_u32", offset, lane, first, 1, note="byte of the column")
        b.emit("buffer_store_short", value, offset, srd, 0, mods=["offen"], note=f"out[m{m}]")
