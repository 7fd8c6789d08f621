/* Settings of the simulator (gfx950sim.h lists them) as the engine reads them. */
#ifndef GFX950SIM_SETTINGS_H
#define GFX950SIM_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum order { ORDER_RUN_TO_BARRIER, ORDER_REVERSED, ORDER_LOCK_STEP, ORDER_SHUFFLE };
enum mfma_order { MFMA_CHAIN, MFMA_PAIRWISE };
enum severity { SEV_OFF, SEV_WARNING, SEV_ERROR };
enum preset { PRESET_OWN, PRESET_COMPILED, PRESET_FOREIGN };

struct settings {
    enum order order;
    uint64_t seed;
    unsigned threads;
    uint64_t budget; /* wave-instructions that a launch may issue; 0: no limit */
    enum mfma_order mfma;
    unsigned time;   /* enum gfx950sim_time_mode */
    unsigned sample; /* generations of workgroups that are timed; 0: all of them */
    enum preset preset;
    unsigned arch_major, arch_minor; /* 9, 5 */
    char arch[16];
    unsigned devices;
    bool preload; /* firmware that writes preloaded kernel arguments and enters 256 bytes further */
};

extern struct settings settings;

/* Reads the environment once; called by every public entry. */
void settings_init(void);
bool settings_set(const char *name, const char *value, char *err, size_t err_size);

#endif
