/* Whole numbers in a manifest: 12, N, ceildiv(N, 128), K % 32 == 0. */
#ifndef SMALLM_BENCH_PEER_EXPR_H
#define SMALLM_BENCH_PEER_EXPR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct peer_name {
    const char *name;
    int64_t value;
};

enum { PEER_EXPR_ERROR = 192, PEER_EXPR_DEPTH = 32 };

/* Numbers, names, ( ), + - * / % (towards zero, as in C), comparisons (0 or 1, loosest), ceildiv(a, b), min(a, b),
 * max(a, b). False with the reason in `error`: what is no expression, an unknown name, a division by zero, a number
 * past 64 bits. `names` ends with a NULL name. */
bool peer_expr_eval(int64_t *value, const char *text, const struct peer_name *names, char error[PEER_EXPR_ERROR]);

/* Is it an expression at all, whatever the names' values are? */
bool peer_expr_check(const char *text, const struct peer_name *names, char error[PEER_EXPR_ERROR]);

#endif
