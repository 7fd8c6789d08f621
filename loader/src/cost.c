#include "cost.h"

#include "cost_lines.h"
#include "smallm/types.h"

/* Address arithmetic before the first load. */
enum { SETUP_CLOCKS = 100 };

static uint32_t ceil_div(uint32_t a, uint32_t b) {
    return a / b + (a % b != 0);
}

static double larger(double a, double b) {
    return a > b ? a : b;
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
static uint32_t steps_at_once(const struct smallm_kernel_info *kernel) {
    return kernel->depth + smallm_kernel_is_matrix(kernel);
}

/* Latencies that follow the first: what is in flight is renewed `depth` steps at a time. */
static double more_latencies(const struct smallm_kernel_info *kernel, uint32_t steps) {
    const uint32_t at_once = steps_at_once(kernel);
    return steps > at_once ? (double)(steps - at_once) / kernel->depth : 0;
}

/* Clocks of the L1 for one workgroup. Where a wave has fewer K steps than the kernel holds, the loads of the others are
 * issued with no lane active. */
static double workgroup_lines(const struct smallm_kernel_info *kernel, const struct smallm_cost *cost,
                              const struct smallm_machine *machine, double lines_of_step) {
    const uint32_t waves = waves_of(kernel, machine), at_once = steps_at_once(kernel);
    const double steps = (double)cost->k_steps * waves * (1 - cost->idle_lanes);
    const double lines = steps * lines_of_step;
    if (!smallm_kernel_is_matrix(kernel) || cost->k_steps >= at_once)
        return lines;
    return lines + (double)(at_once - cost->k_steps) * waves * smallm_step_loads(kernel) * machine->issue_clocks;
}

/* Instructions: the first, and those that a jump goes to. What the first loads
 * need of the kernel arguments is in registers when a wave starts. All kernels jump to their end while their stores are
 * on the way. The matrix family jumps over the sum over workgroups where there is none, and over its loop where all
 * steps are in flight: to the loads of the last step. */
static double start_clocks(const struct smallm_kernel_info *kernel, const struct smallm_grid *grid,
                           const struct smallm_cost *cost, const struct smallm_machine *machine, double lines,
                           double lines_of_step, uint32_t together) {
    const double fetch = machine->fetch_clocks, end = larger(fetch, machine->store_clocks);
    double clocks = fetch + (double)cost->generations * SETUP_CLOCKS + end;
    if (!smallm_kernel_is_matrix(kernel))
        return clocks;
    if (grid->k_splits == 1)
        clocks += fetch;
    if (cost->k_steps <= steps_at_once(kernel)) {
        const double earlier = (double)(cost->k_steps - 1) * waves_of(kernel, machine) * lines_of_step;
        const double before = (together - 1) * lines + earlier;
        clocks += before < fetch ? fetch - before : 0;
    }
    return clocks;
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

double smallm_cost_ticket_us(const struct smallm_machine *machine) {
    return machine->far_cache_latency_us + machine->atomic_us +
           (double)machine->lds_exchange_clocks / machine->clocks_per_us;
}

double smallm_cost_gather_us(const struct smallm_machine *machine) {
    return machine->far_cache_latency_us + (double)machine->invalidate_clocks / machine->clocks_per_us;
}

/* Every workgroup hands over, the last of each tile gathers; and the bytes of all partial tiles there and back, where a
 * CU moves at most what its L1 does. */
static double split_us(const struct smallm_kernel_info *kernel, const struct smallm_grid *grid,
                       const struct smallm_cost *cost, const struct smallm_machine *machine) {
    if (grid->k_splits == 1)
        return 0;
    const double cu_rate = (double)machine->cache_bytes_per_clock * machine->clocks_per_us;
    const double tile = (double)kernel->m_tile * kernel->n_tile * sizeof(float);
    const double of_all = 2.0 * grid->tiles * grid->k_splits * tile / machine->far_cache_bytes_per_us;
    const double of_last = (1.0 + grid->k_splits) * tile / cu_rate;
    return cost->generations * smallm_cost_ticket_us(machine) + smallm_cost_gather_us(machine) +
           larger(of_all, of_last);
}

/* A step's math waits for its data, so that the shorter of the two is hidden but for one step of one wave of a SIMD. */
static double exposed_us(const struct smallm_cost *cost, uint32_t waves_of_simd) {
    const double moving = larger(larger(cost->memory_us, cost->l2_us), larger(cost->cache_us, cost->flight_us));
    return (moving < cost->math_us ? moving : cost->math_us) / ((double)cost->k_steps * waves_of_simd);
}

double smallm_cost_longest(const struct smallm_cost *cost, const char **name) {
    const struct {
        const char *name;
        double us;
    } parts[] = {
        {"memory", cost->memory_us},          {"L2", cost->l2_us},     {"L1", cost->cache_us},
        {"loads in flight", cost->flight_us}, {"math", cost->math_us}, {"launch", cost->launch_us},
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
    cost->microseconds = machine->dispatch_us + cost->start_us + cost->latency_us + smallm_cost_longest(cost, NULL) +
                         cost->exposed_us + cost->reduce_us + cost->split_us + cost->combine_us + cost->lookup_us;
}

void smallm_cost(struct smallm_cost *cost, const struct smallm_kernel_info *kernel, const struct smallm_grid *grid,
                 const struct smallm_machine *machine, uint32_t m, uint64_t n, uint32_t k) {
    const uint32_t waves = waves_of(kernel, machine), resident = resident_workgroups(kernel, machine);
    cost->workgroups = grid->tiles * grid->k_splits;
    cost->busiest_cu = ceil_div(cost->workgroups, machine->compute_units);
    cost->evenness = cost->workgroups / ((double)cost->busiest_cu * machine->compute_units);
    cost->k_steps = grid->slice_steps + (grid->slice_rem != 0);
    cost->idle_lanes = 1.0 - k / ((double)cost->k_steps * grid->slices * kernel->k_step);
    cost->generations = ceil_div(cost->busiest_cu, resident);
    const uint32_t together = resident < cost->busiest_cu ? resident : cost->busiest_cu;
    const uint32_t at_once = steps_at_once(kernel);
    const uint32_t steps_in_flight = cost->k_steps <= at_once ? cost->k_steps : kernel->depth;
    cost->rounds = cost->generations * ceil_div(cost->k_steps, steps_in_flight);
    cost->bytes_in_flight = (double)together * waves * kernel->n_rows * machine->lanes_per_wave * SMALLM_BLOCK_K *
                            steps_in_flight * (1.0 - cost->idle_lanes);

    const double clocks_per_us = machine->clocks_per_us;
    const double row_bytes = k * (1.0 + 1.0 / SMALLM_BLOCK_K);
    const double w_bytes = (double)n * row_bytes;
    /* Each wave reads the X of its own share of K; waves that split rows read the same X again. */
    const double x_bytes = (double)m * row_bytes * grid->tiles * waves / kernel->k_waves;
    cost->memory_us = (w_bytes + m * row_bytes) / machine->memory_bytes_per_us;
    cost->l2_us = (w_bytes + x_bytes) / (machine->l2_bytes_per_clock * clocks_per_us);
    const double lines_of_step = smallm_step_lines(kernel, machine, m);
    const double lines = workgroup_lines(kernel, cost, machine, lines_of_step);
    cost->cache_us = cost->busiest_cu * lines / clocks_per_us;
    cost->flight_us = cost->generations * more_latencies(kernel, cost->k_steps) * machine->memory_latency_us;
    const uint32_t waves_of_cu = together * waves;
    const uint32_t simds = waves_of_cu < machine->simds_per_cu ? waves_of_cu : machine->simds_per_cu;
    cost->math_us =
        (double)cost->busiest_cu * waves * cost->k_steps * step_clocks(kernel, machine) / (simds * clocks_per_us);
    cost->exposed_us = exposed_us(cost, ceil_div(waves_of_cu, simds));
    cost->launch_us =
        (double)cost->workgroups * machine->workgroup_launch_clocks / (machine->shader_engines * clocks_per_us);
    cost->start_us = start_clocks(kernel, grid, cost, machine, lines, lines_of_step, together) / clocks_per_us;
    cost->latency_us = cost->generations * machine->memory_latency_us;
    cost->reduce_us = cost->generations * reduce_clocks(kernel, machine, together) / clocks_per_us;
    cost->split_us = split_us(kernel, grid, cost, machine);
    cost->combine_us = cost->lookup_us = 0;
    smallm_cost_sum(cost, machine);
}
