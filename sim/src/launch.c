#define _GNU_SOURCE
/* A launch: limits, memory for the kernel, workgroups in the order that the policy asks for, on one or more threads. */
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "check/registers.h"
#include "deadlock.h"
#include "kernarg.h"
#include "machine.h"
#include "stats.h"
#include "time/time.h"
#include "track.h"
#include "workgroup.h"

static pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER;

/* --- limits --- */

static unsigned granulated(unsigned n, unsigned granule) {
    return (n + granule - 1) / granule * granule;
}

static bool refuse(char *err, size_t err_size, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
static bool refuse(char *err, size_t err_size, const char *fmt, ...) {
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(err, err_size, fmt, ap);
    va_end(ap);
    return false;
}

static bool fits(const struct kernel *k, uint64_t items, uint32_t dynamic_lds, char *err, size_t err_size) {
    if (items == 0 || items > MAX_WORKGROUP)
        return refuse(err, err_size, "a workgroup of %llu work-items: 1 to %u are possible", (unsigned long long)items,
                      MAX_WORKGROUP);
    if (k->max_flat_workgroup_size && items > k->max_flat_workgroup_size)
        return refuse(err, err_size, "a workgroup of %llu work-items: kernel %s was built for at most %u",
                      (unsigned long long)items, k->name, k->max_flat_workgroup_size);
    uint64_t lds = (uint64_t)k->group_segment_fixed_size + dynamic_lds;
    if (lds > LDS_BYTES)
        return refuse(err, err_size, "kernel %s asks for %llu bytes of LDS, a CU has %u", k->name,
                      (unsigned long long)lds, LDS_BYTES);
    return true;
}

static unsigned allotted_vgprs(const struct kernel *k) {
    return ((k->rsrc1 & 63) + 1) * VGPR_GRANULE;
}

static unsigned allotted_lds(const struct kernel *k, uint32_t dynamic_lds) {
    return granulated(k->group_segment_fixed_size + dynamic_lds, LDS_GRANULE);
}

static void limit(struct occupancy *o, unsigned groups, const char *why) {
    if (groups >= o->groups)
        return;
    o->groups = groups;
    o->limit = why;
}

struct occupancy launch_residency(const struct kernel *k, uint32_t block_size, uint32_t dynamic_lds) {
    unsigned waves = (block_size + LANES - 1) / LANES, lds = allotted_lds(k, dynamic_lds);
    struct occupancy o = {waves, WAVES_PER_SIMD * SIMDS_PER_CU / waves, "waves"};
    limit(&o, VGPRS_PER_SIMD / allotted_vgprs(k) * SIMDS_PER_CU / waves, "VGPRs");
    if (lds)
        limit(&o, LDS_BYTES / lds, "LDS");
    if (waves > 1)
        limit(&o, WORKGROUPS_PER_CU, "barriers");
    return o;
}

unsigned launch_occupancy(const struct kernel *k, uint32_t block_size, uint32_t dynamic_lds, char *err,
                          size_t err_size) {
    if (!fits(k, block_size, dynamic_lds, err, err_size))
        return 0;
    struct occupancy o = launch_residency(k, block_size, dynamic_lds);
    if (o.groups == 0)
        refuse(err, err_size, "kernel %s: %u waves of %u VGPRs and %u bytes of LDS do not fit on a CU", k->name,
               o.waves, allotted_vgprs(k), allotted_lds(k, dynamic_lds));
    return o.groups;
}

static bool check_launch(const struct launch *l, char *err, size_t err_size) {
    for (unsigned d = 0; d < 3; d++) {
        if (l->grid[d] == 0 || l->block[d] == 0)
            return refuse(err, err_size, "grid and block must be at least 1 in every dimension");
        if ((uint64_t)l->grid[d] * l->block[d] > UINT32_MAX)
            return refuse(err, err_size, "%llu work-items in dimension %u: a dispatch counts them in 32 bits",
                          (unsigned long long)l->grid[d] * l->block[d], d);
    }
    if (l->block[0] > 1024 || l->block[1] > 1024 || l->block[2] > 1024)
        return refuse(err, err_size, "a workgroup has at most 1024 work-items in each dimension");
    uint64_t items = (uint64_t)l->block[0] * l->block[1] * l->block[2];
    if (!fits(l->kernel, items, l->dynamic_lds, err, err_size))
        return false;
    return launch_occupancy(l->kernel, (uint32_t)items, l->dynamic_lds, err, err_size) > 0;
}

/* --- running --- */

/* Instructions of a workgroup before the launcher first looks whether it waits for another, and before it lets others
 * run in any case. */
enum { FIRST_LOOK = 1 << 14, LONGEST_TURN = 1 << 24 };
/* What a workgroup may still issue once the launch has an error: registers may hold anything now, loop counts too. */
enum { AFTER_ERROR = 1 << 17 };

struct dispatcher {
    struct run *run;
    uint64_t total;
    atomic_uint_fast64_t next;
    atomic_bool no_memory;
    uint64_t *permutation; /* NULL: in order */
    uint64_t timed;        /* workgroups that have run in modelled time: the first */
};

static bool next_workgroup(struct dispatcher *d, uint64_t *linear) {
    do {
        uint64_t n = atomic_fetch_add(&d->next, 1);
        if (n >= d->total || atomic_load(&d->run->stop))
            return false;
        *linear = d->permutation ? d->permutation[n] : settings.order == ORDER_REVERSED ? d->total - 1 - n : n;
    } while (*linear < d->timed);
    return true;
}

static uint64_t side_effects(const struct workgroup *wg) {
    uint64_t n = 0;
    for (unsigned i = 0; i < wg->nwaves; i++)
        n += wg->waves[i].side_effects;
    return n;
}

static bool all_spin(struct workgroup *wg) {
    uint64_t issued = 0;
    for (unsigned i = 0; i < wg->nwaves; i++)
        if (!wave_spins(&wg->waves[i], &issued))
            return false;
    return true;
}

static void report_deadlock(struct workgroup *wg, size_t parked) {
    for (unsigned i = 0; i < wg->nwaves; i++) {
        struct wave *w = &wg->waves[i];
        const struct insn *in = wave_current(w);
        if (w->done)
            continue;
        if (w->at_barrier)
            in = &w->code->insn[w->index - 1];
        report(w, in, CHECK_DEADLOCK, NULL, 0, "%s for ever (%zu workgroups wait, no other can free them)",
               w->at_barrier ? "waits at this barrier" : "repeats one state", parked);
        break;
    }
    atomic_store(&wg->run->stop, true);
}

void launch_retire(struct workgroup *wg) {
    stats_add_workgroup(wg);
    workgroup_free(wg);
}

/* A new workgroup until it ends or waits for another. */
static enum workgroup_state first_turn(struct workgroup *wg) {
    for (uint64_t budget = FIRST_LOOK, used = 0; used < LONGEST_TURN; used += budget, budget *= 2) {
        uint64_t before = side_effects(wg);
        if (workgroup_run(wg, budget) == WORKGROUP_DONE)
            return WORKGROUP_DONE;
        if (used >= AFTER_ERROR && report_errors() > wg->run->errors_before) {
            atomic_store(&wg->run->stop, true);
            break;
        }
        if (side_effects(wg) == before && all_spin(wg))
            break;
    }
    return WORKGROUP_RUNNING;
}

struct parked {
    struct workgroup **list;
    size_t n, room;
};

static bool park(struct parked *p, struct workgroup *wg) {
    if (p->n == p->room) {
        size_t room = p->room ? 2 * p->room : 64;
        struct workgroup **more = realloc(p->list, room * sizeof *more);
        if (!more)
            return false;
        p->list = more;
        p->room = room;
    }
    p->list[p->n++] = wg;
    return true;
}

/* A turn for every parked workgroup. False when none of them ended or changed anything. */
static bool turn_for_each(struct parked *p) {
    bool progress = false;
    size_t kept = 0;
    for (size_t i = 0; i < p->n; i++) {
        uint64_t before = side_effects(p->list[i]);
        enum workgroup_state state = workgroup_run(p->list[i], FIRST_LOOK);
        progress |= state == WORKGROUP_DONE || side_effects(p->list[i]) != before;
        if (state == WORKGROUP_DONE)
            launch_retire(p->list[i]);
        else
            p->list[kept++] = p->list[i];
    }
    p->n = kept;
    return progress;
}

static bool all_stuck(const struct parked *p) {
    for (size_t i = 0; i < p->n; i++)
        if (!all_spin(p->list[i]))
            return false;
    return true;
}

/* Starts the next workgroup, if there is one. False when there is none or it cannot be made. */
static bool start_next(struct dispatcher *d, struct parked *p) {
    uint64_t linear;
    if (p->n >= MAX_RESIDENT || !next_workgroup(d, &linear))
        return false;
    struct workgroup *wg = workgroup_new(d->run, linear);
    if (!wg) {
        atomic_store(&d->no_memory, true);
        atomic_store(&d->run->stop, true);
        return false;
    }
    if (first_turn(wg) == WORKGROUP_DONE) {
        launch_retire(wg);
    } else if (!park(p, wg)) {
        launch_retire(wg);
        atomic_store(&d->no_memory, true);
        atomic_store(&d->run->stop, true);
    }
    return true;
}

/* One thread's share. Workgroups that wait for others are parked and get turns; when all that can be resident are
 * parked and none changed anything over a whole round, they wait for nothing. */
static void *work(void *arg) {
    struct dispatcher *d = arg;
    struct parked p = {NULL, 0, 0};
    while (!atomic_load(&d->run->stop)) {
        if (start_next(d, &p))
            continue;
        if (p.n == 0)
            break;
        if (!turn_for_each(&p) && all_stuck(&p)) {
            report_deadlock(p.list[0], p.n);
            break;
        }
    }
    for (size_t i = 0; i < p.n; i++)
        launch_retire(p.list[i]);
    free(p.list);
    return NULL;
}

/* Workgroups of code without atomics, cache control or device-scope accesses cannot wait for one another. */
static bool independent(const struct code *code) {
    for (uint32_t i = 0; i < code->ninsn; i++) {
        const struct insn *in = &code->insn[i];
        if ((in->flags & F_VMEM) &&
            ((in->flags & F_ATOMIC) || in->mods.sc1 || strncmp(in->mnemonic, "buffer_inv", 10) == 0 ||
             strncmp(in->mnemonic, "buffer_wbl2", 11) == 0))
            return false;
        if ((in->flags & F_SMEM) && (in->flags & (F_STORE | F_ATOMIC)))
            return false;
    }
    return true;
}

static uint64_t *shuffled(uint64_t n) {
    uint64_t *p = malloc(n * sizeof *p), s = settings.seed * 2 + 1;
    for (uint64_t i = 0; p && i < n; i++) {
        s = s * 6364136223846793005ull + 1442695040888963407ull;
        uint64_t j = (s >> 16) % (i + 1);
        p[i] = p[j];
        p[j] = i;
    }
    return p;
}

static void run_all(struct dispatcher *d) {
    unsigned threads = 1;
    bool communicates = !independent(d->run->launch->code);
    /* Every other order is a promise about one sequence, and modelled time is one. */
    if (!communicates && settings.order == ORDER_RUN_TO_BARRIER && !settings.time)
        threads = settings.threads ? settings.threads : (unsigned)sysconf(_SC_NPROCESSORS_ONLN);
    if (threads > d->total)
        threads = (unsigned)d->total;
    if (threads > MAX_THREADS)
        threads = MAX_THREADS;
    d->run->threads = threads;
    const uint32_t *block = d->run->launch->block;
    track_begin(d->run, d->total, (block[0] * block[1] * block[2] + LANES - 1) / LANES, communicates);
    if (settings.time) {
        if (!time_run(d->run, d->total, &d->timed))
            atomic_store(&d->no_memory, true);
        else if (d->timed < d->total)
            work(d);
        track_end(d->run);
        return;
    }
    pthread_t id[MAX_THREADS];
    unsigned started = 0;
    while (started + 1 < threads && pthread_create(&id[started], NULL, work, d) == 0)
        started++;
    work(d);
    while (started)
        pthread_join(id[--started], NULL);
    track_end(d->run);
}

enum launch_status launch_run(const struct launch *l, char *err, size_t err_size) {
    settings_init();
    if (!check_launch(l, err, err_size))
        return LAUNCH_BAD_CONFIG;
    pthread_mutex_lock(&one_at_a_time);
    struct run run = {.launch = l};
    struct launch_memory memory = {NULL, NULL};
    struct dispatcher d = {.run = &run, .total = (uint64_t)l->grid[0] * l->grid[1] * l->grid[2]};
    static uint64_t dispatches;
    run.dispatch_id = dispatches++;
    stats_begin_launch();
    run.registers = kernel_register_counts(l->kernel);
    run.visited = calloc(l->code->ninsn + 1u, 1);
    enum launch_status status = LAUNCH_NO_MEMORY;
    run.errors_before = report_errors();
    if (settings.order == ORDER_SHUFFLE)
        d.permutation = shuffled(d.total);
    if (run.visited && kernarg_prepare(&memory, &run)) {
        run_all(&d);
        uint64_t found = report_errors() - run.errors_before;
        status = LAUNCH_OK;
        if (atomic_load(&d.no_memory)) {
            status = LAUNCH_NO_MEMORY;
            refuse(err, err_size, "the host has no memory for another workgroup of kernel %s", l->kernel->name);
        } else if (atomic_load(&run.spent)) {
            status = LAUNCH_FAULT;
            refuse(err, err_size, "kernel %s: stopped after %llu wave-instructions, the setting `budget`",
                   l->kernel->name, (unsigned long long)settings.budget);
        } else if (found || atomic_load(&run.stop)) {
            status = LAUNCH_FAULT;
            refuse(err, err_size, "kernel %s: %llu finding(s) of severity error; gfx950sim_findings() has the text",
                   l->kernel->name, (unsigned long long)found);
        }
    } else {
        refuse(err, err_size, "the host has no memory for the arguments of kernel %s", l->kernel->name);
    }
    stats_end_launch(l);
    kernarg_release(&memory);
    free(d.permutation);
    free(run.visited);
    pthread_mutex_unlock(&one_at_a_time);
    return status;
}
