/* Peers on one problem: checked against the f64 reference, then timed. */
#ifndef SMALLM_BENCH_PEER_CELL_H
#define SMALLM_BENCH_PEER_CELL_H

#include "check.h"
#include "moe_shapes.h"
#include "peer_run.h"
#include "tune_shapes.h"

struct peer_options {
    enum peer_operation operation;
    const char *folder, *shapes, *caches;
    const char *only; /* NULL: all peers */
    bool check;
    enum device_choice device;
    bool json;
};

/* Inputs of one problem with its reference. */
struct peer_inputs {
    struct peer_problem problem;
    struct peer_host host;
    double fewest_bytes; /* that the product has to move */
    struct check_result (*check)(const struct peer_inputs *inputs, smallm_type type, const void *out);
    void (*free)(struct peer_inputs *inputs);
    void *own;
};

/* Random tensors; the reference only where `check`. inputs->free also where they fail, unless it is NULL. */
enum exit_status peer_dense_inputs(struct peer_inputs *inputs, const struct shape *shape, bool check);
enum exit_status peer_moe_inputs(struct peer_inputs *inputs, const struct moe_shape *shape, bool check);

struct peer_cell {
    const char *peer;
    bool taken; /* a kernel of the peer takes the problem */
    bool checked, right;
    struct check_result check;
    double us;             /* modelled on the simulator, else measured */
    struct peer_time time; /* modelled only */
};

/* Peers add in other orders than the bound for our kernels knows: right is what keeps that bound, or |err| / |ref|
 * within 3e-3. EXIT_RIGHT also where the result is wrong. */
enum exit_status peer_cell_run(struct peer_cell *cell, const struct backend *backend,
                               const struct peer_manifest *manifest, const char *peer, const struct peer_inputs *inputs,
                               const struct peer_options *options);

#endif
