/* Races in LDS and global memory: kernels that are right are silent in every order of execution, kernels that lack one
 * barrier, wait, write-back or invalidation are reported in every order. */
#include "sync_run.h"

static struct sync_run r;

/* out[first..] = value(i); the first difference is shown. */
static void check_out(const char *kernel, uint32_t first, uint32_t n, uint32_t (*value)(uint32_t)) {
    for (uint32_t i = first; i < first + n; i++)
        if (r.out[i] != value(i)) {
            CHECK(false, "%s: element %u is 0x%x, not 0x%x", kernel, i, r.out[i], value(i));
            return;
        }
}

static uint32_t itself(uint32_t i) {
    return i;
}
static uint32_t of_the_other_wave(uint32_t i) {
    return i ^ 64;
}

static void check_lds(void) {
    sync_clean(&r, "lds_exchange", 1, 128);
    check_out("lds_exchange", 0, 128, of_the_other_wave);
    sync_finds(&r, "lds_exchange_racy", 1, 128, "lds-race");
    sync_clean(&r, "lds_overwrite", 1, 128);
    sync_finds(&r, "lds_overwrite_racy", 1, 128, "lds-race");
    sync_clean(&r, "lds_same_value", 1, 128);
    sync_finds(&r, "lds_different_values", 1, 128, "lds-race");
    sync_clean(&r, "lds_halves", 1, 128);
    CHECK(r.out[5] == (5 | 69 << 16), "0x%x", r.out[5]);
    sync_clean(&r, "lds_count", 1, 128);
    CHECK(r.out[0] == 128 && r.out[127] == 128, "%u %u", r.out[0], r.out[127]);
    sync_finds(&r, "lds_count_racy", 1, 128, "lds-atomic-race");
    sync_clean(&r, "lds_handover", 1, 128);
    CHECK(r.out[64 + 9] == 9, "%u", r.out[64 + 9]);
    sync_clean(&r, "dma_shared", 1, 128);
    CHECK(r.out[64 + 9] == 0x10000 + 9, "0x%x", r.out[64 + 9]);
    sync_finds(&r, "dma_shared_racy", 1, 128, "lds-race");
    sync_clean(&r, "dma_overwrite", 1, 128);
    sync_finds(&r, "dma_overwrite_racy", 1, 128, "lds-race");
}

static void check_group(void) {
    sync_clean(&r, "group_exchange", 1, 128);
    check_out("group_exchange", 0, 128, of_the_other_wave);
    sync_finds(&r, "group_exchange_racy", 1, 128, "global-race");
    CHECK_HAS(gfx950sim_findings(), "without a barrier between them");
}

static void check_grid(void) {
    sync_clean(&r, "grid_disjoint", 2, 256);
    for (uint32_t i = 0; i < 256; i += 51)
        CHECK(r.data[i] == (i | (i + 1) << 16), "element %u is 0x%x", i, r.data[i]);
    sync_clean(&r, "grid_histogram", 16, 128);
    CHECK(r.data[100] == 0x10000 + 100 + 16, "0x%x", r.data[100]);
    sync_clean(&r, "grid_same_value", 16, 64);
    sync_finds(&r, "grid_racy", 2, 64, "global-race");
    CHECK_HAS(gfx950sim_findings(), "nothing in this code orders workgroups");
    sync_finds(&r, "grid_overwrite", 2, 64, "global-race");
    sync_finds(&r, "grid_scalar_racy", 2, 64, "global-race");
}

static void check_published(const char *kernel, unsigned groups) {
    sync_clean(&r, kernel, groups, 64);
    check_out(kernel, 0, 64, itself);
}

static void check_release_acquire(void) {
    check_published("publish", 2);
    check_published("publish_sc1", 2);
    check_published("publish_sc1_invalidate", 2);
    sync_finds(&r, "publish_no_write_back", 2, 64, "global-race");
    CHECK_HAS(gfx950sim_findings(), "buffer_wbl2 sc1");
    sync_finds(&r, "publish_no_wait", 2, 64, "global-race");
    sync_finds(&r, "publish_no_invalidate", 2, 64, "global-race");
    sync_finds(&r, "publish_sc1_no_wait", 2, 64, "global-race");
    sync_finds(&r, "publish_sc1_plain_load", 2, 64, "global-race");
    sync_clean(&r, "cumulative", 2, 128);
    check_out("cumulative", 64, 64, itself);
    sync_clean(&r, "split_k", 4, 64);
    CHECK(r.out[10] == 4 * 10 + 6, "%u", r.out[10]);
    sync_clean(&r, "split_k_plain", 4, 64);
    CHECK(r.out[10] == 4 * 10 + 6, "%u", r.out[10]);
    sync_finds(&r, "split_k_no_wait", 4, 64, "global-race");
    sync_finds(&r, "split_k_dirty", 4, 64, "global-race");
}

int main(void) {
    CHECK_HIP(hipModuleLoad(&sync_module, SYNC_CO));
    CHECK_HIP(hipModuleLoad(&independent_module, INDEPENDENT_CO));
    check_lds();
    check_group();
    check_grid();
    check_release_acquire();
    return check_result();
}
