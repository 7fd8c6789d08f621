#define _GNU_SOURCE
#include "peer_loaded.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "peer_layout.h"

enum { MOST_GRID = INT32_MAX, MOST_BLOCK = 1024, MOST_LDS = 160 << 10 };

static enum exit_status find_functions(struct peer_run *run) {
    void *address;
#define X(name)                                                                                                        \
    address = dlsym(run->backend->library, #name);                                                                     \
    if (address == NULL)                                                                                               \
        return complain(EXIT_NO_DEVICE, "the HIP library %s has no function %s", run->backend->info.hip_library,       \
                        #name);                                                                                        \
    memcpy(&run->name, &address, sizeof address);
    PEER_HIP_FUNCTIONS(X)
#undef X
    return EXIT_RIGHT;
}

/* --- code objects --- */

static enum exit_status read_object(const struct peer_run *run, const struct peer_step *step, char **bytes) {
    char *name;
    struct stat about;
    if (asprintf(&name, "%s/%s", run->manifest->folder, step->file) < 0)
        return complain(EXIT_BAD_ARGUMENTS, "there is no memory for the name of %s", step->file);
    FILE *file = fopen(name, "rb");
    *bytes = NULL;
    if (file != NULL && fstat(fileno(file), &about) == 0 && S_ISREG(about.st_mode) && about.st_size > 0 &&
        (*bytes = malloc((size_t)about.st_size)) != NULL &&
        fread(*bytes, 1, (size_t)about.st_size, file) != (size_t)about.st_size) {
        free(*bytes);
        *bytes = NULL;
    }
    if (file != NULL)
        fclose(file);
    const enum exit_status status = *bytes != NULL
                                        ? EXIT_RIGHT
                                        : complain(EXIT_BAD_ARGUMENTS, "%s:%zu: the code object %s cannot be read",
                                                   run->manifest->file, step->line, name);
    free(name);
    return status;
}

static enum exit_status load(struct peer_run *run, const struct peer_step *step, struct peer_loaded *loaded) {
    static const char *const grids[] = {"grid[0]", "grid[1]", "grid[2]"}, *const blocks[] = {"block[0]", "block[1]",
                                                                                             "block[2]"};
    char *bytes;
    int64_t value;
    enum exit_status status = EXIT_RIGHT;
    for (int i = 0; i < 3 && status == EXIT_RIGHT; i++) {
        status = peer_value(&value, run->manifest, step->line, grids[i], step->grid[i], &run->problem, 1, MOST_GRID);
        loaded->grid[i] = (uint32_t)value;
        if (status == EXIT_RIGHT)
            status =
                peer_value(&value, run->manifest, step->line, blocks[i], step->block[i], &run->problem, 1, MOST_BLOCK);
        loaded->block[i] = (uint32_t)value;
    }
    if (status == EXIT_RIGHT && step->lds != NULL)
        status = peer_value(&value, run->manifest, step->line, "lds", step->lds, &run->problem, 0, MOST_LDS);
    loaded->lds = step->lds != NULL ? (uint32_t)value : 0;
    if (status == EXIT_RIGHT)
        status = read_object(run, step, &bytes);
    if (status != EXIT_RIGHT)
        return status;
    hipError_t error = run->hipModuleLoadData(&loaded->module, bytes);
    if (error != hipSuccess)
        loaded->module = NULL;
    else
        error = run->hipModuleGetFunction(&loaded->function, loaded->module, step->symbol);
    free(bytes);
    return error == hipSuccess ? EXIT_RIGHT : peer_refused(run, step, error);
}

/* --- tensors --- */

static const void *host_tensor(const struct peer_host *host, enum peer_role role, size_t expert) {
    if (host == NULL)
        return NULL;
    if (role == PEER_W)
        return host->w != NULL ? host->w[expert] : NULL;
    if (role == PEER_W_SCALE)
        return host->w_scale != NULL ? host->w_scale[expert] : NULL;
    return host->tensor[role];
}

/* Matrix by matrix, so that experts without rows cost nothing. */
static enum exit_status place(struct peer_run *run, const struct peer_tensor *tensor, const struct peer_host *host,
                              enum peer_role role, void *memory) {
    const struct backend *backend = run->backend;
    const size_t bytes = peer_tensor_bytes(tensor);
    enum exit_status status = EXIT_RIGHT;
    for (size_t expert = 0; expert < tensor->experts && status == EXIT_RIGHT; expert++) {
        const void *plain = host_tensor(host, role, expert);
        char *to = (char *)memory + expert * bytes;
        if (plain == NULL && tensor->experts > 1 && host != NULL)
            continue;
        if (plain == NULL) {
            status = backend_check(backend, backend->hipMemset(to, 0, bytes), "hipMemset");
            continue;
        }
        char *packed = calloc(1, bytes);
        if (packed == NULL)
            return complain(EXIT_BAD_ARGUMENTS, "there is no memory for %s of a peer", peer_role_names[role]);
        peer_tensor_pack(tensor, packed, plain);
        status =
            backend_check(backend, backend->hipMemcpy(to, packed, bytes, hipMemcpyHostToDevice), "hipMemcpy to a peer");
        free(packed);
    }
    return status;
}

static enum exit_status place_tensor(struct peer_run *run, const struct peer_host *host,
                                     const struct peer_device *given, size_t set, enum peer_role role) {
    struct peer_tensor tensor;
    enum exit_status status = peer_tensor_of(&tensor, run->manifest, run->kernel, &run->problem, role);
    const size_t bytes = tensor.experts * peer_tensor_bytes(&tensor);
    void **memory = &run->own[set].memory[role];
    if (status != EXIT_RIGHT || bytes == 0)
        return status;
    if (peer_tensor_plain(&tensor) && given != NULL && given[set].memory[role] != NULL) {
        run->set[set].memory[role] = given[set].memory[role];
        return EXIT_RIGHT;
    }
    status = backend_check(run->backend, run->backend->hipMalloc(memory, bytes), "hipMalloc for a peer");
    if (status != EXIT_RIGHT) {
        *memory = NULL;
        return status;
    }
    run->set[set].memory[role] = *memory;
    run->set_bytes += set == 0 ? bytes : 0;
    return place(run, &tensor, host, role, *memory);
}

static enum exit_status place_workspace(struct peer_run *run, size_t set) {
    const struct peer_kernel *kernel = run->kernel;
    int64_t bytes;
    if (kernel->workspace == NULL)
        return EXIT_RIGHT;
    enum exit_status status = peer_value(&bytes, run->manifest, kernel->line, "the workspace", kernel->workspace,
                                         &run->problem, 0, INT64_C(1) << 40);
    void **memory = &run->own[set].memory[PEER_WORKSPACE];
    if (status != EXIT_RIGHT || bytes == 0)
        return status;
    status = backend_check(run->backend, run->backend->hipMalloc(memory, (size_t)bytes), "hipMalloc for a peer");
    if (status != EXIT_RIGHT)
        *memory = NULL;
    else if (kernel->zeroed)
        status = backend_check(run->backend, run->backend->hipMemset(*memory, 0, (size_t)bytes), "hipMemset");
    run->set[set].memory[PEER_WORKSPACE] = *memory;
    return status;
}

enum exit_status peer_setup(struct peer_run *run, const struct backend *backend, const struct peer_manifest *manifest,
                            const struct peer_kernel *kernel, const struct peer_problem *problem,
                            const struct peer_host *host, const struct peer_device *given, size_t sets) {
    *run = (struct peer_run){.backend = backend, .manifest = manifest, .kernel = kernel, .problem = *problem};
    enum exit_status status = find_functions(run);
    if (status != EXIT_RIGHT)
        return status;
    run->steps = calloc(kernel->count, sizeof *run->steps);
    run->set = calloc(sets, sizeof *run->set);
    run->own = calloc(sets, sizeof *run->own);
    if (run->steps == NULL || run->set == NULL || run->own == NULL)
        return complain(EXIT_BAD_ARGUMENTS, "there is no memory for %zu sets of a peer's buffers", sets);
    run->sets = sets;
    for (size_t i = 0; i < kernel->count && status == EXIT_RIGHT; i++)
        status = load(run, &kernel->steps[i], &run->steps[i]);
    for (size_t set = 0; set < sets && status == EXIT_RIGHT; set++) {
        for (int role = 0; role < PEER_WORKSPACE && status == EXIT_RIGHT; role++)
            if (role < PEER_LAYOUTS || problem->operation == PEER_MOE)
                status = place_tensor(run, host, given, set, (enum peer_role)role);
        if (status == EXIT_RIGHT)
            status = place_workspace(run, set);
    }
    return status;
}

void peer_finish(struct peer_run *run) {
    for (size_t set = 0; set < run->sets; set++)
        for (int role = 0; role < PEER_ROLES; role++)
            if (run->own[set].memory[role] != NULL)
                run->backend->hipFree(run->own[set].memory[role]);
    for (size_t i = 0; run->steps != NULL && i < run->kernel->count; i++)
        if (run->steps[i].module != NULL)
            run->hipModuleUnload(run->steps[i].module);
    free(run->steps);
    free(run->set);
    free(run->own);
    *run = (struct peer_run){0};
}
