/* Sorting on the device against its model: slots, experts, maps of every kind, ids that are out of range.
 *   test_routed_sort LIBRARY */
#include <stdlib.h>

#include "device.h"
#include "moe_route.h"
#include "random.h"
#include "run.h"
#include "test.h"

enum { CASES = 300, MOST_SLOTS = 4096, MOST_EXPERTS = 2048, GUARD = 16, PATTERN = 0x5a5a5a5a };

static struct random_state random_numbers;

static size_t below(size_t bound) {
    return (size_t)random_below(&random_numbers, bound);
}

/* Arrays of the host with the device's beside them. */
struct array {
    int32_t *host;
    void *device;
    size_t length;
};

static struct array make_array(size_t length) {
    struct array array = {.host = malloc((length + GUARD) * sizeof(int32_t)), .length = length};
    if (array.host == NULL)
        exit(1);
    array.device = device_alloc((length + GUARD) * sizeof(int32_t));
    for (size_t i = 0; i < length + GUARD; i++)
        array.host[i] = PATTERN;
    device_upload(array.device, array.host, (length + GUARD) * sizeof(int32_t));
    return array;
}

static void upload(const struct array *array) {
    device_upload(array->device, array->host, array->length * sizeof(int32_t));
}

static void free_array(struct array *array) {
    free(array->host);
    device_free(array->device);
}

static void compare(const struct array *array, const char *name, unsigned number) {
    int32_t *got = malloc((array->length + GUARD) * sizeof *got);
    if (got == NULL)
        exit(1);
    device_download(got, array->device, (array->length + GUARD) * sizeof *got);
    for (size_t i = 0; i < array->length; i++)
        if (got[i] != array->host[i]) {
            CHECK(got[i] == array->host[i], "case %u: %s[%zu] is %d, not %d", number, name, i, got[i], array->host[i]);
            break;
        }
    for (size_t i = array->length; i < array->length + GUARD; i++)
        CHECK(got[i] == PATTERN, "case %u: %s was written %zu past its end", number, name, i - array->length);
    free(got);
}

struct sort_case {
    size_t slots, experts, global, block_m, spare;
    int32_t kind;
    size_t skew; /* of a hundred ids, how many are expert 0 */
};

static int32_t pick_id(const struct sort_case *c, size_t ids) {
    static const int32_t strange[] = {-1, -2, INT32_MIN, INT32_MAX};
    if (below(100) < c->skew)
        return 0;
    if (below(50) == 0)
        return strange[below(4)];
    return (int32_t)below(ids + ids / 16 + 1);
}

/* Local experts stand at random global ids; some entries are no experts at all. */
static void fill_map(const struct sort_case *c, int32_t *map) {
    size_t local = 0;
    for (size_t id = 0; id < c->global; id++) {
        const bool here = below(3) != 0 && local < c->experts;
        map[id] = c->kind == SMALLM_EXPERTS_MASK ? here : here ? (int32_t)local : -1;
        local += here;
        if (c->kind == SMALLM_EXPERTS_MAP && below(40) == 0)
            map[id] = (int32_t)(c->experts + below(9));
    }
}

static void test_case(smallm_context *context, const struct sort_case *c, unsigned number) {
    const int64_t least = smallm_moe_sorted_len((int64_t)c->slots, (int64_t)c->experts, (int64_t)c->block_m);
    const size_t length = (size_t)least + c->spare * c->block_m;
    const bool mapped = c->kind != SMALLM_EXPERTS_LOCAL;
    struct array ids = make_array(c->slots), map = make_array(c->global), sorted = make_array(length),
                 experts = make_array(length / c->block_m), posts = make_array(1);
    for (size_t slot = 0; slot < c->slots; slot++)
        ids.host[slot] = pick_id(c, mapped ? c->global : c->experts);
    fill_map(c, map.host);
    upload(&ids);
    upload(&map);
    smallm_moe_sort_args args;
    smallm_moe_sort_args_init(&args, sizeof args);
    args.slots = (int64_t)c->slots;
    args.experts = (int64_t)c->experts;
    args.experts_global = mapped ? (int64_t)c->global : 0;
    args.block_m = (int64_t)c->block_m;
    args.sorted_len = (int64_t)length;
    args.map_kind = c->kind;
    args.topk_ids = ids.device;
    args.expert_map = mapped ? map.device : NULL;
    args.sorted_token_ids = sorted.device;
    args.expert_ids = experts.device;
    args.num_tokens_post_padded = posts.device;
    const uint64_t before = device_launches();
    CHECK_OK(smallm_moe_sort(context, &args, NULL));
    CHECK(device_finish() == 0, "case %u: slots=%zu experts=%zu global=%zu block_m=%zu kind=%d", number, c->slots,
          c->experts, c->global, c->block_m, c->kind);
    CHECK(device_launches() - before == 1, "case %u: more than one launch", number);
    args.topk_ids = ids.host;
    args.expert_map = map.host;
    args.sorted_token_ids = sorted.host;
    args.expert_ids = experts.host;
    args.num_tokens_post_padded = posts.host;
    CHECK(moe_sort_model(&args) == 0, "no memory");
    compare(&sorted, "sorted_token_ids", number);
    compare(&experts, "expert_ids", number);
    compare(&posts, "num_tokens_post_padded", number);
    struct array *const all[] = {&ids, &map, &sorted, &experts, &posts};
    for (size_t i = 0; i < 5; i++)
        free_array(all[i]);
}

/* Even over the logarithm. */
static size_t up_to(size_t most) {
    size_t octave = 1;
    while (octave < most && below(12) != 0)
        octave *= 2;
    return 1 + below(octave > most ? most : octave);
}

static void test_edges(smallm_context *context) {
    static const struct sort_case edges[] = {
        {.slots = 1, .experts = 1, .global = 1, .block_m = 4},
        {.slots = MOST_SLOTS, .experts = MOST_EXPERTS, .global = MOST_EXPERTS, .block_m = 4},
        {.slots = MOST_SLOTS, .experts = MOST_EXPERTS, .global = MOST_EXPERTS, .block_m = 128, .kind = 1},
        {.slots = MOST_SLOTS, .experts = 1, .global = MOST_EXPERTS, .block_m = 64, .kind = 2},
        {.slots = MOST_SLOTS, .experts = 512, .global = 512, .block_m = 64, .skew = 100},
        {.slots = 64, .experts = 2048, .global = 2048, .block_m = 16, .kind = 2, .skew = 50},
        {.slots = 65, .experts = 7, .global = 9, .block_m = 12, .kind = 1, .spare = 3},
    };
    for (size_t i = 0; i < sizeof edges / sizeof edges[0]; i++) {
        random_seed(&random_numbers, 900 + i);
        test_case(context, &edges[i], (unsigned)(1000 + i));
    }
}

int main(int argc, char **argv) {
    static const size_t blocks[] = {4, 16, 64, 128, 12, 36, 100};
    if (argc != 2)
        return 2;
    smallm_context *context = run_open(argv[1]);
    for (unsigned number = 0; number < CASES; number++) {
        random_seed(&random_numbers, number);
        struct sort_case c = {.slots = up_to(MOST_SLOTS),
                              .experts = up_to(600),
                              .block_m = blocks[below(7)],
                              .spare = below(3),
                              .kind = (int32_t)(number % 3),
                              .skew = below(4) == 0 ? below(101) : 0};
        c.global = c.experts + below(2) * below(c.experts + 8);
        test_case(context, &c, number);
    }
    test_edges(context);
    run_close();
    return test_result();
}
