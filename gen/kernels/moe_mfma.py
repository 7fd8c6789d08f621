"""Grouped MXFP8 matrix family: for every slot t that a block of sorted_token_ids names,
Out[t, n] = weight[t] * sum over 32-blocks of K of (x . w) * 2^(ex + ew - 254), x row t / a_div of X,
w row n of the block's expert.

A workgroup computes m_tile rows of a block times n_tile columns at a time; all its waves, and those
of k_splits workgroups, split K. W needs the expert alone, so its loads go out before the ids have
come; those of X follow. The last workgroup of a column tile adds the rows of each token up, where
that is asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import List, Optional, Tuple

from gen import kernarg
from gen.config import KernelConfig
from gen.emit import KernelInfo
from gen.ir import Program, Reg, Slice
from gen.kernels.matrix import MatrixKernel, Steps
from gen.kernels.stages import (
    combine,
    ident,
    k_slice,
    lds_reduce,
    mfma_load,
    routed_store,
    split_k,
    walk,
)
from gen.kernels.stages.mfma_load import lanes_on

LAYOUT = kernarg.MOE


@dataclass(frozen=True)
class Setup:
    """What the entry block leaves for the others."""

    tid: Reg
    wave: Optional[Reg]
    tile: Reg
    n0: Reg
    share: lds_reduce.Share
    lanes: mfma_load.Lanes
    q: Reg
    srds: List[Reg]
    row4: Reg


class Kernel(MatrixKernel):
    """One kernel while it is written."""

    def __init__(self, cfg: KernelConfig) -> None:
        super().__init__(cfg, LAYOUT)
        self.args = walk.Arguments(self.b)

    def arg(self, name: str) -> Slice:
        return self.args(name)

    def entry(self) -> Tuple[Setup, walk.Walk]:
        b, cfg = self.b, self.cfg
        tid = b.vgpr("tid", fixed=0)
        tile = b.sgpr("workgroup_x", fixed=walk.WORKGROUP_X)
        w = walk.Walk(b, self.arg, cfg.m_tile, tid)
        b.block("entry", "who am I; the expert of the first block")
        self.args.load()
        b.stream("ident")
        wave = self.wave_of(tid)
        lanes = mfma_load.lane_ids(b, tid)
        n0, row4 = b.sgpr("n0"), b.vgpr("lane_row4")
        b.emit("s_lshl_b32", n0, tile, ident.log2(cfg.n_tile), note="first row of W of the tile")
        b.emit("v_lshlrev_b32_e32", row4, 2, lanes.row)
        q = k_slice.slice_number(b, cfg, w.split, wave)
        share = lds_reduce.share_of_wave(b, cfg, wave, self.tiles)
        srds = [mfma_load.matrix_srd(b, name) for name in ("w", "ws", "x", "xs")]
        w.first_loads()
        return Setup(tid, wave, tile, n0, share, lanes, q, srds, row4), w

    def open_block(self, s: Setup, w: walk.Walk) -> Steps:
        """Descriptors, those of W last: they need the expert."""
        b, cfg, arg = self.b, self.cfg, self.arg
        w.open()
        b.stream("k_slice")
        mine = k_slice.k_slice(b, s.q, arg("slice_steps"), arg("slice_rem"))
        k_slice.scale_start(b, mine)
        k, k_blocks, extent = arg("k"), b.sgpr("k_blocks"), b.sgpr("extent")
        b.emit("s_lshr_b32", k_blocks, k, 5, note="32-blocks of a row = bytes of a scale row")
        b.stream("srd_x")
        last_row = b.sgpr("last_row")
        b.emit("s_sub_u32", last_row, arg("x_rows"), 1)
        b.emit("s_mul_i32", extent, last_row, arg("ldx"))
        b.emit("s_add_u32", extent, extent, k)
        mfma_load.point_srd(b, "X", s.srds[2], arg("x"), None, 0, extent, mine.data)
        b.emit("s_mul_i32", extent, last_row, arg("ldxs"))
        b.emit("s_add_u32", extent, extent, k_blocks)
        mfma_load.point_srd(b, "X scale", s.srds[3], arg("x_scale"), None, 0, extent, mine.scale)
        b.stream("srd_w")
        rows, first, scales = b.sgpr("w_rows"), b.sgpr("w_first"), b.sgpr("ws_extent")
        b.emit("s_sub_u32", rows, arg("n"), s.n0)
        b.emit("s_min_u32", rows, rows, cfg.n_tile, note="rows of W that exist")
        b.emit("s_mul_i32", extent, rows, k)
        b.emit("s_mul_i32", scales, rows, k_blocks)
        groups = cfg.n_rows
        w_at = mfma_load.row_offsets(b, "w", s.lanes.row, k, s.lanes.group16, groups)
        ws_at = mfma_load.row_offsets(b, "ws", s.lanes.row, k_blocks, s.lanes.group, groups)
        w.check()
        b.stream("srd_w")
        b.emit("s_mul_i32", first, w.expert, arg("n"))
        b.emit("s_add_u32", first, first, s.n0, note="first row of W of the tile, of all experts")
        mfma_load.point_srd(b, "W", s.srds[0], arg("w"), first, k, extent, mine.data)
        mfma_load.point_srd(
            b, "W scale", s.srds[1], arg("w_scale"), first, k_blocks, scales, mine.scale
        )
        x_at, xs_at = (
            [b.vgpr(f"{name}_off[{m}]") for m in range(cfg.m_groups)] for name in ("x", "xs")
        )
        src = mfma_load.Sources(
            mfma_load.Matrix(s.srds[2], x_at),
            mfma_load.Matrix(s.srds[3], xs_at),
            mfma_load.Matrix(s.srds[0], w_at),
            mfma_load.Matrix(s.srds[1], ws_at),
        )
        counters = (b.sgpr(name) for name in ("steps_left", "data_at", "scale_at"))
        return Steps(s.lanes, k_blocks, mine, src, *counters)

    def chunk(self, s: Setup, w: walk.Walk, steps: Steps) -> Reg:
        """All first loads: W, the ids' use, X, weights. Returns the weights of 64 ids."""
        b, src, mine = self.b, steps.src, steps.mine
        b.block("chunk", "W of the first `depth` steps and of the last")
        b.stream("control")
        lanes_on(b)
        masks = self.last_step(steps)
        names = ("low", "high", "scale")
        offsets = mfma_load.TailOffsets(*(b.vgpr(f"tail_off_{name}") for name in names))
        b.stream("load_w")
        for i, slot in enumerate(self.slots):
            self.live_if_steps(mine.steps, i + 1)
            mfma_load.load_operand(b, slot.w, src.w, src.w_scale, i)
        self.live_if_steps(mine.steps, 0)
        at = (masks, offsets, steps.data_at, steps.scale_at)
        mfma_load.load_tail_operand(b, self.tail.w, src.w, src.w_scale, *at)
        b.stream("control")
        lanes_on(b)
        w.pick()
        self._x_offsets(s, w, src)
        b.stream("load_x")
        for i, slot in enumerate(self.slots):
            self.live_if_steps(mine.steps, i + 1)
            mfma_load.load_operand(b, slot.x, src.x, src.x_scale, i)
        self.live_if_steps(mine.steps, 0)
        mfma_load.load_tail_operand(b, self.tail.x, src.x, src.x_scale, *at)
        b.stream("control")
        lanes_on(b)
        weight = routed_store.load_weights(b, self.arg, w)
        b.stream("control")
        self.start(steps)
        b.emit("s_cbranch_scc1", "loaded", note="all of the slice is in flight: no loop")
        return weight

    def _x_offsets(self, s: Setup, w: walk.Walk, src: mfma_load.Sources) -> None:
        """The lane's rows of X, from the lanes that hold the ids."""
        b = self.b
        rows = walk.slot_rows(b, self.arg, w, (self.arg("ldx"), self.arg("ldxs")))
        first, source = b.sgpr("x_first"), b.vgpr("x_lane")
        b.emit("s_lshl_b32", first, w.at, 2)
        b.emit("v_add_u32_e32", source, first, s.row4, note="4 * lane that has the row's id")
        both = (src.x.offsets, src.x_scale.offsets)
        for m in range(self.cfg.m_groups):
            mods = [f"offset:{4 * mfma_load.ROWS * m}"] if m else []
            for offsets, row in zip(both, rows):
                b.emit("ds_bpermute_b32", offsets[m], source, row, mods=mods)
        for offsets, within in zip(both, (s.lanes.group16, s.lanes.group)):
            for offset in offsets:
                b.emit("v_add_u32_e32", offset, within, offset)

    def finish(self, s: Setup, w: walk.Walk, weight: Reg) -> None:
        b, cfg = self.b, self.cfg
        b.block("reduce", "sum over the waves, in wave order")
        to = routed_store.destination(b, self.arg, w, s.share, s.lanes, s.n0, weight)
        tile = self.add_waves(s.tid, s.wave, s.share, "next_chunk")
        self._number, self._s, self._w = b.sgpr("tile_number"), s, w
        split = split_k.SplitK(b, cfg, self.arg, self._number, w.split, s.wave, tile)
        self.hand_over(split, "next_chunk")
        b.block("finish", "weights, rounding, stores")
        self.leave_idle(s.wave, tile, "next_chunk")
        routed_store.store(b, self.arg, to, "next_chunk")

    def where_partials_are(self, split: split_k.SplitK) -> None:
        """Tiles count by column tile, block, chunk: each chunk has a ticket and partials."""
        b, arg, number = self.b, self.arg, self._number
        chunks, chunk, m_shift = (
            b.sgpr("chunks"),
            b.sgpr("chunk_number"),
            ident.log2(self.cfg.m_tile),
        )
        b.stream("partials")
        b.emit("s_add_u32", chunks, arg("block_m"), self.cfg.m_tile - 1)
        b.emit("s_lshr_b32", chunks, chunks, m_shift, note="chunks of a block")
        b.emit("s_mul_i32", number, self._s.tile, arg("grid_y"))
        b.emit("s_add_u32", number, number, self._w.block)
        b.emit("s_mul_i32", number, number, chunks)
        b.emit("s_lshr_b32", chunk, self._w.row0, m_shift)
        b.emit("s_add_u32", number, number, chunk, note="tile among those of all workgroups")
        split.prepare(routed_store.combined_bytes(b, arg))

    def further_pass(self) -> None:
        """Split 0 has all of K to itself."""
        b, arg = self.b, self.arg
        b.emit("s_mov_b32", arg("slice_steps"), arg("slice_steps1"))
        b.emit("s_mov_b32", arg("slice_rem"), arg("slice_rem1"))
        b.emit("s_mov_b32", arg("k_splits"), 1)


def build(cfg: KernelConfig) -> Tuple[Program, KernelInfo]:
    """The unscheduled program of one kernel, and what its descriptor and header say."""
    kernel = Kernel(cfg)
    b = kernel.b
    setup, w = kernel.entry()
    steps = kernel.open_block(setup, w)
    weight = kernel.chunk(setup, w, steps)
    kernel.loop(steps)
    b.block("loaded", "the last round")
    kernel.drain(steps)
    kernel.finish(setup, w, weight)
    w.close(cfg.k_waves > 1, kernel.further_pass)
    combine.combine(b, cfg, kernel.args, w, setup.tid, setup.wave, setup.tile)
    b.block("end")
    b.stream("control")
    b.emit("s_endpgm")
    info = KernelInfo(cfg.name, _header(cfg), LAYOUT, cfg.lds_bytes, cfg.block, grid_dims=3)
    return b.program, info


def _header(cfg: KernelConfig) -> Tuple[str, ...]:
    slots = cfg.depth + 1
    return (
        f"{cfg.name}",
        "Generated by gen from configs/kernels.csv: do not edit.",
    )
