/* The HIP of fuzz_arguments, in the program itself: it computes nothing, notes every call, holds modules and functions
 * to be valid ones, may be told to fail, and hands each launch to a judge. */
#ifndef TESTS_FUZZ_ARGUMENTS_HIP_H
#define TESTS_FUZZ_ARGUMENTS_HIP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct launch {
    const char *kernel;
    unsigned grid[3], block[3], shared_bytes;
    void *stream;
    const void *arguments; /* the packed buffer */
    size_t argument_bytes;
};

struct memset_call {
    void *memory;
    int value;
    size_t bytes;
    void *stream;
};

struct hip {
    /* What it shows. */
    int devices, major, minor;
    /* Calls from now until one fails; below 0: none does. */
    int fail_in;
    /* What it has seen since the test last cleared it. */
    unsigned calls, launches, memsets, capture_questions, others; /* others: all but those and hipGetErrorString */
    bool failed;
    struct memset_call memset;
    /* What there is now. */
    int device, modules;
};
extern struct hip hip;

/* Streams of the fuzzer. */
extern char hip_stream, hip_capturing_stream;

/* Whether hipStreamIsCapturing of the default stream says that another stream is captured. */
extern bool hip_default_is_implicit;

void hip_clear(void);

/* Called for every launch that HIP would accept. */
void hip_judge(const struct launch *launch);

_Noreturn void wrong(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
