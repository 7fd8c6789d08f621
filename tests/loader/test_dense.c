/* The dense kernels against the f64 reference, through the public interface, on the simulator (or a GPU):
 *   test_dense LIBRARY shape K N          M = 1, 2, 4
 *   test_dense LIBRARY odd                odd N and K, every M, rows apart, poisoned gaps
 *   test_dense LIBRARY kernels FIRST STEP each built-in kernel by name, from FIRST in steps of STEP
 *   test_dense LIBRARY special            E8M0 0x00 and 0xFF, E4M3 NaN, largest and smallest numbers
 *   test_dense LIBRARY invariant          bits that must not depend on M, on the run, or on the form of the call */
#include <math.h>
#include <stdlib.h>

#include "device.h"
#include "layer.h"
#include "smallm/smallm.h"
#include "test.h"

static smallm_context *context;

/* Run and check; on failure say everything that is needed to run it again. */
static void run(struct layer *layer, const char *kernel, const char *what) {
    smallm_dense_problem problem = layer_problem(layer);
    problem.kernel = kernel;
    smallm_plan *plan;
    smallm_status status = smallm_dense_plan_create(&plan, context, &problem);
    CHECK(status == SMALLM_OK, "%s: %s", what, smallm_last_error());
    if (status != SMALLM_OK)
        return;
    smallm_plan_info info = {.size = sizeof info};
    smallm_plan_get_info(plan, &info);
    layer_clear_out(layer);
    smallm_dense_buffers buffers = layer_buffers(layer);
    status = smallm_dense_execute(plan, &buffers, NULL, 0, NULL);
    const int finished = device_finish();
    CHECK(status == SMALLM_OK && finished == 0, "%s with %s: %s", what, info.kernel, smallm_last_error());
    if (status != SMALLM_OK || finished != 0) {
        smallm_plan_destroy(plan);
        return;
    }
    struct check_result result = layer_check(layer);
    CHECK(result.pass,
          "%s M=%zu N=%zu K=%zu ldx=%zu ldxs=%zu ldo=%zu seed %llu with %s: %zu wrong, worst %g times its bound at row "
          "%zu, column %zu, rel_err %g",
          what, layer->m, layer->n, layer->k, layer->ldx, layer->ldxs, layer->ldo, (unsigned long long)layer->seed,
          info.kernel, result.wrong, result.bound_ratio, result.worst_row, result.worst_column, result.rel_err);
    const char *band = layer_check_bands(layer);
    CHECK(band == NULL, "%s M=%zu N=%zu K=%zu with %s wrote %s", what, layer->m, layer->n, layer->k, info.kernel, band);
    smallm_plan_destroy(plan);
}

static void test_shape(size_t k, size_t n) {
    struct layer layer;
    layer_normal(&layer, 4, n, k, 1000 + n);
    layer_upload(&layer);
    for (size_t m = 1; m <= 4; m *= 2) {
        layer.m = m;
        run(&layer, NULL, "shape");
    }
    layer_free(&layer);
}

static void test_odd(void) {
    static const size_t ns[] = {1, 7, 2305}, ks[] = {32, 96, 288, 1056};
    for (size_t i = 0; i < 3; i++) {
        for (size_t j = 0; j < 4; j++) {
            for (size_t m = 1; m <= 4; m++) {
                struct layer layer;
                layer_normal(&layer, m, ns[i], ks[j], 31 * ns[i] + ks[j] + m);
                layer_upload(&layer);
                run(&layer, NULL, "dense rows");
                layer_free(&layer);

                layer_apart(&layer, m, ns[i], ks[j], 37 * ns[i] + ks[j] + m);
                layer_upload(&layer);
                run(&layer, NULL, "rows apart");
                layer_free(&layer);
            }
        }
    }
}

/* K from one block to several rounds of the longest loop with a tail, N to one past whole workgroups; scales of every
 * odd row of W start with 0xFF, which must not touch the even rows before them. */
static void test_kernel(const char *kernel, size_t rows) {
    static const size_t ks[] = {32, 64, 1024, 2080, 4064, 8192, 20512}, ns[] = {1, 16, 33, 65};
    for (size_t i = 0; i < sizeof ks / sizeof ks[0]; i++) {
        struct layer layer;
        layer_apart(&layer, rows, ns[i % 4], ks[i], 41 * ks[i]);
        for (size_t row = 1; row < layer.n; row += 2)
            layer.w_scale[row * (layer.k / 32)] = 0xff;
        layer_upload(&layer);
        for (size_t m = 1; m <= rows; m++) {
            layer.m = m;
            run(&layer, kernel, "kernel");
        }
        layer_free(&layer);
    }
}

static void test_kernels(uint32_t first, uint32_t step) {
    CHECK(first < smallm_kernel_count(), "there are %u kernels", smallm_kernel_count());
    for (uint32_t i = first; i < smallm_kernel_count(); i += step) {
        const char *kernel = smallm_kernel_name(i), *rows = strstr(kernel, "_m");
        CHECK(rows != NULL, "%s has no number of rows", kernel);
        if (rows != NULL)
            test_kernel(kernel, strtoul(rows + 2, NULL, 10));
    }
}

/* Each row of `w` and each row of X has one speciality. */
static void test_special(void) {
    struct layer layer;
    for (size_t k = 96; k <= 2144; k += 1024) {
        const size_t blocks = k / 32;
        layer_apart(&layer, 4, 16, k, k);
        memset(layer.x_scale + 1 * layer.ldxs, 0x00, blocks); /* 2^-127 throughout */
        memset(layer.x_scale + 2 * layer.ldxs, 0xfe, blocks); /* 2^127 throughout */
        memset(layer.w_scale + 1 * blocks, 0x00, blocks);
        memset(layer.w_scale + 2 * blocks, 0xfe, blocks);
        layer.w_scale[3 * blocks] = 0xff;              /* NaN in the first block */
        layer.w_scale[4 * blocks + blocks - 1] = 0xff; /* and in the last */
        layer.w[5 * k + k - 1] = 0x7f;                 /* NaN elements */
        layer.w[6 * k] = 0xff;
        memset(layer.w + 7 * k, 0x7e, k);  /* 448 */
        memset(layer.w + 8 * k, 0x01, k);  /* smallest, 2^-9 */
        memset(layer.w + 9 * k, 0x00, k);  /* zeros */
        memset(layer.w + 10 * k, 0x80, k); /* negative zeros */
        memset(layer.w + 11 * k, 0x00, k); /* zeros under a NaN scale */
        memset(layer.w_scale + 11 * blocks, 0xff, blocks);
        memset(layer.x + 3 * layer.ldx, 0x7e, k);
        for (size_t i = 0; i < k; i++)
            layer.w[12 * k + i] = (uint8_t)(i % 2 ? 0x7e : 0xfe); /* cancels against row 3 of X */
        layer_upload(&layer);
        for (size_t m = 1; m <= 4; m++) {
            layer.m = m;
            run(&layer, NULL, "special");
        }
        layer.m = 4;
        run(&layer, NULL, "special");
        CHECK(isnan(layer_out(&layer, 0, 3)) && isnan(layer_out(&layer, 0, 4)) && isnan(layer_out(&layer, 0, 5)) &&
                  isnan(layer_out(&layer, 0, 6)) && isnan(layer_out(&layer, 0, 11)),
              "a NaN did not reach the output");
        CHECK(layer_out(&layer, 0, 9) == 0 && layer_out(&layer, 0, 10) == 0, "zeros gave something else");
        layer_free(&layer);
    }
}

static void test_invariant(void) {
    enum { N = 100, K = 2080 };
    struct layer layer;
    uint16_t first[4 * N];
    layer_normal(&layer, 4, N, K, 5);
    layer_upload(&layer);
    layer.determinism = SMALLM_BATCH_INVARIANT;
    run(&layer, NULL, "batch-invariant");
    memcpy(first, layer.out, sizeof first);
    for (size_t m = 1; m <= 4; m++) {
        layer.m = m;
        run(&layer, NULL, "batch-invariant");
        CHECK(memcmp(first, layer.out, m * N * sizeof first[0]) == 0, "row bits depend on M=%zu", m);
    }
    layer.determinism = SMALLM_FASTEST;
    run(&layer, NULL, "planned");
    memcpy(first, layer.out, sizeof first);
    for (int again = 0; again < 3; again++) {
        smallm_dense_problem problem = layer_problem(&layer);
        smallm_dense_buffers buffers = layer_buffers(&layer);
        layer_clear_out(&layer);
        CHECK_OK(smallm_dense(context, &problem, &buffers, NULL, 0, NULL));
        CHECK(device_finish() == 0 && layer_check(&layer).pass, "one-call form, call %d", again);
        CHECK(memcmp(first, layer.out, sizeof first) == 0, "call %d gave other bits", again);
    }
    layer_free(&layer);
}

int main(int argc, char **argv) {
    if (argc < 3)
        return 2;
    smallm_context_options options;
    smallm_context_options_init(&options, sizeof options);
    options.hip_handle = device_open(argv[1]);
    smallm_status status = smallm_context_create(&context, &options);
    CHECK(status == SMALLM_OK, "%s", smallm_last_error());
    if (status != SMALLM_OK)
        return test_result();
    if (strcmp(argv[2], "shape") == 0 && argc == 5)
        test_shape(strtoul(argv[3], NULL, 10), strtoul(argv[4], NULL, 10));
    else if (strcmp(argv[2], "odd") == 0)
        test_odd();
    else if (strcmp(argv[2], "kernels") == 0 && argc == 5)
        test_kernels((uint32_t)strtoul(argv[3], NULL, 10), (uint32_t)strtoul(argv[4], NULL, 10));
    else if (strcmp(argv[2], "special") == 0)
        test_special();
    else if (strcmp(argv[2], "invariant") == 0)
        test_invariant();
    else
        return 2;
    smallm_context_destroy(context);
    return test_result();
}
