/* gfx950sim isa: which of the mnemonics that LLVM accepts for gfx950 the simulator executes, and what tests each. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "code.h"
#include "files.h"
#include "isa.h"
#include "sandbox.h"
#include "vectors.h"

static const char *const mnemonics[] = {
#define MNEMONIC(name) name,
#include "isa/mnemonics.inc"
#undef MNEMONIC
};
enum { MNEMONICS = sizeof mnemonics / sizeof *mnemonics };

/* Not compute, and out of the simulator's scope. */
static const struct {
    const char *prefix, *what;
} excluded[] = {
    {"image_", "images"}, {"exp", "export"}, {"ds_gws_", "GDS"}, {"ds_ordered_", "GDS"}, {"v_interp_", "interpolation"},
};
enum { EXCLUDED = sizeof excluded / sizeof *excluded };

/* Why an instruction of compute is not executed. */
static const struct {
    const char *name, *reason;
} unexecuted[] = {
    {"v_screen_partition_4se_b32", "the CDNA4 ISA document does not describe it"},
};

struct coverage {
    unsigned vectors[MNEMONICS], code[MNEMONICS];
};

static int compare_name(const void *key, const void *entry) {
    return strcmp(key, *(const char *const *)entry);
}

/* MNEMONICS when LLVM has no such mnemonic. */
static unsigned index_of(const char *name) {
    const char *const *at = bsearch(name, mnemonics, MNEMONICS, sizeof *mnemonics, compare_name);
    return at ? (unsigned)(at - mnemonics) : MNEMONICS;
}

static unsigned excluded_as(const char *name) {
    unsigned i = 0;
    while (i < EXCLUDED && strncmp(name, excluded[i].prefix, strlen(excluded[i].prefix)) != 0)
        i++;
    return i;
}

static const char *family_of(const struct isa_op *op) {
    for (unsigned f = 0; f < isa_family_count; f++)
        if (op >= isa_families[f]->ops && op < isa_families[f]->ops + isa_families[f]->count)
            return isa_families[f]->name;
    return "?";
}

static void count_code(const struct code *code, unsigned *seen) {
    for (uint32_t i = 0; i < code->ninsn; i++) {
        unsigned at = index_of(code->insn[i].mnemonic);
        if (at < MNEMONICS)
            seen[at]++;
    }
}

static int read_vectors(const char *file, struct coverage *c) {
    FILE *f = fopen(file, "r");
    struct sandbox *box = sandbox_new();
    struct vector *v = malloc(sizeof *v);
    char *line = NULL, err[256];
    size_t room = 0;
    int status = !f ? cli_error("cannot open '%s'", file) : !box || !v ? cli_error("no memory") : EXIT_CLEAN;
    for (unsigned n = 1; status == EXIT_CLEAN && getline(&line, &room, f) >= 0; n++) {
        if (!line[strspn(line, " \t\r\n")])
            continue;
        if (!vector_parse(line, v, err, sizeof err) || !sandbox_load(box, v->bytes, v->nbytes, err, sizeof err))
            status = cli_error("%s:%u: %s", file, n, err);
        else
            count_code(sandbox_code(box), c->vectors);
        vector_free(v);
    }
    free(line);
    free(v);
    sandbox_free(box);
    if (f)
        fclose(f);
    return status;
}

static int read_code(const char *file, struct coverage *c) {
    char err[256];
    size_t size;
    void *bytes = file_read(file, &size, err, sizeof err);
    if (!bytes)
        return cli_error("%s", err);
    struct code *code = code_load(bytes, size, err, sizeof err);
    free(bytes);
    if (!code)
        return cli_error("%s: %s", file, err);
    count_code(code, c->code);
    code_free(code);
    return EXIT_CLEAN;
}

/* Rows of mnemonics that LLVM does not accept: they can never run. */
static unsigned print_strangers(void) {
    unsigned n = 0;
    for (unsigned f = 0; f < isa_family_count; f++)
        for (unsigned i = 0; i < isa_families[f]->count; i++)
            if (index_of(isa_families[f]->ops[i].name) == MNEMONICS) {
                printf("note: %s (family %s) is no mnemonic of gfx950\n", isa_families[f]->ops[i].name,
                       isa_families[f]->name);
                n++;
            }
    return n;
}

static const char *reason_for(const char *name) {
    for (size_t i = 0; i < sizeof unexecuted / sizeof *unexecuted; i++)
        if (strcmp(unexecuted[i].name, name) == 0)
            return unexecuted[i].reason;
    return "no reason is known";
}

static void print_row(unsigned i, const struct isa_op *op, const struct coverage *c) {
    printf("%-44s %-16s", mnemonics[i], op ? family_of(op) : "-");
    if (c->vectors[i])
        printf(" vectors:%u", c->vectors[i]);
    if (c->code[i])
        printf(" compiled:%u", c->code[i]);
    if (!op)
        printf(" not executed: %s", reason_for(mnemonics[i]));
    putchar('\n');
}

static int print_table(const struct coverage *c, bool only_missing) {
    unsigned out[EXCLUDED] = {0}, compute = 0, executed = 0, tested = 0;
    for (unsigned i = 0; i < MNEMONICS; i++) {
        const struct isa_op *op = isa_find(mnemonics[i]);
        unsigned why = excluded_as(mnemonics[i]);
        if (why < EXCLUDED) {
            out[why]++;
            if (!only_missing)
                printf("%-44s out of scope: %s\n", mnemonics[i], excluded[why].what);
            continue;
        }
        compute++;
        executed += op != NULL;
        tested += op && (c->vectors[i] || c->code[i]);
        if (!only_missing || !op)
            print_row(i, op, c);
    }
    unsigned strangers = print_strangers();
    printf("%u mnemonics that LLVM accepts for gfx950\n", (unsigned)MNEMONICS);
    for (unsigned i = 0; i < EXCLUDED; i++)
        if (out[i])
            printf("%u out of scope: %s (%s*)\n", out[i], excluded[i].what, excluded[i].prefix);
    if (tested)
        printf("%u of the executed ones are met in the vectors and code objects given\n", tested);
    printf("%u of %u compute mnemonics executed (%.2f %%)\n", executed, compute, 100.0 * executed / compute);
    return strangers ? EXIT_FINDINGS : EXIT_CLEAN;
}

int cmd_isa(int argc, char **argv) {
    struct coverage *c = calloc(1, sizeof *c);
    bool only_missing = false;
    int status = c ? EXIT_CLEAN : cli_error("no memory");
    isa_init();
    for (int i = 1; i < argc && status == EXIT_CLEAN; i++) {
        bool vectors = strcmp(argv[i], "--vectors") == 0, code = strcmp(argv[i], "--code") == 0;
        if (strcmp(argv[i], "--missing") == 0)
            only_missing = true;
        else if ((!vectors && !code) || i + 1 == argc)
            status = cli_error(vectors || code ? "%s needs a file" : "isa does not take '%s'", argv[i]);
        else
            status = vectors ? read_vectors(argv[++i], c) : read_code(argv[++i], c);
    }
    if (status == EXIT_CLEAN)
        status = print_table(c, only_missing);
    free(c);
    return status;
}
