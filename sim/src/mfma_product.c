/* The sums of matrix instructions. Order of addition is not documented by AMD; two are offered (docs/simulator.md). */
#include <math.h>

#include "mfma_parts.h"

enum { ROWS = MFMA_PANEL_ROWS, COLUMNS = MFMA_PANEL_COLUMNS };

/* Sixteen neighbouring columns, and the one operation on them that has to be fast. */
#if defined(__AVX__) && defined(__FMA__)
#include <immintrin.h>
struct columns {
    __m256 lo, hi;
};
static inline struct columns load(const float *x) {
    return (struct columns){_mm256_loadu_ps(x), _mm256_loadu_ps(x + 8)};
}
static inline void store(float *x, struct columns v) {
    _mm256_storeu_ps(x, v.lo);
    _mm256_storeu_ps(x + 8, v.hi);
}
static inline struct columns multiply_add(float x, struct columns y, struct columns sum) {
    __m256 xs = _mm256_set1_ps(x);
    return (struct columns){_mm256_fmadd_ps(xs, y.lo, sum.lo), _mm256_fmadd_ps(xs, y.hi, sum.hi)};
}
#else
struct columns {
    float x[COLUMNS];
};
static inline struct columns load(const float *x) {
    struct columns v;
    memcpy(v.x, x, sizeof v.x);
    return v;
}
static inline void store(float *x, struct columns v) {
    memcpy(x, v.x, sizeof v.x);
}
static inline struct columns multiply_add(float x, struct columns y, struct columns sum) {
    for (int j = 0; j < COLUMNS; j++)
        sum.x[j] = fmaf(x, y.x[j], sum.x[j]);
    return sum;
}
#endif

/* One row of b: element k of a dense A, the chosen k of a sparse one. */
static inline const float *row_of_b(const struct mfma_product *p, const uint8_t *k_of, const float *b, unsigned k,
                                    unsigned r) {
    return b + (k_of ? k_of[k * p->wa + r] : k) * p->wb;
}

/* sum[r][j] += A[r][k] B[k][j] for k in order. */
static void chain(const struct mfma_product *p, const float *a, const float *b, unsigned from,
                  float sum[ROWS][COLUMNS]) {
    struct columns s0 = load(sum[0]), s1 = load(sum[1]), s2 = load(sum[2]), s3 = load(sum[3]);
    for (unsigned k = from; k < from + p->step; k++) {
        const float *x = a + k * p->wa;
        struct columns y = load(b + k * p->wb);
        s0 = multiply_add(x[0], y, s0);
        s1 = multiply_add(x[1], y, s1);
        s2 = multiply_add(x[2], y, s2);
        s3 = multiply_add(x[3], y, s3);
    }
    store(sum[0], s0);
    store(sum[1], s1);
    store(sum[2], s2);
    store(sum[3], s3);
}

/* The same where rows of A have their own k, or D has fewer columns. */
static void chain_general(const struct mfma_product *p, const float *a, const uint8_t *k_of, const float *b,
                          unsigned columns, unsigned from, float sum[ROWS][COLUMNS]) {
    for (unsigned k = from; k < from + p->step; k++)
        for (unsigned r = 0; r < ROWS; r++) {
            const float x = a[k * p->wa + r], *y = row_of_b(p, k_of, b, k, r);
            if (columns == COLUMNS)
                store(sum[r], multiply_add(x, load(y), load(sum[r])));
            else
                for (unsigned j = 0; j < columns; j++)
                    sum[r][j] = fmaf(x, y[j], sum[r][j]);
        }
}

/* Rounded products, added by a tree of neighbours. into_c: the first product is fused with C, which `sum` holds. */
static void pairwise(const struct mfma_product *p, const float *a, const uint8_t *k_of, const float *b,
                     unsigned columns, unsigned from, bool into_c, float sum[ROWS][COLUMNS]) {
    float t[MFMA_MAX_K][COLUMNS];
    for (unsigned r = 0; r < ROWS; r++) {
        for (unsigned i = 0; i < p->step; i++) {
            const float x = a[(from + i) * p->wa + r], *y = row_of_b(p, k_of, b, from + i, r);
            for (unsigned j = 0; j < columns; j++)
                t[i][j] = into_c && i == 0 ? fmaf(x, y[j], sum[r][j]) : x * y[j];
        }
        for (unsigned n = p->step / 2; n > 0; n /= 2)
            for (unsigned i = 0; i < n; i++)
                for (unsigned j = 0; j < columns; j++)
                    t[i][j] = t[2 * i][j] + t[2 * i + 1][j];
        memcpy(sum[r], t[0], columns * sizeof(float));
    }
}

/* Multiplies a block's sums by 2^(scale A + scale B - 254), rounding once; code 255 makes NaN. */
static void apply_scales(const uint8_t *scale_a, const uint8_t *scale_b, float sum[ROWS][COLUMNS]) {
    for (unsigned r = 0; r < ROWS; r++) {
        double factor[COLUMNS];
        for (unsigned j = 0; j < COLUMNS; j++) {
            bool nan = scale_a[r] == 255 || scale_b[j] == 255;
            uint64_t bits = nan ? 0x7ff8ull << 48 : (uint64_t)(scale_a[r] + scale_b[j] + 1023 - 254) << 52;
            memcpy(&factor[j], &bits, sizeof bits);
        }
        for (unsigned j = 0; j < COLUMNS; j++)
            sum[r][j] = (float)((double)sum[r][j] * factor[j]);
    }
}

static void add_panel(float d[ROWS][COLUMNS], float x[ROWS][COLUMNS], float y[ROWS][COLUMNS]) {
    for (unsigned r = 0; r < ROWS; r++)
        for (unsigned j = 0; j < COLUMNS; j++)
            d[r][j] = x[r][j] + y[r][j];
}

static void float_panel(const struct mfma_product *p, const float *a, const uint8_t *k_of, const float *b,
                        unsigned at_a, unsigned at_b, unsigned columns, float d[ROWS][COLUMNS]) {
    bool into_c = p->shape->a == MT_F32;
    unsigned blocks = p->depth / p->step;
    float sum[MFMA_MAX_K / MFMA_SCALE_BLOCK][ROWS][COLUMNS];
    memset(sum, 0, blocks * sizeof *sum);
    if (into_c)
        memcpy(sum[0], d, sizeof *sum);
    for (unsigned block = 0; block < blocks; block++) {
        if (p->pairwise)
            pairwise(p, a, k_of, b, columns, block * p->step, into_c, sum[block]);
        else if (k_of || columns != COLUMNS)
            chain_general(p, a, k_of, b, columns, block * p->step, sum[block]);
        else
            chain(p, a, b, block * p->step, sum[block]);
        if (p->scale_a)
            apply_scales(p->scale_a + block * p->wa + at_a, p->scale_b + block * p->wb + at_b, sum[block]);
    }
    for (; p->pairwise && blocks > 1; blocks /= 2)
        for (unsigned i = 0; i < blocks / 2; i++)
            add_panel(sum[i], sum[2 * i], sum[2 * i + 1]);
    if (into_c)
        memcpy(d, sum[0], sizeof *sum);
    for (unsigned block = 0; !into_c && block < blocks; block++)
        add_panel(d, d, sum[block]);
}

static inline void int_row(const struct mfma_product *p, const int32_t *a, const uint8_t *k_of, const int32_t *b,
                           const unsigned columns, int32_t *restrict sum) {
    for (unsigned k = 0; k < p->depth; k++) {
        const int32_t x = a[k * p->wa], *restrict y = b + (k_of ? k_of[k * p->wa] : k) * p->wb;
        for (unsigned j = 0; j < columns; j++)
            sum[j] += x * y[j];
    }
}

static void int_panel(const struct mfma_product *p, const int32_t *a, const uint8_t *k_of, const int32_t *b,
                      unsigned columns, int32_t d[ROWS][COLUMNS]) {
    for (unsigned r = 0; r < ROWS; r++) {
        int32_t sum[COLUMNS] = {0};
        if (columns == COLUMNS)
            int_row(p, a + r, k_of ? k_of + r : NULL, b, COLUMNS, sum);
        else
            int_row(p, a + r, k_of ? k_of + r : NULL, b, columns, sum);
        for (unsigned j = 0; j < columns; j++) {
            int64_t wide = (int64_t)d[r][j] + sum[j];
            if (p->saturate)
                wide = wide > INT32_MAX ? INT32_MAX : wide < INT32_MIN ? INT32_MIN : wide;
            d[r][j] = (int32_t)(uint32_t)wide;
        }
    }
}

static bool any_infinite(const float *x, unsigned stride, unsigned n) {
    for (unsigned i = 0; i < n; i++)
        if (isinf(x[i * stride]))
            return true;
    return false;
}

/* MODE.FP16_OVFL: an infinity that no operand was becomes the largest number. */
static void clamp_overflow(const struct mfma_product *p, const float *a, const float *b, unsigned columns,
                           float c[ROWS][COLUMNS], float d[ROWS][COLUMNS]) {
    for (unsigned r = 0; r < ROWS; r++)
        for (unsigned j = 0; j < columns; j++)
            if (isinf(d[r][j]) && !isinf(c[r][j]) && !any_infinite(a + r, p->wa, p->depth) &&
                !any_infinite(b + j, p->wb, p->shape->k))
                d[r][j] = copysignf(0x1.fffffep127f, d[r][j]);
}

void mfma_panel(const struct mfma_product *p, unsigned at_a, unsigned at_b, unsigned columns, union mfma_panel *d) {
    const uint8_t *k_of = p->k_of ? p->k_of + at_a : NULL;
    if (p->shape->a == MT_I8) {
        int_panel(p, (const int32_t *)p->a + at_a, k_of, (const int32_t *)p->b + at_b, columns, d->i);
        return;
    }
    const float *a = (const float *)p->a + at_a, *b = (const float *)p->b + at_b;
    union mfma_panel c = *d;
    float_panel(p, a, k_of, b, at_a, at_b, columns, d->f);
    if (p->saturate)
        clamp_overflow(p, a, b, columns, c.f, d->f);
    for (unsigned r = 0; r < ROWS; r++)
        for (unsigned j = 0; j < COLUMNS; j++)
            d->f[r][j] = isnan(d->f[r][j]) ? NAN : d->f[r][j];
}
