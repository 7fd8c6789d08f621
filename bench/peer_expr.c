#include "peer_expr.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct parser {
    const char *at;
    const struct peer_name *names;
    bool values; /* or only the form */
    unsigned depth;
    char *error; /* "" as long as all is well */
};

__attribute__((format(printf, 2, 3))) static int64_t fail(struct parser *p, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    if (p->error[0] == '\0')
        vsnprintf(p->error, PEER_EXPR_ERROR, format, arguments);
    va_end(arguments);
    return 1;
}

static void skip_space(struct parser *p) {
    while (isspace((unsigned char)*p->at))
        p->at++;
}

static bool is_sign(struct parser *p, const char *sign) {
    skip_space(p);
    const size_t length = strlen(sign);
    if (strncmp(p->at, sign, length) != 0)
        return false;
    p->at += length;
    return true;
}

static void need(struct parser *p, const char *sign) {
    if (!is_sign(p, sign))
        fail(p, "there must be \"%s\" at \"%.24s\"", sign, p->at);
}

static int64_t overflow(struct parser *p) {
    return p->values ? fail(p, "it passes 64 bits") : 1;
}

static int64_t divide(struct parser *p, int64_t a, int64_t b, char how) {
    if (!p->values)
        return 1;
    if (b == 0)
        return fail(p, "it divides by zero");
    if (a == INT64_MIN && b == -1)
        return overflow(p);
    if (how == '%')
        return a % b;
    return how == '/' ? a / b : a / b + (a % b != 0 && (a < 0) == (b < 0));
}

static int64_t comparison(struct parser *p);

static int64_t call(struct parser *p, const char *name, size_t length) {
    static const char *const functions[] = {"ceildiv", "min", "max"};
    size_t which = 0;
    while (which < 3 && (strlen(functions[which]) != length || strncmp(name, functions[which], length) != 0))
        which++;
    if (which == 3)
        return fail(p, "\"%.*s\" is no function; ceildiv, min and max are", (int)length, name);
    const int64_t a = comparison(p);
    need(p, ",");
    const int64_t b = comparison(p);
    need(p, ")");
    if (which == 0)
        return divide(p, a, b, 'c');
    return (a < b) == (which == 1) ? a : b;
}

static int64_t name(struct parser *p) {
    const char *start = p->at;
    while (isalnum((unsigned char)*p->at) || *p->at == '_')
        p->at++;
    const size_t length = (size_t)(p->at - start);
    if (is_sign(p, "("))
        return call(p, start, length);
    for (const struct peer_name *n = p->names; n->name != NULL; n++)
        if (strlen(n->name) == length && strncmp(n->name, start, length) == 0)
            return n->value;
    return fail(p, "\"%.*s\" is no name of this operation", (int)length, start);
}

static int64_t number(struct parser *p) {
    int64_t value = 0;
    for (; isdigit((unsigned char)*p->at); p->at++)
        if (__builtin_mul_overflow(value, 10, &value) || __builtin_add_overflow(value, *p->at - '0', &value))
            return fail(p, "a number in it passes 64 bits");
    return value;
}

static int64_t operand(struct parser *p) {
    int64_t value;
    if (p->error[0] != '\0')
        return 1;
    if (++p->depth > PEER_EXPR_DEPTH)
        return fail(p, "it nests deeper than %d", PEER_EXPR_DEPTH);
    if (is_sign(p, "(")) {
        value = comparison(p);
        need(p, ")");
    } else if (is_sign(p, "-")) {
        if (__builtin_sub_overflow((int64_t)0, operand(p), &value))
            value = overflow(p);
    } else if (isdigit((unsigned char)*p->at))
        value = number(p);
    else if (isalpha((unsigned char)*p->at) || *p->at == '_')
        value = name(p);
    else
        value = *p->at == '\0' ? fail(p, "it ends where a number or a name must stand")
                               : fail(p, "there must be a number or a name at \"%.24s\"", p->at);
    p->depth--;
    return value;
}

static int64_t product(struct parser *p) {
    int64_t value = operand(p);
    for (;;) {
        if (is_sign(p, "*")) {
            if (__builtin_mul_overflow(value, operand(p), &value))
                value = overflow(p);
        } else if (is_sign(p, "/"))
            value = divide(p, value, operand(p), '/');
        else if (is_sign(p, "%"))
            value = divide(p, value, operand(p), '%');
        else
            return value;
    }
}

static int64_t sum(struct parser *p) {
    int64_t value = product(p);
    for (;;) {
        if (is_sign(p, "+")) {
            if (__builtin_add_overflow(value, product(p), &value))
                value = overflow(p);
        } else if (is_sign(p, "-")) {
            if (__builtin_sub_overflow(value, product(p), &value))
                value = overflow(p);
        } else
            return value;
    }
}

static int64_t comparison(struct parser *p) {
    const int64_t a = sum(p);
    if (is_sign(p, "=="))
        return a == sum(p);
    if (is_sign(p, "!="))
        return a != sum(p);
    if (is_sign(p, "<="))
        return a <= sum(p);
    if (is_sign(p, ">="))
        return a >= sum(p);
    if (is_sign(p, "<"))
        return a < sum(p);
    if (is_sign(p, ">"))
        return a > sum(p);
    return a;
}

static bool parse(int64_t *value, const char *text, const struct peer_name *names, bool values, char *error) {
    struct parser p = {.at = text, .names = names, .values = values, .error = error};
    error[0] = '\0';
    *value = comparison(&p);
    skip_space(&p);
    if (error[0] == '\0' && *p.at != '\0')
        fail(&p, "it goes on with \"%.24s\" where it should end", p.at);
    return error[0] == '\0';
}

bool peer_expr_eval(int64_t *value, const char *text, const struct peer_name *names, char error[PEER_EXPR_ERROR]) {
    return parse(value, text, names, true, error);
}

bool peer_expr_check(const char *text, const struct peer_name *names, char error[PEER_EXPR_ERROR]) {
    int64_t value;
    return parse(&value, text, names, false, error);
}
