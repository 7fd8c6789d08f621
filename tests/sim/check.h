/* Checks of the simulator's test programs: each prints where and what, and the exit status counts. */
#ifndef TESTS_SIM_CHECK_H
#define TESTS_SIM_CHECK_H

#include <stdio.h>
#include <string.h>

#ifdef CHECK_SHARED /* a program of several files, of which one defines it */
extern int check_failures;
#else
static int check_failures;
#endif

#define CHECK(condition, ...)                                                                                          \
    do {                                                                                                               \
        if (!(condition)) {                                                                                            \
            check_failures++;                                                                                          \
            fprintf(stderr, "%s:%d: %s is false: ", __FILE__, __LINE__, #condition);                                   \
            fprintf(stderr, __VA_ARGS__);                                                                              \
            fputc('\n', stderr);                                                                                       \
        }                                                                                                              \
    } while (0)

#define CHECK_HAS(text, part) CHECK(strstr(text, part) != NULL, "\"%s\" lacks \"%s\"", text, part)

static inline int check_result(void) {
    if (check_failures != 0)
        fprintf(stderr, "%d checks failed\n", check_failures);
    return check_failures != 0;
}

#endif
