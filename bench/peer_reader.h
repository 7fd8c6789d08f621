/* Values of a manifest, with messages that name file, line and key. */
#ifndef SMALLM_BENCH_PEER_READER_H
#define SMALLM_BENCH_PEER_READER_H

#include "peer.h"

struct reader {
    struct peer_manifest *manifest;
    char *text;
    enum exit_status status;
    char path[160]; /* of the value that is looked at */
    struct peer_name names[PEER_NAMES];
};

/* Say what is wrong with the value at the path. Only the first time. */
__attribute__((format(printf, 2, 3))) void reader_wrong(struct reader *r, const char *format, ...);

/* Lengthen the path; the length to go back to. */
__attribute__((format(printf, 2, 3))) size_t reader_enter(struct reader *r, const char *format, ...);
void reader_leave(struct reader *r, size_t before);

/* Zeros for one element more than `count`. */
void *reader_memory(struct reader *r, size_t count, size_t bytes);

/* An object whose keys are all among `keys`, which ends with NULL. */
bool reader_is_object(struct reader *r, const cJSON *json, const char *const *keys);

/* NULL where it is not there, or wrong. */
const char *reader_text(struct reader *r, const cJSON *json, const char *key, bool needed);

/* A number or a text of an expression over r->names, as text. */
const char *reader_expression(struct reader *r, cJSON *json);
const char *reader_expression_of(struct reader *r, const cJSON *json, const char *key);

/* An array of one to three expressions; "1" for what is left out. */
void reader_triple(struct reader *r, const cJSON *json, const char *key, const char *triple[3]);

#endif
