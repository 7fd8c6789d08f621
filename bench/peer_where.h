/* Where in a JSON text a value stands: cJSON does not say. */
#ifndef SMALLM_BENCH_PEER_WHERE_H
#define SMALLM_BENCH_PEER_WHERE_H

#include <stddef.h>

/* Line, from 1, of the value that `path` names, as kernels[0].launches[1].grid[2], in a text that cJSON accepts; of the
 * innermost value on the way to it that is there. */
size_t peer_line(const char *json, const char *path);

/* Line of a position in the text. */
size_t peer_line_at(const char *json, const char *position);

#endif
