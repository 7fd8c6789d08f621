/* Instruction semantics as tables: one row per mnemonic, one family a file under isa/.
 *
 * A row names its operand types; generic drivers (valu.c for per-lane operations) fetch operands, apply modifiers
 * (neg, abs, op_sel, DPP, SDWA, omod, clamp), carry definedness and write under EXEC, so that a lane function is only
 * the arithmetic over 64 lanes: one loop that the compiler vectorises.
 */
#ifndef GFX950SIM_ISA_H
#define GFX950SIM_ISA_H

#include "insn.h"

enum { LANES = 64 };

/* Operand types. They give an operand's registers, how modifiers act on it and what inline constants mean.
 * 16-bit types arrive in a lane function as u32 with the selected half in bits 15:0 (high bits zero, sign-extended
 * for T_I16). Packed 16-bit types arrive as u32 pairs with op_sel, op_sel_hi, neg_lo and neg_hi applied. 64-bit types
 * arrive as u64. T_V2F32 and T_V2B32 arrive as u64 (low element in bits 31:0) with op_sel and op_sel_hi applied. */
enum isa_type {
    T_NONE,
    T_B32,
    T_I32,
    T_U32,
    T_F32,
    T_B64,
    T_I64,
    T_U64,
    T_F64,
    T_B16,
    T_I16,
    T_U16,
    T_F16,
    T_BF16,
    T_V2B16,
    T_V2I16,
    T_V2U16,
    T_V2F16,
    T_V2BF16,
    T_V2F32,
    T_V2B32,
    T_MIX,      /* source: f32, or with op_sel_hi the f16 half that op_sel names; arrives as f32 */
    T_F16_HIGH, /* destination: f16 in bits 31:16 */
    T_MASK,     /* destination or source: SGPR pair (or VCC), bit per lane; not part of a/b/c, see lane_args */
};

/* How undefined bits of sources reach the destination, per lane. */
enum isa_shadow {
    SH_ALL,     /* any undefined bit read makes the whole lane result undefined */
    SH_COPY,    /* destination bit i from source a, bit i: moves */
    SH_OR_BITS, /* bit i undefined if bit i of any source is: xor, not, bitop3 without help */
    SH_AND,     /* as SH_OR_BITS, but a defined 0 on the other side defines the bit */
    SH_OR,      /* ... a defined 1 ... */
    SH_ADD,     /* undefined from the lowest undefined source bit upwards: add, sub, mul low, left carries */
    SH_SHL_REV,
    SH_SHR_REV,
    SH_ASHR_REV, /* a = shift amount, b = value: the shadow is shifted along */
    SH_SELECT,   /* v_cndmask: of the selected source only */
    SH_PK16,     /* SH_ALL for each 16-bit half by itself */
    SH_PK32,     /* SH_ALL for each 32-bit half of a 64-bit pair by itself */
    SH_CUSTOM,   /* the row's shadow function */
    /* these evaluate the row's own function on other values */
    SH_BITWISE, /* bit i depends on bit i of the sources only: exact for any such function */
    SH_MOVE,    /* bits of the sources go elsewhere, or several of them are ored; where to is said by the sources in
                   `amounts`, one undefined (relevant) bit of which makes the result undefined */
    SH_COMPARE, /* monotonic in each source, as orderings are: evaluated at the extremes; sources of signed types as
                   such */
    SH_EQUAL,   /* ==, !=: defined as soon as a bit differs that is defined on both sides */
};

/* What a lane function sees. Pointers are to 64 elements of u32 (types of up to 32 bits) or u64 (64-bit types);
 * d never aliases a source. All 64 lanes are computed, EXEC is applied afterwards. */
struct lane_args {
    const void *a, *b, *c;
    void *d;
    uint64_t mask_in;  /* T_MASK source (carry-in, cndmask selector), bit per lane */
    uint64_t mask_out; /* T_MASK destination (compare result, carry-out), bit per lane */
    const struct insn *in;
    struct wave *w;
};
typedef void lane_fn(struct lane_args *);
/* Shadows in the same shape as the values: set bits are undefined. sd is written. */
struct shadow_args {
    const struct lane_args *v;
    const void *sa, *sb, *sc;
    void *sd;
};
typedef void shadow_fn(struct shadow_args *);

enum isa_flags {
    /* class: exactly one */
    F_VALU = 1u << 0,
    F_MFMA = 1u << 1,
    F_SALU = 1u << 2,
    F_SMEM = 1u << 3,
    F_VMEM = 1u << 4,
    F_LDS = 1u << 5,
    F_BRANCH = 1u << 6, /* with F_SALU */
    F_END = 1u << 7,    /* nothing follows: s_endpgm, s_setpc, s_branch */
    /* counters */
    F_VMCNT = 1u << 8,
    F_LGKMCNT = 1u << 9,
    F_FLAT = 1u << 10, /* FLAT segment instruction: both counters */
    F_STORE = 1u << 11,
    F_ATOMIC = 1u << 12,
    /* hazard classes of configs/hazards.csv */
    F_TRANS = 1u << 13,
    F_DOT = 1u << 14,
    F_CMPX = 1u << 15,
    F_DPP = 1u << 16, /* set by the parser for DPP encodings */
    F_READLANE = 1u << 17,
    F_SWAP = 1u << 18, /* v_permlane*_swap, v_swap: operands 0 and 1 are read and written */
    F_LDS_DMA = 1u << 19,
    F_XDL = 1u << 20,
    F_SGEMM = 1u << 21,
    F_DGEMM = 1u << 22,
    F_SUBDWORD = 1u << 23, /* result lands above bit 0 (set by the decoder from op_sel or dst_sel) */
    F_SCALEF32 = 1u << 24,
    /* semantics */
    F_NO_EXEC = 1u << 25,     /* ignores EXEC: readlane, readfirstlane with EXEC = 0, MFMA, writelane */
    F_RMW = 1u << 26,         /* the destination is also the last source (v_fmac, v_dot2c, s_cmov, s_bitset ...) */
    F_MODE32 = 1u << 27,      /* float_round and float_denorm of MODE apply, the f32 fields */
    F_MODE64 = 1u << 28,      /* ... the f16/f64 fields */
    F_NODST = 1u << 29,       /* operand 0 is a source too */
    F_HI_PRESERVE = 1u << 30, /* 16-bit result: bits 31:16 of the destination are kept (mixlo/mixhi, cvt halves) */
    F_SCC = 1u << 31,         /* SALU: writes SCC */
};

typedef void insn_exec_fn(struct wave *, const struct insn *);

/* Scalar operations: operands as u64 (32-bit types zero-extended; T_I32 sign-extended). The driver (salu.c) writes
 * d to the destination and scc to SCC when the row has F_SCC. sa, sb: undefined bits of the sources. */
struct salu_args {
    uint64_t a, b, d;
    uint64_t old; /* F_RMW: the destination before */
    bool scc;     /* in: SCC before; out: SCC after */
    const struct insn *in;
    struct wave *w;
};
typedef void salu_fn(struct salu_args *);

struct isa_op {
    const char *name; /* without _e32, _e64, _dpp, _sdwa */
    uint32_t flags;
    uint8_t dst;        /* enum isa_type of the destination, T_NONE without one, T_MASK for compares */
    uint8_t src[3];     /* enum isa_type */
    uint8_t shadow;     /* enum isa_shadow */
    uint8_t passes;     /* MFMA: matrix pipe passes with 4-bit/6-bit operands or unconditionally */
    lane_fn *lanes;     /* per-lane operations: run by the generic vector driver, valu.c */
    salu_fn *scalar;    /* scalar operations: run by the generic scalar driver, salu.c */
    insn_exec_fn *exec; /* everything else */
    shadow_fn *shadow_fn;
    const void *aux;  /* a family's own parameters */
    uint8_t mask_dst; /* 1: a T_MASK destination follows the destination (v_add_co, v_div_scale) */
    uint8_t mask_src; /* 1: a T_MASK source follows the sources, printed in VOP3 and as vcc in VOP2; SALU: SCC */
    uint8_t amounts;  /* SH_MOVE: bit i: source i is a shift amount or the like */
    uint8_t data;     /* memory: enum mem_data (vmem.h); scalar memory: dwords; others: the family says */
};

struct isa_family {
    const char *name;
    const struct isa_op *ops;
    unsigned count;
};

#define ISA_FAMILY(id, table) const struct isa_family isa_family_##id = {#id, table, sizeof(table) / sizeof((table)[0])}

/* All families, in isa_table.c. */
extern const struct isa_family *const isa_families[];
extern const unsigned isa_family_count;

/* NULL when no family has the mnemonic. Thread-safe after the first call of isa_init. */
void isa_init(void);
const struct isa_op *isa_find(const char *mnemonic);

/* Registers that an operand of the type takes. */
unsigned isa_type_dwords(enum isa_type type);

/* The driver of rows with a lane function (valu.c); the decoder chooses between it and a faster one. */
insn_exec_fn *valu_driver(const struct insn *in);
/* Sources as printed, without destinations and carry masks (decode.c). */
unsigned valu_printed_sources(const struct insn *in);
/* The driver of rows with a scalar function (salu.c). */
void salu_exec(struct wave *w, const struct insn *in);

#endif
