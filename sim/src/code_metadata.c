#include "code_parts.h"

#include <msgpack.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Arguments of one kernel that are believed; more is a corrupt note. */
enum { MAX_ARGS = 4096 };

/* msgpack-c allocates what a header claims before it looks for the elements: gigabytes for a flipped bit. Every element
 * takes a byte, so a claim of more elements than there are bytes left is false. Returns false there, and where the
 * object breaks off. */
static bool plausible(const uint8_t *p, size_t size) {
    /* from 0xc4 on: bytes of the length field, bytes of a fixed body */
    static const uint8_t length[] = {1, 2, 4, 1, 2, 4, 0, 0, 0, 0, 0, 0, 0, 0,
                                     0, 0, 0, 0, 0, 0, 0, 1, 2, 4, 2, 4, 2, 4};
    static const uint8_t body[] = {0, 0, 0, 1, 1, 1, 4, 8, 1, 2, 4, 8, 1, 2, 4, 8, 2, 3, 5, 9, 17, 0, 0, 0, 0, 0, 0, 0};
    enum { FIRST = 0xc4, ARRAY16 = 0xdc, MAP16 = 0xde, NEGATIVE = 0xe0 };
    uint64_t pending = 1;
    while (pending > 0) {
        uint64_t claim = 0, bytes = 0;
        if (size == 0)
            return false;
        uint8_t type = *p++;
        size--;
        pending--;
        if (type >= 0x80 && type < 0xa0)
            claim = (uint64_t)(type & 15) << (type < 0x90); /* a map has twice the objects */
        else if (type >= 0xa0 && type < 0xc0)
            bytes = type & 31;
        else if (type >= FIRST && type < NEGATIVE) {
            uint64_t n = 0;
            if (size < length[type - FIRST])
                return false;
            for (unsigned i = 0; i < length[type - FIRST]; i++)
                n = n << 8 | p[i];
            p += length[type - FIRST];
            size -= length[type - FIRST];
            claim = type >= ARRAY16 ? n << (type >= MAP16) : 0;
            bytes = body[type - FIRST] + (type >= ARRAY16 ? 0 : n);
        }
        pending += claim;
        if (bytes > size || pending > size - bytes)
            return false;
        p += bytes;
        size -= bytes;
    }
    return true;
}

static const msgpack_object *get(const msgpack_object *map, const char *key, msgpack_object_type type) {
    if (map == NULL || map->type != MSGPACK_OBJECT_MAP)
        return NULL;
    size_t n = strlen(key);
    for (uint32_t i = 0; i < map->via.map.size; i++) {
        const msgpack_object_kv *kv = &map->via.map.ptr[i];
        if (kv->key.type == MSGPACK_OBJECT_STR && kv->key.via.str.size == n && memcmp(kv->key.via.str.ptr, key, n) == 0)
            return kv->val.type == type ? &kv->val : NULL;
    }
    return NULL;
}

static uint32_t get_u32(const msgpack_object *map, const char *key) {
    const msgpack_object *v = get(map, key, MSGPACK_OBJECT_POSITIVE_INTEGER);
    return v != NULL && v->via.u64 <= UINT32_MAX ? (uint32_t)v->via.u64 : 0;
}

static void get_string(const msgpack_object *map, const char *key, char *out, size_t size) {
    const msgpack_object *v = get(map, key, MSGPACK_OBJECT_STR);
    if (v != NULL)
        snprintf(out, size, "%.*s", (int)(v->via.str.size < size ? v->via.str.size : size), v->via.str.ptr);
}

/* The kernel that .symbol (NAME.kd) or .name means, and its index; NULL when the object has no such descriptor. */
static struct kernel *find_kernel(struct code_object *object, const msgpack_object *map) {
    const msgpack_object *symbol = get(map, ".symbol", MSGPACK_OBJECT_STR);
    const msgpack_object *name = symbol != NULL ? symbol : get(map, ".name", MSGPACK_OBJECT_STR);
    if (name == NULL)
        return NULL;
    size_t n = name->via.str.size;
    if (symbol != NULL && n > 3 && memcmp(name->via.str.ptr + n - 3, ".kd", 3) == 0)
        n -= 3;
    for (unsigned i = 0; i < object->code.nkernels; i++) {
        const char *known = object->kernel_names[i];
        if (strlen(known) == n && memcmp(known, name->via.str.ptr, n) == 0)
            return &object->code.kernels[i];
    }
    return NULL;
}

static bool read_args(struct kernel *kernel, const msgpack_object *list, struct code_err err) {
    uint32_t n = list != NULL ? list->via.array.size : 0;
    if (n > MAX_ARGS)
        return code_fail(err, "the metadata of kernel %s names %u arguments", kernel->name, n);
    if (n == 0)
        return true;
    kernel->args = calloc(n, sizeof *kernel->args);
    if (kernel->args == NULL)
        return code_fail_as(err, CODE_NO_MEMORY, "no memory for %u arguments", n);
    kernel->nargs = n;
    for (uint32_t i = 0; i < n; i++) {
        const msgpack_object *map = &list->via.array.ptr[i];
        struct kernel_arg *arg = &kernel->args[i];
        get_string(map, ".name", arg->name, sizeof arg->name);
        get_string(map, ".value_kind", arg->value_kind, sizeof arg->value_kind);
        arg->offset = get_u32(map, ".offset");
        arg->size = get_u32(map, ".size");
        if (arg->size > kernel->meta_kernarg_size || arg->offset > kernel->meta_kernarg_size - arg->size)
            return code_fail(err, "argument %u of kernel %s (%u bytes at %u) lies past its %u bytes of kernargs", i,
                             kernel->name, arg->size, arg->offset, kernel->meta_kernarg_size);
    }
    return true;
}

static bool read_kernel(struct code_object *object, const msgpack_object *map, struct code_err err) {
    struct kernel *kernel = find_kernel(object, map);
    if (kernel == NULL || kernel->has_metadata)
        return true;
    kernel->has_metadata = true;
    kernel->meta_kernarg_size = get_u32(map, ".kernarg_segment_size");
    kernel->max_flat_workgroup_size = get_u32(map, ".max_flat_workgroup_size");
    kernel->vgpr_spills = get_u32(map, ".vgpr_spill_count");
    kernel->sgpr_spills = get_u32(map, ".sgpr_spill_count");
    const msgpack_object *dynamic = get(map, ".uses_dynamic_stack", MSGPACK_OBJECT_BOOLEAN);
    kernel->uses_dynamic_stack = dynamic != NULL && dynamic->via.boolean;
    return read_args(kernel, get(map, ".args", MSGPACK_OBJECT_ARRAY), err);
}

bool code_read_metadata(struct code_object *object, const void *note, size_t size, struct code_err err) {
    msgpack_unpacked result;
    msgpack_unpacked_init(&result);
    size_t offset = 0;
    msgpack_unpack_return status = MSGPACK_UNPACK_PARSE_ERROR;
    if (plausible(note, size))
        status = msgpack_unpack_next(&result, note, size, &offset);
    bool ok = (status == MSGPACK_UNPACK_SUCCESS || status == MSGPACK_UNPACK_EXTRA_BYTES) &&
              result.data.type == MSGPACK_OBJECT_MAP;
    if (!ok)
        code_fail(err, "the metadata note of %zu bytes is no msgpack map", size);
    if (ok) {
        get_string(&result.data, "amdhsa.target", object->code.target, sizeof object->code.target);
        const msgpack_object *kernels = get(&result.data, "amdhsa.kernels", MSGPACK_OBJECT_ARRAY);
        for (uint32_t i = 0; ok && kernels != NULL && i < kernels->via.array.size; i++)
            ok = read_kernel(object, &kernels->via.array.ptr[i], err);
    }
    msgpack_unpacked_destroy(&result);
    return ok;
}
