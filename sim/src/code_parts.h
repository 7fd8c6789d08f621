/* The steps of code_load, one a file. Each returns false with a sentence in err; none reads past the size it is given,
 * whatever the bytes say. */
#ifndef GFX950SIM_CODE_PARTS_H
#define GFX950SIM_CODE_PARTS_H

#include "code.h"

/* Largest image that is loaded: what a 32-bit pc-relative address reaches, less than half. */
#define CODE_MAX_IMAGE ((uint64_t)1 << 30)

/* Bytes of no segment on either side of the image. */
enum { CODE_RED_ZONE = 4096 };

/* What code_load allocates: the public part, the kernels' full names, and the ELF file where it has a line table. */
struct code_object {
    struct code code;
    char **kernel_names;
    uint8_t *elf;
    size_t elf_size;
};

enum code_problem { CODE_MALFORMED, CODE_OTHER_TARGET, CODE_NO_MEMORY };

struct code_err {
    char *text;
    size_t size;
    enum code_problem *problem; /* CODE_MALFORMED until a step says otherwise */
};

/* code_load that also says which kind of failure it was. */
struct code *code_load_or_say(const void *bytes, size_t size, char *text, size_t text_size, enum code_problem *problem);

/* Writes the sentence; always false. */
bool code_fail(struct code_err err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
#define code_fail_as(err, kind, ...) (*(err).problem = (kind), code_fail(err, __VA_ARGS__))

/* A function symbol or kernel entry at which decoding starts afresh, as an offset into the text. */
struct code_starts {
    uint32_t *at;
    size_t count;
};

/* code_bundle.c: the ELF for gfx950 inside an offload bundle. *elf stays unchanged when bytes are no bundle. */
bool code_unbundle(const uint8_t **elf, size_t *size, struct code_err err);
/* Size of a bundle from its own header, 0 when bytes are none; the header itself is trusted. */
size_t code_bundle_size(const uint8_t *bytes);

/* code_elf.c: header, image, line table, metadata note; calls the two below. */
bool code_read_elf(struct code_object *object, const uint8_t *elf, size_t size, struct code_starts *starts,
                   struct code_err err);

typedef struct Elf Elf;
/* code_symbols.c: kernels with their descriptors, data symbols, starts of functions. */
bool code_read_symbols(struct code_object *object, Elf *elf, struct code_starts *starts, struct code_err err);
/* code_relocations.c: dynamic relocations, applied to the image. */
bool code_relocate(struct code *code, Elf *elf, struct code_err err);
/* Bytes [addr, addr + n) of the image, NULL when they are not all inside. */
uint8_t *code_image_at(const struct code *code, uint64_t addr, uint64_t n);

/* code_metadata.c: the msgpack map of the note. */
bool code_read_metadata(struct code_object *object, const void *note, size_t size, struct code_err err);

/* code_reserved.c: the dwords at an instruction are an encoding that must not be given to LLVM. */
bool code_reserved(const uint32_t words[4]);

/* code_decode.c: the text through LLVM's disassembler. */
bool code_decode(struct code *code, const struct code_starts *starts, struct code_err err);

#endif
