/* Other people's kernels, to compare with: a folder of code objects and peers.json, which says what they compute and
 * how they are called. docs/peers.md describes the file. */
#ifndef SMALLM_BENCH_PEER_H
#define SMALLM_BENCH_PEER_H

#include <cjson/cJSON.h>

#include "exit_status.h"
#include "peer_expr.h"
#include "smallm/types.h"

enum peer_operation { PEER_DENSE, PEER_MOE };

enum peer_role {
    PEER_X,
    PEER_X_SCALE,
    PEER_W,
    PEER_W_SCALE,
    PEER_OUT,
    PEER_LAYOUTS, /* those before may lie in memory otherwise than smallm's */
    PEER_WEIGHTS = PEER_LAYOUTS,
    PEER_SORTED_TOKEN_IDS,
    PEER_EXPERT_IDS,
    PEER_NUM_TOKENS_POST_PADDED,
    PEER_WORKSPACE,
    PEER_ROLES
};

/* "x", "x_scale", ...: what the manifest calls it. */
extern const char *const peer_role_names[PEER_ROLES];

/* Expressions are texts that peer_expr_check has seen; NULL where the manifest leaves them out. */
struct peer_layout {
    bool transposed;
    const char *rows, *columns; /* at least the tensor's; NULL: the tensor's */
};

struct peer_argument {
    enum { PEER_POINTER, PEER_NULL, PEER_I32, PEER_I64, PEER_F32 } kind;
    enum peer_role role; /* of a pointer */
    const char *value;   /* of the others */
};

struct peer_step {
    const char *file, *symbol;
    const char *grid[3]; /* workgroups */
    const char *block[3];
    const char *lds; /* dynamic, in bytes */
    struct peer_argument *arguments;
    size_t count;
    size_t line;
};

struct peer_kernel {
    const char *name;
    enum peer_operation operation;
    const char **when; /* all must hold, up to a NULL */
    struct peer_layout layout[PEER_LAYOUTS];
    smallm_type out_type;
    const char *workspace; /* bytes */
    bool zeroed;           /* the workspace before the first launch */
    struct peer_step *steps;
    size_t count;
    size_t line;
};

struct peer_manifest {
    char *folder, *file;
    cJSON *json; /* owns the texts */
    struct peer_kernel *kernels;
    size_t count;
};

/* EXIT_RIGHT, or EXIT_BAD_ARGUMENTS after saying which line and key is wrong, and the rule. peer_close also after that.
 */
enum exit_status peer_open(struct peer_manifest *manifest, const char *folder);
void peer_close(struct peer_manifest *manifest);

/* A problem in numbers; those of the other operation are 0. */
struct peer_problem {
    enum peer_operation operation;
    int64_t m, n, k;
    int64_t experts, x_rows, slots, a_div, block_m, sorted_len, weighted;
    int64_t top_k; /* rows of Out are sums over so many slots; 0: a row of Out for each slot */
};

enum { PEER_NAMES = 12 };
/* The names that expressions of an operation may use, with the values of `problem`. */
void peer_names(struct peer_name names[PEER_NAMES], const struct peer_problem *problem);

/* Number `at` of the manifest's different names of kernels for an operation; NULL past the last. */
const char *peer_distinct(const struct peer_manifest *manifest, enum peer_operation operation, size_t at);

/* The first kernel of that name and operation whose conditions hold; NULL where there is none. EXIT_BAD_ARGUMENTS after
 * saying so when a condition has no value. */
enum exit_status peer_choose(const struct peer_kernel **kernel, const struct peer_manifest *manifest, const char *name,
                             const struct peer_problem *problem);

/* `text`'s value, within [least, most]; EXIT_BAD_ARGUMENTS after naming file, line, `what`, value and rule. */
enum exit_status peer_value(int64_t *value, const struct peer_manifest *manifest, size_t line, const char *what,
                            const char *text, const struct peer_problem *problem, int64_t least, int64_t most);

#endif
