"""Block-scaled products in Triton, written as one writes them without tuning: what smallm is compared with.

Out[M, N] = X[M, K] W[N, K]^T, e4m3 with an E8M0 scale for each 32 of K. Masked in M and N; in K only
where EVEN_K is false."""

import triton
import triton.language as tl


@triton.jit
def product(
    x, x_scale, w, w_scale, rows, columns, row_mask, column_mask, K,
    stride_x, stride_xs, stride_w, stride_ws,
    BLOCK_M: tl.constexpr, BLOCK_N: tl.constexpr, BLOCK_K: tl.constexpr, EVEN_K: tl.constexpr,
):  # fmt: skip
    k = tl.arange(0, BLOCK_K)
    ks = tl.arange(0, BLOCK_K // 32)
    x_at = x + rows[:, None] * stride_x + k[None, :]
    xs_at = x_scale + rows[:, None] * stride_xs + ks[None, :]
    w_at = w + columns[:, None] * stride_w + k[None, :]
    ws_at = w_scale + columns[:, None] * stride_ws + ks[None, :]
    total = tl.zeros((BLOCK_M, BLOCK_N), dtype=tl.float32)
    for step in range(0, tl.cdiv(K, BLOCK_K)):
        x_mask = row_mask[:, None]
        w_mask = column_mask[:, None]
        xs_mask = x_mask
        ws_mask = w_mask
        if not EVEN_K:
            left = K - step * BLOCK_K
            x_mask = x_mask & (k[None, :] < left)
            w_mask = w_mask & (k[None, :] < left)
            xs_mask = xs_mask & (ks[None, :] < left // 32)
            ws_mask = ws_mask & (ks[None, :] < left // 32)
        a = tl.load(x_at, mask=x_mask, other=0.0)
        b = tl.load(w_at, mask=w_mask, other=0.0)
        a_scale = tl.load(xs_at, mask=xs_mask, other=0)
        b_scale = tl.load(ws_at, mask=ws_mask, other=0)
        total += tl.dot_scaled(a, a_scale, "e4m3", b.T, b_scale, "e4m3")
        x_at += BLOCK_K
        w_at += BLOCK_K
        xs_at += BLOCK_K // 32
        ws_at += BLOCK_K // 32
    return total


@triton.jit
def dense(
    x, x_scale, w, w_scale, out, M, N, K, stride_x, stride_xs, stride_w, stride_ws, stride_out,
    BLOCK_M: tl.constexpr, BLOCK_N: tl.constexpr, BLOCK_K: tl.constexpr, EVEN_K: tl.constexpr,
):  # fmt: skip
    """A program for each tile: M tiles in x, N tiles in y."""
    rows = tl.program_id(0) * BLOCK_M + tl.arange(0, BLOCK_M)
    columns = tl.program_id(1) * BLOCK_N + tl.arange(0, BLOCK_N)
    row_mask = rows < M
    column_mask = columns < N
    total = product(
        x, x_scale, w, w_scale, rows, columns, row_mask, column_mask, K,
        stride_x, stride_xs, stride_w, stride_ws, BLOCK_M, BLOCK_N, BLOCK_K, EVEN_K,
    )  # fmt: skip
    at = out + rows[:, None] * stride_out + columns[None, :]
    tl.store(at, total.to(out.dtype.element_ty), mask=row_mask[:, None] & column_mask[None, :])


@triton.jit
def grouped(
    x, x_scale, w, w_scale, out, weights, sorted_token_ids, expert_ids, num_tokens_post_padded,
    E, N, K, slots, a_div, block_m,
    stride_x, stride_xs, stride_expert, stride_w, stride_expert_scale, stride_ws, stride_out,
    BLOCK_M: tl.constexpr, BLOCK_N: tl.constexpr, BLOCK_K: tl.constexpr, EVEN_K: tl.constexpr,
    WEIGHTED: tl.constexpr,
):  # fmt: skip
    """The same over blocks of sorted slots that belong to one expert each. block_m % BLOCK_M == 0; real slots
    stand first in a block, so a tile whose first slot is padding has nothing to do."""
    first = tl.program_id(0) * BLOCK_M
    if first >= tl.load(num_tokens_post_padded):
        return
    if tl.load(sorted_token_ids + first) >= slots:
        return
    expert = tl.load(expert_ids + first // block_m)
    if (expert < 0) | (expert >= E):
        return
    slot = tl.load(sorted_token_ids + first + tl.arange(0, BLOCK_M))
    columns = tl.program_id(1) * BLOCK_N + tl.arange(0, BLOCK_N)
    row_mask = slot < slots
    column_mask = columns < N
    total = product(
        x, x_scale, w + expert.to(tl.int64) * stride_expert,
        w_scale + expert.to(tl.int64) * stride_expert_scale,
        slot // a_div, columns, row_mask, column_mask, K,
        stride_x, stride_xs, stride_w, stride_ws, BLOCK_M, BLOCK_N, BLOCK_K, EVEN_K,
    )  # fmt: skip
    if WEIGHTED:
        total *= tl.load(weights + slot, mask=row_mask, other=0.0)[:, None]
    at = out + slot[:, None] * stride_out + columns[None, :]
    tl.store(at, total.to(out.dtype.element_ty), mask=row_mask[:, None] & column_mask[None, :])


@triton.jit
def combine(slot_rows, out, N, top_k, BLOCK_N: tl.constexpr):
    """Out[token] = the sum of its slots' rows: what a grouped product leaves to another launch."""
    token = tl.program_id(0)
    column = tl.program_id(1) * BLOCK_N + tl.arange(0, BLOCK_N)
    mask = column < N
    total = tl.zeros((BLOCK_N,), dtype=tl.float32)
    for slot in range(0, top_k):
        row = token * top_k + slot
        total += tl.load(slot_rows + row * N + column, mask=mask, other=0.0).to(tl.float32)
    tl.store(out + token * N + column, total.to(out.dtype.element_ty), mask=mask)
