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
from gen.kernels.matrix import MatrixKernel, Steps, rounding_lines
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

    def open_block(self, s: Setup, w: walk.Walk) -> Tuple[Steps, mfma_load.LastStep]:
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
        rows, first = b.sgpr("w_rows"), b.sgpr("w_first")
        b.emit("s_sub_u32", rows, arg("n"), s.n0)
        b.emit("s_min_u32", rows, rows, cfg.n_tile, note="rows of W that exist")
        tensors = (
            ("w", "W", s.srds[0], k, mine.data, s.lanes.group16),
            ("w_scale", "W scale", s.srds[1], k_blocks.all, mine.scale, s.lanes.group),
        )
        bases, offsets = [], []
        for name, about, srd, stride, start, within in tensors:
            base = b.sgpr(f"{name}_base", 2)
            b.emit("s_mul_i32", srd[2], rows, stride)
            b.emit("s_sub_u32", srd[2], srd[2], start, note="num_records: to the last row's end")
            b.emit("s_add_u32", base[0], arg(name)[0], start)
            b.emit("s_addc_u32", base[1], arg(name)[1], 0, note=f"{about} from the first K on")
            at = mfma_load.row_offsets(b, name, s.lanes.row, stride, within, cfg.n_rows)
            bases.append(base)
            offsets.append(at)
        x_at, xs_at = (
            [b.vgpr(f"{name}_off[{m}]") for m in range(cfg.m_groups)] for name in ("x", "xs")
        )
        src = mfma_load.Sources(
            mfma_load.Matrix(s.srds[2], x_at),
            mfma_load.Matrix(s.srds[3], xs_at),
            mfma_load.Matrix(s.srds[0], offsets[0]),
            mfma_load.Matrix(s.srds[1], offsets[1]),
        )
        counters = (b.sgpr(name) for name in ("steps_left", "data_at", "scale_at"))
        steps = Steps(s.lanes, k_blocks, mine, src, *counters)
        last = self.last_step(steps, b.sgpr("tail_data_at"), b.sgpr("tail_scale_at"))
        w.check()
        b.stream("srd_w")
        b.emit("s_mul_i32", first, w.expert, arg("n"))
        b.emit("s_add_u32", first, first, s.n0, note="first row of W of the tile, of all experts")
        for (_, about, srd, stride, _, _), base in zip(tensors, bases):
            mfma_load.add_rows(b, about, srd, base.all, first, stride)
        return steps, last

    def chunk(self, s: Setup, w: walk.Walk, steps: Steps, last: mfma_load.LastStep) -> Reg:
        """All first loads: W, the ids' use, X, weights. Returns the weights of 64 ids."""
        b, src, mine = self.b, steps.src, steps.mine
        b.block("chunk", "W of the first `depth` steps and of the last")
        names = ("low", "high", "scale")
        offsets = mfma_load.TailOffsets(*(b.vgpr(f"tail_off_{name}") for name in names))
        b.stream("load_w")
        for i, slot in enumerate(self.slots):
            self.live_if_steps(mine.steps, i + 1)
            mfma_load.load_operand(b, slot.w, src.w, src.w_scale, i)
        self.live_if_steps(mine.steps, 0)
        mfma_load.load_tail_operand(b, self.tail.w, src.w, src.w_scale, last, offsets)
        b.stream("control")
        lanes_on(b)
        w.pick()
        self._x_offsets(s, w, src)
        b.stream("load_x")
        for i, slot in enumerate(self.slots):
            self.live_if_steps(mine.steps, i + 1)
            mfma_load.load_operand(b, slot.x, src.x, src.x_scale, i)
        self.live_if_steps(mine.steps, 0)
        mfma_load.load_tail_operand(b, self.tail.x, src.x, src.x_scale, last, offsets)
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
    steps, last = kernel.open_block(setup, w)
    weight = kernel.chunk(setup, w, steps, last)
    kernel.loop(steps)
    b.block("loaded", "the last round")
    b.stream("control")
    lanes_on(b)
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
    slots, slices = cfg.depth + 1, cfg.k_waves
    return (
        f"{cfg.name}",
        "Generated by gen from configs/kernels.csv: do not edit.",
        "",
        *walk.header(),
        "",
        f"Workgroup of {cfg.block}: {cfg.n_tile} columns of Out, {cfg.m_tile} rows of a block at a "
        f"time; grid = (ceil(N / {cfg.n_tile}),",
        "blocks of a pass, k_splits). Later passes, where more blocks count than grid y: split 0 alone.",
        f"Slices of K: {slices} waves x k_splits. A wave: {cfg.m_groups} x 16 rows of X times "
        f"{cfg.n_rows} x 16 rows of W.",
        f"K step of a wave: {cfg.k_step}, {cfg.m_groups * cfg.n_rows} matrix instructions. "
        f"{cfg.loads_per_step * slots} loads of {slots} steps in flight:",
        f"no loop runs up to K = {cfg.k_step * slots * slices} * k_splits.",
        "Needs K < 2^25; x_rows * ldx < 2^31; if k_splits > 1, grid x * grid y * ceil(block_m /",
        f"{cfg.m_tile}) <= 4096: each has a ticket and k_splits * {cfg.m_tile * cfg.n_tile * 4} bytes of "
        "partials.",
        "Order of additions: K upwards in a wave, then waves, then splits. So an element's bits",
        "depend on K, k_waves and k_splits, not on where its id stands, m_tile, n_rows or depth.",
        *rounding_lines(cfg),
        "A weight adds one, a combination top_k - 1.",
        "",
        "Comments: stream | named operands | what it is. x, w: [slot][16 rows], bytes 16g and",
        "64 + 16g on of lane / 16 = g; xs, ws: their scale bytes; acc: [16 rows of X][16 of W].",
    )
