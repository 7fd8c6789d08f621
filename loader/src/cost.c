#include "cost.h"

#include "smallm/types.h"

static uint32_t ceil_div(uint32_t a, uint32_t b) {
    return a / b + (a % b != 0);
}

static double smaller(double a, double b) {
    return a < b ? a : b;
}

static uint32_t waves_of(const struct smallm_kernel_info *kernel, const struct smallm_machine *machine) {
    return kernel->block / machine->lanes_per_wave;
}

static uint32_t resident_workgroups(const struct smallm_kernel_info *kernel, const struct smallm_machine *machine) {
    uint32_t granule = machine->vgpr_granule;
    uint32_t allocated = ceil_div(kernel->vgprs, granule) * granule;
    uint32_t waves = allocated == 0 ? machine->waves_per_simd : machine->vgprs_per_simd / allocated;
    if (waves > machine->waves_per_simd)
        waves = machine->waves_per_simd;
    uint32_t resident = waves * machine->simds_per_cu / waves_of(kernel, machine);
    if (kernel->lds_bytes != 0 && resident > machine->lds_bytes_per_cu / kernel->lds_bytes)
        resident = machine->lds_bytes_per_cu / kernel->lds_bytes;
    return resident == 0 ? 1 : resident;
}

/* K steps of a wave whose loads are in flight together. The matrix family has registers of their own for the last step,
 * the only one that may end inside K. */
static uint32_t steps_at_once(const struct smallm_kernel_info *kernel, uint32_t steps) {
    const uint32_t tail = smallm_kernel_is_matrix(kernel);
    return steps <= kernel->depth + tail ? steps : kernel->depth;
}

/* Moving W when every CU gets an equal share of the memory's bandwidth, at most `cu_rate`: first all CUs stream what
 * the least loaded ones have, then the `heavy` ones, with one workgroup more each, share the bandwidth among
 * themselves. */
static double shared_stream_us(const struct smallm_machine *machine, uint32_t workgroups, double bytes,
                               double cu_rate) {
    const uint32_t even = workgroups / machine->compute_units, heavy = workgroups % machine->compute_units;
    const double fair_rate = smaller(machine->memory_bytes_per_us / machine->compute_units, cu_rate);
    double us = even * bytes / fair_rate;
    if (heavy != 0)
        us += bytes / smaller(machine->memory_bytes_per_us / heavy, cu_rate);
    return us;
}

/* Instructions that a wave issues for its results in one K step. The GEMV converts a pair of elements of each row (16
 * pairs and a scale in a block), multiplies and adds each pair of rows (16, and 5 to scale and add the block). */
static double step_clocks(const struct smallm_kernel_info *kernel, const struct smallm_machine *machine) {
    const double rows = kernel->m_tile, groups = kernel->n_rows;
    if (smallm_kernel_is_matrix(kernel))
        return rows / 16 * groups * machine->mfma_clocks;
    return (17 * (rows + groups) + 21 * rows * groups) * machine->valu_clocks;
}

/* Adding the lanes of a row (GEMV: two instructions and as many waits a halving), then the waves' tiles through LDS,
 * which every workgroup of the CU does at about the same time. */
static double reduce_clocks(const struct smallm_kernel_info *kernel, const struct smallm_machine *machine,
                            uint32_t together) {
    double clocks = 0;
    if (!smallm_kernel_is_matrix(kernel))
        for (uint32_t lanes = kernel->k_lanes; lanes > 1; lanes /= 2)
            clocks += 4.0 * kernel->m_tile * kernel->n_rows * machine->valu_clocks;
    if (kernel->k_waves > 1)
        clocks += machine->lds_exchange_clocks +
                  (double)together * kernel->lds_bytes *
                      (1.0 / machine->lds_write_bytes_per_clock + 1.0 / machine->lds_read_bytes_per_clock);
    return clocks;
}

/* Three round trips to where the L2s are coherent: the stores' acknowledgement, the ticket, the read; and the bytes of
 * all partial tiles there and back, where a CU moves at most what its L1 does. */
static double split_us(const struct smallm_kernel_info *kernel, const struct smallm_grid *grid,
                       const struct smallm_machine *machine, double cu_rate) {
    if (grid->k_splits == 1)
        return 0;
    const double tile = (double)kernel->m_tile * kernel->n_tile * sizeof(float);
    const double of_all = 2.0 * grid->tiles * grid->k_splits * tile / machine->far_cache_bytes_per_us;
    const double of_last = (1.0 + grid->k_splits) * tile / cu_rate;
    return 3 * machine->far_cache_latency_us + (of_all > of_last ? of_all : of_last);
}

double smallm_cost_longest(const struct smallm_cost *cost, const char **name) {
    const struct {
        const char *name;
        double us;
    } parts[] = {
        {"memory", cost->memory_us}, {"L1", cost->cache_us},           {"loads in flight", cost->flight_us},
        {"math", cost->math_us},     {"wave launch", cost->launch_us},
    };
    size_t longest = 0;
    for (size_t i = 1; i < sizeof parts / sizeof parts[0]; i++)
        if (parts[i].us > parts[longest].us)
            longest = i;
    if (name != NULL)
        *name = parts[longest].name;
    return parts[longest].us;
}

void smallm_cost_sum(struct smallm_cost *cost, const struct smallm_machine *machine) {
    cost->microseconds = machine->dispatch_us + machine->memory_latency_us + smallm_cost_longest(cost, NULL) +
                         cost->reduce_us + cost->split_us + cost->combine_us + cost->lookup_us;
}

void smallm_cost(struct smallm_cost *cost, const struct smallm_kernel_info *kernel, const struct smallm_grid *grid,
                 const struct smallm_machine *machine, uint32_t m, uint64_t n, uint32_t k) {
    const uint32_t waves = waves_of(kernel, machine), resident = resident_workgroups(kernel, machine);
    cost->workgroups = grid->tiles * grid->k_splits;
    cost->busiest_cu = ceil_div(cost->workgroups, machine->compute_units);
    cost->evenness = cost->workgroups / ((double)cost->busiest_cu * machine->compute_units);
    cost->k_steps = grid->slice_steps + (grid->slice_rem != 0);
    cost->idle_lanes = 1.0 - k / ((double)cost->k_steps * grid->slices * kernel->k_step);
    const uint32_t together = resident < cost->busiest_cu ? resident : cost->busiest_cu;
    const uint32_t steps_in_flight = steps_at_once(kernel, cost->k_steps);
    cost->rounds = ceil_div(cost->busiest_cu, resident) * ceil_div(cost->k_steps, steps_in_flight);
    cost->bytes_in_flight = (double)together * waves * kernel->n_rows * machine->lanes_per_wave * SMALLM_BLOCK_K *
                            steps_in_flight * (1.0 - cost->idle_lanes);

    const double row_bytes = k * (1.0 + 1.0 / SMALLM_BLOCK_K);
    const double w_bytes = kernel->n_tile * row_bytes / grid->k_splits;
    /* Each wave reads the X of its own share of K; waves that split rows read the same X again. */
    const double x_bytes = m * row_bytes / grid->k_splits * waves / kernel->k_waves;
    const double clocks_per_us = machine->clocks_per_us;
    const double cu_rate = machine->cache_bytes_per_clock * clocks_per_us;
    cost->memory_us = shared_stream_us(machine, cost->workgroups,
                                       w_bytes * (double)n / ((double)grid->tiles * kernel->n_tile), cu_rate) +
                      m * row_bytes / machine->memory_bytes_per_us;
    cost->cache_us = cost->busiest_cu * (w_bytes + x_bytes) / cu_rate;
    /* What is in flight arrives once per latency; the first one is counted by itself. */
    const double w_elements = (double)kernel->n_tile * k / grid->k_splits;
    const double latencies = cost->busiest_cu * w_elements / cost->bytes_in_flight;
    cost->flight_us = latencies > 1 ? (latencies - 1) * machine->memory_latency_us : 0;
    const uint32_t waves_of_cu = together * waves;
    const uint32_t simds = waves_of_cu < machine->simds_per_cu ? waves_of_cu : machine->simds_per_cu;
    cost->math_us =
        (double)cost->busiest_cu * waves * cost->k_steps * step_clocks(kernel, machine) / (simds * clocks_per_us);
    cost->launch_us =
        (double)cost->workgroups * waves * machine->wave_launch_clocks / (machine->shader_engines * clocks_per_us);
    cost->reduce_us = reduce_clocks(kernel, machine, together) / clocks_per_us;
    cost->split_us = split_us(kernel, grid, machine, cu_rate);
    cost->combine_us = cost->lookup_us = 0;
    smallm_cost_sum(cost, machine);
}
