/* Facts of the machine that the cost model and the limits rest on. */
#ifndef SMALLM_SRC_MACHINE_H
#define SMALLM_SRC_MACHINE_H

#include <stdint.h>

struct smallm_machine {
    const char *name;
    uint32_t compute_units;
    uint32_t shader_engines;
    uint32_t simds_per_cu;
    uint32_t lanes_per_wave;
    uint32_t waves_per_simd; /* most that can be resident */
    uint32_t vgprs_per_simd; /* per lane */
    uint32_t vgpr_granule;
    uint32_t lds_bytes_per_cu;
    uint32_t clocks_per_us;
    uint32_t valu_clocks;               /* a SIMD is busy with one vector instruction of a wave */
    uint32_t mfma_clocks;               /* the same with one 16x16x128 matrix instruction on 8-bit operands */
    uint32_t workgroup_launch_clocks;   /* a shader engine starts one workgroup in so many */
    uint32_t cache_bytes_per_clock;     /* one CU from its L1, hit or not */
    uint32_t lds_write_bytes_per_clock; /* one CU */
    uint32_t lds_read_bytes_per_clock;
    uint32_t lds_exchange_clocks;  /* write, wait, barrier, read, wait: with nothing else in the way */
    double memory_bytes_per_us;    /* whole device, achieved by a streaming read */
    double far_cache_bytes_per_us; /* whole device, the memory-side cache */
    double memory_latency_us;      /* caches missed */
    double far_cache_latency_us;   /* a round trip to where the L2s become coherent */
    double dispatch_us;            /* packet written to first wave */
    uint64_t grid_work_items;      /* most that HIP launches in one dimension */
    uint32_t grid_rows;            /* most workgroups that HIP launches in grid y */
    uint32_t fetch_clocks;         /* to the instruction that a jump goes to; the instruction cache holds the kernel */
    uint32_t issue_clocks;         /* between two instructions of a wave; a vector memory instruction takes no less */
    uint32_t store_clocks;         /* from a store to its retirement */
    uint32_t invalidate_clocks;    /* of a CU's L1 */
    double l2_bytes_per_clock;     /* whole device, all channels of all L2s */
    double atomic_us;              /* device scope, there and back */
};

extern const struct smallm_machine smallm_machine;

#endif
