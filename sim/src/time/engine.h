/* The timing engine's state: a chip of SIMDs, caches and queues, and the waves on it. Times of waves are clocks; the
 * memory system counts ticks, of which a clock has TICKS. One launch at a time, on one thread. */
#ifndef GFX950SIM_TIME_ENGINE_H
#define GFX950SIM_TIME_ENGINE_H

#include "../vmem.h"
#include "../workgroup.h"
#include "cache.h"
#include "gfx950sim/time.h"
#include "machine.h"
#include "series.h"
#include "server.h"

enum { VM_RING = 64, LGKM_RING = 32, MATRIX_RING = 8, RECENT = 3, SLOTS = 8 };

/* Where an instruction issues. An event of a SIMD issues at most one for each; internal ones never leave the wave's
 * instruction buffer, so that no wave is in another's way with them. */
enum time_unit { UNIT_VALU, UNIT_MFMA, UNIT_SALU, UNIT_SMEM, UNIT_VMEM, UNIT_LDS, UNIT_BRANCH, UNIT_INTERNAL, UNITS };
enum time_kind { KIND_OTHER, KIND_WAIT, KIND_BARRIER, KIND_SLEEP, KIND_END };

/* A static instruction as the engine sees it (classify.c). */
struct time_insn {
    uint8_t unit, kind;
    uint16_t busy;      /* clocks that it takes its unit */
    uint32_t own;       /* clocks from its issue to the wave's next */
    bool never_coissue; /* waits for the end of a matrix instruction on its SIMD */
    bool saveexec, execz_branch;
    bool memory;    /* reads VGPRs late: LDS, VMEM */
    uint8_t lgkm;   /* by how much it raises lgkmcnt */
    uint16_t run;   /* instructions from here on that may be executed together (classify.c) */
    uint32_t line;  /* of the instruction cache */
    uint32_t line2; /* ... of its last byte */
};

/* Parameters as the engine uses them. */
struct time_costs {
    unsigned interval, valu_to_memory, salu_to_vmem, saveexec, barrier, wave_end;
    unsigned workgroup_interval, wave_interval;
    unsigned mfma_pass, mfma_chain, mfma_result, valu_blocked;
    unsigned fetch_hit, fetch_miss, fetch_stream, branch_taken;
    unsigned lds_latency, lds_write_latency;
    uint64_t scalar_hit, kernarg, scalar_interval;
    /* From the start at the L1 to the use of the data when a level has them, and to the arrival at each level. */
    uint64_t total[GFX950SIM_LEVELS], arrive[GFX950SIM_LEVELS];
    uint64_t write, atomic, atomic_interval;
    double l1_ticks_per_byte, l1_ticks_per_line;
    uint64_t l2_read, fabric, mall, hbm; /* ticks a line */
    double l2_write;                     /* ticks a byte */
};

struct time_simd;
struct time_group;

struct time_matrix {
    const struct insn *in;
    uint64_t result, chain; /* when others, and the same accumulation, may read it */
};

struct time_wave {
    struct wave *w; /* NULL: free slot */
    struct time_group *group;
    struct time_simd *simd;
    uint64_t ready; /* no issue before */
    uint64_t since; /* clocks up to here have been booked */
    uint64_t order; /* of its launch */
    uint32_t next;  /* instruction that waits to issue */
    uint16_t ahead; /* from it on: instructions that have been executed already */
    uint8_t cause;  /* of the wait after `ready` */
    uint8_t slot;
    bool at_barrier;
    const struct insn *recent[RECENT]; /* last issued, newest first */
    uint64_t recent_at[RECENT];
    struct time_matrix matrix[MATRIX_RING];
    unsigned matrices;
    uint64_t vm_issued, vm_done[VM_RING];
    uint64_t lgkm_issued, lgkm_done[LGKM_RING], lgkm_all;
    uint64_t placed, launched, retired;
    uint64_t watch_state; /* watch.c */
    uint32_t watch_index;
    bool spins;
    bool followed;          /* follow.c */
    uint32_t step;          /* the open one + 1 */
    uint64_t done, counted; /* of the last instruction: its result is there, and its counter says so */
};

struct time_group {
    struct workgroup *wg;
    struct time_cu *cu;
    unsigned live;
    unsigned lds;
    uint64_t number; /* in order of placement */
    struct time_group *next_free;
    struct time_wave *wave[16];
};

/* What an event needs of a SIMD comes first, and stands together: there are a thousand of them, and their waves fill
 * the host's caches many times over. */
struct time_simd {
    unsigned waves; /* in use */
    uint32_t id;
    uint8_t order[SLOTS];    /* slots, oldest wave first */
    uint8_t priority[SLOTS]; /* by slot */
    struct time_cu *cu;
    uint64_t ready[SLOTS]; /* by slot: no issue before */
    uint64_t unit_free[UNITS];
    uint64_t mfma_end, valu_blocked;
    uint64_t vm_ring[64]; /* completions of the last VMEM instructions */
    uint64_t vm_issued;
    unsigned vgprs_free;
    struct time_wave slot[SLOTS];
};

/* Instructions of a CU's SIMDs that wait for one unit; SIMDs that find it full are served in turn. */
struct time_queue {
    uint64_t issued, left[64]; /* clocks at which the last ones have left it */
    unsigned waiting;
    uint32_t turn[SLOTS]; /* SIMDs */
};

struct time_cu {
    unsigned xcd, se, cu;
    struct time_simd *simd; /* [simds] */
    unsigned next_simd, groups, lds_free;
    uint64_t ta_free;     /* ticks: the address pipeline */
    uint64_t lds_free_at; /* ticks */
    struct time_queue vmem, lds;
    struct cache l1;
    uint64_t *miss; /* ring of completions, ticks */
    uint64_t misses;
    struct time_pair *pair;
};

/* What two CUs share. */
struct time_pair {
    struct cache fetch, scalar;
    uint64_t scalar_free; /* ticks */
};

struct time_channel {
    struct server read, write, fabric;
    uint64_t *miss;
    uint64_t misses;
};

struct time_xcd {
    struct cache l2;
    struct time_channel *channel;
    uint64_t next_group; /* to dispatch here */
    unsigned next_se;
    uint64_t *se_free;
    unsigned *se_cu; /* next CU of each shader engine */
};

/* What the instruction that is being executed did to memory (note.c). */
enum { NOTE_LINES = 512 };
struct time_note {
    unsigned nlines;
    uint64_t lanes_bytes; /* that lanes moved */
    unsigned kind;        /* enum vmem_kind */
    bool kernarg;
    uint64_t scalar; /* address of a scalar access of lanes_bytes bytes */
    uint64_t line[NOTE_LINES];
    uint64_t lds_ticks, lds_least; /* of LDS accesses, and what the bytes alone would take */
    bool lds_write;
};

/* Entries of the event queue: a set of actors for each of the next RING clocks (events.c), and a heap of the others. */
struct heap_entry {
    uint64_t time;
    uint32_t actor;
};
enum { RING = 256, MOST_ACTORS = 8 * 8 * 16 * 4 + 8 }; /* by the limits in parameters.inc */
struct time_ring {
    uint64_t any[RING / 64]; /* of the clocks, which have an entry */
    uint64_t words[RING][2]; /* of a clock's words, which are not 0 */
    uint64_t actors[RING][(MOST_ACTORS + 63) / 64];
};

struct engine {
    struct time_machine machine;
    struct time_costs cost;
    struct run *run;
    const struct code *code;
    unsigned xcds, ses, cus, simds, slots; /* chip; the last three per level above */
    unsigned ncus, nsimds;
    struct time_xcd *xcd;
    struct time_cu *cu;
    struct time_pair *pair;
    struct time_simd *simd;
    struct cache mall;
    struct server *mall_slice, *hbm, *atomic;
    unsigned slices, hbm_channels;
    /* launch */
    uint64_t total_groups, placed_groups, live_groups;
    unsigned group_waves, vgprs, lds;
    struct time_group *free_groups;
    uint64_t next_event[MOST_ACTORS]; /* of each actor */
    struct time_ring ring;
    struct heap_entry *heap;
    size_t heap_n, heap_room;
    uint64_t now, issued, waves_launched, live_waves;
    bool watching;
    uint64_t look_at, effects; /* watch.c */
    uint64_t errors_at;
    struct time_insn *insn;
    struct gfx950sim_time_instruction *profile;
    struct gfx950sim_time t;
    struct series series;
    struct time_records *records;
    bool no_memory;
};

static inline struct time_wave *simd_wave(struct time_simd *s, unsigned i) {
    return &s->slot[s->order[i]];
}

extern struct time_note time_note;
/* The LDS of the machine, for the hook in lds.c. */
extern double time_lds_ticks_per_byte[2]; /* read, write */
extern unsigned time_lds_banks;
void note_begin(void);
void note_places_anew(void);

/* An index past the end, where a wave is stopped, stands for the last instruction. */
static inline uint32_t known(const struct engine *e, uint32_t index) {
    return index < e->code->ninsn ? index : e->code->ninsn - 1;
}

static inline struct time_insn *time_insn_at(struct engine *e, uint32_t index) {
    return &e->insn[known(e, index)];
}

/* --- chip.c --- */
/* Makes or keeps the chip for the machine and prepares it for a launch. False without memory. */
bool chip_prepare(struct engine *e, unsigned mode);
/* --- sample.c --- */
/* How many workgroups of the launch are timed. */
uint64_t sample_begin(const struct engine *e, uint64_t workgroups);
/* Number of a workgroup that is being placed; one of its waves has retired. */
uint64_t sample_place(void);
void sample_retire(uint64_t number, uint64_t t);
/* What the whole launch takes, when only some of it was timed. */
void sample_finish(struct engine *e);
/* --- classify.c --- */
bool classify(struct engine *e);
/* --- events.c --- */
void events_begin(struct engine *e);
bool event_push(struct engine *e, uint64_t time, uint32_t actor);
bool event_pop(struct engine *e, struct heap_entry *out);
void simd_wake(struct engine *e, struct time_simd *s, uint64_t time);
void dispatch_wake(struct engine *e, unsigned xcd, uint64_t time);
/* --- dispatch.c --- */
void dispatch_run(struct engine *e, unsigned xcd, uint64_t t);
void dispatch_end_wave(struct engine *e, struct time_wave *tw, uint64_t t);
/* --- issue.c --- */
void issue_run(struct engine *e, struct time_simd *s, uint64_t t);
/* The last wave has come to the barrier, or ended: the others go on. */
void barrier_open(struct engine *e, struct time_group *g, uint64_t t);
/* --- watch.c --- */
void watch_begin(struct engine *e);
/* After an instruction of the wave, while e->watching. */
void watch_wave(struct engine *e, struct time_wave *tw);
/* When e->look_at instructions have issued: a wave, when all of them repeat one state for ever. */
struct time_wave *watch_look(struct engine *e);
/* --- follow.c: dynamic instructions of the waves that were asked for --- */
void follow_begin(void);
bool follow_wave(const struct time_wave *tw);
/* The wave comes to its next instruction; a clock goes to a cause; it issues. Only for waves that are followed. */
void follow_next(struct time_wave *tw);
void follow_charge(struct time_wave *tw, unsigned cause, uint64_t clocks);
void follow_issue(struct time_wave *tw, uint64_t t, uint64_t end);
void follow_finish(void);
/* --- depend.c --- */
/* The wave has come to tw->next, which may issue from t_free on as far as its own slot goes: finds what else holds it
 * back. */
void depend(struct engine *e, struct time_wave *tw, uint64_t t_free, const struct insn *last, bool taken);
void charge(struct engine *e, struct time_wave *tw, unsigned cause, uint64_t until);
uint64_t wait_vmcnt(const struct time_wave *tw, unsigned n);
uint64_t wait_lgkmcnt(const struct time_wave *tw, unsigned n);
/* --- fetch.c --- */
uint64_t fetch_ready(struct engine *e, struct time_wave *tw, const struct time_insn *ti, uint64_t t);
/* --- memory instructions: completion in clocks --- */
void vmem_complete(struct engine *e, struct time_wave *tw, const struct insn *in, uint64_t t);
void lds_complete(struct engine *e, struct time_wave *tw, const struct insn *in, uint64_t t);
void smem_complete(struct engine *e, struct time_wave *tw, const struct insn *in, uint64_t t);
void wave_counts_vm(struct time_wave *tw, uint64_t done);
void wave_counts_lgkm(struct time_wave *tw, uint64_t done, unsigned n);
/* --- l2.c, memory.c: ticks at which the CU may use what it asked for --- */
struct line_policy {
    bool sc1, nt, kernarg;
};
uint64_t l2_serve_read(struct engine *e, unsigned xcd, uint64_t line, uint64_t arrive, struct line_policy p);
uint64_t l2_serve_write(struct engine *e, unsigned xcd, uint64_t line, unsigned bytes, uint64_t arrive, bool sc1);
uint64_t l2_serve_atomic(struct engine *e, uint64_t line, unsigned bytes, uint64_t arrive);
uint64_t l2_serve_flush(struct engine *e, unsigned xcd, uint64_t arrive);
uint64_t memory_read(struct engine *e, uint64_t line, uint64_t arrive, bool nt);
uint64_t memory_write(struct engine *e, uint64_t line, unsigned bytes, uint64_t arrive);
uint64_t memory_atomic(struct engine *e, uint64_t line, unsigned bytes, uint64_t arrive);
/* --- records.c --- */
bool records_begin(struct engine *e);
void records_wave(struct engine *e, const struct time_wave *tw, uint64_t end);
void records_finish(struct engine *e, bool aborted, unsigned mode);

static inline void level_read(struct engine *e, unsigned level, uint64_t tick, unsigned bytes) {
    e->t.level[level].read += bytes;
    series_bytes(&e->series, tick / TICKS, level, bytes, false);
}
static inline void level_write(struct engine *e, unsigned level, uint64_t tick, unsigned bytes) {
    e->t.level[level].written += bytes;
    series_bytes(&e->series, tick / TICKS, level, bytes, true);
}

/* Parts of one level among which addresses are dealt out: bijective with address / granule / parts. */
static inline unsigned deal(uint64_t block, unsigned parts) {
    uint64_t high = block / parts;
    high ^= high >> 5;
    high ^= high >> 11;
    high ^= high >> 23;
    return (unsigned)((block + high) % parts);
}

#endif
