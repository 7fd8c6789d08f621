"""A block-scaled matrix product in Triton: C[M, N] = (A scale_a) (B scale_b), e4m3 or e2m1 with one
E8M0 scale per 32 of K."""

import triton
import triton.language as tl


@triton.jit
def matmul(
    a_ptr, b_ptr, a_scale_ptr, b_scale_ptr, c_ptr, steps,
    M: tl.constexpr, N: tl.constexpr, K: tl.constexpr, A: tl.constexpr, B: tl.constexpr,
):  # fmt: skip
    """One program a tile of M x N; `steps` of K. A is [M, K], B is [N, K], both with K packed by two for e2m1."""
    pack_a: tl.constexpr = 2 if A == "e2m1" else 1
    pack_b: tl.constexpr = 2 if B == "e2m1" else 1
    rows = tl.program_id(0) * M + tl.arange(0, M)
    columns = tl.program_id(1) * N + tl.arange(0, N)
    ka = tl.arange(0, K // pack_a)
    kb = tl.arange(0, K // pack_b)
    ks = tl.arange(0, K // 32)
    sum = tl.zeros((M, N), dtype=tl.float32)
    for s in range(steps):
        a = tl.load(a_ptr + rows[:, None] * (steps * K // pack_a) + s * (K // pack_a) + ka[None, :])
        b = tl.load(
            b_ptr + columns[None, :] * (steps * K // pack_b) + s * (K // pack_b) + kb[:, None]
        )
        a_scale = tl.load(
            a_scale_ptr + rows[:, None] * (steps * K // 32) + s * (K // 32) + ks[None, :]
        )
        b_scale = tl.load(
            b_scale_ptr + columns[:, None] * (steps * K // 32) + s * (K // 32) + ks[None, :]
        )
        sum = tl.dot_scaled(a, a_scale, A, b, b_scale, B, sum)
    tl.store(c_ptr + rows[:, None] * (tl.num_programs(1) * N) + columns[None, :], sum)
