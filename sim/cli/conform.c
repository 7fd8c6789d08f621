/* gfx950sim conform: runs each vector on a wave of its own and compares the registers that it names. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "gfx950sim/gfx950sim.h"
#include "sandbox.h"
#include "vectors.h"

struct exclusion {
    char *id;
    bool used;
};

struct options {
    const char *file, *exclude, *only, *mfma;
    struct exclusion *excluded;
    size_t nexcluded;
};

struct tally {
    unsigned passed, failed, excluded;
};

/* Lines of an id and its reason; '#' starts a comment line. */
static int read_exclusions(struct options *o) {
    FILE *f = fopen(o->exclude, "r");
    if (!f)
        return cli_error("cannot open the exclusion file '%s'", o->exclude);
    char *line = NULL;
    size_t room = 0;
    int status = EXIT_CLEAN;
    for (unsigned n = 1; getline(&line, &room, f) >= 0 && status == EXIT_CLEAN; n++) {
        char *id = strtok(line, " \t\n"), *reason = id ? strtok(NULL, "\n") : NULL;
        if (!id || *id == '#')
            continue;
        struct exclusion *more = realloc(o->excluded, (o->nexcluded + 1) * sizeof *more);
        if (!reason || !reason[strspn(reason, " \t")])
            status = cli_error("%s:%u: '%s' has no reason after it; say why the vector is wrong", o->exclude, n, id);
        else if (!more)
            status = cli_error("no memory for '%s'", o->exclude);
        if (more)
            o->excluded = more;
        if (status == EXIT_CLEAN)
            more[o->nexcluded++] = (struct exclusion){strdup(id), false};
    }
    free(line);
    fclose(f);
    return status;
}

static bool is_excluded(const struct options *o, const char *id) {
    for (size_t i = 0; i < o->nexcluded; i++)
        if (strcmp(o->excluded[i].id, id) == 0)
            return o->excluded[i].used = true;
    return false;
}

static void put(struct wave *w, const struct vector_value *v) {
    switch (v->place) {
    case PLACE_VGPR:
        wave_write_row(w, v->reg, v->lanes, NULL, ~0ull);
        break;
    case PLACE_SGPR:
        w->s[v->reg] = (uint32_t)v->scalar;
        w->sundef[v->reg] = 0;
        break;
    case PLACE_EXEC:
        w->s64[SREG_EXEC / 2] = v->scalar;
        break;
    case PLACE_VCC:
        w->s64[SREG_VCC / 2] = v->scalar;
        w->sundef[SREG_VCC] = w->sundef[SREG_VCC + 1] = 0;
        break;
    case PLACE_SCC:
        w->scc = v->scalar != 0;
        w->scc_undef = false;
        break;
    case PLACE_M0:
        w->s[SREG_M0] = (uint32_t)v->scalar;
        w->sundef[SREG_M0] = 0;
        break;
    case PLACE_MODE:
        w->mode = (uint32_t)v->scalar;
        break;
    }
}

static uint64_t scalar_of(const struct wave *w, const struct vector_value *v, uint64_t *undef) {
    *undef = 0;
    switch (v->place) {
    case PLACE_SGPR:
        *undef = w->sundef[v->reg];
        return w->s[v->reg];
    case PLACE_EXEC:
        return wave_exec(w);
    case PLACE_VCC:
        *undef = w->sundef[SREG_VCC] | (uint64_t)w->sundef[SREG_VCC + 1] << 32;
        return wave_vcc(w);
    case PLACE_SCC:
        *undef = w->scc_undef;
        return w->scc;
    case PLACE_M0:
        *undef = w->sundef[SREG_M0];
        return w->s[SREG_M0];
    default:
        return w->mode;
    }
}

static void print_failure(const struct vector *v, const char *what) {
    printf("FAIL %s: ", v->id);
    for (unsigned i = 0; i < v->nasm; i++)
        printf("%s%s", i ? "; " : "", v->asm_text[i]);
    printf("\n    %s\n", what);
}

/* The lower half of an f64 whose upper half is `hi`, or NULL. */
static const struct vector_value *low_half(const struct vector *v, const struct vector_value *hi) {
    for (unsigned i = 0; i < v->nout; i++)
        if (v->out[i].place == PLACE_VGPR && v->out[i].format == FMT_F64LO && v->out[i].reg + 1 == hi->reg)
            return &v->out[i];
    return NULL;
}

static bool vgpr_right(struct wave *w, const struct vector *v, const struct vector_value *o, char *what, size_t size) {
    const struct vector_value *lo = o->format == FMT_F64HI ? low_half(v, o) : NULL;
    lane_row tmp;
    const uint32_t *got = wave_row(w, o->reg), *undef = wave_undef_row(w, o->reg, tmp);
    const uint32_t *got_lo = lo ? wave_row(w, lo->reg) : NULL;
    unsigned wrong = 0;
    for (unsigned lane = 0; lane < LANES; lane++) {
        if (v->skip_lanes >> lane & 1)
            continue;
        uint64_t g = got[lane] & o->mask, want = o->lanes[lane] & o->mask;
        if (lo) {
            g = g << 32 | got_lo[lane];
            want = want << 32 | lo->lanes[lane];
        }
        bool undefined = undef[lane] & o->mask;
        if (!undefined && vector_equal(o->format, g, want, v->ulp))
            continue;
        if (wrong++ == 0)
            snprintf(what, size, "%s lane %u: got 0x%0*llx%s, want 0x%0*llx", o->name, lane, lo ? 16 : 8,
                     (unsigned long long)g, undefined ? " with undefined bits" : "", lo ? 16 : 8,
                     (unsigned long long)want);
    }
    if (wrong > 1) {
        size_t n = strlen(what);
        snprintf(what + n, size - n, " (and %u lanes more)", wrong - 1);
    }
    return wrong == 0;
}

static bool outputs_right(struct wave *w, const struct vector *v, char *what, size_t size) {
    for (unsigned i = 0; i < v->nout; i++) {
        const struct vector_value *o = &v->out[i];
        if (o->place == PLACE_VGPR) {
            bool with_high_half = o->format == FMT_F64LO;
            if (!with_high_half && !vgpr_right(w, v, o, what, size))
                return false;
            continue;
        }
        uint64_t undef, got = scalar_of(w, o, &undef) & o->mask, want = o->scalar & o->mask;
        if (got != want || (undef & o->mask)) {
            snprintf(what, size, "%s: got 0x%llx%s, want 0x%llx", o->name, (unsigned long long)got,
                     undef & o->mask ? " with undefined bits" : "", (unsigned long long)want);
            return false;
        }
    }
    return true;
}

static bool is_constant(const struct operand *o) {
    return o->kind == OPND_INT || o->kind == OPND_FLOAT;
}

static bool same_operand(const struct operand *a, const struct operand *b) {
    if (is_constant(a) && is_constant(b)) /* 0.5 and 0x3f000000 are one literal: the encoding says which */
        return a->abs == b->abs && (a->kind != b->kind || a->imm == b->imm || (uint32_t)a->imm == (uint32_t)b->imm);
    return a->kind == b->kind && a->reg == b->reg && a->ndw == b->ndw && a->neg == b->neg && a->abs == b->abs &&
           a->sext == b->sext && a->imm == b->imm;
}

/* The disassembly of the bytes is the vector's own text, but for spelling. */
static bool same_text(const struct code *code, const struct vector *v, char *what, size_t size) {
    if (code->ninsn != v->nasm) {
        snprintf(what, size, "the bytes are %u instructions, the text %u", code->ninsn, v->nasm);
        return false;
    }
    for (unsigned i = 0; i < v->nasm; i++) {
        const struct insn *in = &code->insn[i];
        struct insn text = {0};
        char err[160];
        bool same = insn_parse(v->asm_text[i], &text, err, sizeof err) && strcmp(text.mnemonic, in->mnemonic) == 0;
        /* some spellings leave out a destination that can only be vcc */
        unsigned vcc = in->noperands == text.noperands + 1u && in->opnd[0].reg == SREG_VCC ? 1 : 0;
        same = same && text.noperands + vcc == in->noperands && text.waitcnt == in->waitcnt;
        for (unsigned k = 0; same && k < text.noperands; k++)
            same = same_operand(&text.opnd[k], &in->opnd[k + vcc]);
        const struct insn_mods *a = &text.mods, *b = &in->mods;
        same = same && a->op_sel == b->op_sel && a->neg_lo == b->neg_lo && a->neg_hi == b->neg_hi &&
               a->clamp == b->clamp && a->omod == b->omod && a->dpp == b->dpp && a->dpp_arg == b->dpp_arg &&
               a->cbsz == b->cbsz && a->abid == b->abid && a->blgp == b->blgp && a->offset == b->offset;
        if (!same) {
            snprintf(what, size, "the bytes are '%s'", code_text(code, in));
            return false;
        }
    }
    return true;
}

static void run_vector(struct sandbox *box, const struct vector *v, struct tally *t) {
    char what[512];
    bool ok = sandbox_load(box, v->bytes, v->nbytes, what, sizeof what);
    if (ok) {
        struct wave *w = sandbox_reset(box);
        for (unsigned i = 0; i < v->nin; i++)
            put(w, &v->in[i]);
        ok = sandbox_run(box, what, sizeof what) && outputs_right(w, v, what, sizeof what) &&
             same_text(sandbox_code(box), v, what, sizeof what);
    }
    if (ok)
        t->passed++;
    else
        t->failed++;
    if (!ok)
        print_failure(v, what);
}

static int run_file(const struct options *o, struct tally *t) {
    FILE *f = fopen(o->file, "r");
    if (!f)
        return cli_error("cannot open '%s'", o->file);
    struct sandbox *box = sandbox_new();
    struct vector *v = malloc(sizeof *v);
    char *line = NULL, err[256];
    size_t room = 0;
    int status = box && v ? EXIT_CLEAN : cli_error("no memory for a wave");
    for (unsigned n = 1; status == EXIT_CLEAN && getline(&line, &room, f) >= 0; n++) {
        if (!line[strspn(line, " \t\r\n")])
            continue;
        if (!vector_parse(line, v, err, sizeof err)) {
            status = cli_error("%s:%u: %s", o->file, n, err);
        } else if (is_excluded(o, v->id)) {
            t->excluded++;
        } else if (!o->only || strstr(v->id, o->only) || strstr(v->op, o->only)) {
            run_vector(box, v, t);
        }
        if (status == EXIT_CLEAN)
            vector_free(v);
    }
    free(line);
    free(v);
    sandbox_free(box);
    fclose(f);
    return status;
}

static int read_options(int argc, char **argv, struct options *o) {
    for (int i = 1; i < argc; i++) {
        const char **value = strcmp(argv[i], "--exclude") == 0 ? &o->exclude
                             : strcmp(argv[i], "--only") == 0  ? &o->only
                             : strcmp(argv[i], "--mfma") == 0  ? &o->mfma
                                                               : NULL;
        if (value) {
            if (++i == argc)
                return cli_error("%s needs a value", argv[i - 1]);
            *value = argv[i];
        } else if (argv[i][0] == '-' || o->file) {
            return cli_error("conform does not take '%s'", argv[i]);
        } else {
            o->file = argv[i];
        }
    }
    if (!o->file)
        return cli_error("conform needs a FILE.jsonl of vectors");
    settings_init();
    if (o->mfma && gfx950sim_set("mfma", o->mfma) != 0)
        return cli_error("%s", gfx950sim_message());
    return o->exclude ? read_exclusions(o) : EXIT_CLEAN;
}

int cmd_conform(int argc, char **argv) {
    struct options o = {0};
    struct tally t = {0};
    int status = read_options(argc, argv, &o);
    if (status == EXIT_CLEAN)
        status = run_file(&o, &t);
    if (status == EXIT_CLEAN) {
        for (size_t i = 0; i < o.nexcluded; i++)
            if (!o.excluded[i].used)
                printf("note: '%s' is excluded, and no vector has that id\n", o.excluded[i].id);
        if (o.nexcluded)
            printf("%u excluded\n", t.excluded);
        printf("%u passed, %u failed\n", t.passed, t.failed);
        status = t.failed ? EXIT_FINDINGS : EXIT_CLEAN;
    }
    for (size_t i = 0; i < o.nexcluded; i++)
        free(o.excluded[i].id);
    free(o.excluded);
    return status;
}
