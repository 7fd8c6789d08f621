/* gfx950sim's timing model: what the last launch would have taken on an MI355X. Every figure is modelled, none is
 * measured; docs/timing.md says what rests on what.
 *
 * Settings (gfx950sim_set, or GFX950SIM_<NAME> in the environment):
 *   time       off | cold | warm | flush | first
 *                                         model the time of launches, and what they find in the caches (default off)
 *   machine    FILE | built-in             parameters of the machine, in the format of configs/mi355x.ini
 *   parameter  SECTION.NAME=VALUE          one of them, e.g. l2.hit=286
 *   sample     off | N                     of a launch of at least 2 N generations (workgroups that the chip holds at a
 *                                         time) only N are timed, 4 or more; the rest runs without (default off)
 * cold: L2s and Infinity Cache are empty when the launch begins; the instruction caches hold its code, as after an
 * earlier launch. first: those are empty too. warm: L2, Infinity Cache and instruction caches are as the last
 * timed launch left them. flush: as warm, but the L2s are empty. L1 and scalar caches are empty at every launch, as the
 * packet's acquire leaves them. Address translation always hits.
 *
 * All functions may be called from any thread, but not while a launch runs; pointers that they hand out live until the
 * next launch. */
#ifndef GFX950SIM_TIME_H
#define GFX950SIM_TIME_H

#include <stddef.h>
#include <stdint.h>

#include "gfx950sim/gfx950sim.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What a clock of a wave's life went to. Every clock from the placement of its workgroup to the retirement of its last
 * store has exactly one. */
enum gfx950sim_time_cause {
    GFX950SIM_TIME_ISSUE,       /* the slot of an instruction that issued, s_nop's wait states among them */
    GFX950SIM_TIME_VMCNT,       /* s_waitcnt vmcnt */
    GFX950SIM_TIME_LGKMCNT,     /* s_waitcnt lgkmcnt */
    GFX950SIM_TIME_MFMA,        /* a matrix result that is not there yet, or the matrix pipe is busy */
    GFX950SIM_TIME_FORWARD,     /* a VALU or SALU result on its way to a memory instruction or branch */
    GFX950SIM_TIME_ARBITRATION, /* the unit is taken by another instruction */
    GFX950SIM_TIME_QUEUE,       /* back-pressure: a queue or counter is full */
    GFX950SIM_TIME_BARRIER,
    GFX950SIM_TIME_FETCH, /* instruction cache, branches */
    GFX950SIM_TIME_SLEEP,
    GFX950SIM_TIME_DISPATCH, /* from the placement of the workgroup to the launch of the wave */
    GFX950SIM_TIME_TAIL,     /* from s_endpgm to the retirement of the last store */
    GFX950SIM_TIME_CAUSES
};
/* "issue", "vmcnt", ...; NULL past the last. */
GFX950SIM_API const char *gfx950sim_time_cause_name(unsigned cause);

enum gfx950sim_time_level { GFX950SIM_L1, GFX950SIM_L2, GFX950SIM_MALL, GFX950SIM_HBM, GFX950SIM_LEVELS };
enum gfx950sim_time_mode {
    GFX950SIM_TIME_OFF,
    GFX950SIM_TIME_COLD,
    GFX950SIM_TIME_WARM,
    GFX950SIM_TIME_FLUSH,
    GFX950SIM_TIME_FIRST
};

struct gfx950sim_time_bytes {
    /* Bytes that the level delivered to, or took from, what is nearer to the CU: of the L1 those that lanes asked for,
     * of the others lines. */
    uint64_t read, written;
    uint64_t hits, misses; /* lines looked up for reading; of the HBM all are hits */
};

/* The last timed launch. `size` is set by the caller to sizeof; only what fits is written. */
struct gfx950sim_time {
    size_t size;
    uint32_t mode;        /* enum gfx950sim_time_mode */
    uint32_t aborted;     /* the launch ended in an error; the figures cover what ran */
    uint64_t clocks;      /* from the first wave's launch to the last store's retirement */
    double modelled_us;   /* the same; of a sampled launch see sampled_of */
    double launch_us;     /* from the dispatch packet to the first wave; not in modelled_us */
    double packet_gap_us; /* between kernels of a graph; not in modelled_us */
    double core_mhz;
    uint64_t workgroups, waves, wave_instructions;
    uint64_t last_placed; /* clock at which the last workgroup got its CU */
    uint64_t wave_clocks; /* sum of the waves' lives, and of the next array */
    uint64_t cause_clocks[GFX950SIM_TIME_CAUSES];
    struct gfx950sim_time_bytes level[GFX950SIM_LEVELS];
    /* Dirty lines that are still in the L2s when the launch ends, in bytes: written back after it. */
    uint64_t dirty_bytes;
    uint64_t scalar_hits, scalar_misses, fetch_misses; /* lines */
    uint64_t atomics;                                  /* lines */
    uint64_t lds_instructions, lds_conflict_clocks;    /* clocks beyond those that the bytes alone take */
    /* Clocks that units were busy, summed over the units of the chip, and how many units those are. */
    uint64_t valu_busy, mfma_busy, salu_busy, lds_busy, vmem_busy;
    uint32_t simds, cus;
    uint32_t workgroups_per_cu; /* that the kernel's resources allow */
    const char *limited_by;     /* "waves", "VGPRs", "LDS" or "barriers". A constant */
    uint32_t peak_waves;        /* on the chip at a time */
    double mean_waves;          /* from their launch to s_endpgm, over all clocks */
    /* Bytes of vector memory loads between issue and return: the mean over all clocks, and the largest mean over one
     * interval of the series. */
    double mean_bytes_in_flight, peak_bytes_in_flight;
    double roof_gbps[GFX950SIM_LEVELS]; /* what the parameters allow */
    /* Of a sampled launch, its workgroups, of which the first `workgroups` were timed: modelled_us is then that of the
     * whole launch, extrapolated, and every other figure that of the timed part. 0: all were timed. */
    uint64_t sampled_of;
    double sample_error; /* of modelled_us: 0.02 is 2 % to either side */
};
/* 0, or -1 when no launch has been timed. */
GFX950SIM_API int gfx950sim_get_time(struct gfx950sim_time *time);

/* One static instruction of the code object that the last timed launch ran, in the order of their addresses. */
struct gfx950sim_time_instruction {
    uint64_t pc; /* byte offset in the code */
    const char *text;
    uint64_t issues;
    /* Clocks of all waves: [GFX950SIM_TIME_ISSUE] those of its own slots, the others those that waves waited before it
     * could issue. Dispatch is booked on the first instruction of a wave, tail on its last. */
    uint64_t clocks[GFX950SIM_TIME_CAUSES];
};
GFX950SIM_API const struct gfx950sim_time_instruction *gfx950sim_time_instructions(size_t *count);

/* Waves in the order of their workgroups' placement. Of launches with more than 65,536 waves every 2nd, 4th, ... is
 * kept: `*stride` says which. */
struct gfx950sim_time_wave {
    uint64_t workgroup;
    uint32_t wave; /* in its workgroup */
    uint8_t xcd, se, cu, simd, slot;
    uint64_t placed, start, end,
        retired; /* clocks: workgroup placed, wave launched, s_endpgm done, last store retired */
};
GFX950SIM_API const struct gfx950sim_time_wave *gfx950sim_time_waves(size_t *count, uint64_t *stride);

/* The launch in at most 1,024 equal intervals. */
struct gfx950sim_time_sample {
    double bytes_in_flight;          /* mean */
    uint64_t read[GFX950SIM_LEVELS]; /* bytes whose service began in the interval */
    uint64_t written[GFX950SIM_LEVELS];
    double waves; /* mean, from launch to s_endpgm */
};
GFX950SIM_API const struct gfx950sim_time_sample *gfx950sim_time_series(size_t *count, uint64_t *clocks_per_sample);

/* Dynamic instructions of single waves, for launches to come: the waves of `workgroups` workgroups from `workgroup` on
 * (0: none, as at the start), all of them or number `wave` of each (-1: all), and of those the first `waves` to be
 * launched (0: all). -1 when `wave` is below -1. */
struct gfx950sim_time_follow {
    size_t size;
    uint64_t workgroup, workgroups;
    int64_t wave;
    uint64_t waves;
};
GFX950SIM_API int gfx950sim_time_follow(const struct gfx950sim_time_follow *follow);

/* One of them, in clocks. from <= issue < end; issue < done <= counted. The wave stands before the instruction in
 * [from, issue), and goes on to its next at `end`: its own slots are over, and what it does there, as at a barrier. */
struct gfx950sim_time_step {
    uint64_t workgroup;
    uint32_t wave;        /* in its workgroup */
    uint32_t instruction; /* into gfx950sim_time_instructions */
    uint64_t from, issue, end;
    uint64_t done;    /* its result may be used */
    uint64_t counted; /* ... and s_waitcnt sees it: vmcnt counts in order */
    uint32_t clocks[GFX950SIM_TIME_CAUSES];
};
/* By workgroup, wave and clock. Of at most 262,144 instructions the first in modelled time are kept; `*dropped` is the
 * number of those that were not. */
GFX950SIM_API const struct gfx950sim_time_step *gfx950sim_time_steps(size_t *count, uint64_t *dropped);

/* Parameter n of the machine. -1 past the last. Strings live until the next call on the same thread. */
struct gfx950sim_time_parameter {
    size_t size;
    const char *name; /* SECTION.NAME */
    double value, least, most;
    const char *unit, *source;
    char confidence; /* 'H', 'M' or 'L' */
};
GFX950SIM_API int gfx950sim_time_parameter(size_t n, struct gfx950sim_time_parameter *parameter);

#ifdef __cplusplus
}
#endif
#endif
