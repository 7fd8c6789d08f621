/* Tables that no sorting made: any ids, any experts, any num_tokens_post_padded. Nothing but rows that are named is
 * written, what is named is right, and the simulator finds nothing.
 *   test_routed_hostile LIBRARY all          500 tables
 *   test_routed_hostile LIBRARY FIRST STEP   FIRST, FIRST + STEP, ... below 500 */
#include <stdlib.h>

#include "device.h"
#include "random.h"
#include "run_routed.h"
#include "test.h"

enum { TABLES = 500 };

static struct random_state random_numbers;
static unsigned twice, later_passes, nothing;

static size_t below(size_t bound) {
    return (size_t)random_below(&random_numbers, bound);
}

static int32_t strange(size_t edge) {
    const int32_t numbers[] = {-1, (int32_t)edge, (int32_t)edge + 1, INT32_MIN,      INT32_MAX, INT32_MIN + 1,
                               -2, 1 << 30,       1 << 20,           -(int32_t)edge, 0x5a5a5a5a};
    return numbers[below(sizeof numbers / sizeof numbers[0])];
}

static struct routed_shape pick_shape(size_t table) {
    static const size_t blocks[] = {4, 8, 12, 16, 64, 128};
    static const smallm_type types[] = {SMALLM_TYPE_BF16, SMALLM_TYPE_F16, SMALLM_TYPE_F32};
    struct routed_shape shape = {.seed = table,
                                 .experts = 1 + below(9),
                                 .n = 1 + below(90),
                                 .k = 32 * (1 + below(24)),
                                 .tokens = 1 + below(12),
                                 .top_k = 1 + below(3),
                                 .block_m = blocks[below(6)],
                                 .weighted = below(2) == 0,
                                 .combine = below(2) == 0,
                                 .out_type = types[below(3)]};
    shape.a_div = 1 + below(4);
    shape.ldo = shape.n + below(2) * below(40);
    shape.x_rows = below(4) == 0 ? 1 + below(shape.tokens) : 0;
    /* Up to many more blocks than slots can fill: passes after the first. */
    shape.sorted_len = shape.block_m * (1 + below(below(2) ? 4 : 90));
    return shape;
}

static void pick_ids(struct routed *routed, bool repeat) {
    const size_t slots = routed->slots, length = routed->shape.sorted_len, strangers = 1 + below(9);
    size_t next = 0;
    for (size_t i = 0; i < length; i++) {
        const bool odd = below(10) < strangers;
        if (odd || (!repeat && next == slots))
            routed->sorted[i] = strange(slots);
        else
            routed->sorted[i] = (int32_t)(repeat ? below(slots) : next++);
    }
    /* Slots that are named once stand in any order. */
    for (size_t i = length; i > 1; i--) {
        const size_t j = below(i);
        const int32_t id = routed->sorted[i - 1];
        routed->sorted[i - 1] = routed->sorted[j];
        routed->sorted[j] = id;
    }
}

static void pick_experts(struct routed *routed) {
    const size_t strangers = below(8);
    for (size_t i = 0; i < routed->blocks; i++)
        routed->expert_ids[i] =
            below(10) < strangers ? strange(routed->shape.experts) : (int32_t)below(routed->shape.experts);
}

static int32_t pick_posts(const struct routed *routed) {
    switch (below(4)) {
    case 0:
        return strange(routed->shape.sorted_len);
    case 1:
        return (int32_t)below(routed->shape.sorted_len + 1);
    default:
        return (int32_t)routed->shape.sorted_len;
    }
}

static struct routed_choice pick_choice(smallm_context *context, const struct routed *routed) {
    struct routed_choice choice = {.kernel = NULL};
    struct moe_kernel kernel;
    const uint32_t count = moe_kernel_count();
    if (below(3) == 0 || count == 0 || !moe_kernel((uint32_t)below(count), &kernel))
        return choice;
    choice.kernel = kernel.name;
    if (kernel.splits_k && routed->shape.k >= moe_least_k(&kernel, 2))
        choice.k_splits = 2;
    routed_relax(context, routed, &choice);
    return choice;
}

static void test_table(smallm_context *context, size_t table) {
    char seed[32];
    random_seed(&random_numbers, 7000 + table);
    const struct routed_shape shape = pick_shape(table);
    const bool repeat = table % 2 == 1;
    struct routed routed;
    routed_make(&routed, &shape);
    pick_ids(&routed, repeat);
    pick_experts(&routed);
    routed.posts = pick_posts(&routed);
    routed_upload(&routed);
    nothing += routed.rows.count == 0;
    twice += routed.rows.first[routed.slots] > 0 && repeat;
    later_passes += routed.posts > 0 && routed.blocks > routed.slots;
    snprintf(seed, sizeof seed, "%zu", table);
    device_set("seed", seed);
    device_set("order", table % 3 == 0 ? "shuffle" : "run-to-barrier");
    /* Workgroups that were told to write the same row race for it, by the caller's will. */
    device_set("check", repeat ? "global-race=off" : "global-race=error");
    const struct routed_choice choice = pick_choice(context, &routed);
    CHECK(run_routed(&routed, context, &choice, "table", NULL),
          "table %zu; to repeat: test_routed_hostile LIBRARY "
          "%zu %d",
          table, table, TABLES);
    routed_free(&routed);
}

int main(int argc, char **argv) {
    if (argc != 4 && (argc != 3 || strcmp(argv[2], "all") != 0))
        return 2;
    smallm_context *context = run_open(argv[1]);
    const size_t first = argc == 4 ? strtoul(argv[2], NULL, 10) : 0, step = argc == 4 ? strtoul(argv[3], NULL, 10) : 1;
    unsigned tables = 0;
    for (size_t table = first; table < TABLES && test_failures < 20; table += step, tables++)
        test_table(context, table);
    printf("%u tables: %u name slots more than once, %u have more blocks than slots, %u name nothing\n", tables, twice,
           later_passes, nothing);
    if (argc == 3)
        CHECK(twice > 100 && later_passes > 50 && nothing > 10 && nothing < 250, "too few tables of a kind");
    run_close();
    return test_result();
}
