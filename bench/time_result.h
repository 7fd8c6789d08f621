/* How timed cells are printed. */
#ifndef SMALLM_BENCH_TIME_RESULT_H
#define SMALLM_BENCH_TIME_RESULT_H

#include <cjson/cJSON.h>

#include "time_cell.h"

/* Streaming read that was reached on an MI350X (rocm-systems pull request 8480): the roof that GB/s are held against.
 */
extern const double time_roof_gbps;

double time_gbps(const struct time_result *result);

void time_print_heading(bool modelled, const char *caches);
void time_print(const struct time_result *result);

/* Google Benchmark's JSON. */
cJSON *time_json_begin(const struct backend *backend, const char *caches);
void time_json_add(cJSON *json, const char *operation, const struct time_result *result);
enum exit_status time_json_print(cJSON *json);

#endif
