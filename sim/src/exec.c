/* One wave: fetch, check, execute. */
#include "check/registers.h"
#include "wave.h"

size_t wave_storage_size(void) {
    return sizeof(lane_row) * (2 * (size_t)VGPR_COUNT + 2 * (size_t)PENDING_MAX * PENDING_ROWS) +
           sizeof(uint32_t[PENDING_MAX][FLIGHTS]);
}

void wave_init(struct wave *w, const struct code *code, void *storage) {
    memset(w, 0, sizeof *w);
    w->code = code;
    w->v = storage;
    w->vundef = w->v + VGPR_COUNT;
    w->pending_rows = w->vundef + VGPR_COUNT;
    w->flight_parts = (void *)(w->pending_rows + 2 * PENDING_MAX * PENDING_ROWS);
    memset(w->pending_free, 0xff, sizeof w->pending_free);
    for (unsigned i = 0; i < SGPR_COUNT; i++) {
        w->s[i] = POISON;
        w->sundef[i] = ~0u;
    }
    w->s64[SREG_EXEC / 2] = ~0ull;
    w->sundef[SREG_EXEC] = w->sundef[SREG_EXEC + 1] = 0;
    w->scc_undef = true;
}

const struct insn *wave_current(const struct wave *w) {
    return w->index < w->code->ninsn ? &w->code->insn[w->index] : NULL;
}

uint64_t wave_address_after(const struct wave *w, const struct insn *in) {
    return (uint64_t)(uintptr_t)w->code->image + w->code->text_addr + in->pc + in->size;
}

static void stop_run(struct wave *w) {
    wave_end(w);
    if (w->wg)
        atomic_store(&w->wg->run->stop, true);
}

void wave_jump(struct wave *w, const struct insn *in, uint64_t address) {
    uint64_t text = (uint64_t)(uintptr_t)w->code->image + w->code->text_addr;
    uint64_t pc = address - text;
    if (pc >= w->code->text_size || pc % 4 || w->code->index_at[pc / 4] == UINT32_MAX) {
        report(w, in, CHECK_BAD_PC, NULL, 0, "jump to 0x%llx, which is no instruction of this code object",
               (unsigned long long)address);
        stop_run(w);
        return;
    }
    w->index = w->code->index_at[pc / 4];
}

void wave_end(struct wave *w) {
    if (!w->done)
        pending_drain(w);
    w->done = true;
    w->at_barrier = false;
    w->side_effects++;
}

void wave_run(struct wave *w, uint64_t quantum) {
    const struct code *code = w->code;
    struct run *run = w->wg ? w->wg->run : NULL;
    while (!w->done && !w->at_barrier && quantum--) {
        if (__builtin_expect(w->index >= code->ninsn, 0)) {
            report(w, code->ninsn ? &code->insn[code->ninsn - 1] : NULL, CHECK_BAD_PC, NULL, 0,
                   "execution ran past the end of the code");
            stop_run(w);
            return;
        }
        const struct insn *in = &code->insn[w->index++];
        w->instructions++;
        w->class_count[in->klass]++;
        if (run && __builtin_expect(!__atomic_load_n(&run->visited[in - code->insn], __ATOMIC_RELAXED), 0)) {
            __atomic_store_n(&run->visited[in - code->insn], 1, __ATOMIC_RELAXED);
            register_check(w, in, &run->registers);
        }
        const struct insn *issued = in;
        struct insn changed;
        if (__builtin_expect(w->mode & (MODE_GPR_IDX | MODE_VSKIP), 0)) {
            issued = wave_issue_mode(w, in, &changed);
            if (!issued) {
                w->slot += in->slots;
                continue;
            }
        }
        if (w->npending)
            wait_check(w, issued);
        if ((w->haz_active[0] & in->haz_consumes[0]) | (w->haz_active[1] & in->haz_consumes[1]))
            hazard_check(w, in);
        in->exec(w, issued);
        if (in->haz_span)
            hazard_produce(w, in);
        w->slot += in->slots;
    }
}
