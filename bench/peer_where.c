#include "peer_where.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

size_t peer_line_at(const char *json, const char *position) {
    size_t line = 1;
    for (; json < position && *json != '\0'; json++)
        line += *json == '\n';
    return line;
}

static const char *skip_space(const char *at) {
    while (*at != '\0' && (unsigned char)*at <= ' ')
        at++;
    return at;
}

static const char *skip_string(const char *at) {
    for (at++; *at != '\0' && *at != '"'; at++)
        if (*at == '\\' && at[1] != '\0')
            at++;
    return *at == '"' ? at + 1 : at;
}

/* Past a value of any kind. */
static const char *skip_value(const char *at) {
    size_t depth = 0;
    do {
        at = skip_space(at);
        if (*at == '"')
            at = skip_string(at);
        else if (*at == '{' || *at == '[') {
            depth++;
            at++;
        } else if (*at == '}' || *at == ']') {
            depth--;
            at++;
        } else if (*at == ',' || *at == ':')
            at++;
        else
            while (*at != '\0' && strchr(",:{}[]\" \t\r\n", *at) == NULL)
                at++;
    } while (depth > 0 && *at != '\0');
    return at;
}

/* The member that `key` names, or element `index` where key is NULL; NULL where there is none. */
static const char *step_in(const char *at, const char *key, size_t length, size_t index) {
    if (*at != (key != NULL ? '{' : '['))
        return NULL;
    at = skip_space(at + 1);
    for (size_t n = 0; *at != '\0' && *at != '}' && *at != ']'; n++) {
        bool found = n == index;
        if (key != NULL) {
            const char *name = at + 1;
            at = skip_string(at);
            found = (size_t)(at - 1 - name) == length && strncmp(name, key, length) == 0;
            at = skip_space(skip_space(at) + 1); /* the colon */
        }
        if (found)
            return at;
        at = skip_space(skip_value(at));
        if (*at == ',')
            at = skip_space(at + 1);
    }
    return NULL;
}

size_t peer_line(const char *json, const char *path) {
    const char *at = skip_space(json);
    while (*path != '\0') {
        const char *next;
        if (*path == '[') {
            char *end;
            const size_t index = strtoul(path + 1, &end, 10);
            next = step_in(at, NULL, 0, index);
            path = end + 1;
        } else {
            path += *path == '.';
            const size_t length = strcspn(path, ".[");
            next = step_in(at, path, length, 0);
            path += length;
        }
        if (next == NULL)
            break;
        at = next;
    }
    return peer_line_at(json, at);
}
