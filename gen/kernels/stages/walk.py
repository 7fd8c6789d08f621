"""The walk of a workgroup over routed rows: blocks of sorted_token_ids, within a block chunks of
rows that are done together.

Routes are data that nobody has checked: a block counts only below min(num_tokens_post_padded, em)
and with an expert in range, a row only if its id is a slot. Every wave comes to the same decisions,
from the same memory. Blocks workgroup_y, + grid_y, ... are passes; a block's ids are read 64 at a
time, a lane each, and chunks without a slot are passed over.
"""

from __future__ import annotations

from typing import Callable, Tuple

from gen import kernarg
from gen.build import Builder
from gen.config import COMBINE_SLOTS, LANES
from gen.ir import Reg, Slice
from gen.kernels.stages.kernargs import Kernargs
from gen.kernels.stages.mfma_load import SENTINEL, lanes_on
from gen.kernels.stages.srd import FIELDS, WORD3

WORKGROUP_X = kernarg.FIRST_PRELOADED + kernarg.MOE.preload
"""SGPR of the workgroup's x; y and z follow."""


class Arguments(Kernargs):
    """Kernel arguments of the grouped families: those of the combination are loaded once it comes
    to that.
    """

    def __init__(self, b: Builder) -> None:
        super().__init__(b, kernarg.MOE, late="tokens", again="k_splits")


class Walk:
    """Registers and control flow; the kernel writes what happens between `open` and `close`.

    block: number of the block; expert: its expert; ids: of 64 rows; valid: those that are slots;
    row0: first row of the chunk in the block; at: row0 % 64.
    """

    def __init__(self, b: Builder, arg: kernarg.ArgOf, chunk_rows: int, tid: Reg) -> None:
        self._b, self._arg, self._rows = b, arg, chunk_rows
        self.block = b.sgpr("workgroup_y", fixed=WORKGROUP_X + 1)
        self.split = b.sgpr("workgroup_z", fixed=WORKGROUP_X + 2)
        self.expert, self.posts, self.limit = b.sgpr("expert"), b.sgpr("posts"), b.sgpr("limit")
        self.row0, self.at = b.sgpr("row0"), b.sgpr("row0_in_64")
        self.lane, self.ids = b.vgpr("lane"), b.vgpr("ids")
        self.valid = b.sgpr("valid", 2)
        self._rest, self._inside = b.sgpr("valid_rest", 2), b.sgpr("inside", 2)
        self._first, self._scratch = b.sgpr("block_first"), b.sgpr("walk_scratch")
        self._srd = b.sgpr("srd_ids", 4, fields=FIELDS)
        self._ids_at = b.vgpr("ids_at")
        self._tid = tid

    def first_loads(self) -> None:
        """In the entry block: the expert of the first block, which is below em / block_m."""
        b = self._b
        b.stream("load_expert")
        b.emit("s_lshl_b32", self._scratch, self.block, 2)
        b.emit("s_load_dword", self.expert, self._arg("expert_ids"), self._scratch)
        b.emit("s_load_dword", self.posts, self._arg("num_tokens_post_padded"), 0)
        b.stream("ident")
        b.emit("v_and_b32_e32", self.lane, LANES - 1, self._tid)
        b.emit("s_mov_b32", self._srd[3], WORD3)

    def open(self) -> None:
        """A block's first ids, on their way before its expert is known."""
        b, arg, srd = self._b, self._arg, self._srd
        b.block("block", "a block: its ids, its expert")
        b.stream("load_ids")
        ids = arg("sorted_token_ids")
        b.emit("s_mul_i32", self._first, self.block, arg("block_m"), note="its first id")
        b.emit("s_lshl_b32", self._scratch, self._first, 2)
        b.emit("s_add_u32", srd[0], ids[0], self._scratch)
        b.emit("s_addc_u32", srd[1], ids[1], 0, note="ids of the block")
        b.emit("s_lshl_b32", srd[2], arg("block_m"), 2, note="num_records: the block")
        b.emit("s_mov_b32", self.row0, 0)
        self._load_ids()

    def _load_ids(self) -> None:
        b = self._b
        b.emit("v_add_u32_e32", self._ids_at, self.row0, self.lane)
        b.emit("v_lshlrev_b32_e32", self._ids_at, 2, self._ids_at)
        b.emit("buffer_load_dword", self.ids, self._ids_at, self._srd, 0, mods=["offen"])

    def check(self) -> None:
        """Leave what is not in use, skip what is not ours."""
        b = self._b
        b.stream("control")
        b.emit("s_min_i32", self.limit, self.posts, self._arg("em"))
        b.emit("s_cmp_le_i32", self.limit, self._first)
        b.emit("s_cbranch_scc1", "done", note="this block and all after it are unused")
        b.block("used")
        b.emit("s_cmp_le_u32", self._arg("experts"), self.expert)
        b.emit("s_cbranch_scc1", "next_block", note="no expert of ours")
        b.block("ours")

    def _validity(self) -> None:
        """valid := rows of the block whose id is a slot. SCC: there is one."""
        b = self._b
        b.emit("v_cmp_gt_u32_e64", self.valid, self._arg("slots"), self.ids, note="a slot?")
        b.emit("s_and_b32", self._scratch, self.row0, -LANES)
        b.emit("s_sub_u32", self._scratch, self._arg("block_m"), self._scratch)
        b.emit("v_cmp_gt_u32_e64", self._inside, self._scratch, self.lane, note="in the block?")
        b.emit("s_and_b64", self.valid, self.valid, self._inside)

    def _rest_of_group(self) -> None:
        """SCC: a valid row stands at row0 or after it in its 64."""
        b = self._b
        b.emit("s_and_b32", self.at, self.row0, LANES - 1)
        b.emit("s_lshr_b64", self._rest, self.valid, self.at)

    def pick(self) -> None:
        """Once W is on its way: row0 := the first chunk from row0 on that has a slot."""
        b = self._b
        b.stream("pick")
        self._validity()
        self._rest_of_group()
        b.emit("s_cbranch_scc0", "next_group", note="no slot in these 64 rows")
        b.block("chunk_rows", "who the rows of the chunk are")
        b.stream("pick")
        if self._rows < LANES:
            b.emit("s_ff1_i32_b64", self._scratch, self._rest)
            b.emit("s_and_b32", self._scratch, self._scratch, -self._rows)
            b.emit("s_add_u32", self.row0, self.row0, self._scratch)
            b.emit("s_add_u32", self.at, self.at, self._scratch, note="first row of the chunk")

    def close(self, barrier: bool, further_pass: Callable[[], None]) -> None:
        """From `next_chunk` to the next chunk, block or the end, `done`; `barrier`: LDS is used
        again. `further_pass` writes what holds after the first pass.
        """
        b, arg = self._b, self._arg
        b.block("next_chunk")
        b.stream("control")
        lanes_on(b)
        b.emit("s_add_u32", self.row0, self.row0, self._rows)
        if self._rows < LANES:
            b.emit("s_and_b32", self.at, self.row0, LANES - 1)
            b.emit("s_cbranch_scc0", "new_group")
            b.block("same_group")
            b.emit("s_lshr_b64", self._rest, self.valid, self.at)
            b.emit("s_cbranch_scc1", "again", note="more slots in these 64 rows")
            b.block("next_group")
            b.emit("s_or_b32", self.row0, self.row0, LANES - 1)
            b.emit("s_add_u32", self.row0, self.row0, 1)
            b.block("new_group")
        else:
            b.emit("s_branch", "new_group")
            b.block("next_group")
            b.emit("s_add_u32", self.row0, self.row0, LANES)
            b.block("new_group")
        b.emit("s_cmp_le_u32", arg("block_m"), self.row0)
        b.emit("s_cbranch_scc1", "next_block")
        b.block("load_group", "the next 64 ids of the block")
        b.stream("load_ids")
        self._load_ids()
        b.stream("control")
        self._validity()
        b.emit("s_cbranch_scc0", "next_group", note="none is a slot")
        b.block("again")
        if barrier:
            b.emit("s_barrier", note="LDS has been read")
        b.emit("s_branch", "chunk")
        b.block("next_block", "a further pass, where more blocks are in use than workgroups")
        b.emit("s_cmp_lg_u32", self.split, 0)
        b.emit("s_cbranch_scc1", "done", note="split 0 makes further passes alone")
        b.block("further")
        b.emit("s_add_u32", self.block, self.block, arg("grid_y"))
        b.emit("s_mul_i32", self._scratch, self.block, arg("block_m"))
        b.emit("s_cmp_le_i32", self.limit, self._scratch)
        b.emit("s_cbranch_scc1", "done")
        b.block("pass")
        b.stream("load_expert")
        b.emit("s_lshl_b32", self._scratch, self.block, 2)
        b.emit("s_load_dword", self.expert, arg("expert_ids"), self._scratch)
        b.stream("control")
        further_pass()
        if barrier:
            b.emit("s_barrier", note="LDS has been read")
        b.emit("s_branch", "block")


def slot_rows(
    b: Builder, arg: kernarg.ArgOf, walk: Walk, strides: Tuple[Slice, Slice]
) -> Tuple[Reg, Reg]:
    """Bytes of the row of X and of X scale of each of the 64 ids; out of range for what has none."""
    row, exists = b.vgpr("x_row"), b.sgpr("x_row_exists", 2)
    b.emit("v_lshlrev_b32_e32", row, 1, walk.ids)
    b.emit("v_mul_hi_u32", row, row, arg("div_magic"))
    b.emit("v_lshrrev_b32_e32", row, arg("div_shift"), row, note="row of X: id / a_div")
    b.emit("v_cmp_gt_u32_e64", exists, arg("x_rows"), row)
    b.emit("s_and_b64", exists, exists, walk.valid)
    offsets = (b.vgpr("x_row_off"), b.vgpr("xs_row_off"))
    for offset, stride in zip(offsets, strides):
        b.emit("v_mul_lo_u32", offset, row, stride)
        b.emit("v_cndmask_b32_e64", offset, SENTINEL, offset, exists)
    return offsets


def header() -> Tuple[str, ...]:
    """What the headers of the grouped kernels' listings say of the routes."""
    return (
        "Out[t, n] = weight[t] * sum over 32-blocks of K of (sum of x * w in the block)",
        "* 2^(ex + ew - 254), in f32, rounded once to the type of Out, nearest even: for every id",
        "0 <= t < slots that stands in a block below min(num_tokens_post_padded, em) whose expert is",
        "in range; x is row t / a_div of X, w row n of the expert. No other row of Out is touched.",
        "Combined: Out[i] = sum of the f32 rows t = i * top_k + 0, 1, ... that have a result, from +0;",
        "all rows of Out are written. Rows by way of the workspace, added by the last workgroup of a",
        f"column tile. At most {COMBINE_SLOTS} slots.",
        "An id stands at most once in the blocks that count; else who stores last is not determined.",
        "workspace: tickets, f32 [slots, N] if combined, partial tiles if k_splits > 1.",
        "Needs grid y <= em / block_m; em a multiple of block_m, em < 2^29; experts * N < 2^31; N <=",
        "2^29; K % 32 == 0; x and w 16-byte aligned; slots * (ldo * element size, or 4 N) < 2^31.",
    )
