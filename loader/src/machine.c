#include "machine.h"

/* MI355X. Sources: CU count, clock, LDS and f32 rate (157.3 TFLOP/s) from AMD's CDNA4 white paper; VGPR allocation and
 * residency from LLVM's AMDGPU target; L1 width from ROCm's MI350 page; streaming read measured by rocm-systems PR
 * #8480 (6,914 GB/s on an MI350X); first-touch load and dispatch latency from public MI350X thread traces (1,800 and
 * 2,300 clocks). */
const struct smallm_machine smallm_machine = {
    .name = "MI355X",
    .compute_units = 256,
    .simds_per_cu = 4,
    .lanes_per_wave = 64,
    .waves_per_simd = 8,
    .vgprs_per_simd = 512,
    .vgpr_granule = 8,
    .lds_bytes_per_cu = 160 * 1024,
    .clocks_per_us = 2400,
    .cache_bytes_per_clock = 64,
    .fma_per_clock = 128,
    .memory_bytes_per_us = 6.91e6,
    .memory_latency_us = 0.75,
    .dispatch_us = 0.96,
    .grid_work_items = 0xffffffffu,
};
