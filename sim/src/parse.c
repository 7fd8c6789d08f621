#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "insn.h"

struct cursor {
    const char *p;
};

static void skip_space(struct cursor *c) {
    while (*c->p == ' ' || *c->p == '\t')
        c->p++;
}

static bool eat(struct cursor *c, const char *word) {
    size_t n = strlen(word);
    if (strncmp(c->p, word, n) != 0)
        return false;
    c->p += n;
    return true;
}

/* A word ends where the next character cannot continue an identifier. */
static bool eat_word(struct cursor *c, const char *word) {
    size_t n = strlen(word);
    if (strncmp(c->p, word, n) != 0 || isalnum((unsigned char)c->p[n]) || c->p[n] == '_')
        return false;
    c->p += n;
    return true;
}

static bool number(struct cursor *c, int64_t *value) {
    char *end;
    const char *p = c->p;
    bool negative = *p == '-';
    if (negative)
        p++;
    if (!isdigit((unsigned char)*p))
        return false;
    uint64_t v = strtoull(p, &end, 0);
    c->p = end;
    *value = (int64_t)(negative ? 0 - v : v);
    return true;
}

static const struct {
    const char *name;
    uint16_t reg;
    uint8_t ndw;
    uint8_t kind;
} named_registers[] = {
    {"vcc_lo", SREG_VCC, 1, OPND_SGPR},
    {"vcc_hi", SREG_VCC + 1, 1, OPND_SGPR},
    {"vcc", SREG_VCC, 2, OPND_SGPR},
    {"exec_lo", SREG_EXEC, 1, OPND_SGPR},
    {"exec_hi", SREG_EXEC + 1, 1, OPND_SGPR},
    {"exec", SREG_EXEC, 2, OPND_SGPR},
    {"m0", SREG_M0, 1, OPND_SGPR},
    {"flat_scratch_lo", SREG_FLAT_SCRATCH, 1, OPND_SGPR},
    {"flat_scratch_hi", SREG_FLAT_SCRATCH + 1, 1, OPND_SGPR},
    {"flat_scratch", SREG_FLAT_SCRATCH, 2, OPND_SGPR},
    {"xnack_mask_lo", SREG_XNACK_MASK, 1, OPND_SGPR},
    {"xnack_mask_hi", SREG_XNACK_MASK + 1, 1, OPND_SGPR},
    {"xnack_mask", SREG_XNACK_MASK, 2, OPND_SGPR},
    {"src_shared_base", SREG_SHARED_BASE, 2, OPND_SPECIAL},
    {"src_shared_limit", SREG_SHARED_LIMIT, 2, OPND_SPECIAL},
    {"src_private_base", SREG_PRIVATE_BASE, 2, OPND_SPECIAL},
    {"src_private_limit", SREG_PRIVATE_LIMIT, 2, OPND_SPECIAL},
    {"src_vccz", SREG_VCCZ, 1, OPND_SPECIAL},
    {"src_execz", SREG_EXECZ, 1, OPND_SPECIAL},
    {"src_scc", SREG_SCC, 1, OPND_SPECIAL},
    {"vccz", SREG_VCCZ, 1, OPND_SPECIAL},
    {"execz", SREG_EXECZ, 1, OPND_SPECIAL},
    {"scc", SREG_SCC, 1, OPND_SPECIAL},
};

static bool named_register(struct cursor *c, struct operand *o) {
    for (size_t i = 0; i < sizeof named_registers / sizeof *named_registers; i++) {
        if (eat_word(c, named_registers[i].name)) {
            o->kind = named_registers[i].kind;
            o->reg = named_registers[i].reg;
            o->ndw = named_registers[i].ndw;
            return true;
        }
    }
    return false;
}

/* v7, a[0:3], s[4:5], ttmp8, ttmp[4:7] */
static bool numbered_register(struct cursor *c, struct operand *o) {
    static const struct {
        const char *prefix;
        uint16_t base, count;
        uint8_t kind;
    } files[] = {
        {"ttmp", SREG_TTMP0, 16, OPND_SGPR},
        {"v", 0, 256, OPND_VGPR},
        {"a", REG_ACC0, 256, OPND_VGPR},
        {"s", 0, 102, OPND_SGPR},
    };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        size_t n = strlen(files[i].prefix);
        if (strncmp(c->p, files[i].prefix, n) != 0)
            continue;
        struct cursor at = {c->p + n};
        int64_t first, last;
        if (*at.p == '[') {
            at.p++;
            if (!number(&at, &first))
                return false;
            last = first;
            if (*at.p == ':') {
                at.p++;
                if (!number(&at, &last))
                    return false;
            }
            if (*at.p++ != ']')
                return false;
        } else {
            if (!number(&at, &first) || isalpha((unsigned char)*at.p) || *at.p == '_')
                return false;
            last = first;
        }
        if (first < 0 || last < first || last >= files[i].count || last - first >= 64)
            return false;
        o->kind = files[i].kind;
        o->reg = (uint16_t)(files[i].base + first);
        o->ndw = (uint8_t)(last - first + 1);
        c->p = at.p;
        return true;
    }
    return false;
}

static const struct {
    const char *name;
    uint8_t id;
} hwregs[] = {
    {"HW_REG_MODE", 1},
    {"HW_REG_STATUS", 2},
    {"HW_REG_TRAPSTS", 3},
    {"HW_REG_HW_ID", 4},
    {"HW_REG_GPR_ALLOC", 5},
    {"HW_REG_LDS_ALLOC", 6},
    {"HW_REG_IB_STS", 7},
    {"HW_REG_SH_MEM_BASES", 15},
    {"HW_REG_TBA_LO", 16},
    {"HW_REG_TBA_HI", 17},
    {"HW_REG_TMA_LO", 18},
    {"HW_REG_TMA_HI", 19},
    {"HW_REG_XCC_ID", 20},
    {"HW_REG_SQ_PERF_SNAPSHOT_DATA", 21},
    {"HW_REG_SQ_PERF_SNAPSHOT_DATA1", 22},
    {"HW_REG_SQ_PERF_SNAPSHOT_PC_LO", 23},
    {"HW_REG_SQ_PERF_SNAPSHOT_PC_HI", 24},
};

static bool hwreg(struct cursor *c, struct operand *o) {
    if (!eat(c, "hwreg("))
        return false;
    int64_t id = -1, offset = 0, size = 32;
    if (!number(c, &id))
        for (size_t i = 0; i < sizeof hwregs / sizeof *hwregs && id < 0; i++)
            if (eat_word(c, hwregs[i].name))
                id = hwregs[i].id;
    if (id < 0)
        return false;
    if (eat(c, ",")) {
        skip_space(c);
        if (!number(c, &offset) || !eat(c, ","))
            return false;
        skip_space(c);
        if (!number(c, &size))
            return false;
    }
    if (!eat(c, ")"))
        return false;
    o->kind = OPND_HWREG;
    o->imm = id | offset << 6 | (size - 1) << 11;
    o->ndw = 1;
    return true;
}

/* Symbolic immediates whose value no simulated instruction needs more than as a number. */
static bool symbolic(struct cursor *c, struct operand *o, struct insn *in) {
    if (eat(c, "gpr_idx(")) {
        static const char *const names[] = {"SRC0", "SRC1", "SRC2", "DST"};
        while (*c->p && *c->p != ')') {
            bool found = false;
            for (unsigned i = 0; i < 4; i++)
                if (eat_word(c, names[i])) {
                    in->mods.gpr_idx |= (uint8_t)(1u << i);
                    found = true;
                }
            if (!found && !eat(c, ",") && !eat(c, " "))
                return false;
        }
        if (!eat(c, ")"))
            return false;
        o->kind = OPND_INT;
        o->imm = in->mods.gpr_idx;
        return true;
    }
    if (strncmp(c->p, "sendmsg(", 8) == 0 || strncmp(c->p, "exp_cnt", 7) == 0) {
        const char *end = strchr(c->p, ')');
        if (!end)
            return false;
        o->kind = OPND_INT;
        o->imm = strstr(c->p, "MSG_GET_DOORBELL") ? 10 : strstr(c->p, "MSG_INTERRUPT") ? 1 : 0;
        c->p = end + 1;
        return true;
    }
    return false;
}

static bool literal(struct cursor *c, struct operand *o) {
    const char *p = c->p;
    if (*p == '-')
        p++;
    if (!isdigit((unsigned char)*p))
        return false;
    const char *q = p;
    if (q[0] == '0' && (q[1] == 'x' || q[1] == 'X')) {
        o->is_hex = true;
    } else {
        while (isdigit((unsigned char)*q))
            q++;
        if (*q == '.' || *q == 'e') {
            char *end;
            o->kind = OPND_FLOAT;
            o->fimm = strtod(c->p, &end);
            o->ndw = 1;
            c->p = end;
            return true;
        }
    }
    o->kind = OPND_INT;
    o->ndw = 1;
    return number(c, &o->imm);
}

static bool parse_operand(struct cursor *c, struct operand *o, struct insn *in) {
    bool bars = false, sext = false;
    if (*c->p == '-' && !isdigit((unsigned char)c->p[1])) {
        o->neg = true;
        c->p++;
    }
    if (eat(c, "lit64(") || eat(c, "lit(")) { /* a literal that would also be an inline constant */
        bool ok = literal(c, o) && eat(c, ")");
        o->is_hex = true;
        return ok;
    }
    if (eat(c, "neg(")) { /* a constant with a sign modifier */
        o->neg = true;
        sext = true;
    } else if (eat(c, "sext(")) {
        o->sext = sext = true;
    }
    if (*c->p == '|') {
        bars = o->abs = true;
        c->p++;
    }
    bool ok = false;
    if (eat_word(c, "off") || eat_word(c, "null")) {
        o->kind = OPND_OFF;
        ok = true;
    }
    ok = ok || hwreg(c, o) || symbolic(c, o, in) || named_register(c, o) || numbered_register(c, o) || literal(c, o);
    if (ok && bars)
        ok = eat(c, "|");
    if (ok && sext)
        ok = eat(c, ")");
    return ok;
}

static bool bit_list(struct cursor *c, uint8_t *bits) {
    if (!eat(c, "["))
        return false;
    for (unsigned i = 0; i < 8; i++) {
        int64_t v;
        if (!number(c, &v))
            return false;
        if (v)
            *bits |= (uint8_t)(1u << i);
        if (eat(c, "]"))
            return true;
        if (!eat(c, ","))
            return false;
    }
    return false;
}

static bool sdwa_select(struct cursor *c, uint8_t *sel) {
    static const char *const names[] = {"BYTE_0", "BYTE_1", "BYTE_2", "BYTE_3", "WORD_0", "WORD_1", "DWORD"};
    for (unsigned i = 0; i < 7; i++)
        if (eat_word(c, names[i])) {
            *sel = (uint8_t)i;
            return true;
        }
    return false;
}

static bool dpp_number(struct cursor *c, struct insn_mods *m, enum dpp_ctrl ctrl) {
    int64_t v;
    if (!number(c, &v))
        return false;
    m->dpp = ctrl;
    m->dpp_arg = (uint8_t)v;
    return true;
}

/* ds_swizzle's symbolic offset, back to its 16 bits. */
static bool swizzle(struct cursor *c, uint16_t *offset) {
    if (!eat(c, "swizzle("))
        return false;
    int64_t a, b, d;
    if (eat(c, "QUAD_PERM")) {
        unsigned bits = 0x8000;
        for (unsigned i = 0; i < 4; i++) {
            eat(c, ",");
            skip_space(c);
            if (!number(c, &a))
                return false;
            bits |= (unsigned)a << (2 * i);
        }
        *offset = (uint16_t)bits;
    } else if (eat(c, "BITMASK_PERM")) {
        eat(c, ",");
        skip_space(c);
        if (!eat(c, "\""))
            return false;
        unsigned and_mask = 0, or_mask = 0, xor_mask = 0;
        for (int i = 4; i >= 0; i--, c->p++) {
            unsigned bit = 1u << i;
            if (*c->p == '1')
                or_mask |= bit;
            else if (*c->p == 'p')
                and_mask |= bit;
            else if (*c->p == 'i')
                and_mask |= bit, xor_mask |= bit;
            else if (*c->p != '0')
                return false;
        }
        if (!eat(c, "\""))
            return false;
        *offset = (uint16_t)(and_mask | or_mask << 5 | xor_mask << 10);
    } else if (eat(c, "BROADCAST")) {
        eat(c, ",");
        skip_space(c);
        if (!number(c, &a) || !eat(c, ","))
            return false;
        skip_space(c);
        if (!number(c, &b))
            return false;
        *offset = (uint16_t)((~(unsigned)(a - 1) & 0x1f) | (unsigned)b << 5);
    } else if (eat(c, "SWAP") || strncmp(c->p, "REVERSE", 7) == 0) {
        bool reverse = eat(c, "REVERSE");
        eat(c, ",");
        skip_space(c);
        if (!number(c, &d))
            return false;
        *offset = (uint16_t)(0x1f | (unsigned)(reverse ? d - 1 : d) << 10);
    } else if (eat(c, "FFT")) {
        eat(c, ",");
        skip_space(c);
        if (!number(c, &a))
            return false;
        *offset = (uint16_t)(0xe000 | (unsigned)a);
    } else if (eat(c, "ROTATE")) { /* direction, distance; LLVM prints no mask */
        eat(c, ",");
        skip_space(c);
        if (!number(c, &a) || !eat(c, ","))
            return false;
        skip_space(c);
        if (!number(c, &b))
            return false;
        *offset = (uint16_t)(0xc000 | (unsigned)a << 10 | (unsigned)b << 5);
    } else {
        return false;
    }
    return eat(c, ")");
}

static const char *const data_formats[] = {"INVALID",     "8",        "16",          "8_8",        "32",      "16_16",
                                           "10_11_11",    "11_11_10", "10_10_10_2",  "2_10_10_10", "8_8_8_8", "32_32",
                                           "16_16_16_16", "32_32_32", "32_32_32_32", "RESERVED_15"};
static const char *const num_formats[] = {"UNORM", "SNORM", "USCALED",    "SSCALED",
                                          "UINT",  "SINT",  "RESERVED_6", "FLOAT"};

static bool tbuffer_format(struct cursor *c, struct insn_mods *m) {
    int64_t v;
    if (number(c, &v)) {
        m->format_data = v & 15;
        m->format_num = (uint8_t)(v >> 4);
        return true;
    }
    if (!eat(c, "["))
        return false;
    m->format_data = 1;
    m->format_num = 0;
    while (!eat(c, "]")) {
        bool found = false;
        if (eat(c, "BUF_DATA_FORMAT_")) {
            for (unsigned i = 0; i < 16 && !found; i++)
                if (eat_word(c, data_formats[i]))
                    m->format_data = (uint8_t)i, found = true;
        } else if (eat(c, "BUF_NUM_FORMAT_")) {
            for (unsigned i = 0; i < 8 && !found; i++)
                if (eat_word(c, num_formats[i]))
                    m->format_num = (uint8_t)i, found = true;
        } else if (eat(c, ",") || eat(c, " ")) {
            found = true;
        }
        if (!found)
            return false;
    }
    return true;
}

static bool flag_modifier(struct cursor *c, struct insn_mods *m) {
    const struct {
        const char *name;
        bool *flag;
    } flags[] = {
        {"clamp", &m->clamp}, {"offen", &m->offen}, {"idxen", &m->idxen}, {"addr64", &m->addr64},
        {"sc0", &m->sc0},     {"sc1", &m->sc1},     {"nt", &m->nt},       {"lds", &m->lds},
        {"gds", &m->gds},     {"glc", &m->glc},     {"tfe", &m->tfe},
    };
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
        if (eat_word(c, flags[i].name)) {
            *flags[i].flag = true;
            return true;
        }
    if (eat_word(c, "row_mirror"))
        m->dpp = DPP_ROW_MIRROR;
    else if (eat_word(c, "row_half_mirror"))
        m->dpp = DPP_ROW_HALF_MIRROR;
    else
        return false;
    return true;
}

static bool byte_modifier(struct cursor *c, const char *name, uint8_t *field) {
    int64_t v;
    struct cursor at = *c;
    if (!eat(&at, name) || !eat(&at, ":") || !number(&at, &v))
        return false;
    *field = (uint8_t)v;
    *c = at;
    return true;
}

static bool value_modifier(struct cursor *c, struct insn *in) {
    struct insn_mods *m = &in->mods;
    int64_t v = 0;
    if (eat(c, "op_sel_hi:"))
        return m->has_op_sel_hi = bit_list(c, &m->op_sel_hi);
    if (eat(c, "op_sel:"))
        return m->has_op_sel = bit_list(c, &m->op_sel);
    if (eat(c, "neg_lo:"))
        return bit_list(c, &m->neg_lo);
    if (eat(c, "neg_hi:"))
        return bit_list(c, &m->neg_hi);
    if (eat(c, "neg:")) { /* f64 MFMA: sign of A, B, C */
        return bit_list(c, &m->neg_lo);
    }
    if (eat(c, "quad_perm:[")) {
        m->dpp = DPP_QUAD_PERM;
        for (unsigned i = 0; i < 4; i++) {
            if (i && !eat(c, ","))
                return false;
            if (!number(c, &v))
                return false;
            m->dpp_arg |= (uint8_t)((v & 3) << (2 * i));
        }
        return eat(c, "]");
    }
    static const struct {
        const char *name;
        uint8_t ctrl;
    } dpps[] = {
        {"row_shl:", DPP_ROW_SHL},   {"row_shr:", DPP_ROW_SHR},           {"row_ror:", DPP_ROW_ROR},
        {"wave_shl:", DPP_WAVE_SHL}, {"wave_rol:", DPP_WAVE_ROL},         {"wave_shr:", DPP_WAVE_SHR},
        {"wave_ror:", DPP_WAVE_ROR}, {"row_newbcast:", DPP_ROW_NEWBCAST},
    };
    for (size_t i = 0; i < sizeof dpps / sizeof *dpps; i++)
        if (eat(c, dpps[i].name))
            return dpp_number(c, m, dpps[i].ctrl);
    if (eat(c, "row_bcast:")) {
        if (!number(c, &v))
            return false;
        m->dpp = v == 15 ? DPP_ROW_BCAST15 : DPP_ROW_BCAST31;
        return true;
    }
    if (eat(c, "bound_ctrl:")) {
        m->bound_ctrl = true;
        return number(c, &v);
    }
    if (eat(c, "fi:")) {
        bool ok = number(c, &v);
        m->fi = v != 0;
        return ok;
    }
    if (eat(c, "mul:")) {
        bool ok = number(c, &v);
        m->omod = v == 2 ? 1 : 2;
        return ok;
    }
    if (eat(c, "div:")) {
        m->omod = 3;
        return number(c, &v);
    }
    if (eat(c, "dst_sel:"))
        return sdwa_select(c, &m->dst_sel);
    if (eat(c, "src0_sel:"))
        return sdwa_select(c, &m->src0_sel);
    if (eat(c, "src1_sel:"))
        return sdwa_select(c, &m->src1_sel);
    if (eat(c, "dst_unused:")) {
        if (eat_word(c, "UNUSED_PAD"))
            m->dst_unused = UNUSED_PAD;
        else if (eat_word(c, "UNUSED_SEXT"))
            m->dst_unused = UNUSED_SEXT;
        else if (eat_word(c, "UNUSED_PRESERVE"))
            m->dst_unused = UNUSED_PRESERVE;
        else
            return false;
        return true;
    }
    if (eat(c, "offset0:")) {
        bool ok = number(c, &v);
        m->offset0 = (uint16_t)v;
        return ok;
    }
    if (eat(c, "offset1:")) {
        bool ok = number(c, &v);
        m->offset1 = (uint16_t)v;
        return ok;
    }
    if (eat(c, "offset:")) {
        uint16_t swizzled = 0;
        if (swizzle(c, &swizzled)) {
            m->offset = swizzled;
            return true;
        }
        bool ok = number(c, &v);
        m->offset = (int32_t)v;
        return ok;
    }
    if (eat(c, "format:"))
        return tbuffer_format(c, m);
    return byte_modifier(c, "row_mask", &m->row_mask) || byte_modifier(c, "bank_mask", &m->bank_mask) ||
           byte_modifier(c, "cbsz", &m->cbsz) || byte_modifier(c, "abid", &m->abid) ||
           byte_modifier(c, "blgp", &m->blgp) || byte_modifier(c, "bitop3", &m->bitop3);
}

static void split_mnemonic(struct insn *in, const char *p, size_t n) {
    static const struct {
        const char *suffix;
        uint8_t encoding;
    } suffixes[] = {{"_e32", ENC_E32}, {"_e64", ENC_E64}, {"_sdwa", ENC_SDWA}, {"_dpp", ENC_DPP}};
    for (size_t i = 0; i < 4; i++) {
        size_t k = strlen(suffixes[i].suffix);
        if (n > k && strncmp(p + n - k, suffixes[i].suffix, k) == 0) {
            in->mods.encoding = suffixes[i].encoding;
            n -= k;
            break;
        }
    }
    if (n >= sizeof in->mnemonic)
        n = sizeof in->mnemonic - 1;
    memcpy(in->mnemonic, p, n);
    in->mnemonic[n] = 0;
}

/* s_waitcnt prints its counters where other instructions have operands. */
static bool parse_waitcnt(struct cursor *c, struct insn *in) {
    unsigned vm = 63, lgkm = 15;
    int64_t v;
    for (;;) {
        skip_space(c);
        if (!*c->p)
            break;
        if (eat(c, "vmcnt(")) {
            if (!number(c, &v) || !eat(c, ")"))
                return false;
            vm = (unsigned)v;
        } else if (eat(c, "lgkmcnt(")) {
            if (!number(c, &v) || !eat(c, ")"))
                return false;
            lgkm = (unsigned)v;
        } else if (eat(c, "expcnt(")) {
            if (!number(c, &v) || !eat(c, ")"))
                return false;
        } else if (number(c, &v)) {
            vm = (v & 15) | (v >> 14 & 3) << 4;
            lgkm = v >> 8 & 15;
        } else {
            return false;
        }
    }
    in->waitcnt = (uint16_t)(vm | lgkm << 8);
    return true;
}

bool insn_parse(const char *text, struct insn *in, char *err, unsigned long err_size) {
    struct cursor c = {text};
    skip_space(&c);
    const char *start = c.p;
    while (*c.p && !isspace((unsigned char)*c.p))
        c.p++;
    in->mods.row_mask = in->mods.bank_mask = 15;
    in->mods.dst_sel = in->mods.src0_sel = in->mods.src1_sel = SEL_DWORD;
    split_mnemonic(in, start, (size_t)(c.p - start));
    skip_space(&c);
    if (strcmp(in->mnemonic, "s_waitcnt") == 0) {
        if (parse_waitcnt(&c, in))
            return true;
        snprintf(err, err_size, "cannot read the counters of '%s'", text);
        return false;
    }
    bool want_operand = true;
    while (*c.p) {
        skip_space(&c);
        if (!*c.p)
            break;
        if (*c.p == ',') {
            c.p++;
            want_operand = true;
            continue;
        }
        const char *at = c.p;
        bool ok = (flag_modifier(&c, &in->mods) || value_modifier(&c, in));
        if (!ok && c.p == at && want_operand && in->noperands < INSN_MAX_OPERANDS) {
            ok = parse_operand(&c, &in->opnd[in->noperands], in);
            if (ok) {
                in->noperands++;
                want_operand = false;
            }
        }
        if (!ok) {
            snprintf(err, err_size, "cannot read '%.40s' in '%s'", at, text);
            return false;
        }
    }
    return true;
}
