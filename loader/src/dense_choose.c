#include "dense_choose.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

#include "error.h"

/* A row group of W is addressed with 32-bit offsets from one base; the kernels' headers give this bound. */
enum { K_END = 1 << 29 };

static uint32_t most_rows(void) {
    uint32_t most = 0;
    for (uint32_t i = 0; i < smallm_kernels_count; i++)
        if (smallm_kernels[i].family == SMALLM_FAMILY_DENSE_GEMV && smallm_kernels[i].m_tile > most)
            most = smallm_kernels[i].m_tile;
    return most;
}

static smallm_status type_envelope(const smallm_dense_problem *problem) {
    const struct {
        const char *name;
        int32_t value, needed;
        const char *words;
    } rules[] = {
        {"x_type", problem->x_type, SMALLM_TYPE_E4M3, "E4M3"},
        {"w_type", problem->w_type, SMALLM_TYPE_E4M3, "E4M3"},
        {"out_type", problem->out_type, SMALLM_TYPE_BF16, "BF16"},
        {"bias_type", problem->bias_type, SMALLM_TYPE_NONE, "NONE"},
    };
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++)
        if (rules[i].value != rules[i].needed)
            return smallm_fail(SMALLM_DECLINED, "declined: %s is %d; the kernels built in have only %d, %s",
                               rules[i].name, rules[i].value, rules[i].needed, rules[i].words);
    return SMALLM_OK;
}

static smallm_status m_envelope(int64_t m) {
    uint32_t most = most_rows();
    if (m <= most)
        return SMALLM_OK;
    return smallm_fail(SMALLM_DECLINED, "declined: m is %lld; the kernels built in take from 1 to %u rows",
                       (long long)m, most);
}

/* Why a kernel cannot do a problem. */
struct reason {
    char text[512];
};

__attribute__((format(printf, 2, 3))) static bool no(struct reason *why, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(why->text, sizeof why->text, format, arguments);
    va_end(arguments);
    return false;
}

static bool rows_fit(const struct smallm_kernel_info *kernel, uint64_t m, struct reason *why) {
    return m <= kernel->m_tile ||
           no(why, "m is %llu; kernel %s takes from 1 to %u rows", (unsigned long long)m, kernel->name, kernel->m_tile);
}

static bool k_fits(const struct smallm_kernel_info *kernel, uint64_t k, struct reason *why) {
    return k < K_END || no(why, "k is %llu; kernel %s takes less than %d", (unsigned long long)k, kernel->name, K_END);
}

static bool grid_fits(const struct smallm_kernel_info *kernel, uint64_t n, struct reason *why) {
    uint64_t work_items = (n + kernel->n_tile - 1) / kernel->n_tile * kernel->block;
    return work_items <= smallm_machine.grid_work_items ||
           no(why, "n is %llu; kernel %s would need %llu work-items and HIP launches at most %llu",
              (unsigned long long)n, kernel->name, (unsigned long long)work_items,
              (unsigned long long)smallm_machine.grid_work_items);
}

static bool fits(const struct smallm_kernel_info *kernel, const smallm_dense_problem *problem, uint64_t m,
                 struct reason *why) {
    return rows_fit(kernel, m, why) && k_fits(kernel, (uint64_t)problem->k, why) &&
           grid_fits(kernel, (uint64_t)problem->n, why);
}

struct candidate {
    const struct smallm_kernel_info *kernel;
    const struct smallm_dense_cost *cost;
};

/* Memory bandwidth makes many kernels equal. Ties go to fewer rows of X held in vain, then to fewer rounds of latency,
 * to CUs more evenly loaded, to fewer idle lanes, and at last to the earlier row of the table. */
static bool better(struct candidate a, struct candidate b) {
    if (a.cost->microseconds != b.cost->microseconds)
        return a.cost->microseconds < b.cost->microseconds;
    if (a.kernel->m_tile != b.kernel->m_tile)
        return a.kernel->m_tile < b.kernel->m_tile;
    if (a.cost->rounds != b.cost->rounds)
        return a.cost->rounds < b.cost->rounds;
    if (a.cost->evenness != b.cost->evenness)
        return a.cost->evenness > b.cost->evenness;
    return a.cost->idle_lanes < b.cost->idle_lanes;
}

/* False, with the reason of the last kernel asked, when none fits. */
static bool cheapest(struct smallm_dense_choice *choice, const smallm_dense_problem *problem, uint32_t m,
                     struct reason *why) {
    bool found = false;
    for (uint32_t i = 0; i < smallm_kernels_count; i++) {
        if (!fits(&smallm_kernels[i], problem, m, why))
            continue;
        struct smallm_dense_cost cost;
        smallm_dense_cost(&cost, &smallm_kernels[i], &smallm_machine, m, (uint32_t)problem->n, (uint32_t)problem->k);
        const struct candidate candidate = {&smallm_kernels[i], &cost};
        const struct candidate best = {&smallm_kernels[choice->kernel], &choice->cost};
        if (!found || better(candidate, best)) {
            choice->runner_up = found ? (int)choice->kernel : -1;
            choice->runner_up_us = choice->cost.microseconds;
            choice->kernel = i;
            choice->cost = cost;
            found = true;
        } else if (choice->runner_up < 0 || cost.microseconds < choice->runner_up_us) {
            choice->runner_up = (int)i;
            choice->runner_up_us = cost.microseconds;
        }
    }
    return found;
}

smallm_status smallm_dense_choose(struct smallm_dense_choice *choice, const smallm_dense_problem *problem, int forced) {
    smallm_status status = type_envelope(problem);
    if (status == SMALLM_OK)
        status = m_envelope(problem->m);
    if (status != SMALLM_OK)
        return status;
    *choice = (struct smallm_dense_choice){.runner_up = -1, .forced = forced >= 0};
    struct reason why = {""};
    bool found;
    if (choice->forced) {
        choice->kernel = (uint32_t)forced;
        smallm_dense_cost(&choice->cost, &smallm_kernels[forced], &smallm_machine, (uint32_t)problem->m,
                          (uint32_t)problem->n, (uint32_t)problem->k);
        found = fits(&smallm_kernels[forced], problem, (uint64_t)problem->m, &why);
    } else {
        /* Batch-invariant: one kernel for every M, so that a row's additions happen in one order. */
        found = cheapest(choice, problem,
                         problem->determinism == SMALLM_BATCH_INVARIANT ? most_rows() : (uint32_t)problem->m, &why);
    }
    return found ? SMALLM_OK : smallm_fail(SMALLM_DECLINED, "declined: %s", why.text);
}

void smallm_dense_explain(char *text, size_t bytes, const struct smallm_dense_choice *choice,
                          const smallm_dense_problem *problem) {
    const struct smallm_kernel_info *kernel = &smallm_kernels[choice->kernel];
    const struct smallm_machine *machine = &smallm_machine;
    const struct smallm_dense_cost *cost = &choice->cost;
    char rival[256] = "no other kernel fits", split[64] = "each wave all of K";
    if (choice->forced)
        snprintf(rival, sizeof rival, "forced by name, others not considered");
    else if (choice->runner_up >= 0)
        snprintf(rival, sizeof rival, "next best %s at %.2f us", smallm_kernels[choice->runner_up].name,
                 choice->runner_up_us);
    if (kernel->k_waves > 1)
        snprintf(split, sizeof split, "%u waves splitting K", kernel->k_waves);
    snprintf(
        text, bytes,
        "%s for M=%lld N=%lld K=%lld: holds %u of X's rows; %u workgroups of %u columns on %u CUs, at most %u on "
        "one (evenness %.0f %%); %s, %u K steps a wave with %.1f %% of lanes idle past K; %.1f KB of W in flight per "
        "CU. Modelled for %s: %.2f us = dispatch %.2f + first latency %.2f + the longer of W %.2f and math %.2f; "
        "%s.%s",
        kernel->name, (long long)problem->m, (long long)problem->n, (long long)problem->k, kernel->m_tile,
        cost->workgroups, kernel->n_tile, machine->compute_units, cost->busiest_cu, 100.0 * cost->evenness, split,
        cost->k_steps, 100.0 * cost->idle_lanes, cost->bytes_in_flight / 1024, machine->name, cost->microseconds,
        machine->dispatch_us, machine->memory_latency_us, cost->stream_us, cost->math_us, rival,
        problem->determinism == SMALLM_BATCH_INVARIANT ? " Batch-invariant: chosen for the largest M." : "");
}
