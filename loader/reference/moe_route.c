#include "moe_route.h"

#include <stdlib.h>
#include <string.h>

#include "random.h"

static bool drawn_before(const int32_t *ids, size_t count, int32_t id) {
    for (size_t i = 0; i < count; i++)
        if (ids[i] == id)
            return true;
    return false;
}

static void draw(struct random_state *random, int32_t *ids, size_t top_k, size_t experts) {
    for (size_t j = 0; j < top_k; j++) {
        do
            ids[j] = (int32_t)random_below(random, experts);
        while (j < experts && drawn_before(ids, j, ids[j]));
    }
}

void route_make(enum route route, int32_t *topk_ids, size_t tokens, size_t top_k, size_t experts, uint64_t seed) {
    struct random_state random;
    random_seed(&random, seed);
    const size_t first = (size_t)random_below(&random, experts);
    for (size_t slot = 0; slot < tokens * top_k; slot++)
        topk_ids[slot] = (int32_t)((route == ROUTE_ONE ? first : first + slot) % experts);
    for (size_t token = 0; token < tokens && route == ROUTE_RANDOM; token++)
        draw(&random, topk_ids + token * top_k, top_k, experts);
}

bool route_named(const char *name, enum route *route) {
    static const char *const names[] = {[ROUTE_BALANCED] = "balanced", [ROUTE_RANDOM] = "random", [ROUTE_ONE] = "one"};
    for (int i = ROUTE_BALANCED; i <= ROUTE_ONE; i++) {
        if (strcmp(name, names[i]) == 0) {
            *route = (enum route)i;
            return true;
        }
    }
    return false;
}

/* Local expert of an id, or -1. */
static int64_t local_expert(const smallm_moe_sort_args *args, int64_t id) {
    const int32_t *map = args->expert_map;
    int64_t local = id;
    if (args->map_kind != SMALLM_EXPERTS_LOCAL) {
        if (id < 0 || id >= args->experts_global)
            return -1;
        local = map[id];
    }
    if (args->map_kind == SMALLM_EXPERTS_MASK) {
        if (map[id] == 0)
            return -1;
        local = 0;
        for (int64_t before = 0; before < id; before++)
            local += map[before] != 0;
    }
    return local >= 0 && local < args->experts ? local : -1;
}

int moe_sort_model(const smallm_moe_sort_args *args) {
    const int32_t *ids = args->topk_ids;
    int32_t *sorted = args->sorted_token_ids, *experts = args->expert_ids;
    int64_t *local = malloc((size_t)args->slots * sizeof *local), end = 0;
    if (local == NULL)
        return -1;
    for (int64_t slot = 0; slot < args->slots; slot++)
        local[slot] = local_expert(args, ids[slot]);
    for (int64_t i = 0; i < args->sorted_len; i++)
        sorted[i] = (int32_t)args->slots;
    for (int64_t i = 0; i < args->sorted_len / args->block_m; i++)
        experts[i] = -1;
    for (int64_t expert = 0; expert < args->experts; expert++) {
        int64_t at = end;
        for (int64_t slot = 0; slot < args->slots; slot++)
            if (local[slot] == expert)
                sorted[at++] = (int32_t)slot;
        for (; end < at; end += args->block_m)
            experts[end / args->block_m] = (int32_t)expert;
    }
    *(int32_t *)args->num_tokens_post_padded = (int32_t)end;
    free(local);
    return 0;
}
