/* Hardware registers, rounding and denormal modes, time, priorities. */
#include "kernel.h"

#ifdef DEVICE
/* Volatile accesses and s_setreg keep their order; so does what lies between a load and a store. */

/* hwreg(HW_REG_MODE, offset, size) */
#define MODE_FIELD(offset, size) (1 | (offset) << 6 | ((size) - 1) << 11)
#endif

#ifdef DEVICE

/* f32 sums and products under all four rounding modes. */
KERNEL rounding_modes(GLOBAL const volatile f32 *x, GLOBAL const volatile f32 *y, GLOBAL f32 *out) {
    u32 i = global_x();
    GLOBAL volatile f32 *to = out + 8 * i;
#define UNDER(mode)                                                                                                    \
    __builtin_amdgcn_s_setreg(MODE_FIELD(0, 2), mode);                                                                 \
    to[2 * mode] = x[i] + y[i];                                                                                        \
    to[2 * mode + 1] = x[i] * y[i];
    UNDER(0)
    UNDER(1)
    UNDER(2)
    UNDER(3)
    __builtin_amdgcn_s_setreg(MODE_FIELD(0, 2), 0);
}

/* f32 denormals flushed on the way in and out. */
KERNEL flush_denormals(GLOBAL const volatile f32 *x, GLOBAL u32 *out) {
    u32 i = global_x();
    GLOBAL volatile f32 *to = (GLOBAL volatile f32 *)(out + 2 * i);
    __builtin_amdgcn_s_setreg(MODE_FIELD(4, 2), 0);
    to[0] = x[i] * 2.0f;
    to[1] = x[i] * 0.5f;
    __builtin_amdgcn_s_setreg(MODE_FIELD(4, 2), 3);
}

/* What cannot be foretold is only asked to be sane. */
KERNEL clocks(GLOBAL u32 *out) {
    u32 i = global_x();
    __builtin_amdgcn_s_setprio(3);
    u64 before = __builtin_amdgcn_s_memtime(), real = __builtin_amdgcn_s_memrealtime();
    __builtin_amdgcn_s_sleep(2);
    u64 after = __builtin_amdgcn_s_memtime();
    __builtin_amdgcn_s_setprio(0);
    u32 xcc = (u32)__builtin_amdgcn_s_getreg(20 | 3 << 11);
    out[2 * i] = (u32)(after > before) + (u32)(__builtin_amdgcn_s_memrealtime() >= real);
    out[2 * i + 1] = (u32)(xcc < 8);
}

#else

#include <fenv.h>

CPU_WHOLE(rounding_modes) {
    static const int modes[4] = {FE_TONEAREST, FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO};
    const volatile f32 *x = a[0].pointer, *y = a[1].pointer;
    volatile f32 *out = a[2].pointer;
    for (u32 i = 0; i < cpu_item.groups[0] * cpu_item.size[0]; i++)
        for (u32 mode = 0; mode < 4; mode++) {
            fesetround(modes[mode]);
            out[8 * i + 2 * mode] = x[i] + y[i];
            out[8 * i + 2 * mode + 1] = x[i] * y[i];
            fesetround(FE_TONEAREST);
        }
}

static u32 flushed(u32 bits) {
    return bits & 0x7f800000 ? bits : bits & 0x80000000u;
}

CPU_WHOLE(flush_denormals) {
    const u32 *x = a[0].pointer;
    u32 *out = a[1].pointer;
    for (u32 i = 0; i < cpu_item.groups[0] * cpu_item.size[0]; i++) {
        out[2 * i] = flushed(bits_of_f32(f32_of_bits(flushed(x[i])) * 2.0f));
        out[2 * i + 1] = flushed(bits_of_f32(f32_of_bits(flushed(x[i])) * 0.5f));
    }
}

CPU_WHOLE(clocks) {
    u32 *out = a[0].pointer;
    for (u32 i = 0; i < cpu_item.groups[0] * cpu_item.size[0]; i++) {
        out[2 * i] = 2;
        out[2 * i + 1] = 1;
    }
}

/* The least exponents, both signs, no NaN. */
static void fill_tiny(void *to, size_t bytes, uint64_t *seed, uint64_t base) {
    (void)base;
    for (size_t k = 0; k < bytes / 4; k++)
        ((u32 *)to)[k] = (u32)random_next(seed) & 0x81ffffffu;
}

#endif

KERNEL_TESTS(special,
             {.name = "rounding_modes",
              .cpu = cpu_rounding_modes,
              .groups = {1, 1, 1},
              .size = {128, 1, 1},
              .args = {IN(512, fill_f32), IN(512, fill_f32), OUT(4096)}},
             {.name = "flush_denormals",
              .cpu = cpu_flush_denormals,
              .groups = {1, 1, 1},
              .size = {128, 1, 1},
              .args = {IN(512, fill_tiny), OUT(1024)}},
             {.name = "clocks", .cpu = cpu_clocks, .groups = {2, 1, 1}, .size = {64, 1, 1}, .args = {OUT(1024)}});
