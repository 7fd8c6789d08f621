/* Memory that a launch gives its kernel. */
#ifndef GFX950SIM_KERNARG_H
#define GFX950SIM_KERNARG_H

#include "wave.h"

enum { PACKET_SIZE = 64, QUEUE_SIZE = 256 };

struct launch_memory {
    struct mem_alloc *kernarg, *packet; /* the queue stands behind the packet */
};

/* Allocates and fills the kernarg segment, dispatch packet and queue of run->launch. False: no memory. */
bool kernarg_prepare(struct launch_memory *m, struct run *run);
void kernarg_release(struct launch_memory *m);

#endif
