#include "sandbox.h"

#include <stdio.h>
#include <stdlib.h>

#include "code_parts.h"

enum { MODE_CLANG = 0x3f0 }; /* round to nearest even, denormals kept, DX10_CLAMP and IEEE set */

struct sandbox {
    struct code code;
    struct kernel kernel;
    struct launch launch;
    struct run run;
    struct workgroup group;
    struct wave wave;
    uint8_t image[4096];
    void *registers;
};

struct sandbox *sandbox_new(void) {
    struct sandbox *s = calloc(1, sizeof *s);
    void *registers = aligned_alloc(64, (wave_storage_size() + 63) / 64 * 64);
    if (!s || !registers) {
        free(registers);
        free(s);
        return NULL;
    }
    s->registers = registers;
    snprintf(s->kernel.name, sizeof s->kernel.name, "sandbox");
    s->code.image = s->image;
    s->code.image_size = sizeof s->image;
    s->launch = (struct launch){.code = &s->code, .kernel = &s->kernel, .grid = {1, 1, 1}, .block = {LANES, 1, 1}};
    s->run.launch = &s->launch;
    s->run.registers =
        (struct register_counts){.arch_vgprs = REG_ACC0, .acc_vgprs = REG_ACC0, .sgprs = SREG_FLAT_SCRATCH};
    s->group = (struct workgroup){.launch = &s->launch, .run = &s->run, .nwaves = 1, .waves = &s->wave};
    sandbox_reset(s);
    return s;
}

static void unload(struct sandbox *s) {
    free(s->code.insn);
    free(s->code.index_at);
    free(s->code.text);
    s->code.insn = NULL;
    s->code.index_at = NULL;
    s->code.text = NULL;
    s->code.ninsn = 0;
}

void sandbox_free(struct sandbox *s) {
    if (!s)
        return;
    unload(s);
    free(s->registers);
    free(s);
}

bool sandbox_load(struct sandbox *s, const void *bytes, size_t size, char *err, size_t err_size) {
    enum code_problem problem = CODE_MALFORMED;
    struct code_err e = {err, err_size, &problem};
    unload(s);
    if (size == 0 || size > sizeof s->image)
        return code_fail(e, "%zu bytes of code; a sandbox holds 4 to %zu", size, sizeof s->image);
    memcpy(s->image, bytes, size);
    s->code.text_addr = 0;
    s->code.text_size = size;
    struct code_starts starts = {NULL, 0};
    return code_decode(&s->code, &starts, e);
}

const struct code *sandbox_code(const struct sandbox *s) {
    return &s->code;
}

struct wave *sandbox_reset(struct sandbox *s) {
    wave_init(&s->wave, &s->code, s->registers);
    s->wave.wg = &s->group;
    s->wave.mode = MODE_CLANG;
    return &s->wave;
}

bool sandbox_run(struct sandbox *s, char *err, size_t err_size) {
    struct wave *w = &s->wave;
    for (uint32_t i = 0; i < s->code.ninsn; i++) {
        const struct insn *in = &s->code.insn[i];
        w->index = i + 1;
        if (!in->op) {
            snprintf(err, err_size, "not implemented: %s", code_text(&s->code, in));
            return false;
        }
        struct insn changed;
        const struct insn *issued = w->mode & (MODE_GPR_IDX | MODE_VSKIP) ? wave_issue_mode(w, in, &changed) : in;
        if (issued)
            issued->exec(w, issued);
        if (w->npending)
            pending_drain(w);
        if (w->done) {
            snprintf(err, err_size, "the wave ended at: %s", code_text(&s->code, in));
            return false;
        }
    }
    return true;
}
