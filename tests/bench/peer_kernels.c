/* Peers for a test: slow products, an element of Out a work-item, in layouts that peers.json can describe. */
typedef unsigned u32;
typedef unsigned char u8;
typedef int i32;

#define KERNEL __attribute__((amdgpu_kernel, amdgpu_flat_work_group_size(64, 64))) void
#define GLOBAL __attribute__((address_space(1)))

static u32 item(void) {
    return (u32)__builtin_amdgcn_workgroup_id_x() * 64 + (u32)__builtin_amdgcn_workitem_id_x();
}

static float e4m3(u8 code) {
    return __builtin_amdgcn_cvt_f32_fp8(code, 0);
}

static float e8m0(u8 code) {
    return __builtin_ldexpf(1, (int)code - 127);
}

/* Sum over k of [first, end); `step` bytes between elements of K, `scale_step` between scales. */
static float dot(const GLOBAL u8 *x, u32 x_step, const GLOBAL u8 *xs, u32 xs_step, const GLOBAL u8 *w, u32 w_step,
                 const GLOBAL u8 *ws, u32 ws_step, u32 first, u32 end) {
    float sum = 0;
    for (u32 k = first; k < end; k++)
        sum += e4m3(x[k * x_step]) * e4m3(w[k * w_step]) * e8m0(xs[k / 32 * xs_step]) * e8m0(ws[k / 32 * ws_step]);
    return sum;
}

KERNEL plain(const GLOBAL u8 *x, const GLOBAL u8 *xs, const GLOBAL u8 *w, const GLOBAL u8 *ws, GLOBAL __bf16 *out,
             i32 m, long n, i32 k, float factor) {
    const u32 at = item(), row = at / (u32)n, column = at % (u32)n;
    if (row < (u32)m)
        out[at] = (__bf16)(factor * dot(x + row * (u32)k, 1, xs + row * (u32)k / 32, 1, w + column * (u32)k, 1,
                                        ws + column * (u32)k / 32, 1, 0, (u32)k));
}

/* X padded to x_columns; scales of X as [K/32][xs_rows]; W as [K][w_rows]. Two halves of K in the workspace. */
KERNEL half(const GLOBAL u8 *x, const GLOBAL u8 *xs, const GLOBAL u8 *w, const GLOBAL u8 *ws, GLOBAL float *workspace,
            i32 m, i32 n, i32 k, i32 x_columns, i32 xs_rows, i32 w_rows) {
    const u32 at = item(), row = at / (u32)n % (u32)m, column = at % (u32)n, half = at / (u32)(m * n);
    const u32 middle = (u32)k / 64 * 32;
    if (half < 2)
        workspace[at] = dot(x + row * (u32)x_columns, 1, xs + row, (u32)xs_rows, w + column, (u32)w_rows,
                            ws + column * (u32)k / 32, 1, half ? middle : 0, half ? (u32)k : middle);
}

/* Out transposed, as [N][M]. */
KERNEL whole(const GLOBAL float *workspace, GLOBAL float *out, i32 m, i32 n) {
    const u32 at = item(), row = at / (u32)n, column = at % (u32)n;
    if (row < (u32)m)
        out[column * (u32)m + row] = workspace[at] + workspace[at + (u32)(m * n)];
}

/* A workgroup for 64 columns of a sorted slot. */
KERNEL routed(const GLOBAL u8 *x, const GLOBAL u8 *xs, const GLOBAL u8 *w, const GLOBAL u8 *ws, GLOBAL _Float16 *out,
              const GLOBAL float *weights, const GLOBAL i32 *sorted, const GLOBAL i32 *experts, const GLOBAL i32 *posts,
              long n, i32 k, i32 slots, i32 a_div, i32 block_m) {
    const u32 at = (u32)__builtin_amdgcn_workgroup_id_y(), column = item();
    const i32 slot = sorted[at];
    if (at >= (u32)posts[0] || slot >= slots || column >= n)
        return;
    const long row = slot / a_div, w_row = (long)experts[at / (u32)block_m] * n + column;
    out[slot * n + column] = (_Float16)(weights[slot] * dot(x + row * k, 1, xs + row * (k / 32), 1, w + w_row * k, 1,
                                                            ws + w_row * (k / 32), 1, 0, (u32)k));
}
