#include "sim.h"

#include <dlfcn.h>
#include <string.h>

const char *sim_find(struct sim *sim, void *library) {
    const char *missing = NULL;
    void *address;
    sim->present = false;
#define X(name)                                                                                                        \
    address = dlsym(library, #name);                                                                                   \
    memcpy(&sim->name, &address, sizeof address);                                                                      \
    if (address != NULL)                                                                                               \
        sim->present = true;                                                                                           \
    else                                                                                                               \
        missing = #name;
    SIM_FUNCTIONS(X)
#undef X
    return sim->present ? missing : NULL;
}
