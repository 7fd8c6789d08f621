/* Kernels like those whose times were published, for clang -target amdgcn-amd-amdhsa. correlate.py compiles and runs
 * them. */
typedef unsigned u32;
typedef float f32x4 __attribute__((ext_vector_type(4)));
typedef float f32x2 __attribute__((ext_vector_type(2)));
typedef _Float16 f16x8 __attribute__((ext_vector_type(8)));
typedef _Float16 f16x4 __attribute__((ext_vector_type(4)));
typedef __bf16 bf16x8 __attribute__((ext_vector_type(8)));
typedef int i32x4 __attribute__((ext_vector_type(4)));

#define KERNEL(most) __attribute__((amdgpu_kernel, amdgpu_flat_work_group_size(most, most))) void
#define GLOBAL __attribute__((address_space(1)))
#define SHARED static __attribute__((address_space(3), loader_uninitialized))

/* 32 x 32 x 32 in f32, a workgroup of 16 work-items for each element, two of K a work-item, summed in LDS. */
KERNEL(16) product(GLOBAL float *out, const GLOBAL float *a, const GLOBAL float *b) {
    SHARED float part[16];
    const u32 item = __builtin_amdgcn_workitem_id_x();
    const u32 column = __builtin_amdgcn_workgroup_id_x(), row = __builtin_amdgcn_workgroup_id_y();
    const f32x2 x = *(const GLOBAL f32x2 *)(a + row * 32 + item * 2);
    part[item] = x.x * b[item * 64 + column] + x.y * b[item * 64 + 32 + column];
    __builtin_amdgcn_fence(__ATOMIC_RELEASE, "workgroup");
    __builtin_amdgcn_s_barrier();
    __builtin_amdgcn_fence(__ATOMIC_ACQUIRE, "workgroup");
    if (item == 0) {
        float sum = 0;
        for (u32 i = 0; i < 16; i++)
            sum += part[i];
        out[row * 32 + column] = sum;
    }
}

/* Streaming: 16 non-temporal loads of 16 bytes a work-item. */
KERNEL(256) read_16(GLOBAL float *out, const GLOBAL f32x4 *in) {
    const u32 item = __builtin_amdgcn_workitem_id_x();
    const GLOBAL f32x4 *at = in + (u32)__builtin_amdgcn_workgroup_id_x() * 4096 + item;
    f32x4 v[16], sum = 0;
#pragma unroll
    for (u32 i = 0; i < 16; i++)
        v[i] = __builtin_nontemporal_load(at + i * 256);
#pragma unroll
    for (u32 i = 0; i < 16; i++)
        sum += v[i];
    if (sum.x + sum.y + sum.z + sum.w == 1.25f)
        out[0] = sum.x;
}

/* One element of 8 bytes a work-item. */
KERNEL(256) copy_8(GLOBAL f32x2 *out, const GLOBAL f32x2 *in) {
    const u32 at = (u32)__builtin_amdgcn_workgroup_id_x() * 256 + __builtin_amdgcn_workitem_id_x();
    out[at] = in[at];
}

/* Matrix instructions on registers alone: four accumulators, 64 rounds. */
#define MATRIX(name, operand, accumulator, instruction)                                                                \
    KERNEL(256) name(GLOBAL accumulator *out, operand a, operand b) {                                                  \
        accumulator c[4] = {0, 0, 0, 0};                                                                               \
        for (u32 i = 0; i < 64; i++) {                                                                                 \
            c[0] = instruction(a, b, c[0], 0, 0, 0);                                                                   \
            c[1] = instruction(a, b, c[1], 0, 0, 0);                                                                   \
            c[2] = instruction(a, b, c[2], 0, 0, 0);                                                                   \
            c[3] = instruction(a, b, c[3], 0, 0, 0);                                                                   \
        }                                                                                                              \
        out[__builtin_amdgcn_workitem_id_x()] = c[0] + c[1] + c[2] + c[3];                                             \
    }
MATRIX(matrix_f16, f16x8, f32x4, __builtin_amdgcn_mfma_f32_16x16x32_f16)
MATRIX(matrix_bf16, bf16x8, f32x4, __builtin_amdgcn_mfma_f32_16x16x32_bf16)
MATRIX(matrix_i8, i32x4, i32x4, __builtin_amdgcn_mfma_i32_16x16x64_i8)
MATRIX(matrix_f16_k16, f16x4, f32x4, __builtin_amdgcn_mfma_f32_16x16x16f16)
