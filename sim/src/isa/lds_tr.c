/* Transposed LDS reads (ISA 11.4). Each group of 16 lanes reads a matrix whose rows hold 16 elements each, in the order
 * of the lanes: a row takes four lanes of 16-bit, two of 8-bit, one of 4-bit or 6-bit elements. Lane l of the group
 * receives column l, rows in order. */
#include "../lds.h"
#include "../smallfloat.h"

static void read(struct wave *w, const struct insn *in) {
    unsigned bits = in->op->data, bytes = bits == 6 ? 12 : 8, ndw = bytes / 4;
    unsigned rows = 8 * bytes / bits, lanes_per_row = 16 / rows;
    struct lds_access a;
    a.w = w, a.in = in, a.kind = VMEM_LOAD, a.bytes = (uint8_t)bytes;
    uint64_t exec = wave_exec(w);
    if (exec != ~0ull)
        report(w, in, CHECK_TR_EXEC, NULL, ~exec, "EXEC is 0x%016llx; transposed reads need all lanes",
               (unsigned long long)exec);
    a.exec = mem_address_defined(w, in, 1, exec);
    lane_row tmp, v[3], u[3];
    const uint32_t *addr = vsrc_row(w, in, 1, 0, tmp);
    for (int i = 0; i < LANES; i++)
        a.addr[i] = addr[i] + (uint32_t)in->mods.offset;
    memset(v, 0, sizeof v);
    memset(u, 0, sizeof u);
    lds_load(&a, v, u);
    mem_poison_lanes(v, u, ndw, ~a.exec);
    struct pending *p = pending_add(w, in, PEND_LDS, in->opnd[0].reg, ndw, false, exec);
    uint32_t words[2][LANES][3];
    for (unsigned i = 0; i < LANES; i++)
        for (unsigned d = 0; d < ndw; d++) {
            words[0][i][d] = v[d][i];
            words[1][i][d] = u[d][i];
        }
    unsigned per_lane = rows; /* elements that a lane reads: as many as it receives */
    for (unsigned i = 0; i < LANES; i++) {
        unsigned group = i & ~15u, column = i & 15;
        uint32_t out[2][3] = {{0}};
        for (unsigned r = 0; r < rows; r++) {
            unsigned from = group + r * lanes_per_row + column / per_lane;
            for (int s = 0; s < 2; s++)
                smallfloat_pack(out[s], bits, r, smallfloat_unpack(words[s][from], bits, column % per_lane));
        }
        for (unsigned d = 0; d < ndw; d++) {
            p->value[d][i] = out[0][d];
            p->undef[d][i] = out[1][d];
        }
    }
}

#define TR(mnemonic, bits) {.name = mnemonic, .flags = F_LDS | F_LGKMCNT, .exec = read, .data = bits}

static const struct isa_op ops[] = {
    TR("ds_read_b64_tr_b16", 16),
    TR("ds_read_b64_tr_b8", 8),
    TR("ds_read_b64_tr_b4", 4),
    TR("ds_read_b96_tr_b6", 6),
};
ISA_FAMILY(lds_tr, ops);
