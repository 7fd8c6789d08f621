#define _GNU_SOURCE
/* Checks, their severities, and the findings of a run. */
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "../include/gfx950sim/gfx950sim.h"
#include "check/hazard.h"
#include "wave.h"

struct check_row {
    const char *name;
    enum severity by_preset[3];
    const char *source, *rule;
};

static const struct check_row checks[] = {
#define CHECK(id, name, own, compiled, foreign, source, text) {name, {own, compiled, foreign}, source, text},
#include "checks.inc"
#undef CHECK
#define HAZARD(i, rule, p, po, c, co, waits, llvm, own, compiled, foreign, source)                                     \
    {rule, {own, compiled, foreign}, source, p " (" po ") then " c " (" co "): " #waits " wait states"},
#include "hazards.inc"
#undef HAZARD
};
enum { NCHECKS = sizeof checks / sizeof *checks };

static enum severity severities[NCHECKS] = {
#define CHECK(id, name, own, compiled, foreign, source, text) own,
#include "checks.inc"
#undef CHECK
#define HAZARD(i, rule, p, po, c, co, waits, llvm, own, compiled, foreign, source) own,
#include "hazards.inc"
#undef HAZARD
};

struct finding {
    unsigned check;
    const struct kernel *kernel;
    uint32_t pc;
    enum severity severity;
    uint64_t times;
    char *text;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct finding *findings;
static size_t count, capacity;
static uint64_t errors, warnings;

const char *check_name(unsigned check) {
    return check < NCHECKS ? checks[check].name : "?";
}
const char *check_source(unsigned check) {
    return check < NCHECKS ? checks[check].source : "?";
}
enum severity check_severity(unsigned check) {
    return check < NCHECKS ? severities[check] : SEV_OFF;
}

void check_set_preset(enum preset preset) {
    for (unsigned i = 0; i < NCHECKS; i++)
        severities[i] = checks[i].by_preset[preset];
}

bool check_set_severity(const char *name, enum severity severity) {
    for (unsigned i = 0; i < NCHECKS; i++)
        if (strcmp(checks[i].name, name) == 0) {
            severities[i] = severity;
            return true;
        }
    return false;
}

/* --- text --- */

static void listing(FILE *f, const struct code *code, const struct insn *in, const char *mark) {
    fprintf(f, "  %s 0x%-6x %s\n", mark, in->pc, code_text(code, in));
}

static void neighbours(FILE *f, const struct code *code, const struct insn *in) {
    uint32_t at = (uint32_t)(in - code->insn);
    for (uint32_t i = at >= 2 ? at - 2 : 0; i < code->ninsn && i <= at + 1; i++)
        listing(f, code, &code->insn[i], i == at ? ">" : " ");
}

static void lanes_text(FILE *f, uint64_t lanes) {
    if (lanes == 0 || lanes == ~0ull) {
        fputs("all lanes", f);
        return;
    }
    const char *comma = "";
    fputs(__builtin_popcountll(lanes) == 1 ? "lane " : "lanes ", f);
    for (int i = 0; i < LANES;) {
        if (!(lanes >> i & 1)) {
            i++;
            continue;
        }
        int last = i;
        while (last + 1 < LANES && (lanes >> (last + 1) & 1))
            last++;
        fprintf(f, last > i ? "%s%d-%d" : "%s%d", comma, i, last);
        comma = ",";
        i = last + 1;
    }
}

static char *compose(struct wave *w, const struct insn *in, unsigned check, const struct insn *other, uint64_t lanes,
                     const char *what) {
    char *text = NULL;
    size_t size;
    FILE *f = open_memstream(&text, &size);
    if (!f)
        return NULL;
    const char *kind = severities[check] == SEV_ERROR ? "error" : "warning";
    fprintf(f, "%s: %s: %s\n", kind, checks[check].name, what);
    if (w && w->wg) {
        const struct launch *l = w->wg->launch;
        fprintf(f, "  kernel %s, workgroup (%u,%u,%u), wave %u, ", l->kernel->name, w->wg->id[0], w->wg->id[1],
                w->wg->id[2], w->id);
        lanes_text(f, lanes);
        fputc('\n', f);
    }
    if (w && w->code && in) {
        char file[512];
        unsigned line;
        if (code_source_line(w->code, in, file, sizeof file, &line))
            fprintf(f, "  source %s:%u\n", file, line);
        neighbours(f, w->code, in);
        if (other) {
            fputs("  the earlier instruction:\n", f);
            listing(f, w->code, other, "<");
        }
    }
    fprintf(f, "  rule: %s [%s]\n", checks[check].rule, checks[check].source);
    fclose(f);
    return text;
}

void report(struct wave *w, const struct insn *in, unsigned check, const struct insn *other, uint64_t lanes,
            const char *fmt, ...) {
    enum severity severity = check_severity(check);
    if (severity == SEV_OFF)
        return;
    const struct kernel *kernel = w && w->wg ? w->wg->launch->kernel : NULL;
    pthread_mutex_lock(&lock);
    for (size_t i = 0; i < count; i++)
        if (findings[i].check == check && findings[i].kernel == kernel && in && findings[i].pc == in->pc) {
            findings[i].times++;
            pthread_mutex_unlock(&lock);
            return;
        }
    if (count == capacity) {
        size_t grown = capacity ? 2 * capacity : 16;
        struct finding *more = realloc(findings, grown * sizeof *more);
        if (!more) {
            pthread_mutex_unlock(&lock);
            return;
        }
        findings = more;
        capacity = grown;
    }
    char what[512];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(what, sizeof what, fmt, ap);
    va_end(ap);
    findings[count++] =
        (struct finding){check, kernel, in ? in->pc : 0, severity, 1, compose(w, in, check, other, lanes, what)};
    if (severity == SEV_ERROR)
        errors++;
    else
        warnings++;
    pthread_mutex_unlock(&lock);
}

/* --- the public side --- */

uint64_t report_errors(void) {
    pthread_mutex_lock(&lock);
    uint64_t n = errors;
    pthread_mutex_unlock(&lock);
    return n;
}

uint64_t report_warnings(void) {
    pthread_mutex_lock(&lock);
    uint64_t n = warnings;
    pthread_mutex_unlock(&lock);
    return n;
}

size_t report_count(void) {
    pthread_mutex_lock(&lock);
    size_t n = count;
    pthread_mutex_unlock(&lock);
    return n;
}

void report_reset(void) {
    pthread_mutex_lock(&lock);
    for (size_t i = 0; i < count; i++)
        free(findings[i].text);
    count = 0;
    errors = warnings = 0;
    pthread_mutex_unlock(&lock);
}

static __thread char *returned;

static const char *give(char *text) {
    free(returned);
    returned = text;
    return text ? text : "";
}

static void print_finding(FILE *f, const struct finding *x) {
    fputs(x->text ? x->text : checks[x->check].name, f);
    if (x->times > 1)
        fprintf(f, "  seen %llu times\n", (unsigned long long)x->times);
}

const char *gfx950sim_findings(void) {
    char *text = NULL;
    size_t size;
    FILE *f = open_memstream(&text, &size);
    if (!f)
        return "";
    pthread_mutex_lock(&lock);
    for (size_t i = 0; i < count; i++)
        print_finding(f, &findings[i]);
    pthread_mutex_unlock(&lock);
    fclose(f);
    return give(text);
}

const char *gfx950sim_finding(size_t n) {
    char *text = NULL;
    size_t size;
    pthread_mutex_lock(&lock);
    if (n < count) {
        FILE *f = open_memstream(&text, &size);
        if (f) {
            print_finding(f, &findings[n]);
            fclose(f);
        }
    }
    pthread_mutex_unlock(&lock);
    return text ? give(text) : NULL;
}

const char *gfx950sim_finding_rule(size_t n) {
    pthread_mutex_lock(&lock);
    const char *name = n < count ? checks[findings[n].check].name : NULL;
    pthread_mutex_unlock(&lock);
    return name;
}

int gfx950sim_finding_is_error(size_t n) {
    pthread_mutex_lock(&lock);
    int is = n < count && findings[n].severity == SEV_ERROR;
    pthread_mutex_unlock(&lock);
    return is;
}
