/* A few macros for test programs: a check prints where and what, and the program's exit status counts. */
#ifndef TESTS_SUPPORT_TEST_H
#define TESTS_SUPPORT_TEST_H

#include <stdio.h>
#include <string.h>

#include "smallm/status.h"

enum { TEST_SKIPPED = 77 };

static int test_failures;

#define CHECK(condition, ...)                                                                                          \
    do {                                                                                                               \
        if (!(condition)) {                                                                                            \
            test_failures++;                                                                                           \
            fprintf(stderr, "%s:%d: %s is false: ", __FILE__, __LINE__, #condition);                                   \
            fprintf(stderr, __VA_ARGS__);                                                                              \
            fputc('\n', stderr);                                                                                       \
        }                                                                                                              \
    } while (0)

/* The call fails with `status`, and its message has all of the strings (up to six). */
#define CHECK_FAILS(call, status, ...)                                                                                 \
    check_fails(__FILE__, __LINE__, #call, call, status, (const char *[7]){__VA_ARGS__})

#define CHECK_OK(call)                                                                                                 \
    do {                                                                                                               \
        smallm_status check_status = call;                                                                             \
        CHECK(check_status == SMALLM_OK, "%s: %s", smallm_status_string(check_status), smallm_last_error());           \
    } while (0)

static inline void check_fails(const char *file, int line, const char *call, smallm_status got, smallm_status wanted,
                               const char *const *parts) {
    if (got != wanted) {
        test_failures++;
        fprintf(stderr, "%s:%d: %s gave %s, not %s: %s\n", file, line, call, smallm_status_string(got),
                smallm_status_string(wanted), smallm_last_error());
        return;
    }
    for (; *parts != NULL; parts++) {
        if (strstr(smallm_last_error(), *parts) == NULL) {
            test_failures++;
            fprintf(stderr, "%s:%d: the message of %s lacks \"%s\": %s\n", file, line, call, *parts,
                    smallm_last_error());
        }
    }
}

static inline int test_result(void) {
    if (test_failures != 0)
        fprintf(stderr, "%d checks failed\n", test_failures);
    return test_failures != 0;
}

#endif
