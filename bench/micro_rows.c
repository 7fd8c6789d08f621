#include "micro_rows.h"

#define PAIR(bench, threads, apart, ...)                                                                               \
    {                                                                                                                  \
        .name = bench, .kernel = bench, .kind = MICRO_PAIR, .items = threads, .stride = apart, .term = { __VA_ARGS__ } \
    }
/* 16 waves of a CU. */
#define LDS(bench, bytes, parameter)                                                                                   \
    {                                                                                                                  \
        .name = bench, .kernel = bench, .kind = MICRO_PAIR, .items = 1024, .stride = bytes / 64, .inverse = true,      \
        .term = {                                                                                                      \
            {parameter, 16 * bytes}                                                                                    \
        }                                                                                                              \
    }

const struct micro_row micro_rows[] = {
    PAIR("valu_chain", 64, 4, {"valu.plain", 1}),
    PAIR("valu_free", 64, 4, {"valu.plain", 1}),
    PAIR("valu_packed", 64, 4, {"valu.packed", 1}),
    PAIR("valu_trans", 64, 4, {"valu.trans", 1}),
    PAIR("valu_f64", 64, 4, {"valu.f64", 1}),
    PAIR("valu_mul32", 64, 4, {"valu.mul32", 1}),
    PAIR("valu_dot", 64, 4, {"valu.dot", 1}),
    PAIR("valu_convert", 64, 4, {"valu.convert", 1}),
    PAIR("valu_permute", 64, 4, {"valu.permute", 1}),
    PAIR("salu_chain", 64, 4, {"issue.interval", 1}),
    PAIR("nop", 64, 4, {"issue.interval", 1}),
    PAIR("nop4", 64, 4, {"issue.interval", 4}),
    PAIR("waitcnt", 64, 4, {"issue.interval", 1}),
    PAIR("barrier", 256, 4, {"issue.barrier", 1}),
    PAIR("sleep", 64, 4, {"issue.sleep_unit", 2}, {"issue.interval", 1}),
    PAIR("branch", 64, 4, {"fetch.branch_taken", 1}),
    PAIR("mfma_chain", 64, 4, {"mfma.pass", 4}, {"mfma.chain", 1}),
    PAIR("mfma_free", 64, 4, {"mfma.pass", 4}),
    PAIR("mfma_scaled", 64, 4, {"mfma.pass", 8}),
    PAIR("mfma_fp4", 64, 4, {"mfma.pass", 4}),
    PAIR("mfma_32x32", 64, 4, {"mfma.pass", 8}, {"mfma.chain", 1}),
    PAIR("mfma_result", 64, 4, {"mfma.result", 1}, {"mfma.pass", 4}, {"issue.interval", 1}),
    PAIR("mfma_shadow", 64, 4, {"mfma.valu_blocked", 1}, {"issue.interval", 17}),
    PAIR("mfma_never", 64, 4, {"mfma.pass", 4}, {"issue.interval", 17}),
    PAIR("valu_to_lds", 64, 4, {"issue.valu_to_memory", 1}, {"lds.latency", 1}, {"issue.interval", 9}),
    PAIR("salu_to_vmem", 64, 4, {"issue.salu_to_vmem", 1}, {"l1.hit", 1}),
    PAIR("saveexec", 64, 4, {"issue.saveexec_to_branch", 1}, {"issue.interval", 1}),
    PAIR("lds_chase", 64, 0, {"lds.latency", 1}, {"issue.interval", 1}),
    PAIR("lds_write", 64, 4, {"lds.write_latency", 1}, {"issue.interval", 1}),
    LDS("lds_b32", 256, "lds.read_bytes"),
    LDS("lds_b64", 512, "lds.read_bytes"),
    LDS("lds_b128", 1024, "lds.read_bytes"),
    LDS("lds_put_b32", 256, "lds.write_bytes"),
    LDS("lds_put_b64", 512, "lds.write_bytes"),
    LDS("lds_put_b128", 1024, "lds.write_bytes"),
    PAIR("smem_chase", 64, 4, {"scalar.hit", 1}),
    PAIR("vmem_chase", 64, 4, {"l1.hit", 1}),
    {.name = "vmem_chase L2", .kind = MICRO_CHASE, .level = MICRO_L2, .term = {{"l2.hit", 1}}},
    {.name = "vmem_chase MALL", .kind = MICRO_CHASE, .level = MICRO_MALL, .in_ns = true, .term = {{"mall.latency", 1}}},
    {.name = "vmem_chase HBM", .kind = MICRO_CHASE, .level = MICRO_HBM, .in_ns = true, .term = {{"hbm.latency", 1}}},
    PAIR("store", 64, 4, {"l2.write", 1}, {"issue.interval", 1}),
    {.name = "atomic",
     .kernel = "atomic",
     .kind = MICRO_PAIR,
     .items = 64,
     .stride = 4,
     .in_ns = true,
     .term = {{"atomic.latency", 1}, {"issue.interval", 1}}},
    {.name = "scatter", .kernel = "scatter", .kind = MICRO_TAGS, .inverse = true, .term = {{"l1.tags", 64}}},
    {.name = "atomic_stream", .kernel = "atomic_stream", .kind = MICRO_ATOMIC, .term = {{"atomic.interval", 1}}},
    {.name = "stream L1",
     .kernel = "stream_same",
     .kind = MICRO_STREAM,
     .level = MICRO_L1,
     .rate = true,
     .units = 256, /* CUs */
     .term = {{"l1.bandwidth", 1}}},
    {.name = "stream L2",
     .kernel = "stream",
     .kind = MICRO_STREAM,
     .level = MICRO_L2,
     .rate = true,
     .units = 128, /* channels */
     .term = {{"l2.read_bytes", 1}}},
    {.name = "stream MALL",
     .kernel = "stream",
     .kind = MICRO_STREAM,
     .level = MICRO_MALL,
     .term = {{"mall.bandwidth", 1}}},
    {.name = "stream HBM",
     .kernel = "stream_nt",
     .kind = MICRO_STREAM,
     .level = MICRO_HBM,
     .term = {{"hbm.bandwidth", 1}}},
    {.name = "packet gap", .kernel = "nothing", .kind = MICRO_GAP, .term = {{"dispatch.packet_gap", 1}}},
};
const size_t micro_rows_count = sizeof micro_rows / sizeof micro_rows[0];
