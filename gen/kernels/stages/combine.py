"""Rows of a token added up, in the launch that made them: by the last workgroup of a column tile.

Each workgroup stores its f32 rows to the workspace past its XCD's L2 and takes a ticket. The last
one finds out again which slots were written (an id may stand anywhere, and some are not local): a
bit each in LDS. Then out[t] = the sum over j = 0, 1, ... of the written rows t * top_k + j, in that
order, from +0.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import List, Optional, Tuple

from gen import kernarg
from gen.build import Builder
from gen.config import COMBINE_SLOTS, LANES, KernelConfig
from gen.ir import EXEC, Reg, Slice
from gen.kernels.stages import output
from gen.kernels.stages.ident import log2
from gen.kernels.stages.lds_reduce import finishing_waves
from gen.kernels.stages.mfma_load import lanes_on
from gen.kernels.stages.mfma_store import SENTINEL
from gen.kernels.stages.split_k import Tickets, take_ticket
from gen.kernels.stages.srd import FIELDS, WORD3
from gen.kernels.stages.walk import Arguments, Walk

_IDS_AHEAD = 4
_ROWS_AHEAD = 8
"""Loads of a lane that are in flight together."""


def combine(
    b: Builder,
    cfg: KernelConfig,
    args: Arguments,
    walk: Walk,
    tid: Reg,
    wave: Optional[Reg],
    tile: Reg,
) -> None:
    """From `done` to `end`."""
    b.block("done", "no block is left for this workgroup")
    b.stream("control")
    combined, arrivals = b.sgpr("combined"), b.sgpr("arrivals")
    b.emit("s_and_b32", combined, args("format"), kernarg.MOE_COMBINED)
    b.emit("s_cbranch_scc0", "end")
    b.block("arrive", "are all rows of this column tile in the workspace?")
    lanes_on(b)
    args.load_late()
    b.emit("s_mul_i32", arrivals, args.late("grid_y"), args.late("k_splits"))
    tickets = Tickets("combine_", kernarg.COMBINE_TICKET_OFFSET, tile, arrivals)
    stores = finishing_waves(cfg) if cfg.family == "moe_mfma" else cfg.row_waves
    take_ticket(b, cfg, args, tickets, wave, wave is None, "end", stores == 1)
    b.block("mask", "which slots were written")
    b.stream("load_rows")
    b.emit("buffer_inv", mods=["sc1"], note="forget what another XCD has written since")
    lanes_on(b)
    _zero_mask(b, walk.lane, wave)
    _scan_ids(b, cfg, args, walk, tid)
    if wave is not None:
        b.emit("s_barrier", note="the mask is whole")
    _add_rows(b, cfg, args, tid, tile)


def _srd(b: Builder, name: str, base: Slice, records: Reg) -> Reg:
    srd = b.sgpr(f"srd_{name}", 4, fields=FIELDS)
    b.emit("s_mov_b32", srd[0], base[0])
    b.emit("s_mov_b32", srd[1], base[1])
    b.emit("s_mov_b32", srd[2], records)
    b.emit("s_mov_b32", srd[3], WORD3)
    return srd


def _zero_mask(b: Builder, lane: Reg, wave: Optional[Reg]) -> None:
    assert COMBINE_SLOTS == 64 * LANES
    zeros, at = b.vgpr("mask_zeros", 2), b.vgpr("mask_at")
    b.stream("mask")
    b.emit("v_mov_b64_e32", zeros, 0)
    b.emit("v_lshlrev_b32_e32", at, 3, lane)
    if wave is not None:
        b.emit("s_cmp_eq_u32", wave, 0)
        b.emit("s_cselect_b64", EXEC.all, -1, 0)
    b.emit("ds_write_b64", at, zeros)
    if wave is not None:
        lanes_on(b)
        b.emit("s_barrier", note="the mask is empty")


def _scan_ids(b: Builder, cfg: KernelConfig, args: Arguments, walk: Walk, tid: Reg) -> None:
    """mask |= the ids in use whose block has an expert."""
    used, size, blocks, done = (b.sgpr(f"scan_{n}") for n in ("used", "bytes", "blocks", "done"))
    index = b.vgpr("scan_index")
    b.stream("mask")
    b.emit("s_max_i32", used, walk.limit, 0)
    b.emit("s_add_u32", used, used, args("block_m"))
    b.emit("s_sub_u32", used, used, 1)
    b.emit("s_lshl_b32", blocks, used, 1)
    b.emit("s_mul_hi_u32", blocks, blocks, args.late("block_magic"))
    b.emit("s_lshr_b32", blocks, blocks, args.late("block_shift"), note="blocks in use")
    b.emit("s_mul_i32", used, blocks, args("block_m"), note="ids in use")
    b.emit("s_lshl_b32", size, used, 2)
    b.emit("s_lshl_b32", blocks, blocks, 2)
    ids_srd = _srd(b, "all_ids", args("sorted_token_ids"), size)
    experts_srd = _srd(b, "all_experts", args("expert_ids"), blocks)
    b.emit("v_mov_b32_e32", index, tid)
    b.emit("s_mov_b32", done, 0)
    b.emit("s_cmp_eq_u32", used, 0)
    b.emit("s_cbranch_scc1", "scanned")
    b.block("scan", f"{_IDS_AHEAD} ids of each work-item")
    b.stream("load_ids")
    found: List[Tuple[Reg, Reg, Reg]] = []
    for i in range(_IDS_AHEAD):
        number, at, slot, expert = (
            b.vgpr(f"scan_{n}{i}") for n in ("number", "at", "id", "expert")
        )
        b.emit("v_add_u32_e32", number, i * cfg.block, index)
        b.emit("v_lshlrev_b32_e32", at, 2, number)
        b.emit("buffer_load_dword", slot, at, ids_srd, 0, mods=["offen"])
        b.emit("v_lshlrev_b32_e32", at, 1, number)
        b.emit("v_mul_hi_u32", at, at, args.late("block_magic"))
        b.emit("v_lshrrev_b32_e32", at, args.late("block_shift"), at, note="block of the id")
        b.emit("v_lshlrev_b32_e32", at, 2, at)
        b.emit("buffer_load_dword", expert, at, experts_srd, 0, mods=["offen"])
        found.append((number, slot, expert))
    b.stream("mask")
    word, bit = b.vgpr("mask_word"), b.vgpr("mask_bit")
    written, more = b.sgpr("is_written", 2), b.sgpr("is_ours", 2)
    for number, slot, expert in found:
        b.emit("v_cmp_gt_u32_e64", written, used, number)
        b.emit("v_cmp_gt_u32_e64", more, args("slots"), slot)
        b.emit("s_and_b64", written, written, more)
        b.emit("v_cmp_gt_u32_e64", more, args("experts"), expert)
        b.emit("s_and_b64", written, written, more)
        b.emit("v_lshrrev_b32_e32", word, 5, slot)
        b.emit("v_lshlrev_b32_e32", word, 2, word)
        b.emit("v_lshlrev_b32_e64", bit, slot, 1)
        lanes_on(b, written)
        b.emit("ds_or_b32", word, bit, note="slot written")
        lanes_on(b)
    b.emit("v_add_u32_e32", index, _IDS_AHEAD * cfg.block, index)
    b.emit("s_add_u32", done, done, _IDS_AHEAD * cfg.block)
    b.stream("control")
    b.emit("s_cmp_lt_u32", done, used)
    b.emit("s_cbranch_scc1", "scan")
    b.block("scanned")


@dataclass(frozen=True)
class _Places:
    """Descriptors, bytes from row to row, and the bytes of the lane's column: of Out, of rows."""

    out: Reg
    out_stride: Reg
    out_column: Reg
    rows: Reg
    rows_stride: Reg
    rows_column: Reg
    none: Reg


def _places(b: Builder, cfg: KernelConfig, args: Arguments, tid: Reg, tile: Reg) -> _Places:
    size = output.size_log2(b, args, "token_")
    out_stride, rows_stride = b.sgpr("token_stride"), b.sgpr("rows_stride")
    extent, base = b.sgpr("token_extent"), b.sgpr("rows_base", 2)
    b.emit("s_sub_u32", extent, args.late("tokens"), 1)
    b.emit("s_mul_i32", extent, extent, args("ldo"))
    b.emit("s_add_u32", extent, extent, args("n"))
    b.emit("s_lshl_b32", extent, extent, size, note="bytes of Out, to the end of the last row")
    out = _srd(b, "combined", args("out"), extent)
    b.emit("s_lshl_b32", out_stride, args("ldo"), size)
    b.emit("s_lshl_b32", rows_stride, args("n"), 2)
    b.emit("s_mul_i32", extent, args("slots"), rows_stride)
    workspace = args("workspace")
    b.emit("s_add_u32", base[0], workspace[0], kernarg.TICKET_BYTES)
    b.emit("s_addc_u32", base[1], workspace[1], 0)
    rows = _srd(b, "rows", base.all, extent)
    column, first = b.vgpr("combine_column"), b.sgpr("combine_n0")
    out_column, rows_column, none = (
        b.vgpr("token_column"),
        b.vgpr("rows_column"),
        b.vgpr("token_none"),
    )
    exists = b.sgpr("combine_column_exists", 2)
    b.emit("s_lshl_b32", first, tile, log2(cfg.n_tile))
    b.emit("v_and_b32_e32", column, cfg.n_tile - 1, tid)
    b.emit("v_add_u32_e32", column, first, column, note="column of the work-item")
    b.emit("v_mov_b32_e32", none, SENTINEL)
    b.emit("v_cmp_gt_i32_e64", exists, args("n"), column)
    b.emit("v_lshlrev_b32_e32", out_column, size, column)
    b.emit("v_cndmask_b32_e64", out_column, none, out_column, exists)
    b.emit("v_lshlrev_b32_e32", rows_column, 2, column)
    b.emit("v_cndmask_b32_e64", rows_column, none, rows_column, exists)
    return _Places(out, out_stride, out_column, rows, rows_stride, rows_column, none)


def _add_rows(b: Builder, cfg: KernelConfig, args: Arguments, tid: Reg, tile: Reg) -> None:
    """A work-item has one column of every (block / n_tile)-th token."""
    tokens, top_k, abreast = args.late("tokens"), args.late("top_k"), cfg.block // cfg.n_tile
    b.stream("rows")
    to = _places(b, cfg, args, tid, tile)
    token, first, end = b.vgpr("token"), b.sgpr("first_token"), b.vgpr("token_end")
    slot, total, done = b.vgpr("token_slot"), b.vgpr("token_sum"), b.sgpr("rows_done")
    is_token, at = b.sgpr("is_token", 2), b.vgpr("token_at")
    b.emit("v_lshrrev_b32_e32", token, log2(cfg.n_tile), tid)
    b.emit("s_mov_b32", first, 0)
    b.block("token", f"{abreast} tokens at a time")
    b.stream("rows")
    b.emit("v_mul_lo_u32", slot, token, top_k, note="first slot of the token")
    b.emit("v_cmp_gt_u32_e64", is_token, tokens, token)
    b.emit("v_add_u32_e32", end, top_k, slot)
    b.emit("v_cndmask_b32_e64", end, 0, end, is_token, note="end of its slots")
    b.emit("v_mov_b32_e32", total, 0)
    b.emit("s_mov_b32", done, 0)
    b.block("rows", f"{_ROWS_AHEAD} rows of each token")
    b.stream("rows")
    slots = [b.vgpr(f"row_slot{i}") for i in range(_ROWS_AHEAD)]
    words = [b.vgpr(f"row_word{i}") for i in range(_ROWS_AHEAD)]
    for i, (number, word) in enumerate(zip(slots, words)):
        b.emit("v_add_u32_e32", number, i, slot)
        b.emit("v_min_u32_e32", word, COMBINE_SLOTS - 1, number)
        b.emit("v_lshrrev_b32_e32", word, 5, word)
        b.emit("v_lshlrev_b32_e32", word, 2, word)
        b.emit("ds_read_b32", word, word, note="32 bits of the mask")
    b.stream("load_rows")
    one, other = b.sgpr("row_is_there", 2), b.sgpr("row_is_written", 2)
    for number, word in zip(slots, words):
        b.emit("v_cmp_gt_u32_e64", one, end, number)
        b.emit("v_lshrrev_b32_e32", word, number, word)
        b.emit("v_and_b32_e32", word, 1, word)
        b.emit("v_cmp_ne_u32_e64", other, 0, word)
        b.emit("s_and_b64", one, one, other)
        b.emit("v_mul_lo_u32", number, number, to.rows_stride)
        b.emit("v_add_u32_e64", number, number, to.rows_column, mods=["clamp"])
        b.emit("v_cndmask_b32_e64", number, to.none, number, one)
        mods = ["offen", "sc1"]
        b.emit("buffer_load_dword", number, number, to.rows, 0, mods=mods, note="row, or 0")
    b.stream("rows")
    for number in slots:
        b.emit("v_add_f32_e32", total, total, number)
    b.emit("v_add_u32_e32", slot, _ROWS_AHEAD, slot)
    b.emit("s_add_u32", done, done, _ROWS_AHEAD)
    b.emit("s_cmp_lt_u32", done, top_k)
    b.emit("s_cbranch_scc1", "rows")
    b.block("token_out")
    b.emit("v_mul_lo_u32", at, token, to.out_stride)
    b.emit("v_add_u32_e64", at, at, to.out_column, mods=["clamp"])
    b.emit("v_cndmask_b32_e64", at, to.none, at, is_token)

    def body(out_type: output.OutType) -> None:
        out_type.convert(b, total)
        b.emit(out_type.store, total, at, to.out, 0, mods=["offen"])

    output.store_blocks(b, args, "token_next", body, "combine")
    b.block("token_next")
    b.stream("rows")
    b.emit("v_add_u32_e32", token, abreast, token)
    b.emit("s_add_u32", first, first, abreast)
    b.emit("s_cmp_lt_u32", first, tokens)
    b.emit("s_cbranch_scc1", "token")
