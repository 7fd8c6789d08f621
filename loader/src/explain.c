#include "explain.h"

#include <stdarg.h>
#include <stdio.h>

struct text {
    char *at;
    size_t left;
};

__attribute__((format(printf, 2, 3))) static void say(struct text *text, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    const int wanted = vsnprintf(text->at, text->left, format, arguments);
    va_end(arguments);
    const size_t written = wanted < 0 ? 0 : (size_t)wanted < text->left ? (size_t)wanted : text->left - 1;
    text->at += written;
    text->left -= written;
}

static void say_what(struct text *text, const struct smallm_candidate *best, const char *subject) {
    const struct smallm_kernel_info *kernel = &smallm_kernels[best->kernel];
    const struct smallm_cost *cost = &best->cost;
    say(text, "%s for %s: holds %u of X's rows; %u workgroups", kernel->name, subject, kernel->m_tile,
        cost->workgroups);
    if (best->k_splits > 1)
        say(text, ", %u to a tile of %u columns (k_splits),", best->k_splits, kernel->n_tile);
    else
        say(text, " of %u columns", kernel->n_tile);
    say(text, " on %u CUs, at most %u on one (evenness %.0f %%); ", smallm_machine.compute_units, cost->busiest_cu,
        100.0 * cost->evenness);
    if (kernel->k_waves > 1)
        say(text, "%u waves of each share K, ", kernel->k_waves);
    say(text, "%u K steps a wave with %.1f %% of lanes idle past K; %.1f KB of W in flight per CU. ", cost->k_steps,
        100.0 * cost->idle_lanes, cost->bytes_in_flight / 1024);
}

static void say_why(struct text *text, const struct smallm_choice *choice, const struct smallm_question *question,
                    const char *weights) {
    const struct smallm_table *table = question->table;
    const struct smallm_cell *cell = choice->cell;
    if (choice->source == SMALLM_FORCED)
        say(text, "The kernel is forced by name, others were not considered. ");
    else if (choice->source == SMALLM_TUNED)
        say(text, "Tuned: line %u of %s says so, for %.2f us (%s)%s. ", cell->line, table->origin, cell->us,
            cell->method, cell->use_asm ? "" : "; its use_asm = 0 is not followed");
    else
        say(text, "The cost model's choice. ");
    if (question->k_splits != 0)
        say(text, "k_splits is given. ");
    if (cell != NULL && choice->source == SMALLM_MODELLED)
        say(text, "Line %u of %s is not followed: %s. ", cell->line, table->origin, choice->not_followed.text);
    if (choice->invariant)
        say(text, "Batch-invariant: k_waves %u and k_splits %u follow from %s alone. ",
            smallm_kernels[choice->best.kernel].k_waves, choice->best.k_splits, weights);
}

static void say_cost(struct text *text, const struct smallm_cost *cost) {
    const struct smallm_machine *machine = &smallm_machine;
    const char *longest;
    smallm_cost_longest(cost, &longest);
    say(text,
        "Modelled for %s: %.2f us = dispatch %.2f + start and end %.2f + first latency %.2f + the longest, %s, of "
        "memory "
        "%.2f, L2 %.2f, L1 %.2f, loads in flight %.2f, math %.2f, launch %.2f + what is not overlapped %.2f",
        machine->name, cost->microseconds, machine->dispatch_us, cost->start_us, cost->latency_us, longest,
        cost->memory_us, cost->l2_us, cost->cache_us, cost->flight_us, cost->math_us, cost->launch_us,
        cost->exposed_us);
    if (cost->reduce_us > 0)
        say(text, " + adding lanes and waves %.2f", cost->reduce_us);
    if (cost->split_us > 0)
        say(text, " + adding workgroups %.2f", cost->split_us);
    if (cost->combine_us > 0)
        say(text, " + adding the rows of a token %.2f", cost->combine_us);
    if (cost->lookup_us > 0)
        say(text, " + looking up routes %.2f", cost->lookup_us);
}

static void say_rival(struct text *text, const struct smallm_choice *choice) {
    const struct smallm_candidate *rival = &choice->runner_up;
    if (choice->source != SMALLM_MODELLED)
        say(text, ".");
    else if (rival->kernel < 0)
        say(text, "; no other kernel fits.");
    else
        say(text, "; next best %s with k_splits %u at %.2f us.", smallm_kernels[rival->kernel].name, rival->k_splits,
            rival->cost.microseconds);
}

void smallm_explain(char *text, size_t bytes, const struct smallm_choice *choice,
                    const struct smallm_question *question, const char *subject, const char *weights) {
    struct text rest = {text, bytes};
    say_what(&rest, &choice->best, subject);
    say_why(&rest, choice, question, weights);
    say_cost(&rest, &choice->best.cost);
    say_rival(&rest, choice);
}
