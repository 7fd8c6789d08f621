"""Sorting for the grouped GEMM: topk_ids [slots] to sorted_token_ids, expert_ids and
num_tokens_post_padded, in one workgroup.

A wave takes up to four groups of 64 slots that follow one another. Within a group a lane finds the
lanes of its own expert by a ballot for each bit of the expert's number, and its rank among them; a
table in LDS, one row for each wave, counts what the groups before held. Sums over the rows and a
scan over the experts then give each slot its place: no atomic decides an order.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import List, Tuple, Union

from gen import kernarg
from gen.build import Arg, Builder
from gen.config import LANES, KernelConfig
from gen.emit import KernelInfo
from gen.ir import EXEC, VCC, Program, Reg, Slice
from gen.kernels.stages.kernargs import Kernargs
from gen.kernels.stages.ident import log2
from gen.kernels.stages.scan import SCAN_BYTES, WaveLane, scan
from gen.kernels.stages.srd import FIELDS, WORD3, offset_mods

EXPERT_BITS = log2(kernarg.SORT_EXPERTS)
ROW_BYTES = 4 * kernarg.SORT_EXPERTS
"""A row of the table, and the local map: a dword for each expert."""
MAP_AT = 2 * SCAN_BYTES
"""LDS: sums of the two scans, map (global id to local, then first place of an expert), table."""
TABLE_AT = MAP_AT + ROW_BYTES
FAR = 1 << 16
"""The offset of an LDS instruction ends below it."""
READS_AHEAD = 6
"""With the writes between them, fewer LDS operations than lgkmcnt counts: every wait is exact."""
PEERS = 0x90
"""Truth table of v_bitop3: a & ~(b ^ c)."""


@dataclass(frozen=True)
class Setup:
    """What all parts know: arguments, who the lane is, the slots of its wave."""

    arg: kernarg.ArgOf
    ids: WaveLane
    tid: Reg
    row: Reg
    limit: Reg
    firsts: List[Reg]
    slots: List[Reg]

    @property
    def groups(self) -> range:
        return range(len(self.slots))


@dataclass(frozen=True)
class Outputs:
    """Descriptors, each ended where its array ends."""

    sorted_ids: Reg
    expert_ids: Reg
    total: Reg


def build(cfg: KernelConfig) -> Tuple[Program, KernelInfo]:
    """The unscheduled program, and what its descriptor and header say."""
    b = Builder()
    setup, outputs, local, ids = _entry(b, cfg.k_waves)
    _zero_table(b, setup)
    _local_map(b, setup, local)
    places, known = _look_up(b, setup, local, ids)
    _fill(b, setup, "fill_slots", outputs.sorted_ids, setup.arg("slots"))
    _fill(b, setup, "fill_experts", outputs.expert_ids, -1)
    records = _count(b, setup, places, known)
    totals = _sum_waves(b, setup)
    _first_places(b, setup, outputs, totals)
    _place(b, setup, outputs, records)
    layout, lds = kernarg.MOE_SORT, TABLE_AT + cfg.k_waves * ROW_BYTES
    return b.program, KernelInfo(cfg.name, _header(cfg, lds), layout, lds, LANES * cfg.k_waves)


def _srd(b: Builder, name: str, base: Slice, items: Slice) -> Reg:
    """`items` dwords from `base` on."""
    srd = b.sgpr(f"srd_{name}", 4, fields=FIELDS)
    b.emit("s_mov_b32", srd[0], base[0])
    b.emit("s_and_b32", srd[1], base[1], 0xFFFF, note="48 bits of whatever the pointer is")
    b.emit("s_lshl_b32", srd[2], items, 2, note=f"num_records: {name}")
    b.emit("s_mov_b32", srd[3], WORD3)
    return srd


def _entry(b: Builder, waves: int) -> Tuple[Setup, Outputs, Reg, List[Reg]]:
    tid = b.vgpr("tid", fixed=0)
    arg = Kernargs(b, kernarg.MOE_SORT)
    b.block("entry", "who am I; loads of the map and of the wave's ids")
    arg.load()
    b.stream("ident")
    wave_v, wave, lane, row = b.vgpr("wave_v"), b.sgpr("wave"), b.vgpr("lane"), b.sgpr("row")
    b.emit("v_lshrrev_b32_e32", wave_v, 6, tid)
    b.emit("v_readfirstlane_b32", wave, wave_v)
    b.emit("v_and_b32_e32", lane, LANES - 1, tid)
    b.emit("s_lshl_b32", row, wave, log2(ROW_BYTES))
    b.emit("s_add_u32", row, row, TABLE_AT, note="the wave's row of the table")

    groups = range(kernarg.SORT_SLOTS // (LANES * waves))
    stride, limit = b.sgpr("wave_slots"), b.sgpr("slot_limit")
    firsts = [b.sgpr(f"first{i}") for i in groups]
    slots = [b.vgpr(f"slot{i}") for i in groups]
    everywhere = LANES * waves
    b.emit("s_add_u32", stride, arg("slots"), everywhere - 1)
    b.emit("s_lshr_b32", stride, stride, log2(everywhere), note="groups of a wave")
    b.emit("s_lshl_b32", stride, stride, log2(LANES))
    b.emit("s_mul_i32", firsts[0], wave, stride, note="first slot of the wave")
    b.emit("s_add_u32", limit, firsts[0], stride)
    b.emit("s_min_u32", limit, limit, arg("slots"), note="end of its slots")
    for i in groups:
        if i > 0:
            b.emit("s_add_u32", firsts[i], firsts[i - 1], LANES)
        b.emit("v_add_u32_e32", slots[i], firsts[i], lane, note=f"slot of group {i}")

    b.stream("load_ids")
    kind, entries, blocks, one = (b.sgpr(n) for n in ("has_map", "map_size", "blocks", "single"))
    b.emit("s_min_u32", kind, arg("map_kind"), 1)
    b.emit("s_mul_i32", entries, arg("experts_global"), kind, note="none without a map")
    expert_map = _srd(b, "expert_map", arg("expert_map"), entries.all)
    topk_ids = _srd(b, "topk_ids", arg("topk_ids"), arg("slots"))
    local, pair_at, slot_at = b.vgpr("local", 2), b.vgpr("pair_at"), b.vgpr("slot_at")
    ids = [b.vgpr(f"id{i}") for i in groups]
    b.emit("v_lshlrev_b32_e32", pair_at, 3, tid)
    b.emit("buffer_load_dwordx2", local, pair_at, expert_map, 0, mods=["offen"], note="map")
    b.emit("v_lshlrev_b32_e32", slot_at, 2, slots[0])
    for i in groups:
        mods = offset_mods(4 * LANES * i)
        b.emit("buffer_load_dword", ids[i], slot_at, topk_ids, 0, mods=mods, note=f"ids {i}")

    b.stream("srd_out")
    sorted_ids = _srd(b, "sorted_ids", arg("sorted_token_ids"), arg("em"))
    b.emit("s_lshl_b32", blocks, arg("em"), 1)
    b.emit("s_mul_hi_u32", blocks, blocks, arg("block_magic"))
    b.emit("s_lshr_b32", blocks, blocks, arg("block_shift"), note="em / block_m")
    expert_ids = _srd(b, "expert_ids", arg("expert_ids"), blocks.all)
    b.emit("s_mov_b32", one, 1)
    total = _srd(b, "total", arg("num_tokens_post_padded"), one.all)
    setup = Setup(arg, WaveLane(waves, wave, lane), tid, row, limit, firsts, slots)
    return setup, Outputs(sorted_ids, expert_ids, total), local, ids


def _zero_table(b: Builder, setup: Setup) -> None:
    """The wave's own row, as far as there are experts."""
    zeros, at, done = b.vgpr("zeros", 4), b.vgpr("zero_at"), b.sgpr("zeroed")
    b.stream("zero")
    for i in range(4):
        b.emit("v_mov_b32_e32", zeros[i], 0)
    b.emit("v_lshl_add_u32", at, setup.ids.lane, 4, setup.row)
    b.emit("s_mov_b32", done, 0)
    b.block("zero", "counts of the wave")
    b.emit("ds_write_b128", at, zeros)
    b.emit("v_add_u32_e32", at, 16 * LANES, at)
    b.emit("s_add_u32", done, done, 4 * LANES)
    b.stream("control")
    b.emit("s_cmp_lt_u32", done, setup.arg("experts"))
    b.emit("s_cbranch_scc1", "zero")


def _local_map(b: Builder, setup: Setup, local: Reg) -> None:
    """Local id of the ids 2 * tid and 2 * tid + 1 to LDS; what is not local is out of range."""
    kind = setup.arg("map_kind")
    b.block("map_kind")
    b.stream("control")
    b.emit("s_cmp_eq_u32", kind, kernarg.SORT_MAPS.index("map"))
    b.emit("s_cbranch_scc1", "map", note="as loaded")
    b.block("map_or_mask")
    b.emit("s_cmp_eq_u32", kind, kernarg.SORT_MAPS.index("mask"))
    b.emit("s_cbranch_scc1", "mask")
    b.block("no_map", "an id is local")
    b.stream("map")
    b.emit("v_lshlrev_b32_e32", local[0], 1, setup.tid)
    b.emit("v_add_u32_e32", local[1], 1, local[0])
    b.emit("s_branch", "map")

    b.block("mask", "local id: the ones before")
    ones, sum_of_pair = b.vgpr("ones", 2), b.vgpr("ones_of_pair")
    b.stream("map")
    for i in (0, 1):
        b.emit("v_min_u32_e32", ones[i], 1, local[i])
    b.emit("v_add_u32_e32", sum_of_pair, ones[0], ones[1])
    before, _ = scan(b, setup.ids, "ones", sum_of_pair, 0)
    b.stream("map")
    for i in (0, 1):
        b.emit("v_cmp_ne_u32_e32", VCC.all, 0, ones[i])
        b.emit("v_cndmask_b32_e32", local[i], -1, before, VCC.all)
        if i == 0:
            b.emit("v_add_u32_e32", before, ones[i], before)


def _look_up(b: Builder, setup: Setup, local: Reg, ids: List[Reg]) -> Tuple[List[Reg], List[Reg]]:
    """Where the map in LDS has the expert of each slot, and which slots have an id that is in it."""
    b.block("map", "local ids to LDS")
    at, within = b.vgpr("map_at"), b.sgpr("within", 2)
    places = [b.vgpr(f"map_at{i}") for i in setup.groups]
    known = [b.sgpr(f"known{i}", 2) for i in setup.groups]
    b.stream("map")
    b.emit("v_lshlrev_b32_e32", at, 3, setup.tid)
    b.emit("ds_write_b64", at, local, mods=[f"offset:{MAP_AT}"], note="local ids of the pair")
    b.stream("ids")
    for place, mask, slot, expert in zip(places, known, setup.slots, ids):
        b.emit("v_cmp_gt_u32_e64", within, setup.limit, slot)
        b.emit("v_cmp_gt_u32_e64", mask, setup.arg("experts_global"), expert)
        b.emit("s_and_b64", mask, mask, within, note="slots of the wave whose id is in range")
        b.emit("v_min_u32_e32", place, kernarg.SORT_EXPERTS - 1, expert)
        b.emit("v_lshlrev_b32_e32", place, 2, place)
    b.emit("s_barrier", note="the map is in LDS")
    return places, known


def _fill(b: Builder, setup: Setup, label: str, srd: Reg, value: Arg) -> None:
    """`value` to all of an array."""
    values, at, done = b.vgpr(f"{label}_values", 4), b.vgpr(f"{label}_at"), b.sgpr(f"{label}_done")
    step = 16 * LANES * setup.ids.waves
    b.block(f"{label}_start")
    b.stream("fill")
    for i in range(4):
        b.emit("v_mov_b32_e32", values[i], value)
    b.emit("v_lshlrev_b32_e32", at, 4, setup.tid)
    b.emit("s_mov_b32", done, 0)
    b.block(label)
    b.emit("buffer_store_dwordx4", values, at, srd, 0, mods=["offen"])
    b.emit("v_add_u32_e32", at, step, at)
    b.emit("s_add_u32", done, done, step)
    b.stream("control")
    b.emit("s_cmp_lt_u32", done, srd[2])
    b.emit("s_cbranch_scc1", label)


def _leave_unless_slots(b: Builder, setup: Setup, group: int, name: str, label: str) -> None:
    b.block(f"{name}{group}_any")
    b.stream("control")
    b.emit("s_cmp_le_u32", setup.limit, setup.firsts[group])
    b.emit("s_cbranch_scc1", label, note="no slots are left")


def _count(b: Builder, setup: Setup, places: List[Reg], known: List[Reg]) -> List[Reg]:
    """For each slot expert << 16 | place among the wave's slots of that expert, -1 for none."""
    records = [b.vgpr(f"record{i}") for i in setup.groups]
    expert, valid, at, new = (
        b.vgpr("expert"),
        b.sgpr("is_local", 2),
        b.vgpr("count_at"),
        b.vgpr("new"),
    )
    signs = [b.vgpr(f"bit{i}") for i in range(EXPERT_BITS)]
    ballots = [b.sgpr(f"ballot{i}", 2) for i in range(EXPERT_BITS)]
    peers, rank, before, one = (
        b.vgpr("peers", 2),
        b.vgpr("rank"),
        b.vgpr("before"),
        b.vgpr("one_more"),
    )
    b.block("count")
    b.stream("count")
    b.emit("v_mov_b32_e32", one, 1)
    for record in records:
        b.emit("v_mov_b32_e32", record, -1)
    for i in setup.groups:
        _leave_unless_slots(b, setup, i, "count", "experts")
        b.block(f"count{i}", f"group {i}: rank among the lanes of the same expert")
        b.stream("count")
        b.emit("ds_read_b32", expert, places[i], mods=[f"offset:{MAP_AT}"], note="local id")
        b.emit("v_cmp_gt_u32_e64", valid, setup.arg("experts"), expert)
        b.emit("s_and_b64", VCC.all, known[i], valid)
        b.emit("s_mov_b64", EXEC.all, VCC.all, note="slots with a local expert")
        for bit, sign in enumerate(signs):
            b.emit("v_bfe_i32", sign, expert, bit, 1)
        for sign, ballot in zip(signs, ballots):
            b.emit("v_cmp_ne_u32_e64", ballot, 0, sign)
        for half in (0, 1):
            b.emit("v_mov_b32_e32", peers[half], VCC[half])
        for sign, ballot in zip(signs, ballots):
            for half in (0, 1):
                mods = [f"bitop3:{PEERS:#x}"]
                b.emit("v_bitop3_b32", peers[half], peers[half], sign, ballot[half], mods=mods)
        b.emit("v_lshl_add_u32", at, expert, 2, setup.row)
        b.emit("ds_read_b32", before, at, note="slots of the expert in the groups before")
        b.emit("ds_add_u32", at, one)
        b.emit("v_mbcnt_lo_u32_b32", rank, peers[0], 0)
        b.emit("v_mbcnt_hi_u32_b32", rank, peers[1], rank)
        b.emit("v_add_u32_e32", new, before, rank)
        b.emit("v_lshl_or_b32", new, expert, 16, new)
        b.emit("s_mov_b64", EXEC.all, -1)
        b.emit("v_cndmask_b32_e32", records[i], -1, new, VCC.all)
    return records


def _sum_waves(b: Builder, setup: Setup) -> Reg:
    """Experts 2 * tid and 2 * tid + 1: the table becomes the counts of the waves before; returns
    the counts of all.
    """
    totals, first = b.vgpr("totals", 2), b.sgpr("first_expert")
    rows = -(-setup.ids.waves * ROW_BYTES // FAR)
    tables = [b.vgpr(f"table{i}") for i in range(rows)]
    counts = [b.vgpr(f"count[w{w}]", 2) for w in range(setup.ids.waves)]
    sums = [b.vgpr(f"sum[w{w}]", 2) for w in range(setup.ids.waves)] + [totals]

    b.block("experts", "counts of the waves before, for each expert")
    b.stream("sum")
    b.emit("s_barrier", note="all slots are counted")
    for half in (0, 1):
        b.emit("v_mov_b32_e32", totals[half], 0)
    b.emit("s_lshl_b32", first, setup.ids.wave, log2(2 * LANES))
    b.stream("control")
    b.emit("s_cmp_le_u32", setup.arg("experts"), first)
    b.emit("s_cbranch_scc1", "scan", note="no experts for this wave")
    b.block("sum_waves")
    b.stream("sum")

    def where(w: int) -> Tuple[Reg, List[str]]:
        far, near = divmod(w * ROW_BYTES, FAR)
        return tables[far], [f"offset:{near}"] if near else []

    for i, table in enumerate(tables):
        b.emit("v_lshlrev_b32_e32", table, 3, setup.tid)
        b.emit("v_add_u32_e32", table, TABLE_AT + i * FAR, table)

    def read(w: int) -> None:
        at, mods = where(w)
        b.emit("ds_read_b64", counts[w], at, mods=mods, note=f"counts of wave {w}")

    for w in range(READS_AHEAD):
        read(w)
    for half in (0, 1):
        b.emit("v_mov_b32_e32", sums[0][half], 0)
    for w, count in enumerate(counts):
        for half in (0, 1):
            b.emit("v_add_u32_e32", sums[w + 1][half], sums[w][half], count[half])
        at, mods = where(w)
        b.emit("ds_write_b64", at, sums[w], mods=mods, note=f"of the waves before wave {w}")
        if w + READS_AHEAD < setup.ids.waves:
            read(w + READS_AHEAD)
    return totals


def _divide(b: Builder, setup: Setup, value: Union[Reg, Slice]) -> None:
    """value / block_m, of twice the dividend, in place."""
    b.emit("v_mul_hi_u32", value, value, setup.arg("block_magic"))
    b.emit("v_lshrrev_b32_e32", value, setup.arg("block_shift"), value)


def _first_places(b: Builder, setup: Setup, outputs: Outputs, totals: Reg) -> None:
    """The first place of each expert to LDS, over the local map; the number of places to memory."""
    block_m, less = setup.arg("block_m"), b.sgpr("block_m_less_1")
    blocks, of_pair, starts = (
        b.vgpr("expert_blocks", 2),
        b.vgpr("blocks_of_pair"),
        b.vgpr("start", 2),
    )
    at, padded = b.vgpr("start_at"), b.vgpr("padded")
    b.block("scan", "blocks of the experts before")
    b.stream("sum")
    b.emit("s_sub_u32", less, block_m, 1)
    for half in (0, 1):
        b.emit("v_add_lshl_u32", blocks[half], totals[half], less, 1)
        _divide(b, setup, blocks[half])
    b.emit("v_add_u32_e32", of_pair, blocks[0], blocks[1])
    before, total = scan(b, setup.ids, "blocks", of_pair, SCAN_BYTES)
    b.stream("sum")
    b.emit("v_mul_lo_u32", starts[0], before, block_m)
    b.emit("v_add_u32_e32", before, before, blocks[0])
    b.emit("v_mul_lo_u32", starts[1], before, block_m)
    b.emit("v_lshlrev_b32_e32", at, 3, setup.tid)
    b.emit("ds_write_b64", at, starts, mods=[f"offset:{MAP_AT}"], note="first places of the pair")
    b.emit("s_barrier", note="first places are in LDS, fills before slots overwrite them")
    b.emit("s_mul_i32", total, total, block_m)
    b.emit("v_mov_b32_e32", padded, total)
    b.stream("store")
    b.emit(
        "buffer_store_dword", padded, at, outputs.total, 0, mods=["offen"], note="of work-item 0"
    )


def _place(b: Builder, setup: Setup, outputs: Outputs, records: List[Reg]) -> None:
    block_m = setup.arg("block_m")
    expert, at, place, start = (b.vgpr(f"placed_{n}") for n in ("expert", "at", "place", "start"))
    before, to, block, back = (b.vgpr(f"placed_{n}") for n in ("before", "to", "block", "back"))
    for i in setup.groups:
        _leave_unless_slots(b, setup, i, "place", "end")
        b.block(f"place{i}", f"group {i}: every slot to its place")
        b.stream("place")
        b.emit("v_cmp_lt_i32_e32", VCC.all, -1, records[i])
        b.emit("s_mov_b64", EXEC.all, VCC.all, note="slots with a local expert")
        b.emit("v_lshrrev_b32_e32", expert, 16, records[i])
        b.emit("v_lshlrev_b32_e32", at, 2, expert)
        b.emit("ds_read_b32", start, at, mods=[f"offset:{MAP_AT}"], note="first place")
        b.emit("v_add_u32_e32", at, setup.row, at)
        b.emit("ds_read_b32", before, at, note="slots in the waves before")
        b.emit("v_and_b32_e32", place, 0xFFFF, records[i])
        b.emit("v_add3_u32", place, place, start, before)
        b.emit("v_lshlrev_b32_e32", to, 2, place)
        b.emit("v_lshlrev_b32_e32", block, 1, place)
        b.stream("store")
        b.emit("buffer_store_dword", setup.slots[i], to, outputs.sorted_ids, 0, mods=["offen"])
        b.stream("place")
        _divide(b, setup, block)
        b.emit("v_mul_lo_u32", back, block, block_m)
        b.emit("v_cmp_eq_u32_e32", VCC.all, back, place)
        b.emit("s_mov_b64", EXEC.all, VCC.all, note="the first of each block")
        b.emit("v_lshlrev_b32_e32", block, 2, block)
        b.stream("store")
        b.emit("buffer_store_dword", expert, block, outputs.expert_ids, 0, mods=["offen"])
        b.emit("s_mov_b64", EXEC.all, -1)
    b.block("end")
    b.stream("control")
    b.emit("s_endpgm")


def _header(cfg: KernelConfig, lds: int) -> Tuple[str, ...]:
    return (
        f"{cfg.name}",
        "Generated by gen from configs/kernels.csv: do not edit.",
        "",
        "sorted_token_ids: the slots (places in topk_ids) of expert 0, ascending, then those of",
        "expert 1 and so on, each expert's run padded with `slots` to a multiple of block_m; `slots`",
        "past the last block. expert_ids: the expert of each block, -1 past the last.",
        "num_tokens_post_padded: block_m times the number of blocks. A slot whose id is out of",
        "range or not local stands nowhere.",
        f"One workgroup of {LANES * cfg.k_waves}, at most {kernarg.SORT_SLOTS} slots and "
        f"{kernarg.SORT_EXPERTS} experts; {lds} bytes of LDS.",
    )
