/* The micro-benchmarks' code and buffers on one device. */
#ifndef SMALLM_BENCH_MICRO_DEVICE_H
#define SMALLM_BENCH_MICRO_DEVICE_H

#include "measure.h"

/* Of the kernels: micro_issue.s and micro_memory.s. */
struct micro_args {
    const void *memory;
    uint32_t count, stride;
};

struct micro_launch {
    const char *kernel;
    unsigned x, y, items; /* workgroups, work-items of one */
    struct micro_args args;
    size_t sweep_bytes; /* read before the kernel, to put other lines in the caches; 0: none */
};

#define MICRO_FUNCTIONS(X)                                                                                             \
    X(hipModuleLoadData)                                                                                               \
    X(hipModuleGetFunction)                                                                                            \
    X(hipModuleUnload)                                                                                                 \
    X(hipModuleLaunchKernel)

enum { MICRO_MODULES = 3 };

struct micro_device {
    const struct backend *backend;
    void *self;   /* 4 KB that hold their own address every 8 bytes */
    void *circle; /* `lines` lines that point to one another */
    void *stream; /* `stream_bytes` of zeros */
    size_t lines, stream_bytes;
    double mhz; /* of the core clock */
    hipModule_t module[MICRO_MODULES];
#define X(name) __typeof__(name) *name;
    MICRO_FUNCTIONS(X)
#undef X
};

/* What was made is given back by micro_device_close also where this fails. */
enum exit_status micro_device_open(struct micro_device *device, const struct backend *backend);
void micro_device_close(struct micro_device *device);

/* Write the 4 KB again: stores and atomics are made there. */
enum exit_status micro_device_renew(const struct micro_device *device);

/* What one launch takes, of `sets` in a row on a GPU; on the simulator with caches as `mode` says, `again`: after a
 * launch in the same mode. */
enum exit_status micro_device_time(struct measurement *measurement, const struct micro_device *device,
                                   const struct micro_launch *launch, size_t sets, const char *mode, bool again);

#endif
