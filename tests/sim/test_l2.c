/* The eight L2s: what plain stores, sc1, buffer_wbl2 and buffer_inv let other XCDs see. Workgroup n runs on XCD n
 * mod 8. */
#include "sync_run.h"

static struct sync_run r;

static void run(const char *kernel, unsigned groups) {
    sync_prepare(&r);
    (void)sync_launch(&r, kernel, groups, 64);
}

static bool all_out(uint32_t first) {
    for (uint32_t i = 0; i < 64; i++)
        if (r.out[i] != first + i)
            return false;
    return true;
}

int main(void) {
    CHECK_HIP(hipModuleLoad(&sync_module, SYNC_CO));
    CHECK_HIP(hipModuleLoad(&independent_module, INDEPENDENT_CO));
    gfx950sim_set("check", "global-race=off");

    run("publish", 2);
    CHECK(all_out(0) && !sync_found("stale-l2"), "released and acquired: 0x%x\n%s", r.out[0], gfx950sim_findings());
    run("publish_no_write_back", 2);
    CHECK(all_out(0x10000), "a dirty line is seen elsewhere: 0x%x", r.out[0]);
    CHECK(sync_found("stale-l2"), "dirty line:\n%s", gfx950sim_findings());
    CHECK_HAS(gfx950sim_findings(), "dirty in that XCD's L2");
    CHECK(r.data[0] == 0 && r.data[63] == 63, "the end of the kernel writes back: 0x%x 0x%x", r.data[0], r.data[63]);
    run("publish_no_invalidate", 2);
    CHECK(all_out(0x10000), "a clean line that was read before is fetched again: 0x%x", r.out[0]);
    CHECK_HAS(gfx950sim_findings(), "still holds the line");
    run("publish_sc1", 2);
    CHECK(all_out(0) && !sync_found("stale-l2"), "sc1 on both sides: 0x%x\n%s", r.out[0], gfx950sim_findings());
    run("publish_sc1_plain_load", 2);
    CHECK(all_out(0x10000) && sync_found("stale-l2"), "a plain load passes its stale line by: 0x%x", r.out[0]);
    run("publish_sc1_invalidate", 2);
    CHECK(all_out(0) && !sync_found("stale-l2"), "sc1 store, invalidation: 0x%x\n%s", r.out[0], gfx950sim_findings());
    run("split_k_dirty", 4);
    CHECK(sync_found("stale-l2"), "sc1 loads do not reach another XCD's dirty lines:\n%s", gfx950sim_findings());
    CHECK(r.out[10] != 4 * 10 + 6, "%u", r.out[10]);
    run("two_halves", 2);
    CHECK(r.data[9] == (9 | 10 << 16) && !sync_found("stale-l2"), "bytes of one line from two XCDs: 0x%x", r.data[9]);

    /* Workgroups 0 and 8 share an L2. */
    gfx950sim_set("check", "stale-l2=error");
    run("publish_no_write_back", 9);
    CHECK(sync_found("stale-l2"), "workgroups 1 to 7:\n%s", gfx950sim_findings());
    return check_result();
}
