/* gfx950sim: a gfx950 (MI350X, MI355X) on the CPU, behind HIP's functions.
 *
 * A program written for <hip/hip_runtime_api.h> links or loads libgfx950sim.so in place of libamdhip64 and runs
 * its gfx950 code objects here. The functions below are what a simulator has and a GPU has not: settings, counters
 * and findings. All of them may be called from any thread. Strings that they return live until the next call on the
 * same thread, unless said otherwise.
 *
 * Settings come from gfx950sim_set or, at load, from the environment as GFX950SIM_<NAME>:
 *   checks   own | compiled | foreign     severities of all checks (default own)
 *   check    NAME=error|warning|off[,...] one severity, over the preset
 *   order    run-to-barrier | reversed | lock-step | shuffle   in which waves and workgroups run
 *   seed     N                            for shuffle
 *   threads  N                            host threads for independent workgroups (default: all cores)
 *   budget   N                            wave-instructions after which a launch is stopped (default 0: no limit)
 *   arch     gfx950 | gfx942              what hipDeviceComputeCapability answers
 *   devices  N                            simulated devices (default 1)
 *   preload  on | off                     firmware that preloads kernel arguments, or an old one that does not
 *   mfma     chain | pairwise             order of addition inside an MFMA (docs/simulator.md)
 */
#ifndef GFX950SIM_GFX950SIM_H
#define GFX950SIM_GFX950SIM_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define GFX950SIM_API __attribute__((visibility("default")))
#else
#define GFX950SIM_API
#endif

/* Counters since load or gfx950sim_reset. `size` is set by the caller to sizeof; only what fits is written. */
struct gfx950sim_stats {
    size_t size;
    uint64_t launches, workgroups, waves;
    uint64_t wave_instructions; /* all issued, s_nop and s_waitcnt among them */
    uint64_t valu, mfma, salu, smem, vmem, lds;
    uint64_t vmem_read_bytes, vmem_write_bytes; /* bytes that lanes asked for inside bounds */
    uint64_t errors, warnings;                  /* findings, once per PC and rule */
};

/* Bytes that vector and scalar memory instructions read from and wrote to one allocation. */
struct gfx950sim_memory_stats {
    size_t size;
    uint64_t bytes_read, bytes_written;
};

/* 0, or -1 for an unknown name or value (gfx950sim_message says which). */
GFX950SIM_API int gfx950sim_set(const char *name, const char *value);
GFX950SIM_API const char *gfx950sim_message(void);

GFX950SIM_API void gfx950sim_get_stats(struct gfx950sim_stats *stats);
/* -1 when device_ptr lies in no allocation. */
GFX950SIM_API int gfx950sim_get_memory_stats(const void *device_ptr, struct gfx950sim_memory_stats *stats);
/* Forgets counters and findings. */
GFX950SIM_API void gfx950sim_reset(void);

/* Findings so far, as text made for people, one paragraph each ("" when there are none). With the string of one
 * finding's rule through gfx950sim_finding_rule; n counts from 0, NULL past the last. */
GFX950SIM_API const char *gfx950sim_findings(void);
GFX950SIM_API const char *gfx950sim_finding(size_t n);
GFX950SIM_API const char *gfx950sim_finding_rule(size_t n);
GFX950SIM_API int gfx950sim_finding_is_error(size_t n);

#ifdef __cplusplus
}
#endif
#endif
