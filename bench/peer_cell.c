#include "peer_cell.h"

#include <stdlib.h>

#include "measure.h"
#include "peer_layout.h"
#include "time_sets.h"

static const double rel_err_bound = 3e-3;

static enum exit_status check(struct peer_cell *cell, struct peer_run *run, const struct peer_inputs *inputs) {
    struct peer_tensor out;
    enum exit_status status = peer_tensor_of(&out, run->manifest, run->kernel, &run->problem, PEER_OUT);
    if (status != EXIT_RIGHT)
        return status;
    void *host = malloc(out.rows * out.columns * out.bytes);
    if (host == NULL)
        return complain(EXIT_BAD_ARGUMENTS, "there is no memory for the output of %s", cell->peer);
    status = peer_launch(run, 0, NULL);
    if (status == EXIT_RIGHT)
        status = peer_fetch(run, 0, host);
    if (status == EXIT_RIGHT) {
        cell->check = inputs->check(inputs, run->kernel->out_type, host);
        cell->checked = true;
        cell->right = cell->check.pass || cell->check.rel_err <= rel_err_bound;
    }
    free(host);
    return status;
}

static enum exit_status time_it(struct peer_cell *cell, struct peer_run *run, const struct peer_options *options) {
    if (run->backend->sim.present) {
        const enum exit_status status = peer_model(&cell->time, run, options->caches);
        cell->us = cell->time.us;
        return status;
    }
    struct measurement measurement;
    const struct measured measured = {.launch = peer_launch, .user = run, .sets = run->sets};
    const enum exit_status status = measure(&measurement, run->backend, &measured, options->caches);
    cell->us = measurement.us;
    return status;
}

enum exit_status peer_cell_run(struct peer_cell *cell, const struct backend *backend,
                               const struct peer_manifest *manifest, const char *peer, const struct peer_inputs *inputs,
                               const struct peer_options *options) {
    const struct peer_kernel *kernel;
    struct peer_run run;
    *cell = (struct peer_cell){.peer = peer};
    enum exit_status status = peer_choose(&kernel, manifest, peer, &inputs->problem);
    if (status != EXIT_RIGHT || kernel == NULL)
        return status;
    cell->taken = true;
    status = peer_setup(&run, backend, manifest, kernel, &inputs->problem, &inputs->host, NULL,
                        time_sets(backend, inputs->fewest_bytes));
    if (status == EXIT_RIGHT && options->check)
        status = check(cell, &run, inputs);
    if (status == EXIT_RIGHT)
        status = time_it(cell, &run, options);
    peer_finish(&run);
    return status;
}
