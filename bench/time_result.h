/* One timed cell, and how cells are printed. */
#ifndef SMALLM_BENCH_TIME_RESULT_H
#define SMALLM_BENCH_TIME_RESULT_H

#include <cjson/cJSON.h>

#include "measure.h"

/* Streaming read that was reached on an MI350X (rocm-systems pull request 8480): the roof that GB/s are held against.
 */
extern const double time_roof_gbps;

struct time_result {
    char cell[96];     /* "K=6144 N=2304 M=1" */
    char refused[512]; /* why the library has no plan for it, or "" */
    char kernel[128];
    unsigned k_splits;
    double fewest_bytes; /* that the product has to move */
    double w_bytes;      /* of W and its scales, among them */
    struct measurement measured;
};

double time_gbps(const struct time_result *result);

void time_print_heading(bool modelled, const char *caches);
void time_print(const struct time_result *result);

/* Google Benchmark's JSON. */
cJSON *time_json_begin(const struct backend *backend, const char *caches);
void time_json_add(cJSON *json, const char *operation, const struct time_result *result);
enum exit_status time_json_print(cJSON *json);

#endif
