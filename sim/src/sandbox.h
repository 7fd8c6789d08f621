/* A wave with no launch behind it: runs a short straight-line sequence on registers that the caller prepares. Waits and
 * wait states are not checked; loads deliver at once. Not thread-safe per sandbox. */
#ifndef GFX950SIM_SANDBOX_H
#define GFX950SIM_SANDBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wave.h"

struct sandbox;

struct sandbox *sandbox_new(void);
void sandbox_free(struct sandbox *s);

/* Decodes the bytes as a code object's text is decoded. False with a sentence in err when they are no instructions. */
bool sandbox_load(struct sandbox *s, const void *bytes, size_t size, char *err, size_t err_size);
const struct code *sandbox_code(const struct sandbox *s);

/* Forgets all registers: VGPRs, SGPRs and SCC undefined, EXEC all ones, MODE as clang sets it up. */
struct wave *sandbox_reset(struct sandbox *s);

/* Runs the loaded instructions once, in order. False with a sentence in err at an instruction that is not implemented
 * or that ends the wave. */
bool sandbox_run(struct sandbox *s, char *err, size_t err_size);

#endif
