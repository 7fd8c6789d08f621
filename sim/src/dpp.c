/* Data-parallel primitives: the source lane of each lane (ISA 6.6; rows are 16 lanes, banks 4). */
#include "valu.h"
#include "wave.h"

/* Source lane of each lane; -1: none. */
static void source_lanes(enum dpp_ctrl ctrl, int arg, int8_t from[LANES]) {
#define EACH_LANE(expr)                                                                                                \
    for (int lane = 0; lane < LANES; lane++) {                                                                         \
        const int row = lane & ~15, in_row = lane & 15;                                                                \
        (void)row, (void)in_row;                                                                                       \
        from[lane] = (int8_t)(expr);                                                                                   \
    }                                                                                                                  \
    break
    switch (ctrl) {
    case DPP_QUAD_PERM:
        EACH_LANE((lane & ~3) | (arg >> (2 * (lane & 3)) & 3));
    case DPP_ROW_SHL:
        EACH_LANE(in_row + arg < 16 ? lane + arg : -1);
    case DPP_ROW_SHR:
        EACH_LANE(in_row - arg >= 0 ? lane - arg : -1);
    case DPP_ROW_ROR:
        EACH_LANE(row | ((in_row - arg) & 15));
    case DPP_WAVE_SHL:
        EACH_LANE(lane + 1 < LANES ? lane + 1 : -1);
    case DPP_WAVE_ROL:
        EACH_LANE((lane + 1) % LANES);
    case DPP_WAVE_SHR:
        EACH_LANE(lane - 1);
    case DPP_WAVE_ROR:
        EACH_LANE((lane + LANES - 1) % LANES);
    case DPP_ROW_MIRROR:
        EACH_LANE(row | (15 - in_row));
    case DPP_ROW_HALF_MIRROR:
        EACH_LANE((lane & ~7) | (7 - (lane & 7)));
    case DPP_ROW_BCAST15: /* the last lane of each row to the next row */
        EACH_LANE(row ? row - 1 : -1);
    case DPP_ROW_BCAST31: /* lane 31 to rows 2 and 3 */
        EACH_LANE(lane >= 32 ? 31 : -1);
    case DPP_ROW_NEWBCAST:
        EACH_LANE(row | (arg & 15));
    default:
        EACH_LANE(lane);
    }
#undef EACH_LANE
}

uint64_t dpp_write_mask(const struct insn_mods *m) {
    uint64_t mask = 0;
    if (m->row_mask == 15 && m->bank_mask == 15)
        return ~0ull;
    for (int lane = 0; lane < LANES; lane++)
        if ((m->row_mask >> (lane / 16) & 1) && (m->bank_mask >> (lane / 4 % 4) & 1))
            mask |= 1ull << lane;
    return mask;
}

uint64_t dpp_move(const struct wave *w, const struct insn *in, const uint32_t *row, uint32_t *out) {
    const struct insn_mods *m = &in->mods;
    uint64_t readable = m->fi ? ~0ull : wave_exec(w), blocked = 0;
    int8_t from[LANES];
    source_lanes(m->dpp, m->dpp_arg, from);
    for (int lane = 0; lane < LANES; lane++) {
        bool valid = from[lane] >= 0 && (readable >> from[lane] & 1);
        out[lane] = valid ? row[from[lane] & 63] : 0;
        blocked |= (uint64_t)(!valid && !m->bound_ctrl) << lane;
    }
    return blocked;
}
