/* The one gfx950 of a fake HIP that never fails. Modules are their images, functions their names. */
#ifndef SMALLM_BENCH_FAKE_DEVICE_H
#define SMALLM_BENCH_FAKE_DEVICE_H

struct fake_device {
    const char *name;
    int runtime; /* hipRuntimeGetVersion */
};

/* Each fake defines it. */
extern const struct fake_device fake_device __attribute__((visibility("hidden")));

#endif
