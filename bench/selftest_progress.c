#include "selftest_progress.h"

#include <stdio.h>
#include <unistd.h>

void selftest_progress(const char *what, size_t done, size_t all) {
    if (isatty(STDERR_FILENO))
        fprintf(stderr, "\r\033[K%zu of %zu %s\r", done, all, what);
}

void selftest_progress_end(void) {
    if (isatty(STDERR_FILENO))
        fputs("\r\033[K", stderr);
}
