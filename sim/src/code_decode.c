#define _GNU_SOURCE
#include "code_parts.h"

#include <llvm-c/Disassembler.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* llvm-c/Target.h declares these only through a list of all targets of the installed LLVM */
void LLVMInitializeAMDGPUTargetInfo(void);
void LLVMInitializeAMDGPUTargetMC(void);
void LLVMInitializeAMDGPUDisassembler(void);

enum { LINE = 1024, MAX_INSN_BYTES = 32 };

struct decoder {
    struct code *code;
    const uint8_t *text;
    LLVMDisasmContextRef llvm;
    size_t insn_capacity, text_used, text_capacity;
};

static void init_llvm(void) {
    LLVMInitializeAMDGPUTargetInfo();
    LLVMInitializeAMDGPUTargetMC();
    LLVMInitializeAMDGPUDisassembler();
}

static int by_value(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static bool keep_text(struct decoder *d, const char *line, struct insn *in) {
    size_t n = strlen(line) + 1;
    if (d->text_used + n > d->text_capacity) {
        size_t capacity = 2 * d->text_capacity + n + 4096;
        char *grown = capacity <= UINT32_MAX ? realloc(d->code->text, capacity) : NULL;
        if (grown == NULL)
            return false;
        d->code->text = grown;
        d->text_capacity = capacity;
    }
    memcpy(d->code->text + d->text_used, line, n);
    in->text_off = (uint32_t)d->text_used;
    d->text_used += n;
    return true;
}

static struct insn *next_insn(struct decoder *d) {
    struct code *code = d->code;
    if (code->ninsn == d->insn_capacity) {
        size_t capacity = d->insn_capacity + d->insn_capacity / 2 + 256;
        struct insn *grown = realloc(code->insn, capacity * sizeof *grown);
        if (grown == NULL)
            return NULL;
        code->insn = grown;
        d->insn_capacity = capacity;
    }
    struct insn *in = &code->insn[code->ninsn++];
    memset(in, 0, sizeof *in);
    return in;
}

/* One run of blanks becomes one space; leading and trailing ones go. */
static void squeeze(char *s) {
    char *out = s;
    for (const char *p = s; *p != '\0'; p++) {
        bool blank = *p == ' ' || *p == '\t' || *p == '\n';
        if (!blank)
            *out++ = *p;
        else if (out != s && out[-1] != ' ')
            *out++ = ' ';
    }
    if (out != s && out[-1] == ' ')
        out--;
    *out = '\0';
}

/* LLVM marks a vector tuple at an odd register as invalid. It is decoded like any other; register-alignment reports it.
 */
static void unmark_odd_tuples(char *line) {
    for (char *at = line; (at = strstr(at, "/*Invalid register")) != NULL; at++) {
        const char *end = strstr(at, "*/"), *open = at;
        while (open > line && *open != '[')
            open--;
        if (end != NULL && open > line && at[-1] == ']' && (open[-1] == 'v' || open[-1] == 'a') &&
            strtoul(open + 1, NULL, 10) % 2 == 1)
            memmove(at, end + 2, strlen(end + 2) + 1);
    }
}

/* Decodes the instruction at pc, which ends by `end`, where the next function starts. */
static bool decode_one(struct decoder *d, uint32_t pc, uint32_t end) {
    char line[LINE], why[256];
    struct insn *in = next_insn(d);
    if (in == NULL)
        return false;
    uint32_t rest = end - pc < MAX_INSN_BYTES ? end - pc : MAX_INSN_BYTES;
    /* zeros past the end: LLVM 22 crashes where a literal is cut off */
    uint32_t words[MAX_INSN_BYTES / 4] = {0};
    memcpy(words, d->text + pc, rest);
    line[0] = '\0';
    size_t size = 0;
    if (!code_reserved(words))
        size =
            LLVMDisasmInstruction(d->llvm, (uint8_t *)words, sizeof words, d->code->text_addr + pc, line, sizeof line);
    squeeze(line);
    unmark_odd_tuples(line);
    bool valid = size >= 4 && size % 4 == 0 && size <= rest && line[0] != '\0';
    if (valid) {
        insn_decode(line, in, why, sizeof why); /* what it cannot read stops the kernel if it is ever reached */
    } else {
        insn_unknown(in);
        snprintf(in->mnemonic, sizeof in->mnemonic, "invalid");
        snprintf(line, sizeof line, "invalid 0x%08x", words[0]);
        size = 4;
    }
    in->pc = pc;
    in->size = (uint8_t)size;
    in->target = UINT32_MAX;
    return keep_text(d, line, in);
}

static bool decode_text(struct decoder *d, const uint32_t *starts, size_t nstarts) {
    uint32_t pc = 0, size = (uint32_t)d->code->text_size;
    size_t next = 0;
    while (size - pc >= 4) { /* starts are multiples of 4, and so is every size */
        while (next < nstarts && starts[next] <= pc)
            next++;
        uint32_t end = next < nstarts ? starts[next] : size;
        if (!decode_one(d, pc, end))
            return false;
        pc += d->code->insn[d->code->ninsn - 1].size;
    }
    return true;
}

static bool is_branch(const struct insn *in) {
    return strcmp(in->mnemonic, "s_branch") == 0 || strncmp(in->mnemonic, "s_cbranch_", 10) == 0 ||
           strcmp(in->mnemonic, "s_call_b64") == 0;
}

/* simm16 is printed without its sign, and counts dwords from the next instruction. */
static void link_branches(struct code *code) {
    for (uint32_t i = 0; i < code->ninsn; i++) {
        struct insn *in = &code->insn[i];
        if (!is_branch(in) || in->noperands == 0 || in->opnd[in->noperands - 1].kind != OPND_INT)
            continue;
        int64_t target = (int64_t)in->pc + 4 + 4 * (int64_t)(int16_t)in->opnd[in->noperands - 1].imm;
        if (target >= 0 && (uint64_t)target < code->text_size / 4 * 4)
            in->target = code->index_at[target / 4];
    }
}

bool code_decode(struct code *code, const struct code_starts *starts, struct code_err err) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, init_llvm);
    struct decoder d = {.code = code, .text = code->image + code->text_addr};
    d.llvm = LLVMCreateDisasmCPUFeatures("amdgcn-amd-amdhsa", "gfx950", "", NULL, 0, NULL, NULL);
    if (d.llvm == NULL)
        return code_fail(err, "LLVM's disassembler does not know gfx950; build with LLVM 20 or newer");
    if (starts->count > 0)
        qsort(starts->at, starts->count, sizeof *starts->at, by_value);
    size_t words = code->text_size / 4 + 1;
    code->index_at = malloc(words * sizeof *code->index_at);
    code->text = calloc(1, 1);
    bool ok = code->index_at != NULL && code->text != NULL && decode_text(&d, starts->at, starts->count);
    LLVMDisasmDispose(d.llvm);
    if (!ok)
        return code_fail_as(err, CODE_NO_MEMORY, "no memory for the instructions of %zu bytes of code",
                            code->text_size);
    for (size_t i = 0; i < words; i++)
        code->index_at[i] = UINT32_MAX;
    for (uint32_t i = 0; i < code->ninsn; i++)
        code->index_at[code->insn[i].pc / 4] = i;
    link_branches(code);
    return true;
}
