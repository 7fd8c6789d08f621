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
 *   time, machine, parameter              the timing model: gfx950sim/time.h; its views: gfx950sim/views.h
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
    uint64_t mfma_16x16x128, mfma_32x32x64;     /* of mfma: the f8f6f4 ones, scaled or not */
};

/* Bytes that vector and scalar memory instructions read from and wrote to one allocation. Of a launch by itself when
 * gfx950sim_reset stands before it. */
struct gfx950sim_memory_stats {
    size_t size;
    uint64_t bytes_read, bytes_written;
    /* The most that one wave had in flight at a time: bytes of this allocation that its loads (not atomics) asked for
     * inside bounds and that no s_waitcnt had covered yet. A property of the instruction stream: here every load is in
     * flight until its wait, as on hardware whose memory is slow. A wave follows 16 allocations at a time; loads of
     * one more count each by itself. */
    uint64_t peak_wave_bytes_in_flight;
};

/* What the last kernel launch was, and how it lies on the machine. Everything from workgroups_per_cu_limit on is
 * derived from the grid and the kernel's resources, not observed: workgroup n runs on XCD n mod 8, and an XCD hands its
 * workgroups to its 32 CUs in turn. */
struct gfx950sim_launch_stats {
    size_t size;
    char kernel[256];
    uint32_t grid[3];  /* workgroups */
    uint32_t block[3]; /* work-items of a workgroup */
    uint32_t waves;    /* of a full workgroup */
    /* As the kernel descriptor allots them, to a wave; SGPRs without VCC and the others past s101. */
    uint32_t vgprs, acc_vgprs, sgprs;
    uint32_t lds_bytes;                /* of a workgroup, static and dynamic */
    uint32_t scratch_bytes;            /* private memory of a work-item, in the descriptor */
    uint32_t vgpr_spills, sgpr_spills; /* as the compiler's metadata tell; 0 where they do not */
    /* Instructions of all waves of this launch. */
    uint64_t wave_instructions, valu, mfma, salu, smem, vmem, lds, mfma_16x16x128, mfma_32x32x64;
    uint32_t workgroups_per_cu_limit; /* workgroups that one CU holds at a time */
    const char *limited_by;           /* "waves", "VGPRs", "LDS" or "barriers". A constant */
    uint32_t cus;                     /* of the machine */
    uint32_t cus_busy;                /* that get a workgroup */
    uint32_t workgroups_per_cu;       /* that the CU with the most of them gets in all */
    /* The lesser of the two: workgroups that a CU runs at a time. Times waves, times an allocation's
     * peak_wave_bytes_in_flight, this is an upper bound of the bytes that a CU has in flight: it is reached if all
     * waves come to their peak together. */
    uint32_t resident_workgroups;
};

/* 0, or -1 for an unknown name or value (gfx950sim_message says which). */
GFX950SIM_API int gfx950sim_set(const char *name, const char *value);
GFX950SIM_API const char *gfx950sim_message(void);

GFX950SIM_API void gfx950sim_get_stats(struct gfx950sim_stats *stats);
/* -1 when device_ptr lies in no allocation. */
GFX950SIM_API int gfx950sim_get_memory_stats(const void *device_ptr, struct gfx950sim_memory_stats *stats);
/* 0, or -1 before the first launch since load or gfx950sim_reset. */
GFX950SIM_API int gfx950sim_get_launch_stats(struct gfx950sim_launch_stats *stats);
/* Forgets counters, those of allocations among them, and findings. */
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
