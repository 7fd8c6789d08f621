"""Dense MXFP8 matrix family: Out[m, n] = sum over 32-blocks of K of (x . w) * 2^(ex + ew - 254), M
of 1 to 64.

A workgroup computes m_tile x n_tile of Out; all its waves, and those of k_splits workgroups, split
K.
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
    dense_args,
    ident,
    k_slice,
    lds_reduce,
    mfma_load,
    mfma_store,
    split_k,
)
from gen.kernels.stages.mfma_load import lanes_on


@dataclass(frozen=True)
class Setup:
    """What the entry block leaves for the others."""

    tid: Reg
    wave: Optional[Reg]
    tile: Reg
    split: Reg
    n0: Reg
    share: lds_reduce.Share
    steps: Steps


class Kernel(MatrixKernel):
    """One kernel while it is written."""

    def __init__(self, cfg: KernelConfig) -> None:
        super().__init__(cfg, kernarg.DENSE)
        self.args = dense_args.DenseArgs(self.b, cfg)

    def arg(self, name: str) -> Slice:
        return self.args(name)

    def entry(self) -> Setup:
        b, cfg = self.b, self.cfg
        tid = b.vgpr("tid", fixed=0)
        tile = b.sgpr("workgroup_x", fixed=self.args.workgroup)
        split = b.sgpr("workgroup_y", fixed=self.args.workgroup + 1)
        b.block("entry", "descriptors, then the loads of the first `depth` steps")
        self.args.load()
        b.stream("ident")
        wave = self.wave_of(tid)
        lanes = mfma_load.lane_ids(b, tid)
        n0 = b.sgpr("n0")
        b.emit("s_lshl_b32", n0, tile, ident.log2(cfg.n_tile), note="first row of W of the tile")
        q = k_slice.slice_number(b, cfg, split, wave)
        share = lds_reduce.share_of_wave(b, cfg, wave, self.tiles)
        srds = [mfma_load.matrix_srd(b, name) for name in ("w", "ws", "x", "xs")]

        b.stream("k_slice")
        mine = k_slice.k_slice(b, q, self.arg("slice_steps"), self.arg("slice_rem"))
        src, k_blocks = self._sources(srds, lanes, n0, mine)
        b.stream("control")
        self.live_if_steps(mine.steps, 1)
        mfma_load.load_step(b, self.slots[0], src, 0, first=False)
        for s, slot in enumerate(self.slots[1:], 1):
            b.stream("control")
            self.live_if_steps(mine.steps, s + 1)
            mfma_load.load_step(b, slot, src, s)
        b.stream("control")
        lanes_on(b)
        left, data_at, scale_at = b.sgpr("steps_left"), b.sgpr("data_at"), b.sgpr("scale_at")
        steps = Steps(lanes, k_blocks, mine, src, left, data_at, scale_at)
        self.start(steps)
        b.emit("s_cbranch_scc1", "tail_load", note="all of the slice is in flight: no loop")
        return Setup(tid, wave, tile, split, n0, share, steps)

    def _sources(
        self, srds: List[Reg], lanes: mfma_load.Lanes, n0: Reg, mine: k_slice.KSlice
    ) -> Tuple[mfma_load.Sources, Reg]:
        """Descriptors and offsets, W's first, whose first loads go out before the rest is ready."""
        b, cfg, arg = self.b, self.cfg, self.arg
        k, k_blocks = arg("k"), b.sgpr("k_blocks")
        n_groups, m_groups = cfg.n_rows, cfg.m_groups
        b.stream("srd_w")
        rows, extent = b.sgpr("w_rows"), b.sgpr("w_extent")
        b.emit("s_sub_u32", rows, arg("n"), n0)
        b.emit("s_min_u32", rows, rows, cfg.n_tile, note="rows of W that exist")
        b.emit("s_mul_i32", extent, rows, k)
        mfma_load.point_srd(b, "W", srds[0], arg("w"), n0, k, extent, mine.data)
        offsets = mfma_load.row_offsets(b, "w", lanes.row, k, lanes.group16, n_groups)
        w = mfma_load.Matrix(srds[0], offsets)
        b.stream("control")
        self.live_if_steps(mine.steps, 1)
        b.stream("load_w")
        mfma_load.load_data(b, self.slots[0].w, w, 0, 0, 0)
        lanes_on(b)

        b.stream("srd_ws")
        k_slice.scale_start(b, mine)
        b.emit("s_lshr_b32", k_blocks, k, 5, note="32-blocks of a row = bytes of a scale row")
        b.emit("s_mul_i32", extent, rows, k_blocks)
        mfma_load.point_srd(b, "W scale", srds[1], arg("w_scale"), n0, k_blocks, extent, mine.scale)
        offsets = mfma_load.row_offsets(b, "ws", lanes.row, k_blocks, lanes.group, n_groups)
        w_scale = mfma_load.Matrix(srds[1], offsets)

        b.stream("srd_x")
        last_row = b.sgpr("last_row")
        b.emit("s_sub_u32", last_row, arg("m"), 1)
        b.emit("s_mul_i32", extent, last_row, arg("ldx"))
        b.emit("s_add_u32", extent, extent, k)
        mfma_load.point_srd(b, "X", srds[2], arg("x"), None, 0, extent, mine.data)
        offsets = mfma_load.row_offsets(b, "x", lanes.row, arg("ldx"), lanes.group16, m_groups)
        x = mfma_load.Matrix(srds[2], offsets)
        b.stream("srd_xs")
        b.emit("s_mul_i32", extent, last_row, arg("ldxs"))
        b.emit("s_add_u32", extent, extent, k_blocks)
        mfma_load.point_srd(b, "X scale", srds[3], arg("x_scale"), None, 0, extent, mine.scale)
        offsets = mfma_load.row_offsets(b, "xs", lanes.row, arg("ldxs"), lanes.group, m_groups)
        return mfma_load.Sources(x, mfma_load.Matrix(srds[3], offsets), w, w_scale), k_blocks

    def tail_load(self, s: Setup) -> mfma_store.Destination:
        b, steps = self.b, s.steps
        b.block("tail_load", "the wave's last step, which may end inside K; what the end will need")
        b.stream("control")
        lanes_on(b)
        last = self.last_step(steps, steps.data_at, steps.scale_at)
        b.stream("control")
        self.live_if_steps(steps.mine.steps, 0)
        mfma_load.load_tail(b, self.tail, steps.src, last)
        b.stream("control")
        lanes_on(b)
        return mfma_store.destination(b, self.arg, s.share, steps.lanes, s.n0)

    def finish(self, s: Setup, to: mfma_store.Destination) -> None:
        b = self.b
        b.block("reduce", "sum over the waves, in wave order")
        bias = mfma_store.bias_values(b, to)
        tile = self.add_waves(s.tid, s.wave, s.share, "end")
        self.hand_over(split_k.SplitK(b, self.cfg, self.arg, s.tile, s.split, s.wave, tile), "end")
        b.block("finish", "bias, rounding, stores")
        self.leave_idle(s.wave, tile, "end")
        mfma_store.store(b, self.arg, to, bias, "end")
        b.block("end")
        b.stream("control")
        b.emit("s_endpgm")


def build(cfg: KernelConfig) -> Tuple[Program, KernelInfo]:
    """The unscheduled program of one kernel, and what its descriptor and header say."""
    kernel = Kernel(cfg)
    setup = kernel.entry()
    kernel.loop(setup.steps)
    to = kernel.tail_load(setup)
    kernel.drain(setup.steps)
    kernel.finish(setup, to)
    info = KernelInfo(cfg.name, _header(cfg), kernarg.DENSE, cfg.lds_bytes, cfg.block, grid_dims=2)
    return kernel.b.program, info


def _header(cfg: KernelConfig) -> Tuple[str, ...]:
    slots, slices = cfg.depth + 1, cfg.k_waves
    return (
        f"{cfg.name}",
        "Generated by gen from configs/kernels.csv: do not edit.",
        "",
        "Out[m, n] = sum over 32-blocks of K of (sum of x * w in the block) * 2^(ex + ew - 254),",
        "in f32, plus bias[n], rounded once to the type of Out, nearest even.",
        f"M <= {cfg.m_tile} at run time. Workgroup of {cfg.block}: {cfg.n_tile} columns of Out; "
        f"grid = (ceil(N / {cfg.n_tile}), k_splits).",
        f"Slices of K: {slices} waves x k_splits. A wave: {cfg.m_groups} x 16 rows of X times "
        f"{cfg.n_rows} x 16 rows of W.",
        f"K step of a wave: {cfg.k_step}, {cfg.m_groups * cfg.n_rows} matrix instructions. "
        f"{cfg.loads_per_step * slots} loads of {slots} steps in flight:",
        f"no loop runs up to K = {cfg.k_step * slots * slices} * k_splits.",
        "Needs K % 32 == 0, K < 2^25, N <= 2^29; x and w 16-byte aligned; with the rows of a tile",
        f"({cfg.m_tile}): rows * ldx < 2^31, rows * ldo * element size < 2^31.",
        "Rows past M and N, and K past the end, read as zero; columns past N are not stored.",
        "Order of additions: K upwards in a wave, then waves, then splits. So an element's bits",
        "depend on K, k_waves and k_splits, not on M, m_tile, n_rows, depth or who comes last.",
        *rounding_lines(cfg),
        "",
        "Comments: stream | named operands | what it is. x, w: [slot][16 rows], bytes 16g and",
        "64 + 16g on of lane / 16 = g; xs, ws: their scale bytes; acc: [16 rows of X][16 of W].",
    )
