/* State of a wave, a workgroup and a run, and the only ways to touch registers. */
#ifndef GFX950SIM_WAVE_H
#define GFX950SIM_WAVE_H

#include <stdatomic.h>
#include <string.h>

#include "code.h"
#include "isa.h"
#include "launch.h"
#include "mem.h"
#include "report.h"

/* Definedness of a vector register. Only REG_MIXED has a valid shadow row (set bits undefined). */
enum reg_state { REG_UNDEFINED, REG_DEFINED, REG_MIXED };

enum { POISON = 0x7fa5a5a5 }; /* content of a register never written: a signalling NaN as f32, odd as an address */

typedef uint32_t lane_row[LANES];

/* A memory operation that has not been waited for. Values are read from memory at issue and reach the registers only
 * when a wait covers them, as late as the hardware may. */
struct pending {
    const struct insn *in;
    uint64_t exec; /* lanes that receive data */
    uint16_t reg;  /* first register (unified VGPR or SGPR) */
    uint8_t ndw;   /* registers written; 0: a store, or a load to LDS */
    bool is_sgpr;
    uint8_t counter;     /* PEND_* bits still to be covered */
    bool trusted;        /* a wait would have covered it if scalar loads returned in order */
    uint32_t write_mask; /* bits of each dword that are written (d16 forms: one half) */
    bool low_last;       /* of the last dword the low half only (d16_xyz) */
    uint16_t flights;    /* entries of wave.flight that hold bytes of it */
    /* ndw rows each, in the wave's own pool, valid until delivered; scalars hold dword i at [0][i]. undef: set bits
     * are undefined, zeroed by pending_add. */
    lane_row *value, *undef;
    /* Called at delivery instead of writing registers when set (loads to LDS); may use all four rows of value. */
    void (*deliver)(struct wave *, struct pending *);
};
enum { PEND_VM = 1, PEND_LDS = 2, PEND_SMEM = 4 };
enum { PENDING_MAX = 128, PENDING_ROWS = 4, FLIGHTS = 16 };

/* Bits of MODE that change how instructions issue. */
enum { MODE_GPR_IDX = 1 << 27, MODE_VSKIP = 1 << 28 };

struct hazard_entry {
    const struct insn *in;
    uint64_t slot;   /* wait states counted when it issued */
    uint64_t expiry; /* slot from which it cannot hurt any more */
};
enum { HAZARD_RING = 32 };

struct workgroup;

struct wave {
    /* hot */
    uint32_t index; /* of the next instruction in code->insn */
    bool done, at_barrier, scc, scc_undef;
    uint8_t priority;
    bool timed;    /* by the timing model: memory instructions tell it what they do (time/note.h) */
    uint64_t slot; /* wait states issued */
    const struct code *code;
    lane_row *v;                /* VGPR_COUNT rows */
    lane_row *vundef;           /* shadow rows */
    uint8_t vstate[VGPR_COUNT]; /* enum reg_state */
    union {
        uint32_t s[SGPR_COUNT];
        uint64_t s64[SGPR_COUNT / 2];
    };
    uint32_t sundef[SGPR_COUNT]; /* undefined bits */
    uint32_t mode, trapsts, status;
    uint32_t sgpr_base_priv;
    /* waits */
    uint64_t pend_v[VGPR_COUNT / 64]; /* a bit per register that an outstanding load writes */
    uint64_t pend_s[SGPR_COUNT / 64];
    unsigned npending, nstores; /* entries of pending, and how many of them write no register */
    unsigned vm_outstanding, lds_outstanding, smem_outstanding, flat_outstanding;
    struct pending pending[PENDING_MAX];     /* in order of issue */
    lane_row *pending_rows;                  /* PENDING_MAX * PENDING_ROWS * 2 rows */
    uint64_t pending_free[PENDING_MAX / 64]; /* row groups in use: bit clear */
    struct {
        uint32_t alloc_id;
        uint64_t bytes; /* of loads that nothing has waited for */
    } flight[FLIGHTS];  /* by allocation, the last ones used */
    uint8_t flight_last;
    uint32_t (*flight_parts)[FLIGHTS]; /* by row group: the bytes of one pending load in each flight */
    const struct insn *late_lds[16];   /* LDS stores that nothing had waited for when the last barrier was passed */
    unsigned nlate;
    /* hazards */
    uint64_t haz_active[2];
    uint64_t haz_latest_expiry;
    unsigned haz_head, haz_count;
    struct hazard_entry haz[HAZARD_RING];
    /* place */
    struct workgroup *wg;
    uint32_t id; /* inside the workgroup */
    uint64_t instructions;
    uint64_t class_count[CLASSES];
    uint64_t read_bytes, write_bytes; /* vector memory, inside bounds */
    uint64_t vm_issued;               /* operations that vmcnt has counted so far */
    uint64_t side_effects;            /* stores, atomics and barriers so far: progress that others can see */
};

struct workgroup {
    const struct launch *launch;
    struct run *run;
    uint32_t id[3];
    uint64_t linear; /* in dispatch order */
    unsigned xcd;
    unsigned nwaves;
    struct wave *waves;
    uint32_t lds_size;
    uint8_t *lds;
    uint8_t *lds_undef; /* set bits undefined */
    /* Private memory: lane l of wave i has scratch_lane_bytes bytes at scratch->base + (64 i + l) * scratch_lane_bytes.
     * NULL without a private segment. */
    struct mem_alloc *scratch;
    uint32_t scratch_lane_bytes;
    uint32_t barrier_epoch; /* barriers passed */
    unsigned barrier_ended; /* waves that had ended at the last barrier that was reported */
    uint64_t turn;          /* of the order policy */
    bool rotate;            /* some wave used up its quantum: give the others turns */
    void *storage;
    size_t storage_size;
    void *lds_races; /* struct track_group: synchronisation and LDS access records */
};

struct register_counts {
    unsigned arch_vgprs, acc_vgprs, sgprs;
};

/* A launch while it runs; shared by the threads that run its workgroups. */
struct run {
    const struct launch *launch;
    struct register_counts registers; /* as the descriptor allots */
    atomic_bool stop;  /* something that cannot be continued from happened: unknown instruction, wild PC, deadlock */
    atomic_bool spent; /* stopped because settings.budget was used up */
    atomic_uint_fast64_t issued; /* wave-instructions so far, counted only when there is a budget */
    uint64_t kernarg;            /* address of the kernarg segment */
    uint64_t dispatch_packet, queue, dispatch_id;
    uint64_t errors_before; /* findings of severity error when the launch began */
    uint8_t *visited;       /* per instruction: static checks were made */
    unsigned threads;       /* workgroups that run at the same time on host threads */
    void *globals;          /* struct track: L2 model and race records of the launch, NULL when neither runs */
};

/* --- vector registers --- */

/* Row of a register for reading; fills it with poison when it was never written. */
static inline const uint32_t *wave_row(struct wave *w, unsigned reg) {
    if (__builtin_expect(w->vstate[reg] == REG_UNDEFINED, 0)) {
        for (int i = 0; i < LANES; i++)
            w->v[reg][i] = POISON;
    }
    return w->v[reg];
}

/* Shadow row of a register (set bits undefined), made from its state into tmp where it has none of its own. */
const uint32_t *wave_undef_row(struct wave *w, unsigned reg, lane_row tmp);

/* Writes lanes of `exec`; undef may be NULL (all written bits defined). */
void wave_write_row(struct wave *w, unsigned reg, const uint32_t *value, const uint32_t *undef, uint64_t exec);

/* Only the bits of mask are written in each lane. */
void wave_write_row_masked(struct wave *w, unsigned reg, const uint32_t *value, const uint32_t *undef, uint64_t exec,
                           uint32_t mask);

static inline bool wave_defined(const struct wave *w, unsigned reg, unsigned n) {
    for (unsigned i = 0; i < n; i++)
        if (w->vstate[reg + i] != REG_DEFINED)
            return false;
    return true;
}

/* Lanes of `exec` in which some bit of the registers is undefined. */
uint64_t wave_undef_lanes(struct wave *w, unsigned reg, unsigned n, uint64_t exec);

/* dst[i] = mask bit i ? src[i] : dst[i] */
void lanes_blend(uint32_t *dst, const uint32_t *src, uint64_t mask);

/* --- scalar registers and operands --- */

static inline uint64_t wave_exec(const struct wave *w) {
    return w->s64[SREG_EXEC / 2];
}
static inline uint64_t wave_vcc(const struct wave *w) {
    return w->s64[SREG_VCC / 2];
}

/* Operand i as a scalar of the type (SGPR, special, constant); *undef receives its undefined bits. */
uint64_t scalar_src(struct wave *w, const struct insn *in, unsigned i, enum isa_type type, uint64_t *undef);
/* Constant operand as the bits that an instruction of the type sees. */
uint64_t operand_constant(const struct operand *o, enum isa_type type);
void scalar_dst32(struct wave *w, const struct operand *o, uint32_t value, uint32_t undef);
void scalar_dst64(struct wave *w, const struct operand *o, uint64_t value, uint64_t undef);

/* --- custom operations (exec in their row) --- */

/* Vector or scalar operand i, dword d of its tuple, as 64 lanes (broadcast for scalars and constants) in tmp or in
 * place. A constant of an operand that is wider than its dwords gives its bits by type of the row. */
const uint32_t *vsrc_row(struct wave *w, const struct insn *in, unsigned i, unsigned d, lane_row tmp);
/* Lanes in which operand i holds undefined bits (all or none for scalars). */
uint64_t vsrc_undef_lanes(struct wave *w, const struct insn *in, unsigned i, uint64_t exec);

/* --- outstanding loads (check/wait.c) --- */

/* Books an outstanding operation for counters PEND_*; the caller fills value (and undef where needed) before the next
 * instruction. ndw 0: a store, or a load to LDS that sets deliver. */
struct pending *pending_add(struct wave *w, const struct insn *in, unsigned counter, unsigned reg, unsigned ndw,
                            bool is_sgpr, uint64_t exec);
/* Number of the row group that an entry holds. */
static inline unsigned pending_group(const struct wave *w, const struct pending *p) {
    return (unsigned)((p->value - w->pending_rows) / (2 * PENDING_ROWS));
}
/* s_waitcnt. */
void pending_wait(struct wave *w, unsigned vmcnt, unsigned lgkmcnt);
/* All of them: s_endpgm and barriers of the simulator itself. */
void pending_drain(struct wave *w);
/* At a barrier: remembers the LDS stores that the wave has not waited for. */
void pending_at_barrier(struct wave *w);
/* Reports registers of `in` that outstanding loads still write. Called only when something is outstanding. */
void wait_check(struct wave *w, const struct insn *in);

/* --- wait states (check/hazard.c) --- */

void hazard_classify(struct insn *in);
void hazard_check(struct wave *w, const struct insn *in);
void hazard_produce(struct wave *w, const struct insn *in);

/* --- engine --- */

/* Prepares a wave: all registers undefined, nothing outstanding, EXEC all ones. Memory of v, vundef and pending_rows is
 * the caller's: wave_storage_size() bytes, aligned to 64. */
size_t wave_storage_size(void);
void wave_init(struct wave *w, const struct code *code, void *storage);
/* Runs the wave until it ends, reaches a barrier, or has issued `quantum` instructions. */
void wave_run(struct wave *w, uint64_t quantum);
/* What a vector instruction becomes under MODE_GPR_IDX (made in *changed) and MODE_VSKIP (NULL); isa/issue_mode.c. */
const struct insn *wave_issue_mode(struct wave *w, const struct insn *in, struct insn *changed);
const struct insn *wave_current(const struct wave *w);
/* Goes to a code offset (s_setpc, s_swappc, s_call); reports a bad one and ends the wave. */
void wave_jump(struct wave *w, const struct insn *in, uint64_t address);
void wave_end(struct wave *w);
/* Address of the instruction after `in`, as s_getpc sees it. */
uint64_t wave_address_after(const struct wave *w, const struct insn *in);

#endif
