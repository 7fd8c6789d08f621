#include "dense_cost.h"

#include "smallm/types.h"

static uint32_t ceil_div(uint32_t a, uint32_t b) {
    return a / b + (a % b != 0);
}

static double larger(double a, double b) {
    return a > b ? a : b;
}

static double smaller(double a, double b) {
    return a < b ? a : b;
}

static uint32_t resident_workgroups(const struct smallm_kernel_info *kernel, const struct smallm_machine *machine) {
    uint32_t granule = machine->vgpr_granule;
    uint32_t allocated = ceil_div(kernel->vgprs, granule) * granule;
    uint32_t waves = allocated == 0 ? machine->waves_per_simd : machine->vgprs_per_simd / allocated;
    if (waves > machine->waves_per_simd)
        waves = machine->waves_per_simd;
    uint32_t resident = waves * machine->simds_per_cu / (kernel->block / machine->lanes_per_wave);
    if (kernel->lds_bytes != 0 && resident > machine->lds_bytes_per_cu / kernel->lds_bytes)
        resident = machine->lds_bytes_per_cu / kernel->lds_bytes;
    return resident == 0 ? 1 : resident;
}

/* Moving W when every CU gets an equal share of the memory's bandwidth, at most `cu_rate`: first all CUs stream what
 * the least loaded ones have, then the `heavy` ones, with one workgroup more each, share the bandwidth among
 * themselves. */
static double shared_stream_us(const struct smallm_machine *machine, uint32_t workgroups, double tile_bytes,
                               double cu_rate) {
    const uint32_t even = workgroups / machine->compute_units, heavy = workgroups % machine->compute_units;
    const double fair_rate = smaller(machine->memory_bytes_per_us / machine->compute_units, cu_rate);
    double us = even * tile_bytes / fair_rate;
    if (heavy != 0)
        us += tile_bytes / smaller(machine->memory_bytes_per_us / heavy, cu_rate);
    return us;
}

void smallm_dense_cost(struct smallm_dense_cost *cost, const struct smallm_kernel_info *kernel,
                       const struct smallm_machine *machine, uint32_t m, uint32_t n, uint32_t k) {
    const uint32_t waves = kernel->block / machine->lanes_per_wave;
    const uint32_t step_k = SMALLM_BLOCK_K * kernel->k_lanes * kernel->k_waves;
    cost->workgroups = ceil_div(n, kernel->n_tile);
    cost->busiest_cu = ceil_div(cost->workgroups, machine->compute_units);
    cost->evenness = cost->workgroups / ((double)cost->busiest_cu * machine->compute_units);
    cost->k_steps = ceil_div(k, step_k);
    const double padded_k = (double)cost->k_steps * step_k;
    cost->idle_lanes = 1.0 - k / padded_k;
    const uint32_t resident = resident_workgroups(kernel, machine);
    const uint32_t together = resident < cost->busiest_cu ? resident : cost->busiest_cu;
    const uint32_t steps_in_flight = kernel->depth < cost->k_steps ? kernel->depth : cost->k_steps;
    cost->rounds = ceil_div(cost->busiest_cu, resident) * ceil_div(cost->k_steps, kernel->depth);
    cost->bytes_in_flight = (double)together * waves * kernel->n_rows * machine->lanes_per_wave * SMALLM_BLOCK_K *
                            steps_in_flight * (1.0 - cost->idle_lanes);

    const double row_bytes = k * (1.0 + 1.0 / SMALLM_BLOCK_K);
    const double tile_bytes = kernel->n_tile * row_bytes;
    /* Each wave reads the X of its own share of K; waves that split rows read the same X again. */
    const double x_bytes = (double)m * row_bytes * waves / kernel->k_waves;
    const double l1_rate = (double)machine->cache_bytes_per_clock * machine->clocks_per_us;
    const double l1_us = cost->busiest_cu * (tile_bytes + x_bytes) / l1_rate;
    /* What is in flight arrives once per latency; the first one is counted by itself. */
    const double flight_us = (cost->busiest_cu * tile_bytes / cost->bytes_in_flight - 1) * machine->memory_latency_us;
    cost->stream_us =
        larger(shared_stream_us(machine, cost->workgroups, tile_bytes, l1_rate), larger(l1_us, flight_us));
    cost->math_us = cost->busiest_cu * kernel->n_tile * padded_k * kernel->m_tile /
                    ((double)machine->fma_per_clock * machine->clocks_per_us);
    cost->microseconds = machine->dispatch_us + machine->memory_latency_us + larger(cost->stream_us, cost->math_us);
}
