/* Conformance vectors: one JSON object a line, an instruction or a short sequence with the registers before and after.
 */
#ifndef GFX950SIM_VECTORS_H
#define GFX950SIM_VECTORS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "isa.h"

enum vector_place { PLACE_VGPR, PLACE_SGPR, PLACE_EXEC, PLACE_VCC, PLACE_SCC, PLACE_M0, PLACE_MODE };

/* How an output is compared: exact bits, or as floats where two NaNs are equal. */
enum vector_format { FMT_U32, FMT_F32, FMT_F16, FMT_F16X2, FMT_BF16X2, FMT_FP8X4, FMT_BF8X4, FMT_F64LO, FMT_F64HI };

struct vector_value {
    char name[8];
    enum vector_place place;
    unsigned reg; /* unified VGPR number or SGPR number */
    uint64_t scalar;
    uint32_t lanes[LANES]; /* PLACE_VGPR */
    enum vector_format format;
    uint64_t mask; /* bits compared */
};

struct vector {
    char id[128], op[96];
    unsigned nasm;
    char asm_text[32][192];
    size_t nbytes;
    uint8_t bytes[1024];
    unsigned nin, nout;
    struct vector_value *in, *out;
    uint64_t skip_lanes;
    unsigned ulp;
};

/* Parses one line. False with a sentence in err. The vector's arrays are freed by vector_free. */
bool vector_parse(const char *line, struct vector *v, char *err, size_t err_size);
void vector_free(struct vector *v);

/* Value `got` equals value `want` of the format, to `ulp` units in the last place. hi and lo of f64: pass both halves
 * as one 64-bit number. */
bool vector_equal(enum vector_format format, uint64_t got, uint64_t want, unsigned ulp);

#endif
