#include "arguments_make.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

#define PICK(array) ((array)[fuzz_below(sizeof(array) / sizeof *(array))])

enum { LARGEST_STRUCT = 65536 };

struct sized sized_copy(const void *known, size_t bytes) {
    const size_t sizes[] = {0,         7,         8,           bytes - 1, bytes - 8,      bytes + 1,
                            bytes + 8, bytes + 9, bytes * 2,   4096,      LARGEST_STRUCT, LARGEST_STRUCT + 1,
                            1u << 31,  SIZE_MAX,  SIZE_MAX - 7};
    const size_t size = fuzz_once_in(8) ? PICK(sizes) : bytes;
    size_t room = size > LARGEST_STRUCT ? bytes : size;
    room = room < sizeof size ? sizeof size : room;
    struct sized copy = {.memory = calloc(1, room), .wrong = size < bytes || size > LARGEST_STRUCT};
    if (copy.memory == NULL)
        wrong("no memory");
    memcpy(copy.memory, known, room < bytes ? room : bytes);
    memcpy(copy.memory, &size, sizeof size);
    if (room > bytes && fuzz_once_in(2)) {
        ((unsigned char *)copy.memory)[bytes + fuzz_below(room - bytes)] = 1;
        copy.wrong = true;
    }
    return copy;
}

static int64_t any_number(void) {
    static const int64_t ends[] = {0,
                                   1,
                                   16,
                                   32,
                                   64,
                                   128,
                                   4096,
                                   65536,
                                   1 << 20,
                                   1 << 24,
                                   1 << 25,
                                   1 << 26,
                                   1 << 29,
                                   1 << 30,
                                   INT32_MAX,
                                   1ll << 32,
                                   1ll << 33,
                                   1ll << 58,
                                   1ll << 62,
                                   INT64_MAX - 32,
                                   INT64_MIN + 32,
                                   INT32_MIN};
    static const int64_t steps[] = {0, 0, 1, -1, 2, -2, 15, -16, 32, -32};
    return PICK(ends) + PICK(steps);
}

static int64_t up_to(int64_t most) {
    return 1 + (int64_t)fuzz_below((uint64_t)most);
}

/* Uniform in size, not in value. */
static int64_t log_up_to(int64_t most) {
    int64_t bound = 1;
    while (bound < most && !fuzz_once_in(8))
        bound *= 2;
    return up_to(bound < most ? bound : most);
}

smallm_dense_problem make_easy_problem(void) {
    smallm_dense_problem p;
    smallm_dense_problem_init(&p, sizeof p);
    p.m = up_to(kernels_m());
    p.n = log_up_to(1 << 20);
    p.k = 32 * log_up_to(1 << 12);
    p.out_type = (int32_t)(SMALLM_TYPE_BF16 + fuzz_below(3));
    p.bias_type = fuzz_once_in(2) ? SMALLM_TYPE_NONE : (int32_t)(SMALLM_TYPE_BF16 + fuzz_below(3));
    p.determinism = (int32_t)fuzz_below(kernels_have_matrix() ? 3 : 2);
    p.ignore_tuning = (int32_t)fuzz_below(2);
    if (fuzz_once_in(3))
        p.ldx = (p.k + 15) / 16 * 16 + 16 * log_up_to(1 << 12);
    if (fuzz_once_in(3))
        p.ldxs = p.k / 32 + log_up_to(1 << 12);
    if (fuzz_once_in(3))
        p.ldo = p.n + log_up_to(1 << 12);
    return p;
}

static void spoil_problem(smallm_dense_problem *p) {
    int64_t *const numbers[] = {&p->m, &p->n, &p->k, &p->ldx, &p->ldxs, &p->ldo, &p->k_splits};
    int32_t *const options[] = {&p->x_type, &p->w_type, &p->out_type, &p->bias_type, &p->determinism};
    if (fuzz_once_in(3))
        *PICK(options) = fuzz_once_in(2) ? (int32_t)fuzz_below(6) : (int32_t)fuzz_next();
    else if (fuzz_once_in(4))
        p->kernel = make_kernel_name(true);
    else
        *PICK(numbers) = fuzz_once_in(8) ? (int64_t)fuzz_next() : any_number();
}

/* Valid, and at the end of what 32-bit offsets reach. */
static void stretch_problem(smallm_dense_problem *p) {
    static const int64_t ks[] = {1 << 24, 1 << 25, 1 << 28, 1 << 29, 1 << 30};
    static const int64_t ns[] = {1 << 22, 1 << 25, 1 << 26, 1 << 28, 1 << 29, 3ll << 28, 1 << 30, INT32_MAX};
    static const int64_t lds[] = {1 << 24, 1 << 25, 1 << 26, 1 << 27, 1 << 28, 1 << 30, INT32_MAX - 15};
    switch (fuzz_below(6)) {
    case 0:
        p->k = PICK(ks) + 32 * (int64_t)fuzz_below(3) - 32;
        p->ldx = p->ldxs = 0;
        break;
    case 1:
        p->n = PICK(ns) + (int64_t)fuzz_below(4) - 2;
        p->n = p->n > INT32_MAX ? INT32_MAX : p->n;
        p->ldo = 0;
        break;
    case 2:
        p->ldx = (PICK(lds) + 16 * (int64_t)fuzz_below(3) - 16) / 16 * 16;
        break;
    case 3:
        p->ldxs = PICK(lds) + (int64_t)fuzz_below(3) - 1;
        break;
    case 4:
        p->ldo = PICK(lds) + (int64_t)fuzz_below(3) - 1;
        break;
    default:
        p->k_splits = fuzz_once_in(4) ? 65535 + (int64_t)fuzz_below(4) : log_up_to(1 << 17);
        if (fuzz_once_in(4))
            p->k = 128 * log_up_to(1 << 18), p->ldx = p->ldxs = 0;
    }
}

smallm_dense_problem make_problem(bool wild) {
    smallm_dense_problem p = make_easy_problem();
    if (fuzz_once_in(4))
        p.kernel = make_kernel_name(false);
    if (fuzz_once_in(4))
        p.k_splits = up_to(20);
    for (uint64_t n = fuzz_below(4); n > 0; n--)
        stretch_problem(&p);
    for (uint64_t n = wild ? 1 + fuzz_below(3) : 0; n > 0; n--)
        spoil_problem(&p);
    return p;
}

static void *any_pointer(void) {
    return (void *)(uintptr_t)(((fuzz_next() >> 17) & ~255ull) + 256);
}

static uint64_t length(uint64_t need, bool wild) {
    const uint64_t good[] = {0, need, need, need + 1, UINT64_MAX};
    const uint64_t wild_ones[] = {need - 1, need / 2, 1, need & 0xffffffff, need & 0x7fffffff, fuzz_next()};
    return wild ? PICK(wild_ones) : PICK(good);
}

smallm_dense_buffers make_buffers(const smallm_dense_problem *problem, bool wild) {
    uint64_t needs[BUFFERS];
    buffer_needs(problem, needs);
    void *pointers[BUFFERS];
    uint64_t lengths[BUFFERS];
    for (int i = 0; i < BUFFERS; i++) {
        pointers[i] = any_pointer();
        lengths[i] = length(needs[i], false);
    }
    if (problem->bias_type == SMALLM_TYPE_NONE)
        pointers[BIAS] = NULL;
    for (uint64_t n = wild ? 1 + fuzz_below(3) : 0; n > 0; n--) {
        const uint64_t i = fuzz_below(BUFFERS);
        if (fuzz_once_in(2))
            lengths[i] = length(needs[i], true);
        else
            pointers[i] = fuzz_once_in(3) ? NULL : (char *)any_pointer() + fuzz_below(33);
    }
    smallm_dense_buffers b;
    smallm_dense_buffers_init(&b, sizeof b);
    b.x = pointers[X], b.x_scale = pointers[X_SCALE], b.w = pointers[W], b.w_scale = pointers[W_SCALE];
    b.bias = pointers[BIAS], b.out = pointers[OUT];
    b.x_bytes = lengths[X], b.x_scale_bytes = lengths[X_SCALE], b.w_bytes = lengths[W];
    b.w_scale_bytes = lengths[W_SCALE], b.bias_bytes = lengths[BIAS], b.out_bytes = lengths[OUT];
    return b;
}

struct workspace make_workspace(uint64_t need, bool wild) {
    struct workspace workspace = {any_pointer(), need + fuzz_below(3) * fuzz_below(1 << 20)};
    if (need == 0 && fuzz_once_in(2))
        workspace = (struct workspace){NULL, 0};
    if (!wild)
        return workspace;
    if (fuzz_once_in(3))
        workspace.memory = NULL;
    else if (fuzz_once_in(2))
        workspace.memory = (char *)workspace.memory + (1u << fuzz_below(9));
    else
        workspace.bytes = length(need, true);
    return workspace;
}

const char *make_kernel_name(bool wild) {
    static char long_name[5000];
    if (!wild)
        return smallm_kernel_name((uint32_t)fuzz_below(smallm_kernel_count()));
    static char near[256];
    memset(long_name, 'k', sizeof long_name - 1);
    snprintf(near, sizeof near, "%s", smallm_kernel_name((uint32_t)fuzz_below(smallm_kernel_count())));
    near[fuzz_below(strlen(near))] = (char)fuzz_next();
    const char *const names[] = {"", " ", "auto", "%s%n%d", "../../etc/passwd", long_name, near, "\xff\xfe"};
    return PICK(names);
}

/* --- dispatch tables --- */

static struct cell make_cell(void) {
    const char *name = make_kernel_name(false);
    while (!kernel_is_dense(name))
        name = make_kernel_name(false);
    const struct kernel_shape shape = kernel_shape(name);
    struct cell cell = {.kernel = name, .k_splits = 1, .use_asm = !fuzz_once_in(4)};
    cell.m = up_to(shape.m_tile);
    cell.n = up_to(5000);
    cell.k = 32 * up_to(600);
    const uint64_t steps = ((uint64_t)cell.k + shape.k_step - 1) / shape.k_step;
    if (shape.matrix && steps >= 2 * shape.k_waves)
        cell.k_splits = (unsigned)up_to((int64_t)(steps / shape.k_waves));
    return cell;
}

static bool same_place(const struct cell *a, const struct cell *b) {
    return a->k == b->k && a->n == b->n && a->m == b->m;
}

static size_t write_table(struct table *table, char *text, size_t room) {
    size_t at = 0;
#define ADD(...) at += (size_t)snprintf(text + at, room - at, __VA_ARGS__)
    static const char *const ends[] = {"\n", "\r\n", "\n\n", "\n# a comment, with, commas\n"};
    const char *end = PICK(ends);
    ADD("K,N,M,kernel,n_tile,k_waves,k_splits,use_asm,us,method%s", end);
    for (unsigned i = 0; i < table->count; i++) {
        const struct cell *c = &table->cells[i];
        const struct kernel_shape shape = kernel_shape(c->kernel);
        ADD("%lld,%lld,%lld,%s,%u,%u,%u,%d,%u.%03u,model%s", (long long)c->k, (long long)c->n, (long long)c->m,
            c->kernel, shape.n_tile, shape.k_waves, c->k_splits, c->use_asm, (unsigned)fuzz_below(99),
            (unsigned)fuzz_below(1000), end);
    }
#undef ADD
    return at;
}

size_t spoil_table(char *text, size_t bytes, size_t room) {
    static const char *const pieces[] = {",",    "\n",   "\"",     "-1", "99999999999999999999", "1e9", "nan", "\r",
                                         "0x10", "\t\t", "method", "#",  "2147483648",           "0",   ""};
    for (uint64_t n = 1 + fuzz_below(4); n > 0 && bytes > 0; n--) {
        const size_t at = fuzz_below(bytes);
        const char *piece = PICK(pieces);
        const size_t length = strlen(piece);
        if (fuzz_once_in(8))
            bytes = at;
        else if (fuzz_once_in(2))
            text[at] = (char)fuzz_next();
        else if (bytes + length <= room) {
            memmove(text + at + length, text + at, bytes - at);
            memcpy(text + at, piece, length);
            bytes += length;
        }
    }
    return bytes;
}

void write_file(const char *file, const char *text, size_t bytes) {
    FILE *stream = fopen(file, "wb");
    if (stream == NULL || fwrite(text, 1, bytes, stream) != bytes || fclose(stream) != 0)
        wrong("%s cannot be written", file);
}

void make_table(struct table *table, const char *file) {
    static char text[1 << 14];
    table->known = true;
    table->count = 0;
    for (uint64_t n = fuzz_below(9); n > 0; n--) {
        const struct cell cell = make_cell();
        bool seen = false;
        for (unsigned i = 0; i < table->count; i++)
            seen = seen || same_place(&cell, &table->cells[i]);
        if (!seen)
            table->cells[table->count++] = cell;
    }
    size_t bytes = write_table(table, text, sizeof text / 2);
    if (fuzz_once_in(2)) {
        bytes = spoil_table(text, bytes, sizeof text);
        table->known = false;
    }
    write_file(file, text, bytes);
}

const struct cell *table_cell(const struct table *table, const smallm_dense_problem *problem) {
    for (unsigned i = 0; table->known && i < table->count; i++) {
        const struct cell *cell = &table->cells[i];
        if (cell->k == problem->k && cell->n == problem->n && cell->m == problem->m)
            return cell;
    }
    return NULL;
}
