/* Data of memory instructions: between registers and host memory, widths, placement, definedness. */
#include "vmem_parts.h"

const struct mem_width mem_widths[] = {
    [D_U8] = {1, 1, 0, 0, ~0u},          [D_I8] = {1, 1, 8, 0, ~0u},
    [D_U16] = {2, 1, 0, 0, ~0u},         [D_I16] = {2, 1, 16, 0, ~0u},
    [D_B32] = {4, 1, 0, 0, ~0u},         [D_B64] = {8, 2, 0, 0, ~0u},
    [D_B96] = {12, 3, 0, 0, ~0u},        [D_B128] = {16, 4, 0, 0, ~0u},
    [D_U8_D16] = {1, 1, 0, 0, 0xffffu},  [D_U8_D16_HI] = {1, 1, 0, 16, 0xffff0000u},
    [D_I8_D16] = {1, 1, 8, 0, 0xffffu},  [D_I8_D16_HI] = {1, 1, 8, 16, 0xffff0000u},
    [D_B16_D16] = {2, 1, 0, 0, 0xffffu}, [D_B16_D16_HI] = {2, 1, 0, 16, 0xffff0000u},
    [D_B8_HI] = {1, 1, 0, 16, ~0u},      [D_B16_HI] = {2, 1, 0, 16, ~0u},
};

void mem_gather(const uint64_t *addr, unsigned bytes, intptr_t delta, lane_row *row) {
    switch (bytes) {
    case 1:
        for (int i = 0; i < LANES; i++)
            row[0][i] = *(const uint8_t *)(uintptr_t)(addr[i] + (uint64_t)delta);
        break;
    case 2:
        for (int i = 0; i < LANES; i++) {
            uint16_t x;
            memcpy(&x, (const void *)(uintptr_t)(addr[i] + (uint64_t)delta), 2);
            row[0][i] = x;
        }
        break;
    case 4:
        for (int i = 0; i < LANES; i++)
            memcpy(&row[0][i], (const void *)(uintptr_t)(addr[i] + (uint64_t)delta), 4);
        break;
    case 8:
        for (int i = 0; i < LANES; i++) {
            uint32_t x[2];
            memcpy(x, (const void *)(uintptr_t)(addr[i] + (uint64_t)delta), 8);
            row[0][i] = x[0];
            row[1][i] = x[1];
        }
        break;
    case 12:
        for (int i = 0; i < LANES; i++) {
            uint32_t x[3];
            memcpy(x, (const void *)(uintptr_t)(addr[i] + (uint64_t)delta), 12);
            for (int d = 0; d < 3; d++)
                row[d][i] = x[d];
        }
        break;
    default:
        for (int i = 0; i < LANES; i++) {
            uint32_t x[4];
            memcpy(x, (const void *)(uintptr_t)(addr[i] + (uint64_t)delta), 16);
            for (int d = 0; d < 4; d++)
                row[d][i] = x[d];
        }
    }
}

void mem_scatter(const uint64_t *addr, uint64_t lanes, unsigned bytes, intptr_t delta, const uint32_t *const row[]) {
    if (lanes == ~0ull && bytes == 4) {
        for (int i = 0; i < LANES; i++)
            memcpy((void *)(uintptr_t)(addr[i] + (uint64_t)delta), &row[0][i], 4);
        return;
    }
    unsigned n = mem_dwords(bytes);
    for (uint64_t t = lanes; t; t &= t - 1) {
        unsigned i = (unsigned)__builtin_ctzll(t);
        uint32_t x[4];
        for (unsigned d = 0; d < n; d++)
            x[d] = row[d][i];
        uint8_t *p = (uint8_t *)(uintptr_t)(addr[i] + (uint64_t)delta);
        switch (bytes) {
        case 1:
            memcpy(p, x, 1);
            break;
        case 2:
            memcpy(p, x, 2);
            break;
        case 4:
            memcpy(p, x, 4);
            break;
        case 8:
            memcpy(p, x, 8);
            break;
        case 12:
            memcpy(p, x, 12);
            break;
        default:
            memcpy(p, x, 16);
        }
    }
}

uint64_t mem_address_defined(struct wave *w, const struct insn *in, unsigned opnd, uint64_t exec) {
    uint64_t undef = vsrc_undef_lanes(w, in, opnd, exec);
    if (!undef)
        return exec;
    const struct operand *o = &in->opnd[opnd];
    const char *file = o->kind == OPND_SGPR ? "s" : o->reg >= REG_ACC0 ? "a" : "v";
    report(w, in, CHECK_UNINIT_ADDRESS, NULL, undef,
           "the address in %s%u of lane %d depends on bits that were never written", file, o->reg & 255u,
           __builtin_ctzll(undef));
    return check_severity(CHECK_UNINIT_ADDRESS) == SEV_OFF ? exec : exec & ~undef;
}

void mem_zero_lanes(lane_row *value, lane_row *undef, unsigned ndw, uint64_t lanes) {
    for (uint64_t t = lanes; t; t &= t - 1)
        for (unsigned d = 0; d < ndw; d++)
            value[d][__builtin_ctzll(t)] = undef[d][__builtin_ctzll(t)] = 0;
}

void mem_poison_lanes(lane_row *value, lane_row *undef, unsigned ndw, uint64_t lanes) {
    for (uint64_t t = lanes; t; t &= t - 1)
        for (unsigned d = 0; d < ndw; d++) {
            value[d][__builtin_ctzll(t)] = POISON;
            undef[d][__builtin_ctzll(t)] = ~0u;
        }
}

void mem_place(const struct mem_width *k, lane_row *value, lane_row *undef) {
    uint32_t *v = value[0], *u = undef[0];
    if (k->sign) {
        unsigned up = 32u - k->sign;
        for (int i = 0; i < LANES; i++) {
            v[i] = (uint32_t)((int32_t)(v[i] << up) >> up);
            u[i] = (uint32_t)((int32_t)(u[i] << up) >> up);
        }
    }
    if (k->shift)
        for (int i = 0; i < LANES; i++) {
            v[i] <<= k->shift;
            u[i] <<= k->shift;
        }
}

void mem_data_rows(struct wave *w, const struct insn *in, unsigned opnd, unsigned n, const uint32_t **value,
                   const uint32_t **undef, lane_row *utmp) {
    unsigned reg = in->opnd[opnd].reg;
    for (unsigned d = 0; d < n; d++) {
        value[d] = wave_row(w, reg + d);
        undef[d] = w->vstate[reg + d] == REG_DEFINED ? NULL : wave_undef_row(w, reg + d, utmp[d]);
    }
}

void mem_store_rows(struct wave *w, const struct insn *in, unsigned opnd, const uint32_t **value,
                    const uint32_t **undef, lane_row *tmp, lane_row *utmp) {
    const struct mem_width *k = mem_width_of(in);
    mem_data_rows(w, in, opnd, k->ndw, value, undef, utmp);
    if (!k->shift)
        return;
    for (int i = 0; i < LANES; i++)
        tmp[0][i] = value[0][i] >> k->shift;
    value[0] = tmp[0];
    if (undef[0]) {
        lane_row u;
        for (int i = 0; i < LANES; i++)
            u[i] = undef[0][i] >> k->shift;
        memcpy(utmp[0], u, sizeof u);
        undef[0] = utmp[0];
    }
}
