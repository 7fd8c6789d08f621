/* smallm_quantise and smallm_moe_sort: the rules of their headers once more, and right launches. */
#include <stdlib.h>
#include <string.h>

#include "arguments_case.h"
#include "count_alloc.h"
#include "fuzz.h"
#include "smallm_kernargs.h"

#define PICK(array) ((array)[fuzz_below(sizeof(array) / sizeof *(array))])

static const int64_t odd_numbers[] = {0,       -1,        1,         3,         4,         31,       32,
                                      2048,    2049,      4096,      4097,      65535,     65536,    1 << 29,
                                      1 << 30, INT32_MAX, 1ll << 31, 1ll << 33, INT64_MIN, INT64_MAX};

static int64_t up_to(int64_t most) {
    return 1 + (int64_t)fuzz_below((uint64_t)most);
}

static void *some_pointer(void) {
    return (void *)(uintptr_t)((fuzz_next() >> 17 & ~255ull) + 256);
}

static bool is_dimension(int64_t value) {
    return value >= 1 && value <= INT32_MAX;
}

/* Calls `call` with a judge, and checks that it does what every launching function does. */
static void checked(const char *name, smallm_status (*call)(void *given), void *given, statuses errors, bool past,
                    void (*judge)(const struct launch *launch)) {
    maybe_fail(1);
    other_judge = judge;
    quiet = true;
    const unsigned long long before = alloc_calls();
    const smallm_status status = call(given);
    const unsigned long long allocations = alloc_calls() - before;
    other_judge = NULL;
    quiet = false;
    hip.fail_in = -1;
    const statuses fine = past ? DECLINED : hip.failed ? HIP : OK;
    check(name, status, errors != 0 ? errors : fine);
    if (allocations != 0 || hip.others != 0 || hip.memsets != 0 || hip.capture_questions != 0 ||
        hip.launches != (status == SMALLM_OK || status == SMALLM_ERROR_HIP))
        wrong("%s: %s, %llu allocations, %u launches, %u other calls", name, smallm_status_string(status), allocations,
              hip.launches, hip.others);
    progress->launched += hip.launches;
}

/* --- quantise --- */

static smallm_quantise_args quantised;

static smallm_status call_quantise(void *given) {
    return smallm_quantise(it.context, given, &hip_stream);
}

static int64_t leading(int64_t given, int64_t row) {
    return given == 0 ? row : given;
}

static void judge_quantise(const struct launch *launch) {
    struct smallm_quantise_kernargs a;
    const smallm_quantise_args *q = &quantised;
    static const unsigned types[] = {9, 9, 0, 1, 2};
    if (launch->argument_bytes != sizeof a || strncmp(launch->kernel, "smallm_quantise_", 16) != 0)
        wrong("%s with %zu bytes of arguments", launch->kernel, launch->argument_bytes);
    memcpy(&a, launch->arguments, sizeof a);
    if (launch->grid[0] != (q->k + 2047) / 2048 || launch->grid[1] != q->m || launch->grid[2] != 1 ||
        launch->block[0] != 256 || launch->stream != &hip_stream)
        wrong("quantise of %lld x %lld: grid %u x %u", (long long)q->m, (long long)q->k, launch->grid[0],
              launch->grid[1]);
    if (a.x != q->x || a.q != q->q || a.scale != q->scale || a.k != q->k || a.ldx != leading(q->ldx, q->k) ||
        a.ldq != leading(q->ldq, q->k) || a.lds != leading(q->lds, q->k / 32) ||
        a.format != (types[q->x_type] | (q->rule == SMALLM_SCALE_FLOOR ? 4u : 0u)))
        wrong("quantise: wrong arguments");
}

static bool is_leading(int64_t given, int64_t row) {
    return given == 0 ? row >= 1 : given >= row && given <= INT32_MAX;
}

static statuses quantise_errors(const smallm_quantise_args *q) {
    static const unsigned bytes[] = {1, 1, 2, 2, 4};
    statuses errors = 0;
    if (!is_dimension(q->m) || !is_dimension(q->k))
        errors |= SET(SMALLM_ERROR_DIMENSION);
    if (q->k % 32 != 0)
        errors |= SET(SMALLM_ERROR_K_MULTIPLE);
    if (!is_leading(q->ldx, q->k) || !is_leading(q->ldq, q->k) || !is_leading(q->lds, q->k / 32))
        errors |= SET(SMALLM_ERROR_LEADING_DIMENSION);
    const bool type = q->x_type >= SMALLM_TYPE_E4M3 && q->x_type <= SMALLM_TYPE_F32;
    if (!type || q->rule < SMALLM_SCALE_CEIL || q->rule > SMALLM_SCALE_FLOOR)
        errors |= SET(SMALLM_ERROR_TYPE);
    if (q->x == NULL || q->q == NULL || q->scale == NULL)
        errors |= NULL_POINTER;
    if (type && (uintptr_t)q->x % bytes[q->x_type] != 0)
        errors |= SET(SMALLM_ERROR_ALIGNMENT);
    return errors;
}

void step_quantise(void) {
    smallm_quantise_args *q = &quantised;
    smallm_quantise_args_init(q, sizeof *q);
    q->m = up_to(70000);
    q->k = 32 * up_to(1 << fuzz_below(26));
    q->x_type = (int32_t)(SMALLM_TYPE_BF16 + fuzz_below(3));
    q->rule = (int32_t)fuzz_below(2);
    q->x = some_pointer(), q->q = some_pointer(), q->scale = some_pointer();
    if (fuzz_once_in(3))
        q->ldx = q->k + up_to(1000), q->ldq = q->k + up_to(1000), q->lds = q->k / 32 + up_to(1000);
    int64_t *const numbers[] = {&q->m, &q->k, &q->ldx, &q->ldq, &q->lds};
    for (uint64_t n = fuzz_once_in(3) ? 1 + fuzz_below(2) : 0; n > 0; n--)
        *PICK(numbers) = PICK(odd_numbers);
    if (fuzz_once_in(8))
        q->x_type = (int32_t)fuzz_below(7) - 1;
    if (fuzz_once_in(16))
        q->rule = (int32_t)fuzz_below(4) - 1;
    if (fuzz_once_in(16))
        q->x = fuzz_once_in(2) ? NULL : (const char *)q->x + fuzz_below(5);
    if (fuzz_once_in(16))
        q->q = NULL;
    struct sized given = sized_copy(q, sizeof *q);
    const statuses errors = quantise_errors(q);
    const bool past = q->m > 65535 || q->k >= 1 << 30 || q->x_type == SMALLM_TYPE_E4M3;
    checked("smallm_quantise", call_quantise, given.memory, given.wrong ? errors | STRUCT_SIZE : errors, past,
            judge_quantise);
    free(given.memory);
}

/* --- sort --- */

static smallm_moe_sort_args sorted;

static smallm_status call_sort(void *given) {
    return smallm_moe_sort(it.context, given, &hip_stream);
}

static void judge_sort(const struct launch *launch) {
    struct smallm_moe_sort_kernargs a;
    const smallm_moe_sort_args *s = &sorted;
    if (launch->argument_bytes != sizeof a || strncmp(launch->kernel, "smallm_moe_sort_", 16) != 0)
        wrong("%s with %zu bytes of arguments", launch->kernel, launch->argument_bytes);
    memcpy(&a, launch->arguments, sizeof a);
    const uint32_t number = (uint32_t)fuzz_below(1u << 31);
    if (launch->grid[0] != 1 || launch->grid[1] != 1 || launch->grid[2] != 1 || launch->stream != &hip_stream)
        wrong("sort: grid %u x %u", launch->grid[0], launch->grid[1]);
    if (a.topk_ids != s->topk_ids || a.expert_map != s->expert_map || a.sorted_token_ids != s->sorted_token_ids ||
        a.expert_ids != s->expert_ids || a.num_tokens_post_padded != s->num_tokens_post_padded || a.slots != s->slots ||
        a.experts != s->experts || a.block_m != s->block_m || a.em != s->sorted_len ||
        a.map_kind != (uint32_t)s->map_kind ||
        a.experts_global != (s->map_kind == SMALLM_EXPERTS_LOCAL ? s->experts : s->experts_global))
        wrong("sort: wrong arguments");
    if ((uint32_t)((uint64_t)(2 * number) * a.block_magic >> 32) >> a.block_shift != number / a.block_m)
        wrong("sort: %u / %u", number, a.block_m);
}

static bool holds(const smallm_moe_sort_args *s) {
    const __int128 shared = (__int128)s->slots + (__int128)s->experts * (s->block_m - 1);
    const __int128 apart = (__int128)s->slots * s->block_m, least = shared < apart ? shared : apart;
    return s->sorted_len >= (least + s->block_m - 1) / s->block_m * s->block_m;
}

static statuses sort_errors(const smallm_moe_sort_args *s) {
    statuses errors = 0;
    const bool map = s->map_kind == SMALLM_EXPERTS_MAP || s->map_kind == SMALLM_EXPERTS_MASK;
    if (!is_dimension(s->slots) || !is_dimension(s->experts) || !is_dimension(s->block_m) ||
        !is_dimension(s->sorted_len) || s->block_m % 4 != 0 || s->sorted_len % s->block_m != 0 || !holds(s) ||
        (map && !is_dimension(s->experts_global)))
        errors |= SET(SMALLM_ERROR_DIMENSION);
    if ((!map && s->map_kind != SMALLM_EXPERTS_LOCAL) || (!map && s->expert_map != NULL))
        errors |= SET(SMALLM_ERROR_TYPE);
    const void *const pointers[] = {s->topk_ids, s->sorted_token_ids, s->expert_ids, s->num_tokens_post_padded,
                                    s->expert_map};
    for (int i = 0; i < 4 + map; i++)
        errors |= pointers[i] == NULL               ? (statuses)NULL_POINTER
                  : (uintptr_t)pointers[i] % 4 != 0 ? SET(SMALLM_ERROR_ALIGNMENT)
                                                    : 0;
    return errors;
}

void step_sort(void) {
    smallm_moe_sort_args *s = &sorted;
    smallm_moe_sort_args_init(s, sizeof *s);
    s->slots = up_to(fuzz_once_in(8) ? 5000 : 4096);
    s->experts = up_to(fuzz_once_in(8) ? 3000 : 2048);
    s->block_m = 4 * up_to(1 << fuzz_below(8));
    s->sorted_len = smallm_moe_sorted_len(s->slots, s->experts, s->block_m) + s->block_m * (int64_t)fuzz_below(3);
    s->map_kind = (int32_t)fuzz_below(3);
    s->experts_global = up_to(fuzz_once_in(8) ? 3000 : 2048);
    s->topk_ids = some_pointer(), s->sorted_token_ids = some_pointer(), s->expert_ids = some_pointer();
    s->num_tokens_post_padded = some_pointer();
    s->expert_map = s->map_kind == SMALLM_EXPERTS_LOCAL ? NULL : some_pointer();
    int64_t *const numbers[] = {&s->slots, &s->experts, &s->experts_global, &s->block_m, &s->sorted_len};
    for (uint64_t n = fuzz_once_in(3) ? 1 + fuzz_below(2) : 0; n > 0; n--)
        *PICK(numbers) = PICK(odd_numbers);
    if (fuzz_once_in(16))
        s->map_kind = (int32_t)fuzz_below(5) - 1;
    if (fuzz_once_in(8))
        s->expert_ids = fuzz_once_in(2) ? NULL : (char *)s->expert_ids + fuzz_below(5);
    if (fuzz_once_in(8))
        s->expert_map = fuzz_once_in(2) ? NULL : (char *)some_pointer() + fuzz_below(5);
    struct sized given = sized_copy(s, sizeof *s);
    const statuses errors = sort_errors(s);
    const bool past = s->slots > 4096 || s->experts > 2048 || s->sorted_len >= 1 << 29 ||
                      (s->map_kind != SMALLM_EXPERTS_LOCAL && s->experts_global > 2048);
    checked("smallm_moe_sort", call_sort, given.memory, given.wrong ? errors | STRUCT_SIZE : errors, past, judge_sort);
    free(given.memory);
}
