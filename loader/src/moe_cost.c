#include "moe_cost.h"

static uint32_t ceil_div(uint32_t a, uint32_t b) {
    return a / b + (a % b != 0);
}

static double power(double base, uint64_t exponent) {
    double result = 1;
    for (; exponent != 0; exponent /= 2, base *= base)
        if (exponent % 2 != 0)
            result *= base;
    return result;
}

static uint32_t rounded_up(double value, uint32_t most) {
    const uint32_t whole = value < most ? (uint32_t)value : most;
    return whole < value && whole < most ? whole + 1 : whole;
}

struct smallm_moe_load smallm_moe_load(const smallm_moe_problem *problem) {
    const uint32_t most_blocks = smallm_moe_blocks(problem);
    const double all = (double)problem->experts;
    const uint32_t slots = (uint32_t)problem->slots, block = (uint32_t)problem->block_m;
    struct smallm_moe_load load = {.experts = all * (1 - power(1 - 1 / all, slots))};
    const uint32_t experts = rounded_up(load.experts, most_blocks < slots ? most_blocks : slots);
    const uint64_t blocks = (uint64_t)experts * ceil_div(ceil_div(slots, experts), block);
    load.blocks = blocks < most_blocks ? (uint32_t)blocks : most_blocks;
    load.rows = ceil_div(slots, load.blocks);
    load.rows = load.rows < block ? load.rows : block;
    load.block_share = (double)experts / load.blocks;
    return load;
}

/* Chunks of m_tile rows, each of which reads W, of an expert that any slot names: the mean of ceil(rows / m_tile) over
 * a binomial distribution of its rows or, where there are many, of their mean. */
static double chunks_of_expert(const smallm_moe_problem *problem, uint32_t m_tile) {
    static const double many = 64;
    const double slots = (double)problem->slots, chance = 1 / (double)problem->experts, mean = slots * chance;
    if (mean > many || problem->experts == 1)
        return rounded_up(mean / m_tile, UINT32_MAX);
    const double none = power(1 - chance, (uint64_t)problem->slots);
    double share = none, chunks = 0;
    for (uint32_t rows = 1; rows <= problem->slots && (share > 1e-12 || rows < mean); rows++) {
        share *= (slots - rows + 1) / rows * chance / (1 - chance);
        chunks += share * ceil_div(rows, m_tile);
    }
    return chunks / (1 - none) > 1 ? chunks / (1 - none) : 1;
}

/* As between workgroups that share a tile, once a workgroup is through; every row there and back; and the last
 * workgroup of a tile finds out which rows there are and reads its part of all of them. */
static double combine_us(const struct smallm_kernel_info *kernel, const struct smallm_machine *machine,
                         const smallm_moe_problem *problem) {
    if (problem->top_k == 0)
        return 0;
    const double row = (double)problem->n * sizeof(float), slots = (double)problem->slots;
    const double of_all = 2 * slots * row / machine->far_cache_bytes_per_us;
    const double of_last =
        slots * kernel->n_tile * sizeof(float) / ((double)machine->cache_bytes_per_clock * machine->clocks_per_us);
    return smallm_cost_ticket_us(machine) + 2 * smallm_cost_gather_us(machine) + (of_all > of_last ? of_all : of_last);
}

/* A dense problem with the columns of all blocks side by side, and then what is different: an expert with more rows
 * than the kernel holds has its part of W read again, by then perhaps from memory; workgroups without a block are
 * started too; and a workgroup looks up its block, its expert and its slots before all else. */
void smallm_moe_cost(struct smallm_cost *cost, const struct smallm_kernel_info *kernel,
                     const struct smallm_moe_grid *grid, const struct smallm_machine *machine,
                     const smallm_moe_problem *problem) {
    const struct smallm_moe_load load = smallm_moe_load(problem);
    /* A block reads W for itself, however many rows the kernel could hold. */
    const uint32_t chunk = kernel->m_tile < problem->block_m ? kernel->m_tile : (uint32_t)problem->block_m;
    const double reads = chunks_of_expert(problem, chunk) * load.block_share;
    const double chunks = reads > 1 ? reads : 1;
    struct smallm_grid all = grid->tile;
    all.tiles *= load.blocks;
    smallm_cost(cost, kernel, &all, machine, load.rows < kernel->m_tile ? load.rows : kernel->m_tile,
                (uint64_t)problem->n * load.blocks, (uint32_t)problem->k);
    cost->memory_us *= reads;
    cost->l2_us *= chunks;
    cost->cache_us *= chunks;
    cost->math_us *= chunks;
    cost->exposed_us *= chunks;
    cost->reduce_us *= chunks;
    cost->flight_us = cost->flight_us * chunks + (chunks - 1) * machine->far_cache_latency_us;
    cost->launch_us *= (double)grid->blocks / load.blocks;
    cost->lookup_us = 2 * machine->far_cache_latency_us;
    cost->combine_us = combine_us(kernel, machine, problem);
    smallm_cost_sum(cost, machine);
}
