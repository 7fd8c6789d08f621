#define _GNU_SOURCE
#include "peer_reader.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "peer_where.h"

void reader_wrong(struct reader *r, const char *format, ...) {
    char what[512];
    va_list arguments;
    if (r->status != EXIT_RIGHT)
        return;
    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    r->status = complain(EXIT_BAD_ARGUMENTS, "%s:%zu: %s %s", r->manifest->file, peer_line(r->text, r->path),
                         r->path[0] != '\0' ? r->path : "the file", what);
}

size_t reader_enter(struct reader *r, const char *format, ...) {
    const size_t before = strlen(r->path);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(r->path + before, sizeof r->path - before, format, arguments);
    va_end(arguments);
    return before;
}

void reader_leave(struct reader *r, size_t before) {
    r->path[before] = '\0';
}

void *reader_memory(struct reader *r, size_t count, size_t bytes) {
    void *made = calloc(count + 1, bytes);
    if (made == NULL && r->status == EXIT_RIGHT)
        r->status = complain(EXIT_BAD_ARGUMENTS, "there is no memory for %s", r->manifest->file);
    return made;
}

bool reader_is_object(struct reader *r, const cJSON *json, const char *const *keys) {
    if (!cJSON_IsObject(json)) {
        reader_wrong(r, "must be an object");
        return false;
    }
    const cJSON *member;
    cJSON_ArrayForEach(member, json) {
        size_t i = 0;
        while (keys[i] != NULL && strcmp(keys[i], member->string) != 0)
            i++;
        if (keys[i] == NULL) {
            const size_t before = reader_enter(r, ".%.40s", member->string);
            reader_wrong(r, "is no key of this object");
            reader_leave(r, before);
            return false;
        }
    }
    return true;
}

const char *reader_text(struct reader *r, const cJSON *json, const char *key, bool needed) {
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(json, key);
    const size_t before = reader_enter(r, "%s%s", r->path[0] != '\0' ? "." : "", key);
    const char *value = NULL;
    if (member == NULL && needed)
        reader_wrong(r, "is missing; it must be a text");
    else if (member != NULL && (!cJSON_IsString(member) || member->valuestring[0] == '\0'))
        reader_wrong(r, "must be a text that is not empty");
    else if (member != NULL)
        value = member->valuestring;
    reader_leave(r, before);
    return value;
}

/* A number becomes its text, which cJSON frees with the item. */
const char *reader_expression(struct reader *r, cJSON *json) {
    char error[PEER_EXPR_ERROR], digits[32];
    if (cJSON_IsNumber(json)) {
        if (json->valuedouble != floor(json->valuedouble) || fabs(json->valuedouble) > 1e15) {
            reader_wrong(r, "is %g; it must be a whole number or an expression", json->valuedouble);
            return NULL;
        }
        snprintf(digits, sizeof digits, "%.0f", json->valuedouble);
        if (json->valuestring == NULL) {
            json->valuestring = cJSON_malloc(strlen(digits) + 1);
            if (json->valuestring != NULL)
                memcpy(json->valuestring, digits, strlen(digits) + 1);
        }
        return json->valuestring;
    }
    if (!cJSON_IsString(json))
        reader_wrong(r, "must be a whole number or the text of an expression");
    else if (!peer_expr_check(json->valuestring, r->names, error))
        reader_wrong(r, "is \"%.100s\": %s", json->valuestring, error);
    else
        return json->valuestring;
    return NULL;
}

const char *reader_expression_of(struct reader *r, const cJSON *json, const char *key) {
    cJSON *member = cJSON_GetObjectItemCaseSensitive(json, key);
    if (member == NULL)
        return NULL;
    const size_t before = reader_enter(r, ".%s", key);
    const char *value = reader_expression(r, member);
    reader_leave(r, before);
    return value;
}

void reader_triple(struct reader *r, const cJSON *json, const char *key, const char *triple[3]) {
    cJSON *member = cJSON_GetObjectItemCaseSensitive(json, key);
    const size_t before = reader_enter(r, ".%s", key);
    const int count = cJSON_IsArray(member) ? cJSON_GetArraySize(member) : 0;
    if (count < 1 || count > 3)
        reader_wrong(r, "must be an array of one to three expressions");
    for (int i = 0; i < 3 && r->status == EXIT_RIGHT; i++) {
        const size_t inner = reader_enter(r, "[%d]", i);
        triple[i] = i < count ? reader_expression(r, cJSON_GetArrayItem(member, i)) : "1";
        reader_leave(r, inner);
    }
    reader_leave(r, before);
}
