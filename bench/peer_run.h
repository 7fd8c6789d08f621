/* A peer's kernel on one problem: loaded, its tensors placed, launched, timed. */
#ifndef SMALLM_BENCH_PEER_RUN_H
#define SMALLM_BENCH_PEER_RUN_H

#include "backend.h"
#include "peer.h"

#define PEER_HIP_FUNCTIONS(X)                                                                                          \
    X(hipModuleLoadData)                                                                                               \
    X(hipModuleUnload)                                                                                                 \
    X(hipModuleGetFunction)                                                                                            \
    X(hipModuleLaunchKernel)

/* Tensors by role; W and its scale by expert (dense: of expert 0), NULL for experts without rows. Layouts are smallm's.
 */
struct peer_host {
    const void *tensor[PEER_ROLES]; /* not [PEER_W], [PEER_W_SCALE] */
    const void *const *w, *const *w_scale;
};

/* Device memory by role, in smallm's layouts. */
struct peer_device {
    void *memory[PEER_ROLES];
};

struct peer_run {
    const struct backend *backend;
    const struct peer_manifest *manifest;
    const struct peer_kernel *kernel;
    struct peer_problem problem;
    size_t sets, set_bytes; /* bytes that a set of own memory takes */
    struct peer_device *set, *own;
    struct peer_loaded *steps;
#define X(name) __typeof__(name) *name;
    PEER_HIP_FUNCTIONS(X)
#undef X
};

/* Load the kernel's code objects and place its tensors, `sets` times. A tensor whose layout is smallm's is taken from
 * given[set] where that has it; every other is made from `host`, and is zeros where `host` (which may be NULL) has
 * none. manifest, kernel and given memory must outlive the run. EXIT_RIGHT, or another status after saying what failed;
 * peer_finish also after that. */
enum exit_status peer_setup(struct peer_run *run, const struct backend *backend, const struct peer_manifest *manifest,
                            const struct peer_kernel *kernel, const struct peer_problem *problem,
                            const struct peer_host *host, const struct peer_device *given, size_t sets);
void peer_finish(struct peer_run *run);

/* All launches of the kernel, over set number `set`; `run` is a struct peer_run. It waits for nothing, but on the
 * simulator, which judges the code by its preset for compilers. */
enum exit_status peer_launch(void *run, size_t set, void *stream);

/* Out of a set, row-major without padding. */
enum exit_status peer_fetch(const struct peer_run *run, size_t set, void *out);

struct peer_time {
    size_t launches;
    double us;     /* modelled, the launches' sum */
    double gap_us; /* modelled, between the launches; not in us */
    uint64_t hbm_bytes, l2_bytes;
    struct gfx950sim_time last; /* the last launch's figures */
};

/* Modelled time of set 0 on the simulator. `caches`: cold, flush, or warm, as a run before it leaves them. Launches
 * after the first always find what the one before left. */
enum exit_status peer_model(struct peer_time *time, struct peer_run *run, const char *caches);

#endif
