/* One source for two machines. A file of this folder is compiled for gfx950 by clang (freestanding C) and for the host
 * by the host's compiler; there it also says how the kernel runs on the CPU, and with which arguments it is tested.
 *
 * A kernel without barriers and lane operations is an ordinary function on the host, called once per work-item
 * (CPU_ITEMS); one with them has a plain C reference beside it (CPU_WHOLE). */
#ifndef COMPILED_KERNEL_H
#define COMPILED_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint32_t u32;
typedef int32_t i32;
typedef uint64_t u64;
typedef int64_t i64;
typedef uint16_t u16;
typedef int16_t i16;
typedef uint8_t u8;
typedef int8_t i8;
typedef float f32;
typedef double f64;
typedef _Float16 f16;

#define NOINLINE __attribute__((noinline))

#ifdef __AMDGCN__

#define DEVICE 1
#define UNROLL _Pragma("unroll")
#define GLOBAL __attribute__((address_space(1)))
#define LDS __attribute__((address_space(3), loader_uninitialized))
#define LDS_PTR __attribute__((address_space(3)))
#define CONSTANT __attribute__((address_space(4)))
#define KERNEL_ATTR(...) __attribute__((amdgpu_kernel, __VA_ARGS__)) void
#define KERNEL KERNEL_ATTR(amdgpu_flat_work_group_size(1, 256))

#define item_x() ((u32)__builtin_amdgcn_workitem_id_x())
#define item_y() ((u32)__builtin_amdgcn_workitem_id_y())
#define item_z() ((u32)__builtin_amdgcn_workitem_id_z())
#define group_x() ((u32)__builtin_amdgcn_workgroup_id_x())
#define group_y() ((u32)__builtin_amdgcn_workgroup_id_y())
#define group_z() ((u32)__builtin_amdgcn_workgroup_id_z())
/* Hidden arguments: block counts and sizes since code object version 5. */
#define size_x() ((u32)__builtin_amdgcn_workgroup_size_x())
#define size_y() ((u32)__builtin_amdgcn_workgroup_size_y())
#define size_z() ((u32)__builtin_amdgcn_workgroup_size_z())
#ifdef HIDDEN_V4 /* version 4 has no block counts: from the packet */
#define groups_x() ((u32)__builtin_amdgcn_grid_size_x() / size_x())
#define groups_y() ((u32)__builtin_amdgcn_grid_size_y() / size_y())
#define groups_z() ((u32)__builtin_amdgcn_grid_size_z() / size_z())
#else
#define groups_x() (((CONSTANT const u32 *)__builtin_amdgcn_implicitarg_ptr())[0])
#define groups_y() (((CONSTANT const u32 *)__builtin_amdgcn_implicitarg_ptr())[1])
#define groups_z() (((CONSTANT const u32 *)__builtin_amdgcn_implicitarg_ptr())[2])
#endif

static inline void barrier(void) {
    __builtin_amdgcn_fence(__ATOMIC_RELEASE, "workgroup");
    __builtin_amdgcn_s_barrier();
    __builtin_amdgcn_fence(__ATOMIC_ACQUIRE, "workgroup");
}

#define atomic_add(p, v) __scoped_atomic_fetch_add(p, v, __ATOMIC_RELAXED, __MEMORY_SCOPE_DEVICE)
#define atomic_sub(p, v) __scoped_atomic_fetch_sub(p, v, __ATOMIC_RELAXED, __MEMORY_SCOPE_DEVICE)
#define atomic_and(p, v) __scoped_atomic_fetch_and(p, v, __ATOMIC_RELAXED, __MEMORY_SCOPE_DEVICE)
#define atomic_or(p, v) __scoped_atomic_fetch_or(p, v, __ATOMIC_RELAXED, __MEMORY_SCOPE_DEVICE)
#define atomic_xor(p, v) __scoped_atomic_fetch_xor(p, v, __ATOMIC_RELAXED, __MEMORY_SCOPE_DEVICE)
#define atomic_min(p, v) __scoped_atomic_fetch_min(p, v, __ATOMIC_RELAXED, __MEMORY_SCOPE_DEVICE)
#define atomic_max(p, v) __scoped_atomic_fetch_max(p, v, __ATOMIC_RELAXED, __MEMORY_SCOPE_DEVICE)
#define atomic_exchange(p, v) __scoped_atomic_exchange_n(p, v, __ATOMIC_RELAXED, __MEMORY_SCOPE_DEVICE)
#define atomic_load(p) __scoped_atomic_load_n(p, __ATOMIC_RELAXED, __MEMORY_SCOPE_DEVICE)
#define atomic_cas(p, expected, v)                                                                                     \
    __scoped_atomic_compare_exchange_n(p, expected, v, 0, __ATOMIC_RELAXED, __ATOMIC_RELAXED, __MEMORY_SCOPE_DEVICE)

/* Nothing of the host's half is seen by the device's compiler. */
#define CPU_ITEMS(name, ...)
#define KERNEL_TESTS(file, ...)

#else

#include <math.h>
#include <string.h>

#include "../kernel_test.h"

#define UNROLL
#define GLOBAL
#define CONSTANT
#define KERNEL_ATTR(...) static void
#define KERNEL static void

#define item_x() (cpu_item.item[0])
#define item_y() (cpu_item.item[1])
#define item_z() (cpu_item.item[2])
#define group_x() (cpu_item.group[0])
#define group_y() (cpu_item.group[1])
#define group_z() (cpu_item.group[2])
#define size_x() (cpu_item.size[0])
#define size_y() (cpu_item.size[1])
#define size_z() (cpu_item.size[2])
#define groups_x() (cpu_item.groups[0])
#define groups_y() (cpu_item.groups[1])
#define groups_z() (cpu_item.groups[2])

/* The CPU runs work-items one after another: an atomic is its plain operation. */
#define CPU_ATOMIC(p, expression)                                                                                      \
    __extension__({                                                                                                    \
        __typeof__(p) at = (p);                                                                                        \
        __typeof__(*at) was_ = *at;                                                                                    \
        *at = (expression);                                                                                            \
        was_;                                                                                                          \
    })
#define atomic_add(p, v) CPU_ATOMIC(p, was_ + (v))
#define atomic_sub(p, v) CPU_ATOMIC(p, was_ - (v))
#define atomic_and(p, v) CPU_ATOMIC(p, was_ &(v))
#define atomic_or(p, v) CPU_ATOMIC(p, was_ | (v))
#define atomic_xor(p, v) CPU_ATOMIC(p, was_ ^ (v))
#define atomic_min(p, v) CPU_ATOMIC(p, was_ < (v) ? was_ : (v))
#define atomic_max(p, v) CPU_ATOMIC(p, was_ > (v) ? was_ : (v))
#define atomic_exchange(p, v) CPU_ATOMIC(p, (v))
#define atomic_load(p) (*(p))
#define atomic_cas(p, expected, v) (*(p) == *(expected) ? (*(p) = (v), true) : (*(expected) = *(p), false))

#define ARG_PTR(i, type) ((type *)a[i].pointer)
#define ARG_U32(i) (a[i].u)
#define ARG_F32(i) (a[i].f)

/* cpu_NAME: calls the kernel for every work-item; the arguments are expressions over `a`. */
#define CPU_ITEMS(name, ...)                                                                                           \
    static void cpu_##name(const union cpu_arg *a) {                                                                   \
        cpu_first();                                                                                                   \
        do                                                                                                             \
            name(__VA_ARGS__);                                                                                         \
        while (cpu_next());                                                                                            \
    }
/* cpu_NAME: { } around a reference for the whole grid, whose sizes are in cpu_item.size and cpu_item.groups. */
#define CPU_WHOLE(name) static void cpu_##name(const union cpu_arg *a)

#define KERNEL_TESTS(file, ...)                                                                                        \
    static const struct kernel_test tests[] = {__VA_ARGS__};                                                           \
    const struct kernel_file kernel_file_##file = {#file, tests, sizeof tests / sizeof *tests}

#endif

static inline u32 global_x(void) {
    return group_x() * size_x() + item_x();
}

static inline u32 bits_of_f32(f32 x) {
    union {
        f32 f;
        u32 u;
    } pun = {.f = x};
    return pun.u;
}

static inline f32 f32_of_bits(u32 x) {
    union {
        u32 u;
        f32 f;
    } pun = {.u = x};
    return pun.f;
}

#endif
