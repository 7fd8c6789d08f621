/* Kernel arguments of the command line: i32:V i64:V f32:V in:FILE out:BYTES:FILE inout:FILE zero:BYTES poison:BYTES
 * null, each optionally placed by @OFFSET=. */
#ifndef GFX950SIM_CLI_ARGS_H
#define GFX950SIM_CLI_ARGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "code.h"

struct argument {
    void *buffer; /* device memory, or NULL for values */
    size_t bytes;
    const char *out;            /* file to write afterwards */
    void *initial, *remembered; /* copies for exploring orders */
    bool undefined;
};

struct arguments {
    int count;
    struct argument *list;
    uint8_t *segment;
    size_t size;
};

/* Offsets come from @OFFSET=, else from the kernel's metadata in order, else from natural alignment. */
bool arguments_make(struct arguments *a, const struct kernel *kernel, const char *const *text, int n, long kernarg_size,
                    char *err, size_t err_size);
/* Writes the out: and inout: files; refuses, with the first offset, bytes that the kernel never wrote only in that they
 * are reported as findings. */
bool arguments_store(struct arguments *a, char *err, size_t err_size);
/* For exploring: back to the state before the first run; keep what a run left; is it what was kept? */
void arguments_restore(struct arguments *a);
void arguments_remember(struct arguments *a);
bool arguments_same(const struct arguments *a);
void arguments_free(struct arguments *a);

#endif
