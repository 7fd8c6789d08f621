#include "special.h"

#include <math.h>
#include <string.h>

static void fill(uint8_t *elements, uint8_t *scale, size_t blocks, uint8_t element, uint8_t exponent) {
    memset(elements, element, 32 * blocks);
    memset(scale, exponent, blocks);
}

void special_fill(enum special kind, uint8_t *elements, uint8_t *scale, size_t blocks) {
    const size_t middle = blocks / 2;
    switch (kind) {
    case SCALE_00:
        memset(scale, 0x00, blocks);
        break;
    case SCALE_FE:
        memset(scale, 0xfe, blocks);
        break;
    case SCALE_FF_FIRST:
        scale[0] = 0xff;
        break;
    case SCALE_FF_LAST:
        scale[blocks - 1] = 0xff;
        break;
    case SCALE_FF_ON_ZEROS:
        fill(elements + 32 * middle, scale + middle, 1, 0, 0xff);
        break;
    case NAN_LAST:
        elements[32 * blocks - 1] = 0x7f;
        break;
    case NAN_FIRST:
        elements[0] = 0xff;
        break;
    case ZEROS:
        memset(elements, 0, 32 * blocks);
        break;
    case NEGATIVE_ZEROS:
        memset(elements, 0x80, 32 * blocks);
        break;
    case ZERO_BLOCK:
        fill(elements + 32 * middle, scale + middle, 1, 0, 0x00);
        break;
    case LARGEST:
        fill(elements, scale, blocks, 0x7e, 127);
        break;
    case LARGEST_00:
        fill(elements, scale, blocks, 0x7e, 0x00);
        break;
    case LARGEST_FE:
        fill(elements, scale, blocks, 0x7e, 0xfe);
        break;
    case ALTERNATING:
        fill(elements, scale, blocks, 0x7e, 127);
        for (size_t i = 1; i < 32 * blocks; i += 2)
            elements[i] = 0xfe;
        break;
    case DENORMAL:
        fill(elements, scale, blocks, 0, 127);
        for (size_t i = 0; i < 32 * blocks; i++)
            elements[i] = (uint8_t)(1 + i % 7);
        break;
    default:
        break;
    }
}

bool special_is_nan(enum special kind) {
    return kind >= SCALE_FF_FIRST && kind <= NAN_FIRST;
}

bool special_is_zero(enum special kind) {
    return kind == ZEROS || kind == NEGATIVE_ZEROS;
}

bool special_exact(enum special a, enum special b, size_t k, double *sum) {
    static const int exponents[SPECIALS] = {[LARGEST_00] = -127, [LARGEST_FE] = 127};
    if (a < LARGEST || b < LARGEST)
        return false;
    *sum = 0;
    for (size_t i = 0; i < k; i++) {
        const double alternating = i % 2 == 0 ? 448 : -448, denormal = ldexp((double)(1 + i % 7), -9);
        const double x = a == ALTERNATING ? alternating : a == DENORMAL ? denormal : 448;
        const double w = b == ALTERNATING ? alternating : b == DENORMAL ? denormal : 448;
        *sum += x * w;
    }
    *sum = ldexp(*sum, exponents[a] + exponents[b]);
    return true;
}

bool special_overflows(enum special a, enum special b) {
    const bool large = (a == LARGEST_FE && b != LARGEST_00) || (b == LARGEST_FE && a != LARGEST_00);
    return large || (a == SCALE_FE && b == SCALE_FE);
}
