"""What the dense and the grouped matrix kernels share: a wave's K steps, and the sum of its tiles
with those of the other waves and of the other workgroups.

A wave's loads are all in flight before the first is awaited where it has no more than depth + 1
steps: `depth` slots of whole steps and one for its last step, the only one that may end inside K.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional, Tuple

from gen import kernarg
from gen.build import Builder
from gen.config import KernelConfig
from gen.ir import EXEC, Reg, Slice
from gen.kernels.stages import ident, k_slice, lds_reduce, mfma_load, mfma_math, split_k
from gen.kernels.stages.mfma_load import lanes_on


@dataclass(frozen=True)
class Steps:
    """A wave's K steps: where they are in memory, how many are left, where the next round starts."""

    lanes: mfma_load.Lanes
    k_blocks: Reg
    mine: k_slice.KSlice
    src: mfma_load.Sources
    left: Reg
    data_at: Reg
    scale_at: Reg


class MatrixKernel:
    """One kernel while it is written."""

    def __init__(self, cfg: KernelConfig, layout: kernarg.Layout) -> None:
        self.cfg = cfg
        self.layout = layout
        self.b = Builder()
        groups = (cfg.m_groups, cfg.n_rows)
        self.slots = [mfma_load.slot_registers(self.b, f"s{s}", *groups) for s in range(cfg.depth)]
        self.tail = mfma_load.slot_registers(self.b, "tail", *groups)
        self.tiles = mfma_math.tile_registers(self.b, *groups)

    def arg(self, name: str) -> Slice:
        raise NotImplementedError

    def wave_of(self, tid: Reg) -> Optional[Reg]:
        if self.cfg.k_waves == 1:
            return None
        number, wave = self.b.vgpr("wave_v"), self.b.sgpr("wave")
        self.b.emit("v_bfe_u32", number, tid, 6, 4, note="work-item id / 64")
        self.b.emit("v_readfirstlane_b32", wave, number, note="wave of the workgroup")
        return wave

    def live_if_steps(self, steps: Reg, more_than: int) -> None:
        """A slot that no step takes loads nothing: no lane is active."""
        self.b.emit("s_cmp_gt_u32", steps, more_than)
        self.b.emit("s_cselect_b64", EXEC.all, -1, 0, note="a step for this slot?")

    def start(self, s: Steps) -> None:
        """Counters and accumulators, once the first loads are out."""
        b = self.b
        b.emit("s_mov_b32", s.left, s.mine.steps)
        b.emit("s_mov_b32", s.data_at, 0)
        b.emit("s_mov_b32", s.scale_at, 0)
        b.stream("init")
        for row in self.tiles:
            for acc in row:
                mfma_math.zero(b, acc)
        b.stream("control")
        b.emit("s_cmp_le_u32", s.left, self.cfg.depth + 1)

    def loop(self, s: Steps) -> None:
        b, depth = self.b, self.cfg.depth
        b.block("loop", "one round: each slot is computed and refilled with the step `depth` later")
        b.stream("control")
        b.emit("s_add_u32", s.data_at, s.data_at, k_slice.STEP_BYTES * depth)
        b.emit("s_add_u32", s.scale_at, s.scale_at, k_slice.STEP_BLOCKS * depth)
        for i, slot in enumerate(self.slots):
            mfma_math.add_step(b, slot, self.tiles)
            b.stream("control")
            self.live_if_steps(s.left, depth + i + 1)
            mfma_load.load_step(b, slot, s.src, i, s.data_at, s.scale_at)
        b.stream("control")
        b.emit("s_sub_u32", s.left, s.left, depth)
        b.emit("s_cmp_gt_u32", s.left, depth + 1)
        b.emit("s_cbranch_scc1", "loop", note="more steps than slots are left")

    def last_step(self, s: Steps, data_at: Reg, scale_at: Reg) -> mfma_load.LastStep:
        """data_at, scale_at := the wave's last step; lanes of it that exist."""
        b = self.b
        b.stream("tail")
        left = b.sgpr("tail_left")
        b.emit("s_sub_u32", scale_at, s.mine.steps, 1)
        b.emit("s_lshl_b32", data_at, scale_at, ident.log2(k_slice.STEP_BYTES))
        b.emit("s_lshl_b32", scale_at, scale_at, ident.log2(k_slice.STEP_BLOCKS))
        b.emit("s_sub_u32", left, s.k_blocks, s.mine.scale)
        b.emit("s_sub_u32", left, left, scale_at, note="32-blocks from the last step on")
        return mfma_load.LastStep(mfma_load.tail_masks(b, s.lanes, left), data_at, scale_at)

    def drain(self, s: Steps) -> None:
        b = self.b
        for i, slot in enumerate(self.slots):
            b.stream("control")
            b.emit("s_cmp_le_u32", s.left, i + 1)
            b.emit("s_cbranch_scc1", "tail_math", note="no step in this slot or after")
            b.block(f"drain_{i}", f"last round, slot {i}: no refill")
            mfma_math.add_step(b, slot, self.tiles)
        b.block("tail_math", "the wave's last step")
        b.stream("control")
        b.emit("s_cmp_eq_u32", s.mine.steps, 0)
        b.emit("s_cbranch_scc1", "reduce", note="a wave without steps adds zeros")
        b.block("tail_add")
        mfma_math.add_step(b, self.tail, self.tiles)

    def add_waves(
        self, tid: Reg, wave: Optional[Reg], share: lds_reduce.Share, skip: str
    ) -> lds_reduce.Tile:
        """The share of each wave := the sum over all waves; waves without one have no lane active,
        or go to `skip` where the first wave finishes all.
        """
        b, cfg = self.b, self.cfg
        waves = lds_reduce.finishing_waves(cfg)
        active = b.sgpr("active", 2) if 1 < waves < cfg.k_waves else None
        b.stream("lds")
        tid16 = b.vgpr("tid16")
        b.emit("v_lshlrev_b32_e32", tid16, 4, tid, note="16 bytes a work-item")
        if wave is not None:
            lds_reduce.write_tiles(b, cfg, self.tiles, tid16, wave)
            b.stream("control")
            b.emit("s_barrier", note="all waves' tiles are in LDS")
            if waves == 1:
                b.emit("s_cmp_lg_u32", wave, 0)
                b.emit("s_cbranch_scc1", skip, note="the first wave finishes the tile")
                b.block("sum")
            elif active is not None:
                b.emit("s_cmp_lt_u32", wave, waves)
                b.emit("s_cselect_b64", active, -1, 0, note="waves that finish a tile")
                lanes_on(b, active)
            b.stream("lds")
            lds_reduce.add_waves(b, cfg, share, tid16)
        return lds_reduce.Tile(share, tid16, active)

    def where_partials_are(self, split: split_k.SplitK) -> None:
        split.prepare()

    def hand_over(self, split: split_k.SplitK, skip: str) -> None:
        """Where several workgroups share the tile: the last one goes on with all of K, the others
        go to `skip`.
        """
        b = self.b
        b.stream("control")
        b.emit("s_cmp_eq_u32", self.arg("k_splits"), 1)
        b.emit("s_cbranch_scc1", "finish", note="this workgroup has all of K")
        b.block("hand_over", "this split's partial tile, and the question who is last")
        self.where_partials_are(split)
        split.store_partials()
        split.take_ticket(skip)
        b.block("last", "the last workgroup of the tile")
        split.gather("gather")

    def leave_idle(self, wave: Optional[Reg], tile: lds_reduce.Tile, skip: str) -> None:
        """Waves without a share go to `skip`."""
        b = self.b
        if wave is not None and tile.active is not None:
            b.stream("control")
            b.emit("s_cmp_lt_u32", wave, lds_reduce.finishing_waves(self.cfg))
            b.emit("s_cbranch_scc0", skip, note="a wave without a tile")
            b.block("finish_tile")


def roundings(cfg: KernelConfig, k: int, k_splits: int) -> int:
    """Most roundings on a path of additions, those inside a 32-block left out."""
    steps = -(-k // k_slice.STEP_BYTES)
    in_wave = k_slice.STEP_BLOCKS * -(-steps // (cfg.k_waves * k_splits))
    return in_wave + (cfg.k_waves - 1) + (k_splits - 1)


def rounding_lines(cfg: KernelConfig) -> Tuple[str, ...]:
    """What a listing's header says of them."""
    return (
        "Roundings on any path of additions, besides those of the matrix instruction inside a",
        f"32-block: 4 * ceil(ceil(K / 128) / ({cfg.k_waves} * k_splits)) + {cfg.k_waves - 1} + k_splits - 1 "
        "at most;",
        f"at most twice ceil(K / 512) + 16 {_within(cfg)}.",
    )


def _within(cfg: KernelConfig) -> str:
    """Up to which K the roundings of one split are at most twice the design's bound."""
    k = max(
        (k for k in range(128, 1 << 17, 128) if roundings(cfg, k, 1) <= 2 * (-(-k // 512) + 16)),
        default=0,
    )
    return f"up to K = {k} * k_splits" if k + 128 < 1 << 17 else "for every K"
