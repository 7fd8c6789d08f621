#include "peer.h"

#include <inttypes.h>
#include <string.h>

void peer_names(struct peer_name names[PEER_NAMES], const struct peer_problem *problem) {
    const struct peer_name dense[] = {{"M", problem->m}, {"N", problem->n}, {"K", problem->k}, {NULL, 0}};
    const struct peer_name moe[] = {
        {"N", problem->n},
        {"K", problem->k},
        {"E", problem->experts},
        {"x_rows", problem->x_rows},
        {"slots", problem->slots},
        {"a_div", problem->a_div},
        {"block_m", problem->block_m},
        {"sorted_len", problem->sorted_len},
        {"weighted", problem->weighted},
        {"top_k", problem->top_k},
        {NULL, 0},
    };
    if (problem->operation == PEER_DENSE)
        memcpy(names, dense, sizeof dense);
    else
        memcpy(names, moe, sizeof moe);
}

const char *peer_distinct(const struct peer_manifest *manifest, enum peer_operation operation, size_t at) {
    for (size_t i = 0; i < manifest->count; i++) {
        bool seen = manifest->kernels[i].operation != operation;
        for (size_t j = 0; j < i && !seen; j++)
            seen = manifest->kernels[j].operation == operation &&
                   strcmp(manifest->kernels[j].name, manifest->kernels[i].name) == 0;
        if (!seen && at-- == 0)
            return manifest->kernels[i].name;
    }
    return NULL;
}

enum exit_status peer_value(int64_t *value, const struct peer_manifest *manifest, size_t line, const char *what,
                            const char *text, const struct peer_problem *problem, int64_t least, int64_t most) {
    struct peer_name names[PEER_NAMES];
    char error[PEER_EXPR_ERROR];
    peer_names(names, problem);
    if (!peer_expr_eval(value, text, names, error))
        return complain(EXIT_BAD_ARGUMENTS, "%s:%zu: %s is \"%s\": %s", manifest->file, line, what, text, error);
    if (*value < least || *value > most)
        return complain(EXIT_BAD_ARGUMENTS,
                        "%s:%zu: %s is \"%s\", here %" PRId64 "; it must be from %" PRId64 " to %" PRId64,
                        manifest->file, line, what, text, *value, least, most);
    return EXIT_RIGHT;
}

enum exit_status peer_choose(const struct peer_kernel **kernel, const struct peer_manifest *manifest, const char *name,
                             const struct peer_problem *problem) {
    *kernel = NULL;
    for (size_t i = 0; i < manifest->count && *kernel == NULL; i++) {
        const struct peer_kernel *k = &manifest->kernels[i];
        int64_t holds = k->operation == problem->operation && strcmp(k->name, name) == 0;
        for (size_t c = 0; holds != 0 && k->when[c] != NULL; c++) {
            const enum exit_status status =
                peer_value(&holds, manifest, k->line, "a condition", k->when[c], problem, INT64_MIN, INT64_MAX);
            if (status != EXIT_RIGHT)
                return status;
        }
        if (holds != 0)
            *kernel = k;
    }
    return EXIT_RIGHT;
}
