#include "peer_run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "peer_layout.h"
#include "peer_loaded.h"

enum { ARGUMENT_BYTES = 128 * 8 };

enum exit_status peer_refused(const struct peer_run *run, const struct peer_step *step, hipError_t error) {
    const struct sim *sim = &run->backend->sim;
    const char *findings = sim->present ? sim->gfx950sim_findings() : "";
    if (findings[0] != '\0')
        return complain(EXIT_WRONG_RESULT, "%s:%zu: in %s of %s the simulator found:\n%s", run->manifest->file,
                        step->line, step->symbol, step->file, findings);
    const char *why = sim->present ? sim->gfx950sim_message() : "";
    return complain(EXIT_BAD_ARGUMENTS, "%s:%zu: HIP does not take %s of %s: %s%s%s", run->manifest->file, step->line,
                    step->symbol, step->file, run->backend->hipGetErrorString(error), why[0] != '\0' ? ": " : "", why);
}

static enum exit_status pack(const struct peer_run *run, const struct peer_step *step, size_t set,
                             char buffer[ARGUMENT_BYTES], size_t *bytes) {
    *bytes = 0;
    for (size_t i = 0; i < step->count; i++) {
        const struct peer_argument *argument = &step->arguments[i];
        const size_t size = argument->kind == PEER_I32 || argument->kind == PEER_F32 ? 4 : 8;
        int64_t value = 0;
        char what[32];
        *bytes = (*bytes + size - 1) / size * size;
        if (argument->kind == PEER_POINTER)
            memcpy(&value, &run->set[set].memory[argument->role], sizeof(void *));
        else if (argument->kind == PEER_F32) {
            const float number = strtof(argument->value, NULL);
            memcpy(&value, &number, sizeof number);
        } else if (argument->kind != PEER_NULL) {
            snprintf(what, sizeof what, "arguments[%zu]", i);
            const enum exit_status status =
                peer_value(&value, run->manifest, step->line, what, argument->value, &run->problem,
                           size == 4 ? INT32_MIN : INT64_MIN, size == 4 ? INT32_MAX : INT64_MAX);
            if (status != EXIT_RIGHT)
                return status;
        }
        memcpy(buffer + *bytes, &value, size);
        *bytes += size;
    }
    return EXIT_RIGHT;
}

static enum exit_status launch_step(struct peer_run *run, size_t at, size_t set, void *stream) {
    const struct peer_loaded *loaded = &run->steps[at];
    char buffer[ARGUMENT_BYTES];
    size_t bytes;
    const enum exit_status status = pack(run, &run->kernel->steps[at], set, buffer, &bytes);
    void *packed[] = {HIP_LAUNCH_PARAM_BUFFER_POINTER, buffer, HIP_LAUNCH_PARAM_BUFFER_SIZE, &bytes,
                      HIP_LAUNCH_PARAM_END};
    if (status != EXIT_RIGHT)
        return status;
    const hipError_t error = run->hipModuleLaunchKernel(loaded->function, loaded->grid[0], loaded->grid[1],
                                                        loaded->grid[2], loaded->block[0], loaded->block[1],
                                                        loaded->block[2], loaded->lds, stream, NULL, packed);
    return error == hipSuccess ? EXIT_RIGHT : peer_refused(run, &run->kernel->steps[at], error);
}

static enum exit_status set_simulator(const struct peer_run *run, const char *name, const char *value) {
    const struct sim *sim = &run->backend->sim;
    return sim->gfx950sim_set(name, value) == 0
               ? EXIT_RIGHT
               : complain(EXIT_BAD_ARGUMENTS, "the simulator refuses %s %s: %s", name, value, sim->gfx950sim_message());
}

static enum exit_status wait_for(const struct peer_run *run) {
    const hipError_t error = run->backend->hipDeviceSynchronize();
    if (error == hipSuccess)
        return EXIT_RIGHT;
    return complain(EXIT_WRONG_RESULT, "%s of %s failed: %s\n%s", run->kernel->name, run->manifest->file,
                    run->backend->hipGetErrorString(error),
                    run->backend->sim.present ? run->backend->sim.gfx950sim_findings() : "");
}

/* One of the launches under the preset for compilers; the preset from before stands in the environment, or is `own`. */
static enum exit_status simulate_step(struct peer_run *run, size_t at, size_t set, void *stream) {
    const char *before = getenv("GFX950SIM_CHECKS");
    enum exit_status status = set_simulator(run, "checks", "compiled");
    if (status == EXIT_RIGHT)
        status = launch_step(run, at, set, stream);
    if (status == EXIT_RIGHT)
        status = wait_for(run);
    const enum exit_status restored = set_simulator(run, "checks", before != NULL ? before : "own");
    return status != EXIT_RIGHT ? status : restored;
}

enum exit_status peer_launch(void *run, size_t set, void *stream) {
    struct peer_run *peer = run;
    enum exit_status status = EXIT_RIGHT;
    for (size_t at = 0; at < peer->kernel->count && status == EXIT_RIGHT; at++)
        status = peer->backend->sim.present ? simulate_step(peer, at, set, stream) : launch_step(peer, at, set, stream);
    return status;
}

enum exit_status peer_fetch(const struct peer_run *run, size_t set, void *out) {
    struct peer_tensor tensor;
    enum exit_status status = peer_tensor_of(&tensor, run->manifest, run->kernel, &run->problem, PEER_OUT);
    if (status != EXIT_RIGHT)
        return status;
    char *packed = malloc(peer_tensor_bytes(&tensor));
    if (packed == NULL)
        return complain(EXIT_BAD_ARGUMENTS, "there is no memory for the output of a peer");
    status = wait_for(run);
    if (status == EXIT_RIGHT)
        status = backend_fetch(run->backend, packed, run->set[set].memory[PEER_OUT], peer_tensor_bytes(&tensor));
    if (status == EXIT_RIGHT)
        peer_tensor_unpack(&tensor, out, packed);
    free(packed);
    return status;
}

/* --- modelled time --- */

static enum exit_status time_steps(struct peer_time *time, struct peer_run *run, const char *caches) {
    const struct sim *sim = &run->backend->sim;
    enum exit_status status = EXIT_RIGHT;
    *time = (struct peer_time){.launches = run->kernel->count};
    for (size_t at = 0; at < run->kernel->count && status == EXIT_RIGHT; at++) {
        status = set_simulator(run, "time", at == 0 ? caches : "warm");
        if (status == EXIT_RIGHT)
            status = simulate_step(run, at, 0, NULL);
        time->last.size = sizeof time->last;
        if (status == EXIT_RIGHT && sim->gfx950sim_get_time(&time->last) != 0)
            status = complain(EXIT_WRONG_RESULT, "the simulator has timed nothing");
        time->us += time->last.modelled_us;
        time->gap_us += at > 0 ? time->last.packet_gap_us : 0;
        time->hbm_bytes += time->last.level[GFX950SIM_HBM].read + time->last.level[GFX950SIM_HBM].written;
        time->l2_bytes += time->last.level[GFX950SIM_L2].read;
    }
    return status;
}

enum exit_status peer_model(struct peer_time *time, struct peer_run *run, const char *caches) {
    enum exit_status status = EXIT_RIGHT;
    if (strcmp(caches, "cold") != 0)
        status = time_steps(time, run, "cold");
    if (status == EXIT_RIGHT)
        status = time_steps(time, run, caches);
    const enum exit_status off = set_simulator(run, "time", "off");
    return status != EXIT_RIGHT ? status : off;
}
