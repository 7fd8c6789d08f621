/* Peers beside a cell that is timed. */
#ifndef SMALLM_BENCH_TIME_PEERS_H
#define SMALLM_BENCH_TIME_PEERS_H

#include "peer_cell.h"
#include "time_result.h"

struct time_peers {
    struct peer_manifest manifest;
    struct peer_options options;
    const char *name[TIME_MOST_PEERS];
    size_t count;
};

/* The manifest in `folder`, or no peers where that is NULL. EXIT_RIGHT, or EXIT_BAD_ARGUMENTS after saying why;
 * time_peers_close also after that. */
enum exit_status time_peers_open(struct time_peers *peers, const char *folder, enum peer_operation operation,
                                 const char *caches);
void time_peers_close(struct time_peers *peers);

/* Each of them on number `at` of the shapes, into `result`. Their results are not looked at: "smallm-bench peers" does
 * that. */
enum exit_status time_peers_run(struct time_result *result, const struct time_peers *peers,
                                const struct backend *backend, const void *shapes, size_t at);

#endif
