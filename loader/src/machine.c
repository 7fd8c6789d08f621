#include "machine.h"

#include "machine_ini.h"

/* MI355X. Facts are those of configs/mi355x.ini, which has their sources. Of the cost model's own: a wave that writes
 * LDS waits as long as one that reads. Limits of the grid are HIP's. */
enum {
    MFMA_PASSES = 8, /* 16x16x128 with 8-bit operands: CDNA4 ISA, table 28 */
    /* Rounded: what the built-in tables say was computed from these. */
    HBM_10_GBPS = MACHINE_HBM_BANDWIDTH / 10,
    DISPATCH_10_NS = (MACHINE_DISPATCH_PACKET_TO_WAVE * 100 + MACHINE_CHIP_CORE_MHZ / 2) / MACHINE_CHIP_CORE_MHZ,
};

const struct smallm_machine smallm_machine = {
    .name = "MI355X",
    .compute_units = MACHINE_CHIP_XCDS * MACHINE_CHIP_SHADER_ENGINES * MACHINE_CHIP_CUS,
    .shader_engines = MACHINE_CHIP_XCDS * MACHINE_CHIP_SHADER_ENGINES,
    .simds_per_cu = MACHINE_CHIP_SIMDS,
    .lanes_per_wave = 64,
    .waves_per_simd = MACHINE_CHIP_WAVES,
    .vgprs_per_simd = MACHINE_CHIP_VGPRS,
    .vgpr_granule = MACHINE_CHIP_VGPR_GRANULE,
    .lds_bytes_per_cu = MACHINE_CHIP_LDS_BYTES,
    .clocks_per_us = MACHINE_CHIP_CORE_MHZ,
    .valu_clocks = MACHINE_VALU_PLAIN,
    .mfma_clocks = MFMA_PASSES * MACHINE_MFMA_PASS,
    .workgroup_launch_clocks = MACHINE_DISPATCH_WORKGROUP_INTERVAL,
    .cache_bytes_per_clock = MACHINE_L1_BANDWIDTH,
    .lds_write_bytes_per_clock = MACHINE_LDS_WRITE_BYTES,
    .lds_read_bytes_per_clock = MACHINE_LDS_READ_BYTES,
    .lds_exchange_clocks = MACHINE_LDS_LATENCY + MACHINE_ISSUE_BARRIER + MACHINE_LDS_LATENCY,
    .memory_bytes_per_us = HBM_10_GBPS * 1e4,
    .far_cache_bytes_per_us = MACHINE_MALL_BANDWIDTH * 1e3,
    .memory_latency_us = MACHINE_HBM_LATENCY / 1e3,
    .far_cache_latency_us = MACHINE_MALL_LATENCY / 1e3,
    .dispatch_us = DISPATCH_10_NS / 1e2,
    .grid_work_items = 0xffffffffu,
    .grid_rows = 65535,
    .fetch_clocks = MACHINE_FETCH_BRANCH_TAKEN,
    .issue_clocks = MACHINE_ISSUE_INTERVAL,
    .store_clocks = MACHINE_L2_WRITE,
    .invalidate_clocks = MACHINE_L1_HIT,
    .l2_bytes_per_clock = MACHINE_CHIP_XCDS * MACHINE_L2_CHANNELS * MACHINE_L2_READ_BYTES,
    .atomic_us = MACHINE_ATOMIC_LATENCY / 1e3,
};
