/* How a peer's tensors lie in memory. */
#ifndef SMALLM_BENCH_PEER_LAYOUT_H
#define SMALLM_BENCH_PEER_LAYOUT_H

#include "peer.h"

/* A tensor of `experts` matrices one behind the other (1 for all but W of a grouped product). Element (row, column) of
 * one is at row * stride_columns + column, transposed at column * stride_rows + row. */
struct peer_tensor {
    size_t experts, rows, columns, bytes; /* bytes of an element */
    size_t all_rows, all_columns;         /* with padding */
    bool transposed;
};

/* EXIT_RIGHT, or EXIT_BAD_ARGUMENTS after naming the line. Not for the workspace. */
enum exit_status peer_tensor_of(struct peer_tensor *tensor, const struct peer_manifest *manifest,
                                const struct peer_kernel *kernel, const struct peer_problem *problem,
                                enum peer_role role);

/* As smallm has it: row-major without padding. */
bool peer_tensor_plain(const struct peer_tensor *tensor);
/* Bytes of one expert's matrix, with padding. */
size_t peer_tensor_bytes(const struct peer_tensor *tensor);

/* Copy one matrix between row-major without padding and the layout; padding is left alone. */
void peer_tensor_pack(const struct peer_tensor *tensor, void *packed, const void *plain);
void peer_tensor_unpack(const struct peer_tensor *tensor, void *plain, const void *packed);

#endif
