/* One timed cell, and how cells are printed. */
#ifndef SMALLM_BENCH_TIME_RESULT_H
#define SMALLM_BENCH_TIME_RESULT_H

#include <cjson/cJSON.h>

#include "measure.h"

enum { TIME_MOST_PEERS = 16 };

struct time_peer {
    const char *name;
    bool taken;      /* a kernel of it takes the cell */
    double us;       /* all of its launches */
    double gap_us;   /* modelled, between its launches; not in us */
    size_t launches; /* modelled only */
};

struct time_result {
    char cell[96];     /* "K=6144 N=2304 M=1" */
    char refused[512]; /* why the library has no plan for it, or "" */
    char kernel[128];
    unsigned k_splits;
    double fewest_bytes; /* that the product has to move */
    double w_bytes;      /* of W and its scales, among them */
    double roof_gbps;
    struct measurement measured;
    struct time_peer peer[TIME_MOST_PEERS];
    size_t peers;
};

double time_gbps(const struct time_result *result);

/* A peer's time over ours: above 1, ours is faster. 0 where there is none. */
double time_ratio(const struct time_result *result, const struct time_peer *peer);

void time_print_heading(bool modelled, const char *caches, double roof_gbps, const char *const *peers, size_t count);
void time_print(const struct time_result *result);

/* Google Benchmark's JSON. */
cJSON *time_json_begin(const struct backend *backend, const char *caches, double roof_gbps);
void time_json_add(cJSON *json, const char *operation, const struct time_result *result);
enum exit_status time_json_print(cJSON *json);

#endif
