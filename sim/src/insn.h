/* A static instruction: LLVM's disassembly text, parsed once into operands and modifiers. */
#ifndef GFX950SIM_INSN_H
#define GFX950SIM_INSN_H

#include <stdbool.h>
#include <stdint.h>

struct isa_op;
struct insn;
struct wave;

enum { INSN_MAX_OPERANDS = 8, INSN_MAX_RANGES = 12 };

/* Register numbering. VGPRs and AccVGPRs are one file: v0..v255 are 0..255, a0..a255 are 256..511.
 * SGPRs carry the encoding's numbers. */
enum {
    REG_ACC0 = 256,
    VGPR_COUNT = 512,
    SREG_FLAT_SCRATCH = 102,
    SREG_XNACK_MASK = 104,
    SREG_VCC = 106,
    SREG_TTMP0 = 108,
    SREG_M0 = 124,
    SREG_EXEC = 126,
    SGPR_COUNT = 128,
    /* sources that are no register: read through sgpr_special */
    SREG_SHARED_BASE = 235,
    SREG_SHARED_LIMIT = 236,
    SREG_PRIVATE_BASE = 237,
    SREG_PRIVATE_LIMIT = 238,
    SREG_VCCZ = 251,
    SREG_EXECZ = 252,
    SREG_SCC = 253,
};

enum operand_kind {
    OPND_NONE,
    OPND_OFF,     /* `off` */
    OPND_VGPR,    /* v or a; reg = unified number */
    OPND_SGPR,    /* s, vcc, exec, m0, ttmp, flat_scratch, xnack_mask */
    OPND_SPECIAL, /* src_scc, src_vccz, src_execz, src_shared_base ...; reg = SREG_* */
    OPND_INT,     /* decimal or hex number, or a symbolic immediate already evaluated; imm */
    OPND_FLOAT,   /* a float as printed; fimm. isa types give its bits */
    OPND_HWREG,   /* hwreg(id, offset, size): imm = id | offset << 6 | (size - 1) << 11 */
};

struct operand {
    uint8_t kind; /* enum operand_kind */
    uint8_t ndw;  /* registers in the tuple as printed (1 for scalars) */
    uint16_t reg;
    bool neg, abs, sext;
    bool is_hex; /* printed as 0x..., i.e. a literal for float types */
    int64_t imm;
    double fimm;
};

enum dpp_ctrl {
    DPP_NONE,
    DPP_QUAD_PERM,
    DPP_ROW_SHL,
    DPP_ROW_SHR,
    DPP_ROW_ROR,
    DPP_WAVE_SHL,
    DPP_WAVE_ROL,
    DPP_WAVE_SHR,
    DPP_WAVE_ROR,
    DPP_ROW_MIRROR,
    DPP_ROW_HALF_MIRROR,
    DPP_ROW_BCAST15,
    DPP_ROW_BCAST31,
    DPP_ROW_NEWBCAST,
};

enum sdwa_sel { SEL_BYTE_0, SEL_BYTE_1, SEL_BYTE_2, SEL_BYTE_3, SEL_WORD_0, SEL_WORD_1, SEL_DWORD };
enum sdwa_unused { UNUSED_PAD, UNUSED_SEXT, UNUSED_PRESERVE };

enum insn_encoding { ENC_DEFAULT, ENC_E32, ENC_E64, ENC_SDWA, ENC_DPP };

struct insn_mods {
    uint8_t encoding;                          /* enum insn_encoding, from the mnemonic's suffix */
    uint8_t op_sel, op_sel_hi, neg_lo, neg_hi; /* bit i: i-th entry of the printed list */
    bool has_op_sel, has_op_sel_hi;
    bool clamp;
    int8_t omod;     /* 0 none, 1 mul:2, 2 mul:4, 3 div:2 */
    uint8_t dpp;     /* enum dpp_ctrl */
    uint8_t dpp_arg; /* shift, lane, or quad_perm packed 2 bits an entry */
    uint8_t row_mask, bank_mask;
    bool bound_ctrl, fi;
    uint8_t dst_sel, dst_unused, src0_sel, src1_sel;
    uint8_t cbsz, abid, blgp;
    uint8_t bitop3;
    uint8_t gpr_idx; /* s_set_gpr_idx_on */
    int32_t offset;
    uint16_t offset0, offset1;
    bool offen, idxen, addr64, sc0, sc1, nt, lds, gds, glc, tfe;
    uint8_t format_data, format_num; /* tbuffer */
};

/* A run of registers that the instruction reads or writes; what the checkers work on. */
enum range_role {
    ROLE_SRC = 1,      /* plain source */
    ROLE_SRC_ADDR = 2, /* memory address, SRD, offset */
    ROLE_SRC_DATA = 4, /* data of a store or atomic */
    ROLE_SRC_AB = 8,   /* MFMA A, B, index, scale; dot A, B */
    ROLE_SRC_C = 16,   /* MFMA/dot accumulator */
    ROLE_SRC_LANESEL = 32,
    ROLE_SRC_CARRY = 64, /* carry-in, cndmask selector */
    ROLE_DST = 128,
    ROLE_DST_OLD = 256, /* destination whose former content is merged in (d16, op_sel, DPP old, SDWA preserve) */
};

struct reg_range {
    uint16_t reg; /* unified VGPR number, or SGPR number */
    uint8_t ndw;
    bool is_sgpr;
    uint16_t role; /* enum range_role */
};

/* What is counted apart. Matrix instructions are of one of three. */
enum insn_class {
    CLASS_VALU,
    CLASS_SALU, /* and all that has no other class: branches, waits */
    CLASS_SMEM,
    CLASS_VMEM,
    CLASS_LDS,
    CLASS_MFMA_16X16X128, /* f8f6f4, scaled or not */
    CLASS_MFMA_32X32X64,
    CLASS_MFMA_OTHER,
    CLASSES
};

struct insn {
    uint32_t pc; /* byte offset inside the code */
    uint8_t size;
    uint8_t noperands;
    uint8_t nranges;
    uint8_t slots;           /* wait states that it counts: 1, s_nop more */
    uint8_t klass;           /* enum insn_class */
    uint8_t passes;          /* MFMA: passes of the matrix pipe with these operand formats */
    uint8_t haz_span;        /* wait states after which nothing that it produces can hurt */
    uint16_t waitcnt;        /* s_waitcnt: vmcnt | lgkmcnt << 8, 63 and 15 when absent */
    uint32_t flags;          /* copy of op->flags plus what the operands add (isa.h) */
    uint32_t target;         /* branch target: instruction index, UINT32_MAX when it is no known instruction */
    const struct isa_op *op; /* NULL: not implemented */
    void (*exec)(struct wave *, const struct insn *);
    struct operand opnd[INSN_MAX_OPERANDS];
    struct insn_mods mods;
    struct reg_range range[INSN_MAX_RANGES];
    uint64_t haz_produces[2], haz_consumes[2]; /* bit per row of the hazard table */
    uint32_t text_off;                         /* into the code's text pool */
    char mnemonic[48];                         /* without encoding suffix */
};

/* Parses one line of LLVM's disassembly. False with a reason in err when some token is not understood. */
bool insn_parse(const char *text, struct insn *in, char *err, unsigned long err_size);

/* insn_unknown: an instruction that stops the kernel when it is executed. insn_decode: insn_parse, then the row of
 * isa.h, register ranges, driver and hazard classes (decode.c). An instruction without a row is decoded all the same:
 * it stops the kernel only when it is executed. */
void insn_unknown(struct insn *in);
bool insn_decode(const char *text, struct insn *in, char *err, unsigned long err_size);

#endif
