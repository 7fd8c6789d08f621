#include "fp.h"

#if defined(__AVX2__) && defined(__F16C__) && defined(__FMA__)
#include <immintrin.h>

static inline __m256 widen(__m128i half) {
    return _mm256_cvtph_ps(half);
}

static inline __m128i narrow(const float *in) {
    return _mm256_cvtps_ph(_mm256_loadu_ps(in), _MM_FROUND_CUR_DIRECTION);
}

/* Low 16 bits of eight dwords. */
static inline __m128i gather_low(__m256i x) {
    x = _mm256_and_si256(x, _mm256_set1_epi32(0xffff));
    return _mm256_castsi256_si128(_mm256_permute4x64_epi64(_mm256_packus_epi32(x, x), 8));
}

void f16_row_to_f32(const void *row, float out[LANES]) {
    const __m256i *v = row;
    for (int i = 0; i < LANES / 8; i++)
        _mm256_storeu_ps(out + 8 * i, widen(gather_low(_mm256_loadu_si256(v + i))));
}

void f32_row_to_f16(const float in[LANES], void *row) {
    __m256i *v = row;
    for (int i = 0; i < LANES / 8; i++)
        _mm256_storeu_si256(v + i, _mm256_cvtepu16_epi32(narrow(in + 8 * i)));
}

void f16_pairs_to_f32(const void *row, float lo[LANES], float hi[LANES]) {
    const __m256i *v = row;
    for (int i = 0; i < LANES / 8; i++) {
        __m256i x = _mm256_loadu_si256(v + i);
        _mm256_storeu_ps(lo + 8 * i, widen(gather_low(x)));
        _mm256_storeu_ps(hi + 8 * i, widen(gather_low(_mm256_srli_epi32(x, 16))));
    }
}

void f32_to_f16_pairs(const float lo[LANES], const float hi[LANES], void *row) {
    __m256i *v = row;
    for (int i = 0; i < LANES / 8; i++) {
        __m256i l = _mm256_cvtepu16_epi32(narrow(lo + 8 * i)), h = _mm256_cvtepu16_epi32(narrow(hi + 8 * i));
        _mm256_storeu_si256(v + i, _mm256_or_si256(l, _mm256_slli_epi32(h, 16)));
    }
}

void fma32_row(const void *a, const void *b, const void *c, void *d, int n) {
    const float *x = a, *y = b, *z = c;
    for (int i = 0; i < n; i += 8)
        _mm256_storeu_ps((float *)d + i,
                         _mm256_fmadd_ps(_mm256_loadu_ps(x + i), _mm256_loadu_ps(y + i), _mm256_loadu_ps(z + i)));
}

void fma64_row(const void *a, const void *b, const void *c, void *d, int n) {
    const double *x = a, *y = b, *z = c;
    for (int i = 0; i < n; i += 4)
        _mm256_storeu_pd((double *)d + i,
                         _mm256_fmadd_pd(_mm256_loadu_pd(x + i), _mm256_loadu_pd(y + i), _mm256_loadu_pd(z + i)));
}

void sqrt64_row(const void *a, void *d, int n) {
    for (int i = 0; i < n; i += 4)
        _mm256_storeu_pd((double *)d + i, _mm256_sqrt_pd(_mm256_loadu_pd((const double *)a + i)));
}

void rndne32_row(const void *a, void *d) {
    for (int i = 0; i < LANES; i += 8)
        _mm256_storeu_ps((float *)d + i, _mm256_round_ps(_mm256_loadu_ps((const float *)a + i), 8));
}

void rndne64_row(const void *a, void *d) {
    for (int i = 0; i < LANES; i += 4)
        _mm256_storeu_pd((double *)d + i, _mm256_round_pd(_mm256_loadu_pd((const double *)a + i), 8));
}
#else
#include <math.h>

void fma32_row(const void *a, const void *b, const void *c, void *d, int n) {
    const lane_f32 *x = a, *y = b, *z = c;
    for (int i = 0; i < n; i++)
        ((lane_f32 *)d)[i] = fmaf(x[i], y[i], z[i]);
}

void fma64_row(const void *a, const void *b, const void *c, void *d, int n) {
    const lane_f64 *x = a, *y = b, *z = c;
    for (int i = 0; i < n; i++)
        ((lane_f64 *)d)[i] = fma(x[i], y[i], z[i]);
}

void sqrt64_row(const void *a, void *d, int n) {
    for (int i = 0; i < n; i++)
        ((lane_f64 *)d)[i] = sqrt(((const lane_f64 *)a)[i]);
}

void rndne32_row(const void *a, void *d) {
    for (int i = 0; i < LANES; i++)
        ((lane_f32 *)d)[i] = __builtin_roundevenf(((const lane_f32 *)a)[i]);
}

void rndne64_row(const void *a, void *d) {
    for (int i = 0; i < LANES; i++)
        ((lane_f64 *)d)[i] = __builtin_roundeven(((const lane_f64 *)a)[i]);
}

void f16_row_to_f32(const void *row, float out[LANES]) {
    const lane_u32 *v = row;
    for (int i = 0; i < LANES; i++)
        out[i] = f16_value(v[i]);
}

void f32_row_to_f16(const float in[LANES], void *row) {
    lane_u32 *v = row;
    for (int i = 0; i < LANES; i++)
        v[i] = f32_to_f16(in[i]);
}

void f16_pairs_to_f32(const void *row, float lo[LANES], float hi[LANES]) {
    const lane_u32 *v = row;
    for (int i = 0; i < LANES; i++) {
        lo[i] = f16_value(v[i]);
        hi[i] = f16_value(v[i] >> 16);
    }
}

void f32_to_f16_pairs(const float lo[LANES], const float hi[LANES], void *row) {
    lane_u32 *v = row;
    for (int i = 0; i < LANES; i++)
        v[i] = f32_to_f16(lo[i]) | (uint32_t)f32_to_f16(hi[i]) << 16;
}
#endif
