#include "tune_progress.h"

#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

enum { WIDTH = 40 };

static bool shown;

void progress_show(size_t done, size_t all, size_t checks) {
    static const char full[] = "########################################";
    if (!isatty(STDERR_FILENO))
        return;
    const int part = (int)(all == 0 ? WIDTH : done * WIDTH / all);
    fprintf(stderr, "\r[%-*.*s] %zu of %zu cells, %zu checks", WIDTH, part, full, done, all, checks);
    fflush(stderr);
    shown = true;
}

void progress_clear(void) {
    if (shown)
        fputs("\r\033[K", stderr);
    shown = false;
}
