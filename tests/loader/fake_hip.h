/* A HIP library that computes nothing: host memory, modules that are their image, launches that are only recorded. What
 * it shows is set through the exported variable fake_hip or, when it is loaded, from the environment:
 *   FAKE_HIP_DEVICES=N  FAKE_HIP_CAPABILITY=MAJOR.MINOR  FAKE_HIP_FAIL=name of the function that fails */
#ifndef TESTS_LOADER_FAKE_HIP_H
#define TESTS_LOADER_FAKE_HIP_H

#include <stdatomic.h>
#include <stddef.h>

struct fake_hip {
    int devices;
    int major, minor;
    char fail[64]; /* name of the function that fails, or "" */
    int current_device;
    atomic_int calls;   /* of any function */
    atomic_int modules; /* loaded and not unloaded */
    atomic_int modules_ever;
    atomic_int launches;
    /* The last launch. Not written when several threads launch. */
    int record;
    char kernel[128];
    unsigned grid[3], block[3], shared_bytes;
    void *stream;
    unsigned char arguments[256];
    size_t argument_bytes;
    /* What hipStreamIsCapturing says of every stream, and how often it was asked. */
    int capture_error, capture_status;
    atomic_int capture_questions;
    /* The last hipMemsetAsync; nothing is written. */
    void *memset_to;
    int memset_value;
    size_t memset_bytes;
    void *memset_stream;
    atomic_int memsets;
};

#endif
