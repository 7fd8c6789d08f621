#define _GNU_SOURCE
#include "args.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "files.h"
#include "mem.h"
#include "report.h"

static bool fail(char *err, size_t err_size, const char *text, const char *why) {
    snprintf(err, err_size, "argument %s: %s", text, why);
    return false;
}

static bool device_buffer(struct argument *a, size_t bytes, const void *content, int fill, char *err, size_t err_size) {
    struct mem_alloc *m = mem_alloc(bytes, MEM_DEVICE, 0);
    if (!m) {
        snprintf(err, err_size, "no memory for a buffer of %zu bytes", bytes);
        return false;
    }
    a->buffer = (void *)m->base;
    a->bytes = bytes;
    if (content)
        memcpy(a->buffer, content, bytes);
    else if (fill >= 0)
        memset(a->buffer, fill, bytes);
    a->undefined = !content && fill < 0;
    if (!a->undefined)
        mem_define(m, m->base, bytes, true);
    return true;
}

static bool bytes_of(const char *text, const char **rest, size_t *bytes) {
    char *end;
    errno = 0;
    unsigned long long v = strtoull(text, &end, 0);
    *bytes = (size_t)v;
    *rest = end;
    return end != text && *text != '-' && !errno;
}

/* One argument: its value in *value, *size bytes. */
static bool one(struct argument *a, const char *text, uint64_t *value, unsigned *size, char *err, size_t err_size) {
    const char *rest;
    char *end;
    errno = 0;
    *size = 8;
    if (strcmp(text, "null") == 0) {
        *value = 0;
        return true;
    }
    if (strncmp(text, "i32:", 4) == 0 || strncmp(text, "i64:", 4) == 0) {
        *value = text[4] == '-' ? (uint64_t)strtoll(text + 4, &end, 0) : strtoull(text + 4, &end, 0);
        *size = text[1] == '3' ? 4 : 8;
        return *end || end == text + 4 || errno ? fail(err, err_size, text, "not a number") : true;
    }
    if (strncmp(text, "f32:", 4) == 0) {
        float f = strtof(text + 4, &end);
        uint32_t b;
        memcpy(&b, &f, 4);
        *value = b;
        *size = 4;
        return *end || end == text + 4 ? fail(err, err_size, text, "not a number") : true;
    }
    bool in = strncmp(text, "in:", 3) == 0, inout = strncmp(text, "inout:", 6) == 0;
    if (in || inout) {
        const char *path = text + (in ? 3 : 6);
        size_t bytes;
        void *content = file_read(path, &bytes, err, err_size);
        bool ok = content && device_buffer(a, bytes, content, 0, err, err_size);
        free(content);
        a->out = inout ? path : NULL;
        *value = (uint64_t)(uintptr_t)a->buffer;
        return ok;
    }
    size_t bytes;
    if (strncmp(text, "out:", 4) == 0) {
        if (!bytes_of(text + 4, &rest, &bytes) || *rest != ':')
            return fail(err, err_size, text, "out:BYTES:FILE");
        a->out = rest + 1;
    } else if (strncmp(text, "zero:", 5) == 0 || strncmp(text, "poison:", 7) == 0) {
        if (!bytes_of(strchr(text, ':') + 1, &rest, &bytes) || *rest)
            return fail(err, err_size, text, "not a number of bytes");
    } else {
        return fail(err, err_size, text, "one of i32: i64: f32: in: out: inout: zero: poison: null");
    }
    if (!device_buffer(a, bytes, NULL, *text == 'z' ? 0 : -1, err, err_size))
        return false;
    *value = (uint64_t)(uintptr_t)a->buffer;
    return true;
}

static const struct kernel_arg *explicit_arg(const struct kernel *k, unsigned n) {
    for (uint32_t i = 0; i < k->nargs; i++)
        if (strncmp(k->args[i].value_kind, "hidden_", 7) != 0 && n-- == 0)
            return &k->args[i];
    return NULL;
}

bool arguments_make(struct arguments *a, const struct kernel *kernel, const char *const *text, int n, long kernarg_size,
                    char *err, size_t err_size) {
    size_t at = 0, room = 4096;
    unsigned ordinal = 0;
    a->list = calloc((size_t)n + 1, sizeof *a->list);
    a->segment = calloc(1, room);
    if (!a->list || !a->segment)
        return fail(err, err_size, "", "no memory");
    for (int i = 0; i < n; i++) {
        const char *t = text[i];
        size_t offset = SIZE_MAX;
        if (*t == '@') {
            const char *rest;
            if (!bytes_of(t + 1, &rest, &offset) || *rest != '=')
                return fail(err, err_size, t, "@OFFSET=ARG");
            t = rest + 1;
        }
        uint64_t value = 0;
        unsigned size;
        a->count = i + 1;
        if (!one(&a->list[i], t, &value, &size, err, err_size))
            return false;
        if (offset == SIZE_MAX) {
            const struct kernel_arg *k = explicit_arg(kernel, ordinal++);
            offset = k ? k->offset : (at + size - 1) / size * size;
            if (k && k->size < size) {
                snprintf(err, err_size, "argument %s: %u bytes, but %s of the kernel takes %u", t, size,
                         k->name[0] ? k->name : "it", k->size);
                return false;
            }
        }
        if (offset + size > room)
            return fail(err, err_size, t, "lies past 4096 bytes of arguments");
        memcpy(a->segment + offset, &value, size);
        at = offset + size;
        if (at > a->size)
            a->size = at;
    }
    if (kernarg_size > (long)room)
        return fail(err, err_size, "--kernarg-size", "at most 4096");
    if (kernarg_size >= 0)
        a->size = (size_t)kernarg_size;
    return true;
}

bool arguments_store(struct arguments *a, char *err, size_t err_size) {
    for (int i = 0; i < a->count; i++) {
        struct argument *x = &a->list[i];
        if (!x->out)
            continue;
        struct mem_alloc *m = mem_find((uintptr_t)x->buffer);
        size_t first = m ? mem_first_undefined(m, m->base, x->bytes) : x->bytes;
        if (first < x->bytes)
            report(NULL, NULL, CHECK_UNINIT_OUTPUT, NULL, 0, "byte %zu of %zu of %s was never written", first, x->bytes,
                   x->out);
        if (!file_write(x->out, x->buffer, x->bytes, err, err_size))
            return false;
    }
    return true;
}

void arguments_restore(struct arguments *a) {
    for (int i = 0; i < a->count; i++) {
        struct argument *x = &a->list[i];
        if (!x->buffer)
            continue;
        if (!x->initial) {
            x->initial = malloc(x->bytes + 1);
            if (x->initial)
                memcpy(x->initial, x->buffer, x->bytes);
            continue;
        }
        memcpy(x->buffer, x->initial, x->bytes);
        if (x->undefined)
            mem_define(mem_find((uintptr_t)x->buffer), (uintptr_t)x->buffer, x->bytes, false);
    }
}

void arguments_remember(struct arguments *a) {
    for (int i = 0; i < a->count; i++) {
        struct argument *x = &a->list[i];
        if (!x->buffer)
            continue;
        x->remembered = malloc(x->bytes + 1);
        if (x->remembered)
            memcpy(x->remembered, x->buffer, x->bytes);
    }
}

bool arguments_same(const struct arguments *a) {
    for (int i = 0; i < a->count; i++) {
        const struct argument *x = &a->list[i];
        if (x->remembered && memcmp(x->remembered, x->buffer, x->bytes) != 0)
            return false;
    }
    return true;
}

void arguments_free(struct arguments *a) {
    for (int i = 0; i < a->count; i++) {
        if (a->list[i].buffer)
            mem_free(a->list[i].buffer);
        free(a->list[i].initial);
        free(a->list[i].remembered);
    }
    free(a->list);
    free(a->segment);
}
