#include "tune_progress.h"

#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

enum { WIDTH = 40 };

static bool shown;

static bool begin(size_t done, size_t all, size_t checks) {
    static const char full[] = "########################################";
    if (!isatty(STDERR_FILENO))
        return false;
    const int part = (int)(all == 0 ? WIDTH : done * WIDTH / all);
    fprintf(stderr, "\r[%-*.*s] %zu of %zu cells, %zu checks", WIDTH, part, full, done, all, checks);
    shown = true;
    return true;
}

void progress_show(size_t done, size_t all, size_t checks) {
    if (begin(done, all, checks))
        fflush(stderr);
}

void progress_show_timed(size_t done, size_t all, size_t checks, size_t timings) {
    if (!begin(done, all, checks))
        return;
    fprintf(stderr, ", %zu timings", timings);
    fflush(stderr);
}

void progress_clear(void) {
    if (shown)
        fputs("\r\033[K", stderr);
    shown = false;
}
