/* LDS: an instruction takes one clock for each phase of its lanes, and one more for every further address that a bank
 * has to serve in that phase; at least what its bytes take. The CU's instructions are served in order. */
#include "engine.h"
#include "note.h"

static const uint64_t whole = ~0ull;

/* Lanes that are served together, by width and direction (HipKittens' measurements on MI355X, MI300 guides), and over
 * how many banks. Returns the number of phases. */
static unsigned phase_masks(bool write, unsigned bytes, unsigned banks, uint64_t *mask, unsigned *used) {
    unsigned n = 0;
    *used = banks;
    if (!write && bytes <= 4) {
        mask[n++] = whole;
    } else if (!write && bytes == 8) {
        mask[n++] = 0xffffffffull;
        mask[n++] = 0xffffffffull << 32;
    } else if (!write && bytes == 16) {
        const uint64_t a = 0x0ff0f00full, b = 0xf00f0ff0ull; /* lanes 0-3, 12-15, 20-27, and the others of 32 */
        for (unsigned half = 0; half < 2; half++) {
            mask[n++] = a << 32 * half;
            mask[n++] = b << 32 * half;
        }
    } else if (!write) { /* 12 bytes */
        *used = banks / 2 ? banks / 2 : 1;
        for (unsigned half = 0; half < 2; half++)
            for (unsigned k = 0; k < 4; k++) {
                static const uint64_t eight[4] = {0x00f0000full, 0x000f00f0ull, 0xf0000f00ull, 0x0f00f000ull};
                mask[n++] = eight[k] << 32 * half;
            }
    } else {
        unsigned lanes = bytes <= 4 ? 32 : bytes == 8 ? 16 : 8;
        *used = banks / 2 ? banks / 2 : 1;
        for (unsigned at = 0; at < LANES; at += lanes)
            mask[n++] = (lanes == 64 ? whole : (1ull << lanes) - 1) << at;
    }
    return n;
}

/* Clocks of one phase: the most different dwords that one bank has to serve. */
static unsigned phase_clocks(const struct lds_access *a, uint64_t lanes, unsigned banks) {
    uint32_t dword[64][8];
    uint8_t n[64] = {0};
    unsigned most = 0;
    unsigned dwords = (a->bytes + 3u) / 4u;
    for (uint64_t t = lanes; t; t &= t - 1) {
        uint32_t at = a->addr[__builtin_ctzll(t)] / 4;
        for (unsigned d = 0; d < dwords; d++) {
            unsigned b = (at + d) % banks, k = 0;
            while (k < n[b] && k < 8 && dword[b][k] != at + d)
                k++;
            if (k < n[b] && k < 8)
                continue;
            if (n[b] < 8)
                dword[b][n[b]] = at + d; /* past 8 a dword that comes again counts again */
            n[b]++;
            most = n[b] > most ? n[b] : most;
        }
    }
    return most;
}

double time_lds_ticks_per_byte[2];
unsigned time_lds_banks;

void time_note_lds(const struct lds_access *a, uint64_t lanes) {
    if ((a->in->flags & F_LDS_DMA) || !lanes)
        return;
    bool write = a->kind != VMEM_LOAD;
    uint64_t mask[16];
    unsigned banks, n = phase_masks(write, a->bytes, time_lds_banks, mask, &banks), clocks = 0;
    for (unsigned i = 0; i < n; i++)
        clocks += lanes & mask[i] ? phase_clocks(a, lanes & mask[i], banks) : 0;
    uint64_t bytes = (uint64_t)__builtin_popcountll(lanes) * a->bytes;
    uint64_t least = (uint64_t)((double)bytes * time_lds_ticks_per_byte[write]), taken = (uint64_t)clocks * TICKS;
    time_note.lds_least += least;
    time_note.lds_ticks += taken > least ? taken : least;
    time_note.lds_write |= a->kind == VMEM_STORE;
}

void lds_complete(struct engine *e, struct time_wave *tw, const struct insn *in, uint64_t t) {
    struct time_cu *cu = tw->simd->cu;
    uint64_t ticks = time_note.lds_ticks > TICKS ? time_note.lds_ticks : TICKS;
    uint64_t start = cu->lds_free_at > t * TICKS ? cu->lds_free_at : t * TICKS;
    cu->lds_free_at = start + ticks;
    cu->lds.left[cu->lds.issued++ % 64] = (cu->lds_free_at + TICKS - 1) / TICKS;
    e->t.lds_busy += ticks / TICKS;
    e->t.lds_instructions++;
    if (time_note.lds_ticks > time_note.lds_least && time_note.lds_ticks > TICKS)
        e->t.lds_conflict_clocks +=
            (time_note.lds_ticks - (time_note.lds_least > TICKS ? time_note.lds_least : TICKS)) / TICKS;
    unsigned latency = time_note.lds_write ? e->cost.lds_write_latency : e->cost.lds_latency;
    uint64_t done = (start + ticks - TICKS + TICKS - 1) / TICKS + latency;
    if (in->flags & F_LGKMCNT)
        wave_counts_lgkm(tw, done, 1);
}
