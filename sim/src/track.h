/* Who touched which bytes during a launch: the ground of the race checks and of the incoherent L2s. Records are made
 * lazily by chunks of memory and end with the launch. vmem.c, lds.c and the loads to LDS call the hooks at the end of
 * this file, cache.c calls those of l2.h and race.h; nothing else knows of them. */
#ifndef GFX950SIM_TRACK_H
#define GFX950SIM_TRACK_H

#include <pthread.h>

#include "vmem.h"

enum {
    TRACK_CHUNK = 1 << 14, /* bytes of memory with records of their own */
    TRACK_LINE = 128,
    TRACK_XCDS = 8,
    TRACK_WAVES = 16,
    TRACK_EVENTS = 1 << 18, /* instructions remembered; accesses of older ones no longer race */
};

/* One memory instruction of one wave, as later accesses look at it. */
struct track_event {
    uint32_t id; /* 0: none */
    uint32_t wg;
    const struct insn *in;
    uint32_t serial; /* vector memory instructions of its wave up to and with it */
    uint32_t epoch;  /* barriers that its workgroup had passed */
    uint8_t wave, kind;
    bool marked;  /* atomic, or coherent access to a synchronisation variable */
    bool through; /* not kept dirty in an L2: atomics, sc1 stores, loads */
};

/* A line that some wave has read: the last one, and its dwords. */
struct track_read {
    atomic_uint event, dwords;
};

struct l2_line;

struct track_chunk {
    _Atomic(atomic_uint *) write;      /* per dword: event << 4 | bytes written */
    _Atomic(struct track_read *) read; /* per line */
    struct l2_line *line;              /* per line, see l2.c */
};

struct track_alloc {
    uint32_t id;
    uint64_t first; /* address of the first chunk, divided by its size */
    uint64_t nchunks;
    struct track_alloc *next;
    struct track_chunk chunk[];
};

struct release_log;

struct track {
    uint32_t serial; /* of the launch in this process */
    bool l2;         /* workgroups communicate: the L2 model runs */
    bool strict;     /* preset own: coherent accesses of data are no synchronisation */
    pthread_mutex_t lock;
    _Atomic(struct track_alloc *) bucket[256];
    atomic_uint next_event;
    struct track_event *ring;
    /* release and acquire between workgroups; such launches run on one thread */
    uint64_t clock;
    struct release_log **log; /* per workgroup */
    uint64_t workgroups;
    /* L2 */
    uint32_t written_back[TRACK_XCDS]; /* generation: moves with every buffer_wbl2 */
    uint16_t invalidated[TRACK_XCDS];  /* generation: moves with every buffer_inv */
    struct l2_copy *free_copies;
    struct l2_slab *slabs;
    uint64_t live_copies;
};

/* What a wave has synchronised with. */
struct track_wave {
    uint64_t seen, fresh;                    /* clock at its last acquiring access, and that of its last buffer_inv */
    uint32_t released_epoch, acquired_epoch; /* barrier epoch + 1 of its last atomic, or one that returned a value */
    uint32_t wb_serial;                      /* outstanding buffer_wbl2; 0: none */
    uint32_t wb_covers[TRACK_WAVES];
    uint32_t plain[TRACK_WAVES];   /* serials up to which plain stores of each wave have been written back */
    uint32_t through[TRACK_WAVES]; /* ... up to which accesses of each wave have completed */
    uint32_t issued_at_barrier;
};

struct lds_record;

/* Of a workgroup, at wg->lds_races. */
struct track_group {
    uint32_t epoch;
    unsigned dma; /* loads to LDS under way */
    struct track_wave wave[TRACK_WAVES];
    struct lds_record *lds; /* per dword, behind this struct; NULL when one wave is alone */
};

/* Before the first and after the last workgroup of a launch. communicates: its code has atomics, device-scope accesses
 * or cache control. Without memory for the records the checks stay silent. */
void track_begin(struct run *run, uint64_t workgroups, unsigned waves, bool communicates);
void track_end(struct run *run);

struct track *track_of(const struct wave *w);
/* NULL without memory. */
struct track_group *track_group_of(struct wave *w);
/* Records of an allocation; NULL when it is not tracked (code, kernel arguments, scratch). */
struct track_alloc *track_alloc_of(struct track *t, const struct mem_alloc *m);
struct track_chunk *track_chunk_at(struct track_alloc *a, uint64_t addr);
/* False when the event has been forgotten. */
bool track_event_get(struct track *t, uint32_t id, struct track_event *e);
uint32_t track_event_new(struct track *t, const struct track_event *e);

/* --- hooks --- */

/* Lanes of one access in one allocation. */
struct mem_group {
    struct mem_alloc *alloc;
    uint64_t lanes;
    uintptr_t low, high;  /* first byte, last byte + 1 */
    uint64_t addr[LANES]; /* of lanes outside the group: some address inside it */
};

/* A scalar load; the scalar cache is not modelled, races are. */
void track_scalar_load(struct wave *w, const struct insn *in, struct mem_alloc *m, uint64_t addr, unsigned bytes);
/* After the values were read: may put stale bytes into them. */
void track_load(struct vmem_access *a, const struct mem_group *g, lane_row *value, lane_row *undef);
/* Before memory changes. value: what is stored, NULL for atomics. */
void track_write(struct vmem_access *a, const struct mem_group *g, const uint32_t *const value[]);
/* After an atomic; with sc0 it has returned a value. */
void track_written(struct vmem_access *a);

#endif
