"""Several workgroups share the K of a tile, in one launch: the last to arrive adds all partials.

Each stores its partial tile with sc1 (through its XCD's L2), waits for the stores, and takes a
ticket: an atomic increment that wraps to 0 after k_splits, so that tickets are 0 again when the
launch ends. Who gets the last ticket invalidates what its caches hold, reads all partials, its own
among them, and adds them in split order: the result does not depend on who was last. Source: LLVM
AMDGPUUsage, memory model of gfx942 at agent scope (gfx950 alike).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import List, Optional

from gen import kernarg
from gen.build import Arg, Builder
from gen.config import KernelConfig
from gen.ir import EXEC, Reg
from gen.kernels.stages.ident import log2
from gen.kernels.stages.lds_reduce import TILE_BYTES, Tile, finishing_waves, tiles_of
from gen.kernels.stages.mfma_load import lanes_on
from gen.kernels.stages.mfma_math import add_tile, zero
from gen.kernels.stages.output import Args
from gen.kernels.stages.srd import FIELDS, WORD3

_BATCH_QUADS = 16
"""Partial tiles that a wave reads at once."""


@dataclass(frozen=True)
class Tickets:
    """Tickets of the workspace, the first at byte `start`: number `number` goes to each of `arrivals`
    workgroups in turn. `name` tells calls apart.
    """

    name: str
    start: int
    number: Reg
    arrivals: Arg


def take_ticket(
    b: Builder,
    cfg: KernelConfig,
    arg: Args,
    tickets: Tickets,
    wave: Optional[Reg],
    alone: bool,
    end_label: str,
    stored_by_first: bool = False,
) -> None:
    """Once what the workgroup stored is in memory: all but the last workgroup go to `end_label`.

    `alone`: one wave asks for itself. Else all waves of the workgroup come here; `stored_by_first`:
    but the first wave alone has stored.
    """
    name = tickets.name
    b.stream("ticket")
    b.emit("s_waitcnt", "vmcnt(0)", note="the partials have reached memory")
    if not (alone or stored_by_first):
        b.emit("s_barrier", note="those of all waves")
    srd = b.sgpr(f"srd_{name}tickets", 4, fields=FIELDS)
    ticket, at = b.vgpr(f"{name}ticket"), b.vgpr(f"{name}at")
    last, row = b.sgpr(f"{name}ticket_last"), b.sgpr(f"{name}ticket_row")
    workspace = arg("workspace")
    b.emit("s_mov_b32", srd[0], workspace[0])
    b.emit("s_mov_b32", srd[1], workspace[1])
    b.emit("s_mov_b32", srd[2], kernarg.TICKET_BYTES)
    b.emit("s_mov_b32", srd[3], WORD3)
    b.emit("s_and_b32", last, tickets.number, kernarg.TICKET_LANES - 1)
    b.emit("s_lshl_b32", last, last, log2(kernarg.TICKET_GRANULE), note="neighbours lie apart")
    b.emit("s_lshr_b32", row, tickets.number, log2(kernarg.TICKET_LANES))
    b.emit("s_lshl_b32", row, row, 2)
    b.emit("s_add_u32", last, last, row)
    if tickets.start:
        b.emit("s_add_u32", last, last, tickets.start)
    lanes_on(b)
    b.emit("v_mov_b32_e32", at, last, note="byte of this tile's ticket")
    b.emit("s_sub_u32", last, tickets.arrivals, 1)
    b.emit("v_mov_b32_e32", ticket, last, note="wraps past the last arrival")
    if alone or wave is None:
        b.emit("s_mov_b64", EXEC.all, 1, note="one lane")
    else:
        b.emit("s_cmp_eq_u32", wave, 0)
        b.emit("s_cselect_b64", EXEC.all, 1, 0, note="one lane of the workgroup")
    mods = ["offen", "sc0"]
    b.emit("buffer_atomic_inc", ticket, at, srd, 0, mods=mods, note="old value")
    arrived = b.sgpr(f"{name}arrived")
    if not alone:
        b.emit("v_mov_b32_e32", at, cfg.ticket_at)
        b.emit("ds_write_b32", at, ticket)
        lanes_on(b)
        b.emit("v_mov_b32_e32", at, cfg.ticket_at)
        b.emit("s_barrier", note="the ticket is in LDS")
        b.emit("ds_read_b32", ticket, at)
    b.emit("v_readfirstlane_b32", arrived, ticket, note="workgroups that came before")
    b.emit("s_cmp_lg_u32", arrived, last)
    b.emit("s_cbranch_scc1", end_label, note="another one comes later and does the rest")


class SplitK:
    """The protocol of one tile; `number` counts tiles, `split` workgroups of a tile."""

    def __init__(
        self,
        b: Builder,
        cfg: KernelConfig,
        arg: Args,
        number: Reg,
        split: Reg,
        wave: Optional[Reg],
        tile: Tile,
    ) -> None:
        self._b, self._cfg, self._arg = b, cfg, arg
        self._number, self._split, self._wave = number, split, wave
        self._share, self._active = tile.share, tile.active
        self._split_bytes = tiles_of(cfg) * TILE_BYTES
        self._tile_bytes = b.sgpr("splits_bytes")
        self._mine = b.sgpr("split_off")
        self._srd = b.sgpr("srd_partials", 4, fields=FIELDS)
        self._offsets = [tile.tid16]
        for j in range(1, len(tile.share.sums)):
            self._offsets.append(b.vgpr(f"partial_off[{j}]"))

    def prepare(self, skip: Optional[Reg] = None) -> None:
        """Where the partials are: [tile][split][16x16 tile][lane][4], `skip` bytes after the
        tickets.
        """
        b, srd = self._b, self._srd
        b.stream("partials")
        high = b.sgpr("partials_hi")
        workspace = self._arg("workspace")
        b.emit("s_mul_i32", self._tile_bytes, self._arg("k_splits"), self._split_bytes)
        b.emit("s_mul_i32", srd[0], self._number, self._tile_bytes)
        b.emit("s_mul_hi_u32", high, self._number, self._tile_bytes)
        b.emit("s_add_u32", srd[0], srd[0], kernarg.TICKET_BYTES)
        b.emit("s_addc_u32", high, high, 0)
        if skip is not None:
            b.emit("s_add_u32", srd[0], srd[0], skip)
            b.emit("s_addc_u32", high, high, 0)
        b.emit("s_add_u32", srd[0], srd[0], workspace[0])
        b.emit("s_addc_u32", srd[1], high, workspace[1], note="partials of this tile")
        b.emit("s_mov_b32", srd[2], self._tile_bytes)
        b.emit("s_mov_b32", srd[3], WORD3)
        b.emit("s_mul_i32", self._mine, self._split, self._split_bytes, note="of this split")
        for j, offset in enumerate(self._offsets[1:], 1):
            at = j * self._cfg.k_waves * TILE_BYTES
            b.emit("v_add_u32_e32", offset, at, self._offsets[0])

    def store_partials(self) -> None:
        b = self._b
        b.stream("partials")
        for offset, s in zip(self._offsets, self._share.sums):
            mods = ["offen", "sc1"]
            b.emit("buffer_store_dwordx4", s.tile, offset, self._srd, self._mine, mods=mods)

    def take_ticket(self, end_label: str) -> None:
        """All but the last workgroup to arrive go to `end_label`."""
        tickets = Tickets("", 0, self._number, self._arg("k_splits"))
        alone = finishing_waves(self._cfg) == 1
        take_ticket(self._b, self._cfg, self._arg, tickets, self._wave, alone, end_label)

    def gather(self, label: str) -> None:
        """sums := all partials in split order, in a loop at `label`."""
        b, srd, sums = self._b, self._srd, self._share.sums
        batch = max(2, _BATCH_QUADS // len(sums))
        b.stream("load_partials")
        left, at = b.sgpr("splits_left"), b.sgpr("gather_off")
        b.emit("buffer_inv", mods=["sc1"], note="forget what another XCD has written since")
        lanes_on(b, self._active)
        b.emit("s_mov_b32", left, self._arg("k_splits"))
        b.emit("s_mov_b32", at, 0)
        for s in sums:
            zero(b, s.tile)
        b.block(label, f"{batch} splits a round, all in flight; those that are not there read 0")
        parts: List[List[Reg]] = []
        for i in range(batch):
            b.emit("s_cmp_gt_u32", left, i)
            b.emit("s_cselect_b32", srd[2], self._tile_bytes, 0, note="num_records")
            parts.append([])
            for j, offset in enumerate(self._offsets):
                part = b.vgpr(f"split[{i}][{j}]", 4)
                parts[-1].append(part)
                b.emit("buffer_load_dwordx4", part, offset, srd, at, mods=["offen", "sc1"])
            b.emit("s_add_u32", at, at, self._split_bytes)
        b.stream("gather")
        for i, row in enumerate(parts):
            for s, part in zip(sums, row):
                add_tile(b, s.tile, part, f"+ split {i} of the round")
        b.emit("s_max_u32", left, left, batch)
        b.emit("s_sub_u32", left, left, batch)
        b.emit("s_cmp_lg_u32", left, 0)
        b.emit("s_cbranch_scc1", label)
