/* Facts of the machine that the cost model and the limits rest on. */
#ifndef SMALLM_SRC_MACHINE_H
#define SMALLM_SRC_MACHINE_H

#include <stdint.h>

struct smallm_machine {
    const char *name;
    uint32_t compute_units;
    uint32_t simds_per_cu;
    uint32_t lanes_per_wave;
    uint32_t waves_per_simd; /* most that can be resident */
    uint32_t vgprs_per_simd; /* per lane */
    uint32_t vgpr_granule;
    uint32_t lds_bytes_per_cu;
    uint32_t clocks_per_us;
    uint32_t cache_bytes_per_clock; /* one CU from its L1 */
    uint32_t fma_per_clock;         /* one CU, f32 */
    double memory_bytes_per_us;     /* whole device, achieved by a streaming read */
    double memory_latency_us;       /* cold: TLB and caches missed */
    double dispatch_us;             /* packet written to first wave */
    uint64_t grid_work_items;       /* most that HIP launches in one dimension */
};

extern const struct smallm_machine smallm_machine;

#endif
