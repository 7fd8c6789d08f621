/* Shorthand for the tables of isa/: lane functions as one vectorisable loop each. In `expr`, A, B and C are the
 * lane's sources and x the lane_args; its value is the lane's result. */
#ifndef GFX950SIM_LANES_H
#define GFX950SIM_LANES_H

#include "isa.h"

#define LANE_FN1(fn, TD, TA, expr)                                                                                     \
    static void fn(struct lane_args *x) {                                                                              \
        const TA *restrict a_ = x->a;                                                                                  \
        TD *restrict d_ = x->d;                                                                                        \
        for (int i = 0; i < LANES; i++) {                                                                              \
            const TA A = a_[i];                                                                                        \
            d_[i] = (TD)(expr);                                                                                        \
        }                                                                                                              \
    }

#define LANE_FN2(fn, TD, TA, TB, expr)                                                                                 \
    static void fn(struct lane_args *x) {                                                                              \
        const TA *restrict a_ = x->a;                                                                                  \
        const TB *restrict b_ = x->b;                                                                                  \
        TD *restrict d_ = x->d;                                                                                        \
        for (int i = 0; i < LANES; i++) {                                                                              \
            const TA A = a_[i];                                                                                        \
            const TB B = b_[i];                                                                                        \
            d_[i] = (TD)(expr);                                                                                        \
        }                                                                                                              \
    }

#define LANE_FN3(fn, TD, TA, TB, TC, expr)                                                                             \
    static void fn(struct lane_args *x) {                                                                              \
        const TA *restrict a_ = x->a;                                                                                  \
        const TB *restrict b_ = x->b;                                                                                  \
        const TC *restrict c_ = x->c;                                                                                  \
        TD *restrict d_ = x->d;                                                                                        \
        for (int i = 0; i < LANES; i++) {                                                                              \
            const TA A = a_[i];                                                                                        \
            const TB B = b_[i];                                                                                        \
            const TC C = c_[i];                                                                                        \
            d_[i] = (TD)(expr);                                                                                        \
        }                                                                                                              \
    }

/* Compares: expr is a condition; the result is mask_out. */
#define LANE_CMP(fn, TA, TB, expr)                                                                                     \
    static void fn(struct lane_args *x) {                                                                              \
        const TA *restrict a_ = x->a;                                                                                  \
        const TB *restrict b_ = x->b;                                                                                  \
        uint8_t bit_[LANES];                                                                                           \
        for (int i = 0; i < LANES; i++) {                                                                              \
            const TA A = a_[i];                                                                                        \
            const TB B = b_[i];                                                                                        \
            bit_[i] = (uint8_t)(expr);                                                                                 \
        }                                                                                                              \
        x->mask_out = lanes_pack_bits(bit_);                                                                           \
    }

/* Bit i of the result is byte i (0 or 1). */
static inline uint64_t lanes_pack_bits(const uint8_t bit[LANES]) {
    uint64_t mask = 0;
    for (int g = 0; g < 8; g++) {
        uint64_t bytes;
        __builtin_memcpy(&bytes, bit + 8 * g, 8);
        /* the multiplication gathers eight low bits into the top byte, first byte lowest */
        mask |= (bytes * 0x0102040810204080ull >> 56) << (8 * g);
    }
    return mask;
}

#endif
