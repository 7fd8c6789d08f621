/* LDS: latency by chases, bandwidth by streams of 16 waves, banks by a stride, the queue by what issues at once. */
#include "micro.h"

/* Lanes 16 dwords apart meet banks / 16 banks. */
static double banks(const struct micro *m) {
    (void)m;
    time_set("time", "warm");
    struct time_args args = {(void *)micro_memory_block->base, 20, 64};
    return 64.0 * 16 / (time_bench(micro_issue_code, "lds_b32", 1024, args) / 16);
}

/* Of 44 instructions of 64 clocks each those in the queue wait for none; the last issues when 44 less those have left.
 */
static double queue(const struct micro *m) {
    (void)m;
    uint32_t issued[4], last = 0;
    time_set("time", "warm");
    struct micro_launch l = {micro_inside_code, "queue_lds", 1, 256, 0, {(void *)micro_memory_block->base, 0, 0}};
    micro_run(&l);
    micro_run(&l);
    memcpy(issued, (char *)micro_memory_block->base + 8192, sizeof issued);
    for (unsigned i = 0; i < 4; i++)
        last = issued[i] > last ? issued[i] : last;
    return 44 - last / 64.0;
}

const struct micro micro_lds[] = {
    FORM("lds.latency", micro_chain, 70, "lds_chase", 64, 0, 1, {"issue.interval", 1}),
    FORM("lds.write_latency", micro_chain, 70, "lds_write", 64, 4, 1, {"issue.interval", 1}),
    FORM("lds.read_bytes", micro_rate, 128, "lds_b128", 1024, 16, 16 * 1024, {NULL, 0}),
    FORM("lds.write_bytes", micro_rate, 64, "lds_put_b128", 1024, 16, 16 * 1024, {NULL, 0}),
    BENCH("lds.banks", banks, 32),
    BENCH("lds.queue", queue, 32),
    {.parameter = NULL},
};
