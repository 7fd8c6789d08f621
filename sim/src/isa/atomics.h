/* The arithmetic of atomics, shared by scalar memory, vector memory and LDS (ISA 8.3, 9.2, 11.3). */
#ifndef GFX950SIM_ISA_ATOMICS_H
#define GFX950SIM_ISA_ATOMICS_H

#include "../vmem.h"

/* clang-format off */
#define ATOMIC_OPS(X)                                                                                                  \
    X(swap32) X(swap64) X(cmpswap32) X(cmpswap64) X(add32) X(add64) X(sub32) X(sub64) X(rsub32) X(rsub64)              \
    X(smin32) X(smin64) X(umin32) X(umin64) X(smax32) X(smax64) X(umax32) X(umax64) X(and32) X(and64) X(or32) X(or64)  \
    X(xor32) X(xor64) X(inc32) X(inc64) X(dec32) X(dec64) X(mskor32) X(mskor64) X(wrap32)                              \
    X(add_f32) X(add_f64) X(min_f32) X(max_f32) X(min_f64) X(max_f64) X(cmpswap_f32) X(cmpswap_f64)                    \
    X(pk_add_f16) X(pk_add_bf16)
/* clang-format on */

#define ATOMIC_DECLARE(name) extern const struct atomic_op atomic_##name;
ATOMIC_OPS(ATOMIC_DECLARE)
#undef ATOMIC_DECLARE

#endif
