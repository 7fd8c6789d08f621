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
};

#endif
