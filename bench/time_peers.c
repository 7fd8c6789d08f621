#include "time_peers.h"

enum exit_status time_peers_open(struct time_peers *peers, const char *folder, enum peer_operation operation,
                                 const char *caches) {
    *peers = (struct time_peers){.options = {.operation = operation, .folder = folder, .caches = caches}};
    if (folder == NULL)
        return EXIT_RIGHT;
    const enum exit_status status = peer_open(&peers->manifest, folder);
    if (status != EXIT_RIGHT)
        return status;
    const char *name;
    while ((name = peer_distinct(&peers->manifest, operation, peers->count)) != NULL) {
        if (peers->count == TIME_MOST_PEERS)
            return complain(EXIT_BAD_ARGUMENTS, "%s has more than the %d peers that fit beside a cell",
                            peers->manifest.file, TIME_MOST_PEERS);
        peers->name[peers->count++] = name;
    }
    return peers->count != 0 ? EXIT_RIGHT
                             : complain(EXIT_BAD_ARGUMENTS, "%s has no kernel for %s products", peers->manifest.file,
                                        operation == PEER_DENSE ? "dense" : "grouped");
}

void time_peers_close(struct time_peers *peers) {
    if (peers->options.folder != NULL)
        peer_close(&peers->manifest);
}

static enum exit_status run(struct time_result *result, const struct time_peers *peers, const struct backend *backend,
                            const struct peer_inputs *inputs) {
    enum exit_status status = EXIT_RIGHT;
    for (size_t i = 0; i < peers->count && status == EXIT_RIGHT; i++) {
        struct peer_cell cell;
        status = peer_cell_run(&cell, backend, &peers->manifest, peers->name[i], inputs, &peers->options);
        result->peer[i] = (struct time_peer){.name = peers->name[i],
                                             .taken = cell.taken,
                                             .us = cell.us,
                                             .gap_us = cell.time.gap_us,
                                             .launches = cell.time.launches};
    }
    result->peers = peers->count;
    return status;
}

enum exit_status time_peers_run(struct time_result *result, const struct time_peers *peers,
                                const struct backend *backend, const void *shapes, size_t at) {
    struct peer_inputs inputs;
    if (peers->count == 0)
        return EXIT_RIGHT;
    enum exit_status status = peers->options.operation == PEER_DENSE
                                  ? peer_dense_inputs(&inputs, (const struct shape *)shapes + at, false)
                                  : peer_moe_inputs(&inputs, (const struct moe_shape *)shapes + at, false);
    if (status == EXIT_RIGHT)
        status = run(result, peers, backend, &inputs);
    if (inputs.free != NULL)
        inputs.free(&inputs);
    return status;
}
