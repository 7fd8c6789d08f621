#define _GNU_SOURCE
#include "settings.h"

#include <ctype.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gfx950sim/time.h"
#include "message.h"
#include "report.h"
#include "time/machine.h"

enum { MAX_DEVICES = 64, MAX_THREADS = 1024, LEAST_SAMPLE = 4, MOST_SAMPLE = 1000000 };

struct settings settings = {
    .order = ORDER_RUN_TO_BARRIER,
    .mfma = MFMA_CHAIN,
    .preset = PRESET_OWN,
    .arch_major = 9,
    .arch_minor = 5,
    .arch = "gfx950",
    .devices = 1,
    .preload = true,
};

struct message {
    char *text;
    size_t size;
};

struct choice {
    const char *name;
    int value;
};

static const struct choice presets[] = {
    {"own", PRESET_OWN}, {"compiled", PRESET_COMPILED}, {"foreign", PRESET_FOREIGN}, {NULL, 0}};
static const struct choice orders[] = {{"run-to-barrier", ORDER_RUN_TO_BARRIER},
                                       {"reversed", ORDER_REVERSED},
                                       {"lock-step", ORDER_LOCK_STEP},
                                       {"shuffle", ORDER_SHUFFLE},
                                       {NULL, 0}};
static const struct choice mfma_orders[] = {{"chain", MFMA_CHAIN}, {"pairwise", MFMA_PAIRWISE}, {NULL, 0}};
static const struct choice severities[] = {{"error", SEV_ERROR}, {"warning", SEV_WARNING}, {"off", SEV_OFF}, {NULL, 0}};
static const struct choice switches[] = {{"on", 1}, {"off", 0}, {NULL, 0}};
static const struct choice times[] = {{"off", GFX950SIM_TIME_OFF},     {"first", GFX950SIM_TIME_FIRST},
                                      {"cold", GFX950SIM_TIME_COLD},   {"warm", GFX950SIM_TIME_WARM},
                                      {"flush", GFX950SIM_TIME_FLUSH}, {NULL, 0}};
/* value: compute capability, major * 10 + minor */
static const struct choice archs[] = {{"gfx950", 95}, {"gfx942", 94}, {NULL, 0}};

static bool choose(const char *name, const char *value, const struct choice *choices, int *chosen, struct message m) {
    int used = snprintf(m.text, m.size, "%s is '%s'; it must be one of", name, value);
    for (const struct choice *c = choices; c->name != NULL; c++) {
        if (strcmp(c->name, value) == 0) {
            *chosen = c->value;
            return true;
        }
        if (used >= 0 && (size_t)used < m.size)
            used += snprintf(m.text + used, m.size - (size_t)used, "%s %s", c == choices ? "" : ",", c->name);
    }
    return false;
}

static bool number(const char *name, const char *value, uint64_t low, uint64_t high, uint64_t *n, struct message m) {
    char *end;
    errno = 0;
    *n = strtoull(value, &end, 0);
    if (errno == 0 && isdigit((unsigned char)value[0]) && *end == '\0' && *n >= low && *n <= high)
        return true;
    snprintf(m.text, m.size, "%s is '%s'; it must be a number from %llu to %llu", name, value, (unsigned long long)low,
             (unsigned long long)high);
    return false;
}

/* NAME=SEVERITY[,NAME=SEVERITY...] */
static bool set_checks(const char *value, struct message m) {
    char *copy = strdup(value), *rest = NULL;
    if (copy == NULL)
        return false;
    bool ok = true;
    for (char *item = strtok_r(copy, ",", &rest); ok && item != NULL; item = strtok_r(NULL, ",", &rest)) {
        char *equals = strchr(item, '=');
        int severity = 0;
        if (equals == NULL) {
            snprintf(m.text, m.size, "check is '%s'; it must be NAME=error, NAME=warning or NAME=off", item);
            ok = false;
            break;
        }
        *equals = '\0';
        ok = choose("the severity of a check", equals + 1, severities, &severity, m);
        if (ok && !check_set_severity(item, (enum severity)severity)) {
            snprintf(m.text, m.size, "there is no check '%s'; configs/checks.csv and configs/hazards.csv list them",
                     item);
            ok = false;
        }
    }
    free(copy);
    return ok;
}

static bool set(const char *name, const char *value, struct message m) {
    int chosen = 0;
    uint64_t n = 0;
    if (strcmp(name, "checks") == 0) {
        if (!choose(name, value, presets, &chosen, m))
            return false;
        settings.preset = (enum preset)chosen;
        check_set_preset(settings.preset);
        return true;
    }
    if (strcmp(name, "check") == 0)
        return set_checks(value, m);
    if (strcmp(name, "order") == 0) {
        if (!choose(name, value, orders, &chosen, m))
            return false;
        settings.order = (enum order)chosen;
        return true;
    }
    if (strcmp(name, "mfma") == 0) {
        if (!choose(name, value, mfma_orders, &chosen, m))
            return false;
        settings.mfma = (enum mfma_order)chosen;
        return true;
    }
    if (strcmp(name, "preload") == 0) {
        if (!choose(name, value, switches, &chosen, m))
            return false;
        settings.preload = chosen != 0;
        return true;
    }
    if (strcmp(name, "arch") == 0) {
        if (!choose(name, value, archs, &chosen, m))
            return false;
        settings.arch_major = (unsigned)chosen / 10;
        settings.arch_minor = (unsigned)chosen % 10;
        snprintf(settings.arch, sizeof settings.arch, "%s", value);
        return true;
    }
    if (strcmp(name, "time") == 0) {
        if (!choose(name, value, times, &chosen, m))
            return false;
        settings.time = (unsigned)chosen;
        return true;
    }
    if (strcmp(name, "sample") == 0) {
        n = 0;
        if (strcmp(value, "off") != 0 && !number(name, value, LEAST_SAMPLE, MOST_SAMPLE, &n, m))
            return false;
        settings.sample = (unsigned)n;
        return true;
    }
    if (strcmp(name, "machine") == 0)
        return time_machine_load(value, m.text, m.size);
    if (strcmp(name, "parameter") == 0)
        return time_machine_override(value, m.text, m.size);
    if (strcmp(name, "seed") == 0) {
        if (!number(name, value, 0, UINT64_MAX, &n, m))
            return false;
        settings.seed = n;
        return true;
    }
    if (strcmp(name, "threads") == 0) {
        if (!number(name, value, 0, MAX_THREADS, &n, m))
            return false;
        settings.threads = (unsigned)n;
        return true;
    }
    if (strcmp(name, "budget") == 0) {
        if (!number(name, value, 0, UINT64_MAX, &n, m))
            return false;
        settings.budget = n;
        return true;
    }
    if (strcmp(name, "devices") == 0) {
        if (!number(name, value, 0, MAX_DEVICES, &n, m))
            return false;
        settings.devices = (unsigned)n;
        return true;
    }
    snprintf(
        m.text, m.size,
        "there is no setting '%s'; the settings are checks, check, order, seed, threads, budget, arch, devices, mfma, "
        "preload, time, sample, machine and parameter",
        name);
    return false;
}

bool settings_set(const char *name, const char *value, char *err, size_t err_size) {
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    if (name == NULL || value == NULL) {
        snprintf(err, err_size, "the name and the value of a setting must not be NULL");
        return false;
    }
    pthread_mutex_lock(&lock);
    bool ok = set(name, value, (struct message){err, err_size});
    pthread_mutex_unlock(&lock);
    return ok;
}

/* checks before check, so that single severities stand over the preset. */
static void read_environment(void) {
    static const char *const names[] = {"checks",  "check", "order",   "seed", "threads", "budget",  "arch",
                                        "devices", "mfma",  "preload", "time", "sample",  "machine", "parameter"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char variable[32] = "GFX950SIM_", err[256];
        size_t at = strlen(variable);
        for (const char *c = names[i]; *c != '\0'; c++)
            variable[at++] = (char)toupper((unsigned char)*c);
        variable[at] = '\0';
        const char *value = getenv(variable);
        if (value != NULL && value[0] != '\0' && !settings_set(names[i], value, err, sizeof err))
            fprintf(stderr, "gfx950sim: %s is ignored: %s\n", variable, err);
    }
}

void settings_init(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, read_environment);
}

int gfx950sim_set(const char *name, const char *value) {
    char why[512];
    settings_init();
    message_clear();
    if (settings_set(name, value, why, sizeof why))
        return 0;
    message_printf("%s", why);
    return -1;
}
