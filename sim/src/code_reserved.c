/* Encodings that the ISA reserves and that LLVM 22's disassembler does not refuse: it goes on with them and may crash
 * (llvm-project issues 170318, 215001, 215006). Random bytes in a text section must not reach it. */
#include "code_parts.h"

enum { SRC_LITERAL = 255, SRC_SDWA = 0xf9, SEL_RESERVED = 7, UNUSED_RESERVED = 3 };

static uint32_t bits(uint32_t word, unsigned low, unsigned n) {
    return word >> low & ((1u << n) - 1);
}

/* The second dword of VOP1, VOP2 and VOPC with src0 = SDWA: selects of 7 and a dst_unused of 3 have no meaning. */
static bool reserved_sdwa(uint32_t first, uint32_t second) {
    bool vop1 = bits(first, 25, 7) == 0x3f, vopc = bits(first, 25, 7) == 0x3e;
    if (bits(second, 16, 3) == SEL_RESERVED || (!vop1 && bits(second, 24, 3) == SEL_RESERVED))
        return true;
    return !vopc && (bits(second, 8, 3) == SEL_RESERVED || bits(second, 11, 2) == UNUSED_RESERVED);
}

/* VOP3 and VOP3P take no literal. A and B of v_mfma_*_f8f6f4 (0xd3ad, 0xd3ae) are vector registers. */
static bool reserved_vop3(uint32_t first, uint32_t second) {
    for (unsigned low = 0; low <= 18; low += 9)
        if (bits(second, low, 9) == SRC_LITERAL)
            return true;
    bool f8f6f4 = first >> 16 == 0xd3ad || first >> 16 == 0xd3ae;
    return f8f6f4 && !(bits(second, 8, 1) && bits(second, 17, 1));
}

bool code_reserved(const uint32_t words[4]) {
    bool vop3 = bits(words[0], 26, 6) == 0x34;
    if (vop3 && reserved_vop3(words[0], words[1]))
        return true;
    if (words[0] >> 16 == 0xd3ac) /* scales, before the MFMA that they are for */
        return reserved_vop3(words[2], words[3]);
    bool vop12c = bits(words[0], 31, 1) == 0;
    return vop12c && bits(words[0], 0, 9) == SRC_SDWA && reserved_sdwa(words[0], words[1]);
}
