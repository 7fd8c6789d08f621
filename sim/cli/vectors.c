#include "vectors.h"

#include <cjson/cJSON.h>
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct reason {
    char *text;
    size_t size;
};

static bool fail(struct reason r, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static bool fail(struct reason r, const char *fmt, ...) {
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(r.text, r.size, fmt, ap);
    va_end(ap);
    return false;
}

/* cJSON keeps numbers as doubles, which lose integers past 2^53: those are made strings first. */
static char *quote_integers(const char *line) {
    size_t n = strlen(line);
    char *out = malloc(2 * n + 1), *o = out;
    if (!out)
        return NULL;
    bool string = false;
    for (const char *p = line; *p;) {
        if (string && *p == '\\' && p[1]) {
            *o++ = *p++;
            *o++ = *p++;
            continue;
        }
        if (*p == '"')
            string = !string;
        size_t digits = string ? 0 : strspn(p, "0123456789");
        if (digits > 15) {
            *o++ = '"';
            memcpy(o, p, digits);
            o += digits;
            *o++ = '"';
            p += digits;
        } else if (digits) {
            memcpy(o, p, digits);
            o += digits;
            p += digits;
        } else {
            *o++ = *p++;
        }
    }
    *o = 0;
    return out;
}

static bool integer(const cJSON *item, uint64_t *value) {
    if (cJSON_IsString(item)) {
        char *end;
        *value = strtoull(item->valuestring, &end, 10);
        return *item->valuestring && !*end;
    }
    if (!cJSON_IsNumber(item) || item->valuedouble < 0 || item->valuedouble > 9007199254740992.0)
        return false;
    *value = (uint64_t)item->valuedouble;
    return (double)*value == item->valuedouble;
}

static bool register_name(const char *name, struct vector_value *r) {
    static const struct {
        const char *name;
        enum vector_place place;
    } special[] = {
        {"exec", PLACE_EXEC}, {"vcc", PLACE_VCC}, {"scc", PLACE_SCC}, {"m0", PLACE_M0}, {"mode", PLACE_MODE}};
    snprintf(r->name, sizeof r->name, "%s", name);
    for (size_t i = 0; i < sizeof special / sizeof *special; i++)
        if (strcmp(name, special[i].name) == 0) {
            r->place = special[i].place;
            return true;
        }
    char *end;
    if (!strchr("vas", *name) || !isdigit((unsigned char)name[1]))
        return false;
    unsigned long n = strtoul(name + 1, &end, 10);
    if (*end || n > (*name == 's' ? SREG_FLAT_SCRATCH - 1 : 255))
        return false;
    r->place = *name == 's' ? PLACE_SGPR : PLACE_VGPR;
    r->reg = (unsigned)n + (*name == 'a' ? REG_ACC0 : 0);
    return true;
}

static bool values(const cJSON *object, const char *what, struct vector_value **list, unsigned *count,
                   struct reason r) {
    if (!cJSON_IsObject(object))
        return fail(r, "'%s' is no object", what);
    *list = calloc((size_t)cJSON_GetArraySize(object) + 1, sizeof **list);
    if (!*list)
        return fail(r, "no memory");
    const cJSON *item;
    cJSON_ArrayForEach(item, object) {
        struct vector_value *v = *list + (*count)++;
        v->mask = ~0ull;
        if (!register_name(item->string, v))
            return fail(r, "'%s' names '%s', which is no register", what, item->string);
        if (v->place != PLACE_VGPR) {
            if (!integer(item, &v->scalar))
                return fail(r, "'%s' of '%s' is no unsigned integer", item->string, what);
            continue;
        }
        if (!cJSON_IsArray(item) || cJSON_GetArraySize(item) != LANES)
            return fail(r, "'%s' of '%s' has not %d lanes", item->string, what, LANES);
        const cJSON *lane;
        unsigned i = 0;
        cJSON_ArrayForEach(lane, item) {
            uint64_t x;
            if (!integer(lane, &x) || x > UINT32_MAX)
                return fail(r, "lane %u of '%s' is no u32", i, item->string);
            v->lanes[i++] = (uint32_t)x;
        }
    }
    return true;
}

static struct vector_value *output(struct vector *v, const char *name) {
    for (unsigned i = 0; i < v->nout; i++)
        if (strcmp(v->out[i].name, name) == 0)
            return &v->out[i];
    return NULL;
}

static bool formats(const cJSON *object, struct vector *v, struct reason r) {
    static const char *const names[] = {"u32", "f32", "f16", "f16x2", "bf16x2", "fp8x4", "bf8x4", "f64lo", "f64hi"};
    const cJSON *item;
    cJSON_ArrayForEach(item, object) {
        struct vector_value *o = output(v, item->string);
        if (!o || !cJSON_IsString(item))
            return fail(r, "'fmt' names '%s', which is no output", item->string);
        size_t f = 0;
        while (f < sizeof names / sizeof *names && strcmp(names[f], item->valuestring) != 0)
            f++;
        if (f == sizeof names / sizeof *names)
            return fail(r, "format '%s' of '%s' is unknown", item->valuestring, item->string);
        o->format = (enum vector_format)f;
    }
    return true;
}

static bool masks(const cJSON *object, struct vector *v, struct reason r) {
    const cJSON *item;
    cJSON_ArrayForEach(item, object) {
        struct vector_value *o = output(v, item->string);
        if (!o || !integer(item, &o->mask))
            return fail(r, "'mask' of '%s' is no integer, or that is no output", item->string);
    }
    return true;
}

static bool code_bytes(const cJSON *item, struct vector *v, struct reason r) {
    const char *hex = cJSON_GetStringValue(item);
    size_t n = hex ? strlen(hex) : 0;
    if (n == 0 || n % 8 || n / 2 > sizeof v->bytes)
        return fail(r, "'enc' is no run of whole dwords in hex");
    for (size_t i = 0; i < n; i += 2) {
        unsigned byte;
        if (sscanf(hex + i, "%2x", &byte) != 1)
            return fail(r, "'enc' is no hex");
        v->bytes[v->nbytes++] = (uint8_t)byte;
    }
    return true;
}

static bool assembly(const cJSON *list, struct vector *v, struct reason r) {
    const cJSON *item;
    cJSON_ArrayForEach(item, list) {
        if (!cJSON_IsString(item) || v->nasm == sizeof v->asm_text / sizeof *v->asm_text ||
            strlen(item->valuestring) >= sizeof *v->asm_text)
            return fail(r, "'asm' holds too much, or what is no string");
        strcpy(v->asm_text[v->nasm++], item->valuestring);
    }
    return v->nasm ? true : fail(r, "'asm' is empty");
}

static bool fill(const cJSON *json, struct vector *v, struct reason r) {
    const char *id = cJSON_GetStringValue(cJSON_GetObjectItem(json, "id"));
    const char *op = cJSON_GetStringValue(cJSON_GetObjectItem(json, "op"));
    if (!id || !op)
        return fail(r, "'id' or 'op' is missing");
    snprintf(v->id, sizeof v->id, "%s", id);
    snprintf(v->op, sizeof v->op, "%s", op);
    const cJSON *ulp = cJSON_GetObjectItem(json, "ulp"), *lane;
    cJSON_ArrayForEach(lane, cJSON_GetObjectItem(json, "skip_lanes")) {
        if (lane->valueint < 0 || lane->valueint >= LANES)
            return fail(r, "'skip_lanes' holds what is no lane");
        v->skip_lanes |= 1ull << lane->valueint;
    }
    v->ulp = cJSON_IsNumber(ulp) && ulp->valueint > 0 ? (unsigned)ulp->valueint : 0;
    return assembly(cJSON_GetObjectItem(json, "asm"), v, r) && code_bytes(cJSON_GetObjectItem(json, "enc"), v, r) &&
           values(cJSON_GetObjectItem(json, "in"), "in", &v->in, &v->nin, r) &&
           values(cJSON_GetObjectItem(json, "out"), "out", &v->out, &v->nout, r) &&
           formats(cJSON_GetObjectItem(json, "fmt"), v, r) && masks(cJSON_GetObjectItem(json, "mask"), v, r);
}

bool vector_parse(const char *line, struct vector *v, char *err, size_t err_size) {
    struct reason r = {err, err_size};
    memset(v, 0, sizeof *v);
    char *quoted = quote_integers(line);
    cJSON *json = quoted ? cJSON_Parse(quoted) : NULL;
    free(quoted);
    bool ok = cJSON_IsObject(json) ? fill(json, v, r) : fail(r, "no JSON object");
    cJSON_Delete(json);
    if (!ok)
        vector_free(v);
    return ok;
}

void vector_free(struct vector *v) {
    free(v->in);
    free(v->out);
    v->in = v->out = NULL;
    v->nin = v->nout = 0;
}

/* A binary float of `bits` bits with `mantissa` of them below the exponent. */
static bool float_equal(uint64_t got, uint64_t want, unsigned bits, unsigned mantissa, unsigned ulp) {
    uint64_t sign = 1ull << (bits - 1), magnitude = sign - 1, infinity = magnitude >> mantissa << mantissa;
    bool got_nan = (got & magnitude) > infinity, want_nan = (want & magnitude) > infinity;
    if (got == want || (got_nan && want_nan))
        return true;
    if (got_nan || want_nan || ulp == 0)
        return false;
    int64_t g = (int64_t)(got & magnitude), w = (int64_t)(want & magnitude);
    if (got & sign)
        g = -g;
    if (want & sign)
        w = -w;
    uint64_t distance = g > w ? (uint64_t)g - (uint64_t)w : (uint64_t)w - (uint64_t)g;
    return distance <= ulp;
}

static bool parts_equal(uint64_t got, uint64_t want, unsigned bits, unsigned mantissa, unsigned ulp) {
    uint64_t part = (1ull << bits) - 1;
    for (unsigned s = 0; s < 32; s += bits)
        if (!float_equal(got >> s & part, want >> s & part, bits, mantissa, ulp))
            return false;
    return true;
}

/* e4m3 has one NaN a sign and no infinity. */
static bool fp8_equal(uint64_t got, uint64_t want) {
    for (unsigned s = 0; s < 32; s += 8) {
        unsigned g = got >> s & 255, w = want >> s & 255;
        if (g != w && !((g & 127) == 127 && (w & 127) == 127))
            return false;
    }
    return true;
}

bool vector_equal(enum vector_format format, uint64_t got, uint64_t want, unsigned ulp) {
    switch (format) {
    case FMT_F32:
        return float_equal(got, want, 32, 23, ulp);
    case FMT_F16:
        return (got ^ want) >> 16 == 0 && float_equal(got & 0xffff, want & 0xffff, 16, 10, ulp);
    case FMT_F16X2:
        return parts_equal(got, want, 16, 10, ulp);
    case FMT_BF16X2:
        return parts_equal(got, want, 16, 7, ulp);
    case FMT_FP8X4:
        return fp8_equal(got, want);
    case FMT_BF8X4:
        return parts_equal(got, want, 8, 2, 0);
    case FMT_F64LO:
    case FMT_F64HI:
        return float_equal(got, want, 64, 52, ulp);
    default:
        return got == want;
    }
}
