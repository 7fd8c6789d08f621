#include "machine.h"

#include <errno.h>
#include <ini.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gfx950sim/time.h"

extern const char gfx950sim_machine_ini[];

static const struct parameter {
    const char *section, *name, *unit;
    double least, most;
    size_t offset;
} parameters[] = {
#define P(section, name, unit, least, most)                                                                            \
    {#section, #name, unit, least, most, offsetof(struct time_machine, section##_##name)},
#include "parameters.inc"
#undef P
};
enum { PARAMETERS = sizeof parameters / sizeof *parameters };

/* What a file says besides the values. */
struct provenance {
    char unit[48], confidence[4], source[160];
};

struct loaded {
    struct time_machine machine;
    struct provenance provenance[PARAMETERS];
};

static struct loaded current;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static double *member(struct time_machine *m, size_t i) {
    return (double *)((char *)m + parameters[i].offset);
}

static size_t find(const char *section, const char *name) {
    size_t i = 0;
    while (i < PARAMETERS && (strcmp(parameters[i].section, section) || strcmp(parameters[i].name, name)))
        i++;
    return i;
}

/* A number inside the parameter's limits; *end behind it. */
static bool number(size_t i, const char *text, double *value, char **end, char *err, size_t err_size) {
    const struct parameter *p = &parameters[i];
    errno = 0;
    *value = strtod(text, end);
    if (*end != text && !errno && *value >= p->least && *value <= p->most)
        return true;
    snprintf(err, err_size, "%s.%s is '%.40s'; it must be a number from %g to %g", p->section, p->name, text, p->least,
             p->most);
    return false;
}

/* --- reading --- */

struct reading {
    struct loaded *into;
    bool seen[PARAMETERS];
    char reason[256]; /* of the first error */
};

/* The next field of `value | unit | confidence | source`, trimmed. */
static bool field(char **at, char *out, size_t size) {
    while (**at == ' ' || **at == '\t')
        ++*at;
    size_t n = strcspn(*at, "|");
    char *next = (*at)[n] ? *at + n + 1 : *at + n;
    while (n && ((*at)[n - 1] == ' ' || (*at)[n - 1] == '\t'))
        n--;
    bool ok = n > 0 && n < size;
    if (ok) {
        memcpy(out, *at, n);
        out[n] = '\0';
    }
    *at = next;
    return ok;
}

static bool entry(struct reading *r, const char *section, const char *name, const char *text) {
    char value[256], number_text[64], *at = value, *end, *err = r->reason;
    size_t err_size = sizeof r->reason, i = find(section, name);
    if (i == PARAMETERS)
        return snprintf(err, err_size, "there is no parameter %.40s.%.40s", section, name), false;
    struct provenance *p = &r->into->provenance[i];
    if (r->seen[i])
        return snprintf(err, err_size, "%s.%s stands there twice", section, name), false;
    snprintf(value, sizeof value, "%s", text);
    if (!field(&at, number_text, sizeof number_text) || !field(&at, p->unit, sizeof p->unit) ||
        !field(&at, p->confidence, sizeof p->confidence) || !field(&at, p->source, sizeof p->source))
        return snprintf(err, err_size, "%s.%s: expected `value | unit | confidence | source`", section, name), false;
    double *v = member(&r->into->machine, i);
    if (!number(i, number_text, v, &end, err, err_size))
        return false;
    if (*end)
        return snprintf(err, err_size, "%s.%s is '%s', which is no number", section, name, number_text), false;
    if (strncmp(p->unit, parameters[i].unit, strlen(parameters[i].unit)))
        return snprintf(err, err_size, "%s.%s is in '%s'; its unit is %s", section, name, p->unit, parameters[i].unit),
               false;
    if (strcmp(p->confidence, "H") && strcmp(p->confidence, "M") && strcmp(p->confidence, "L"))
        return snprintf(err, err_size, "%s.%s has confidence '%s'; it must be H, M or L", section, name, p->confidence),
               false;
    r->seen[i] = true;
    return true;
}

static int handler(void *user, const char *section, const char *name, const char *value) {
    struct reading *r = user;
    return r->reason[0] ? 0 : entry(r, section, name, value);
}

/* What no single parameter shows. */
static const char *contradiction(const struct time_machine *m) {
    if (m->l2_bytes / m->l2_line_bytes / m->l2_ways / m->l2_channels < 1 || m->l1_bytes / m->l1_line_bytes < m->l1_ways)
        return "a cache is smaller than one set";
    if (m->mall_bytes / 128 / m->mall_ways < 1 || m->scalar_cache_bytes / m->scalar_line_bytes < m->scalar_ways ||
        m->fetch_cache_bytes / m->fetch_line_bytes < m->fetch_cache_ways)
        return "a cache is smaller than one set";
    if (!(m->l1_hit < m->l2_hit && m->l2_hit < m->mall_latency * m->chip_core_mhz / 1000 &&
          m->mall_latency < m->hbm_latency))
        return "latencies must grow from l1.hit over l2.hit and mall.latency to hbm.latency";
    return NULL;
}

static bool finish(struct reading *r, int line, const char *path, char *err, size_t err_size) {
    if (line > 0 && !r->reason[0])
        snprintf(r->reason, sizeof r->reason, "neither a [section], nor name = value, nor a comment");
    for (size_t i = 0; i < PARAMETERS && !r->reason[0]; i++)
        if (!r->seen[i])
            snprintf(r->reason, sizeof r->reason, "%s.%s is missing", parameters[i].section, parameters[i].name);
    const char *wrong = r->reason[0] ? NULL : contradiction(&r->into->machine);
    if (wrong)
        snprintf(r->reason, sizeof r->reason, "%s", wrong);
    if (!r->reason[0])
        return true;
    if (line > 0)
        snprintf(err, err_size, "%s:%d: %s", path, line, r->reason);
    else
        snprintf(err, err_size, "%s: %s", path, r->reason);
    return false;
}

static void load_built_in(void) {
    char err[512];
    struct reading r = {.into = &current};
    int line = ini_parse_string(gfx950sim_machine_ini, handler, &r);
    if (!finish(&r, line, "configs/mi355x.ini", err, sizeof err)) {
        fprintf(stderr, "gfx950sim: %s\n", err); /* the build's own file: its test fails */
        abort();
    }
}

const struct time_machine *time_machine(void) {
    pthread_once(&once, load_built_in);
    return &current.machine;
}

bool time_machine_load(const char *path, char *err, size_t err_size) {
    pthread_once(&once, load_built_in);
    if (!path[0] || strcmp(path, "built-in") == 0) {
        pthread_mutex_lock(&lock);
        load_built_in();
        pthread_mutex_unlock(&lock);
        return true;
    }
    struct loaded *l = calloc(1, sizeof *l);
    struct reading r = {.into = l};
    int line = l ? ini_parse(path, handler, &r) : -2;
    bool ok = line >= 0 && finish(&r, line, path, err, err_size);
    if (line < 0)
        snprintf(err, err_size, "%s: %s", path, line == -1 ? strerror(errno) : "no memory");
    if (ok) {
        pthread_mutex_lock(&lock);
        current = *l;
        pthread_mutex_unlock(&lock);
    }
    free(l);
    return ok;
}

bool time_machine_override(const char *assignment, char *err, size_t err_size) {
    pthread_once(&once, load_built_in);
    char section[32], name[32], *end;
    int at = 0;
    double value;
    if (sscanf(assignment, " %31[a-z0-9_].%31[a-z0-9_] = %n", section, name, &at) != 2 || !at)
        return snprintf(err, err_size, "'%.80s' is not SECTION.NAME=VALUE, e.g. l2.hit=286", assignment), false;
    size_t i = find(section, name);
    if (i == PARAMETERS)
        return snprintf(err, err_size, "there is no parameter %s.%s; configs/mi355x.ini lists them", section, name),
               false;
    if (!number(i, assignment + at, &value, &end, err, err_size))
        return false;
    if (*end)
        return snprintf(err, err_size, "%s.%s is '%s', which is no number", section, name, assignment + at), false;
    pthread_mutex_lock(&lock);
    struct time_machine changed = current.machine;
    *member(&changed, i) = value;
    const char *wrong = contradiction(&changed);
    if (!wrong) {
        current.machine = changed;
        snprintf(current.provenance[i].source, sizeof current.provenance[i].source, "set by the user");
    }
    pthread_mutex_unlock(&lock);
    if (wrong)
        snprintf(err, err_size, "%s.%s=%g: %s", section, name, value, wrong);
    return !wrong;
}

int gfx950sim_time_parameter(size_t n, struct gfx950sim_time_parameter *p) {
    pthread_once(&once, load_built_in);
    if (n >= PARAMETERS)
        return -1;
    static _Thread_local struct provenance said;
    static _Thread_local char name[64];
    pthread_mutex_lock(&lock);
    said = current.provenance[n];
    double value = *member(&current.machine, n);
    pthread_mutex_unlock(&lock);
    snprintf(name, sizeof name, "%s.%s", parameters[n].section, parameters[n].name);
    struct gfx950sim_time_parameter now = {
        p->size, name, value, parameters[n].least, parameters[n].most, said.unit, said.source, said.confidence[0]};
    memcpy(p, &now, p->size < sizeof now ? p->size : sizeof now);
    return 0;
}
