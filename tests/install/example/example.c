/* One dense layer with libsmallm: Out[M, N] = X[M, K] * transpose(W[N, K]), and one element of it checked in plain C.
 */
#define __HIP_PLATFORM_AMD__ 1
#include <hip/hip_runtime_api.h>
#include <math.h>
#include <smallm/smallm.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { M = 20, N = 300, K = 4096, BLOCKS = K / SMALLM_BLOCK_K };

static uint8_t x[M][K], x_scale[M][BLOCKS], w[N][K], w_scale[N][BLOCKS];
static uint16_t out[M][N]; /* bf16 */

static void need(int good, const char *what, const char *why) {
    if (good)
        return;
    fprintf(stderr, "example: %s: %s\n", what, why);
    exit(1);
}

static void smallm_need(smallm_status status, const char *what) {
    need(status == SMALLM_OK, what, smallm_last_error());
}

static void hip_need(hipError_t error, const char *what) {
    need(error == hipSuccess, what, hipGetErrorString(error));
}

static void *on_device(const void *host, size_t bytes) {
    void *memory;
    hip_need(hipMalloc(&memory, bytes), "hipMalloc");
    if (host != NULL)
        hip_need(hipMemcpy(memory, host, bytes, hipMemcpyHostToDevice), "hipMemcpy");
    return memory;
}

static double e4m3(uint8_t bits) {
    int exponent = bits >> 3 & 15, mantissa = bits & 7;
    double magnitude = exponent == 0 ? ldexp(mantissa, -9) : ldexp(8 + mantissa, exponent - 10);
    return bits & 128 ? -magnitude : magnitude;
}

static float bf16(uint16_t bits) {
    uint32_t wide = (uint32_t)bits << 16;
    float value;
    memcpy(&value, &wide, sizeof value);
    return value;
}

static void fill(uint8_t *bytes, size_t count, int scale) {
    for (size_t i = 0; i < count; i++)
        bytes[i] = (uint8_t)(scale ? 124 + rand() % 7 : rand() % 2 * 128 + rand() % 100); /* no NaN */
}

static int element_is_right(int row, int column) {
    double sum = 0, magnitude = 0;
    for (int k = 0; k < K; k++) {
        int exponent = x_scale[row][k / SMALLM_BLOCK_K] - 127 + w_scale[column][k / SMALLM_BLOCK_K] - 127;
        double product = ldexp(e4m3(x[row][k]) * e4m3(w[column][k]), exponent);
        sum += product;
        magnitude += fabs(product);
    }
    double got = bf16(out[row][column]), allowed = fabs(sum) / 256 + magnitude * (K / 512 + 16) / (1 << 24);
    printf("out[%d][%d] = %g, plain C has %g\n", row, column, got, sum);
    return fabs(got - sum) <= allowed;
}

int main(void) {
    fill(&x[0][0], sizeof x, 0);
    fill(&w[0][0], sizeof w, 0);
    fill(&x_scale[0][0], sizeof x_scale, 1);
    fill(&w_scale[0][0], sizeof w_scale, 1);

    smallm_context *context; /* one per device */
    smallm_need(smallm_context_create(&context, NULL), "smallm_context_create");

    smallm_dense_problem problem; /* one plan per shape */
    smallm_dense_problem_init(&problem, sizeof problem);
    problem.m = M, problem.n = N, problem.k = K;
    smallm_plan *plan;
    smallm_status status = smallm_dense_plan_create(&plan, context, &problem);
    if (status == SMALLM_DECLINED)
        printf("not for smallm, a real program takes its own path here: %s\n", smallm_last_error());
    smallm_need(status, "smallm_dense_plan_create");
    smallm_plan_info info = {.size = sizeof info};
    smallm_need(smallm_plan_get_info(plan, &info), "smallm_plan_get_info");
    printf("smallm %s: %s\n", smallm_version_string(), info.explanation);

    void *workspace = NULL; /* one per stream, as large as the largest plan wants; initialised once */
    if (info.workspace_bytes > 0) {
        workspace = on_device(NULL, info.workspace_bytes);
        smallm_need(smallm_workspace_init(context, workspace, info.workspace_bytes, NULL), "smallm_workspace_init");
    }

    smallm_dense_buffers buffers;
    smallm_dense_buffers_init(&buffers, sizeof buffers);
    buffers.x = on_device(x, sizeof x);
    buffers.x_scale = on_device(x_scale, sizeof x_scale);
    buffers.w = on_device(w, sizeof w);
    buffers.w_scale = on_device(w_scale, sizeof w_scale);
    buffers.out = on_device(NULL, sizeof out);
    smallm_need(smallm_dense_execute(plan, &buffers, workspace, info.workspace_bytes, NULL), "smallm_dense_execute");
    hip_need(hipMemcpy(out, buffers.out, sizeof out, hipMemcpyDeviceToHost), "hipMemcpy"); /* waits for the launch */

    smallm_plan_destroy(plan);
    smallm_context_destroy(context);
    return element_is_right(M - 1, N - 1) ? 0 : 1;
}
