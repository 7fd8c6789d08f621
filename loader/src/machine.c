#include "machine.h"

/* MI355X. Sources: CU count, clock, LDS size and rates from AMD's CDNA4 white paper; matrix instruction from the CDNA4
 * ISA, table 28 (8 passes); VGPR allocation and residency from LLVM's AMDGPU target; L1 width from ROCm's MI350 page;
 * streaming read measured by rocm-systems PR #8480 (6,914 GB/s on an MI350X). From public MI350X thread traces: vector
 * issue (4 clocks), dispatch latency (2,300 clocks), a workgroup every 16 clocks and shader engine,
 * instruction fetch, store to retirement, LDS write and read latency (52 clocks each). From MI300X, whose fabric is the
 * nearest that was measured in public: HBM and memory-side cache, 420 and 220 ns; 17.2 TB/s at the latter's peak; L2
 * bytes a clock and channel. Assumed: 16 clocks for a barrier, 500 ns for an atomic. configs/mi355x.ini has the sources
 * one by one. */
const struct smallm_machine smallm_machine = {
    .name = "MI355X",
    .compute_units = 256,
    .shader_engines = 32,
    .simds_per_cu = 4,
    .lanes_per_wave = 64,
    .waves_per_simd = 8,
    .vgprs_per_simd = 512,
    .vgpr_granule = 8,
    .lds_bytes_per_cu = 160 * 1024,
    .clocks_per_us = 2400,
    .valu_clocks = 4,
    .mfma_clocks = 32,
    .workgroup_launch_clocks = 16,
    .cache_bytes_per_clock = 64,
    .lds_write_bytes_per_clock = 128,
    .lds_read_bytes_per_clock = 256,
    .lds_exchange_clocks = 52 + 16 + 52,
    .memory_bytes_per_us = 6.91e6,
    .far_cache_bytes_per_us = 17.2e6,
    .memory_latency_us = 0.42,
    .far_cache_latency_us = 0.22,
    .dispatch_us = 0.96,
    .grid_work_items = 0xffffffffu,
    .grid_rows = 65535,
    .fetch_clocks = 560,
    .issue_clocks = 4,
    .store_clocks = 240,
    .invalidate_clocks = 118,
    .l2_bytes_per_clock = 8 * 16 * 103,
    .atomic_us = 0.5,
};
