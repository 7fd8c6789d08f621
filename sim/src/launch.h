/* One kernel launch, from packet to the last wave. */
#ifndef GFX950SIM_LAUNCH_H
#define GFX950SIM_LAUNCH_H

#include "code.h"

struct launch {
    const struct code *code;
    const struct kernel *kernel;
    uint32_t grid[3];    /* in workgroups */
    uint32_t block[3];   /* work-items of a workgroup */
    uint32_t partial[3]; /* work-items of the last workgroup in each dimension, 0: full */
    uint32_t dynamic_lds;
    const void *kernarg; /* packed explicit arguments; the launcher appends the hidden ones that the metadata names */
    size_t kernarg_size;
    int device;
};

enum launch_status {
    LAUNCH_OK,
    LAUNCH_BAD_CONFIG, /* sizes, registers or LDS past what the hardware holds; nothing ran */
    LAUNCH_FAULT,      /* a finding of severity error, an unknown instruction or a deadlock; memory is as it was left */
    LAUNCH_NO_MEMORY,
};

/* Runs the launch to its end on the calling thread and its helpers. err receives one sentence unless LAUNCH_OK.
 * Any thread may call; launches run one at a time. */
enum launch_status launch_run(const struct launch *launch, char *err, size_t err_size);

/* Workgroups that one CU holds, and what keeps it from holding more. */
struct occupancy {
    unsigned waves; /* of a workgroup */
    unsigned groups;
    const char *limit;
};
struct occupancy launch_residency(const struct kernel *kernel, uint32_t block_size, uint32_t dynamic_lds);

/* Workgroups of `block` work-items that one CU holds; 0 and a sentence in err when none fits. */
unsigned launch_occupancy(const struct kernel *kernel, uint32_t block_size, uint32_t dynamic_lds, char *err,
                          size_t err_size);

/* Counts what a workgroup did and frees it. */
struct workgroup;
void launch_retire(struct workgroup *wg);

#endif
