#include "peer_layout.h"

#include <stdio.h>
#include <string.h>

#include "element.h"

enum { MOST_ROWS = 1 << 30 };

static void sizes(struct peer_tensor *t, const struct peer_kernel *kernel, const struct peer_problem *p,
                  enum peer_role role) {
    const bool moe = p->operation == PEER_MOE;
    const size_t rows = (size_t)(moe ? p->x_rows : p->m), k = (size_t)p->k, n = (size_t)p->n;
    const size_t experts = moe ? (size_t)p->experts : 1, slots = (size_t)p->slots;
    const size_t out_rows = !moe ? rows : p->top_k != 0 ? slots / (size_t)p->top_k : slots;
    const struct peer_tensor all[PEER_ROLES] = {
        [PEER_X] = {1, rows, k, 1},
        [PEER_X_SCALE] = {1, rows, k / SMALLM_BLOCK_K, 1},
        [PEER_W] = {experts, n, k, 1},
        [PEER_W_SCALE] = {experts, n, k / SMALLM_BLOCK_K, 1},
        [PEER_OUT] = {1, out_rows, n, element_bytes(kernel->out_type)},
        [PEER_WEIGHTS] = {1, 1, slots, sizeof(float)},
        [PEER_SORTED_TOKEN_IDS] = {1, 1, (size_t)p->sorted_len, sizeof(int32_t)},
        [PEER_EXPERT_IDS] = {1, 1, moe ? (size_t)(p->sorted_len / p->block_m) : 0, sizeof(int32_t)},
        [PEER_NUM_TOKENS_POST_PADDED] = {1, 1, 1, sizeof(int32_t)},
    };
    *t = all[role];
}

enum exit_status peer_tensor_of(struct peer_tensor *tensor, const struct peer_manifest *manifest,
                                const struct peer_kernel *kernel, const struct peer_problem *problem,
                                enum peer_role role) {
    sizes(tensor, kernel, problem, role);
    int64_t rows = (int64_t)tensor->rows, columns = (int64_t)tensor->columns;
    enum exit_status status = EXIT_RIGHT;
    if (role < PEER_LAYOUTS) {
        const struct peer_layout *layout = &kernel->layout[role];
        char what[64];
        tensor->transposed = layout->transposed;
        snprintf(what, sizeof what, "rows of %s", peer_role_names[role]);
        if (layout->rows != NULL)
            status = peer_value(&rows, manifest, kernel->line, what, layout->rows, problem, rows, MOST_ROWS);
        snprintf(what, sizeof what, "columns of %s", peer_role_names[role]);
        if (status == EXIT_RIGHT && layout->columns != NULL)
            status = peer_value(&columns, manifest, kernel->line, what, layout->columns, problem, columns, MOST_ROWS);
    }
    tensor->all_rows = (size_t)rows;
    tensor->all_columns = (size_t)columns;
    return status;
}

bool peer_tensor_plain(const struct peer_tensor *tensor) {
    return !tensor->transposed && tensor->all_rows == tensor->rows && tensor->all_columns == tensor->columns;
}

size_t peer_tensor_bytes(const struct peer_tensor *tensor) {
    return tensor->all_rows * tensor->all_columns * tensor->bytes;
}

/* Byte offset of an element in the layout. */
static size_t place(const struct peer_tensor *t, size_t row, size_t column) {
    return t->bytes * (t->transposed ? column * t->all_rows + row : row * t->all_columns + column);
}

void peer_tensor_pack(const struct peer_tensor *tensor, void *packed, const void *plain) {
    const char *from = plain;
    for (size_t row = 0; row < tensor->rows; row++)
        for (size_t column = 0; column < tensor->columns; column++, from += tensor->bytes)
            memcpy((char *)packed + place(tensor, row, column), from, tensor->bytes);
}

void peer_tensor_unpack(const struct peer_tensor *tensor, void *plain, const void *packed) {
    char *to = plain;
    for (size_t row = 0; row < tensor->rows; row++)
        for (size_t column = 0; column < tensor->columns; column++, to += tensor->bytes)
            memcpy(to, (const char *)packed + place(tensor, row, column), tensor->bytes);
}
