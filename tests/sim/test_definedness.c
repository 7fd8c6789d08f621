/* How undefined bits travel through scalar and integer vector instructions, against the definition: a result bit is
 * undefined exactly if it depends on undefined source bits. Each instruction runs once on sources with a few undefined
 * bits, and then on every choice of values for them. No bit that varies may be called defined (a miss); for
 * instructions marked exact no constant bit may be called undefined (a false alarm). */
#include <stdio.h>
#include <stdlib.h>

#include "wave.h"

enum { TRIALS = 300, MAX_UNDEFINED = 5, LANE = 17 };

/* Destinations are v8.., s8.., vcc or scc; sources v0..v5, s0..s5, s[10:11] (masks), scc. */
static const struct {
    const char *text;
    bool exact;
} cases[] = {
    {"s_mov_b32 s8, s0", true},
    {"s_mov_b64 s[8:9], s[0:1]", true},
    {"s_cmov_b32 s8, s0", true},
    {"s_not_b32 s8, s0", true},
    {"s_not_b64 s[8:9], s[0:1]", true},
    {"s_and_b32 s8, s0, s2", true},
    {"s_or_b64 s[8:9], s[0:1], s[2:3]", true},
    {"s_xor_b32 s8, s0, s2", true},
    {"s_andn2_b64 s[8:9], s[0:1], s[2:3]", true},
    {"s_orn2_b32 s8, s0, s2", true},
    {"s_nand_b32 s8, s0, s2", true},
    {"s_nor_b64 s[8:9], s[0:1], s[2:3]", true},
    {"s_xnor_b32 s8, s0, s2", true},
    {"s_add_u32 s8, s0, s2", false},
    {"s_addc_u32 s8, s0, s2", false},
    {"s_sub_u32 s8, s0, s2", false},
    {"s_subb_u32 s8, s0, s2", false},
    {"s_add_i32 s8, s0, s2", false},
    {"s_addk_i32 s8, 0x1234", false},
    {"s_mulk_i32 s8, 0x12", false},
    {"s_mul_i32 s8, s0, s2", false},
    {"s_mul_hi_u32 s8, s0, s2", false},
    {"s_lshl3_add_u32 s8, s0, s2", false},
    {"s_min_i32 s8, s0, s2", false},
    {"s_max_u32 s8, s0, s2", false},
    {"s_absdiff_i32 s8, s0, s2", false},
    {"s_cselect_b32 s8, s0, s2", true},
    {"s_cselect_b64 s[8:9], s[0:1], s[2:3]", true},
    {"s_cmovk_i32 s8, 0x8001", true},
    {"s_lshl_b32 s8, s0, s2", false},
    {"s_lshl_b32 s8, s0, 7", true},
    {"s_lshr_b64 s[8:9], s[0:1], 33", true},
    {"s_ashr_i32 s8, s0, 9", true},
    {"s_ashr_i64 s[8:9], s[0:1], s2", false},
    {"s_bfe_u32 s8, s0, 0x70005", true},
    {"s_bfe_i32 s8, s0, s2", false},
    {"s_bfe_i64 s[8:9], s[0:1], 0x110020", true},
    {"s_bfm_b32 s8, s0, s2", false},
    {"s_pack_lh_b32_b16 s8, s0, s2", true},
    {"s_brev_b32 s8, s0", true},
    {"s_bitreplicate_b64_b32 s[8:9], s0", true},
    {"s_wqm_b64 s[8:9], s[0:1]", false},
    {"s_quadmask_b32 s8, s0", false},
    {"s_sext_i32_i8 s8, s0", true},
    {"s_sext_i32_i16 s8, s0", true},
    {"s_bcnt1_i32_b64 s8, s[0:1]", false},
    {"s_ff1_i32_b32 s8, s0", false},
    {"s_flbit_i32 s8, s0", false},
    {"s_abs_i32 s8, s0", false},
    {"s_bitset0_b32 s8, s0", false},
    {"s_bitset1_b64 s[8:9], 35", true},
    {"s_cmp_eq_u32 s0, s2", true},
    {"s_cmp_lg_u64 s[0:1], s[2:3]", true},
    {"s_cmp_lt_i32 s0, s2", true},
    {"s_cmp_ge_u32 s0, s2", true},
    {"s_cmpk_gt_i32 s0, 0xfff0", true},
    {"s_bitcmp1_b32 s0, s2", false},
    {"s_bitcmp0_b64 s[0:1], 44", true},
    {"v_mov_b32_e32 v8, v0", true},
    {"v_mov_b64_e32 v[8:9], v[0:1]", true},
    {"v_not_b32_e32 v8, v0", true},
    {"v_and_b32_e32 v8, v0, v2", true},
    {"v_or_b32_e32 v8, v0, v2", true},
    {"v_xor_b32_e32 v8, v0, v2", true},
    {"v_xnor_b32_e32 v8, v0, v2", true},
    {"v_or3_b32 v8, v0, v2, v4", true},
    {"v_and_or_b32 v8, v0, v2, v4", true},
    {"v_bfi_b32 v8, v0, v2, v4", true},
    {"v_bitop3_b32 v8, v0, v2, v4 bitop3:0x6c", true},
    {"v_bitop3_b16 v8, v0, v2, v4 bitop3:0xe1", true},
    {"v_cndmask_b32_e64 v8, v0, v2, s[10:11]", true},
    {"v_add_u32_e32 v8, v0, v2", false},
    {"v_sub_u32_e32 v8, v0, v2", false},
    {"v_add_u32_e64 v8, v0, v2 clamp", false},
    {"v_add_i32 v8, v0, v2 clamp", false},
    {"v_add_co_u32_e64 v8, s[12:13], v0, v2", false},
    {"v_subb_co_u32_e64 v8, s[12:13], v0, v2, s[10:11]", false},
    {"v_add3_u32 v8, v0, v2, v4", false},
    {"v_lshl_add_u32 v8, v0, v2, v4", false},
    {"v_add_lshl_u32 v8, v0, v2, v4", false},
    {"v_xad_u32 v8, v0, v2, v4", false},
    {"v_mul_lo_u32 v8, v0, v2", false},
    {"v_mul_hi_i32 v8, v0, v2", false},
    {"v_mul_u32_u24_e32 v8, v0, v2", false},
    {"v_mul_hi_i32_i24_e32 v8, v0, v2", false},
    {"v_mad_i32_i24 v8, v0, v2, v4", false},
    {"v_mad_u64_u32 v[8:9], s[12:13], v0, v2, v[4:5]", false},
    {"v_min_i32_e32 v8, v0, v2", false},
    {"v_med3_u32 v8, v0, v2, v4", false},
    {"v_lshlrev_b32_e32 v8, 5, v0", true},
    {"v_lshrrev_b32_e32 v8, v0, v2", false},
    {"v_ashrrev_i32_e32 v8, 11, v0", true},
    {"v_lshlrev_b64 v[8:9], 37, v[0:1]", true},
    {"v_ashrrev_i64 v[8:9], v2, v[0:1]", false},
    {"v_lshl_or_b32 v8, v0, 8, v2", false},
    {"v_lshl_add_u64 v[8:9], v[0:1], 3, v[2:3]", false},
    {"v_alignbit_b32 v8, v0, v2, 9", true},
    {"v_alignbyte_b32 v8, v0, v2, v4", false},
    {"v_alignbit_b32 v8, v0, v2, v4 op_sel:[0,0,1,0]", false},
    {"v_max_u16_sdwa v8, sext(v0), v2 dst_sel:WORD_1 dst_unused:UNUSED_SEXT src0_sel:BYTE_2 src1_sel:DWORD", false},
    {"v_bfe_u32 v8, v0, 3, 9", true},
    {"v_bfe_i32 v8, v0, v2, v4", false},
    {"v_bfm_b32 v8, v0, v2", false},
    {"v_bfrev_b32_e32 v8, v0", true},
    {"v_perm_b32 v8, v0, v2, s0", false},
    {"v_bcnt_u32_b32 v8, v0, v2", false},
    {"v_ffbh_u32_e32 v8, v0", false},
    {"v_sad_u8 v8, v0, v2, v4", false},
    {"v_lerp_u8 v8, v0, v2, v4", false},
    {"v_qsad_pk_u16_u8 v[8:9], v[0:1], v2, v[4:5]", false},
    {"v_add_u16_e32 v8, v0, v2", false},
    {"v_sub_i16 v8, v0, v2 op_sel:[1,0,1]", false},
    {"v_mad_u16 v8, v0, v2, v4 op_sel:[0,1,0,1]", false},
    {"v_lshlrev_b16_e32 v8, 3, v0", true},
    {"v_ashrrev_i16_e32 v8, v0, v2", false},
    {"v_med3_i16 v8, v0, v2, v4", false},
    {"v_pk_add_u16 v8, v0, v2", false},
    {"v_pk_mad_i16 v8, v0, v2, v4", false},
    {"v_pk_lshrrev_b16 v8, v0, v2", false},
    {"v_pk_mov_b32 v[8:9], v[0:1], v[2:3] op_sel:[1,0]", true},
    {"v_dot4_i32_i8 v8, v0, v2, v4", false},
    {"v_dot2c_i32_i16_e32 v8, v0, v2", false},
    {"v_mbcnt_lo_u32_b32 v8, v0, v2", false},
    {"v_mov_b32_sdwa v8, v0 dst_sel:BYTE_1 dst_unused:UNUSED_PRESERVE src0_sel:BYTE_3", true},
    {"v_and_b32_sdwa v8, sext(v0), v2 dst_sel:DWORD dst_unused:UNUSED_PAD src0_sel:BYTE_1 src1_sel:WORD_1", true},
    {"v_cmp_eq_u32_e64 s[12:13], v0, v2", true},
    {"v_cmp_ne_i64_e64 s[12:13], v[0:1], v[2:3]", true},
    {"v_cmp_lt_i32_e64 s[12:13], v0, v2", true},
    {"v_cmp_ge_u64_e64 s[12:13], v[0:1], v[2:3]", true},
    {"v_cmp_gt_i16_e64 s[12:13], v0, v2", true},
    {"v_cmp_t_u16_e64 s[12:13], v0, v2", true},
    {"v_readlane_b32 s8, v0, 17", true},
    {"v_writelane_b32 v8, s0, 17", true},
};

enum { NV = 10, NS = 14 };

/* The bits of a wave that the cases touch: of VGPRs one lane, of masks (s[10:13]) that lane's bit. */
struct state {
    uint32_t v[NV], s[NS];
    bool scc;
};

static uint64_t random_state = 0x9e3779b97f4a7c15ull;

static uint64_t random64(void) {
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    return random_state ^= random_state << 17;
}

/* Numbers that carry, overflow and compare equal more often than uniform ones. */
static uint32_t random_value(void) {
    static const uint32_t special[] = {0,    1,      2,      5,          31,         32,         0x7f,
                                       0x80, 0x7fff, 0xffff, 0x7fffffff, 0x80000000, 0xfffffffe, ~0u};
    return random64() % 3 ? (uint32_t)random64() : special[random64() % (sizeof special / sizeof *special)];
}

static uint32_t *word(struct state *st, unsigned i) {
    return i < NV ? &st->v[i] : &st->s[i - NV];
}

/* The state into the wave, with `undef` undefined; and back. */
static void put(struct wave *w, const struct state *st, const struct state *undef) {
    for (unsigned r = 0; r < NV; r++) {
        lane_row value, u = {0};
        for (int i = 0; i < LANES; i++)
            value[i] = st->v[r];
        u[LANE] = undef->v[r];
        wave_write_row(w, r, value, u, ~0ull);
    }
    for (unsigned r = 0; r < NS; r++) {
        w->s[r] = st->s[r];
        w->sundef[r] = undef->s[r];
    }
    w->scc = st->scc;
    w->scc_undef = undef->scc;
}

static void get(struct wave *w, struct state *st, struct state *undef) {
    for (unsigned r = 0; r < NV; r++) {
        lane_row tmp;
        st->v[r] = wave_row(w, r)[LANE];
        undef->v[r] = wave_undef_row(w, r, tmp)[LANE];
    }
    for (unsigned r = 0; r < NS; r++) {
        uint32_t seen = r < 10 ? ~0u : r % 2 ? 0 : 1u << LANE;
        st->s[r] = w->s[r] & seen;
        undef->s[r] = w->sundef[r] & seen;
    }
    st->scc = w->scc;
    undef->scc = w->scc_undef;
}

/* Undefined bits in some sources: of masks only the lane's bit. */
static unsigned choose_undefined(struct state *undef, unsigned at[MAX_UNDEFINED], uint32_t bit[MAX_UNDEFINED]) {
    unsigned n = 1 + (unsigned)(random64() % MAX_UNDEFINED);
    for (unsigned k = 0; k < n; k++) {
        static const unsigned sources[] = {0,  1,      2,      3,      4,      5,      8,       9,
                                           NV, NV + 1, NV + 2, NV + 3, NV + 8, NV + 9, NV + 10, NV + NS};
        at[k] = sources[random64() % (sizeof sources / sizeof *sources)];
        bit[k] = 1u << random64() % 32;
        if (at[k] == NV + 10)
            bit[k] = 1u << LANE;
        if (at[k] == NV + NS)
            undef->scc = true;
        else
            *word(undef, at[k]) |= bit[k];
    }
    return n;
}

static unsigned misses, false_alarms;

static void compare(const char *text, bool exact, const char *what, unsigned reg, uint32_t undef, uint32_t varies,
                    uint32_t value, uint32_t concrete) {
    if (varies & ~undef) {
        printf("%s: %s%u bits 0x%x depend on undefined bits and are called defined\n", text, what, reg,
               varies & ~undef);
        misses++;
    } else if ((value ^ concrete) & ~undef) {
        printf("%s: %s%u is 0x%x beside undefined bits 0x%x, and 0x%x without\n", text, what, reg, value, undef,
               concrete);
        misses++;
    }
    if (exact && (undef & ~varies)) {
        printf("%s: %s%u bits 0x%x depend on no undefined bit and are called undefined\n", text, what, reg,
               undef & ~varies);
        false_alarms++;
    }
}

static void trial(struct wave *w, const struct insn *in, const char *text, bool exact) {
    struct state start, none = {0}, undef = {0}, result, result_undef, out, ignored, ones, zeros;
    unsigned at[MAX_UNDEFINED];
    uint32_t bit[MAX_UNDEFINED];
    for (unsigned i = 0; i < NV + NS; i++)
        *word(&start, i) = random_value();
    start.scc = random64() & 1;
    unsigned n = choose_undefined(&undef, at, bit);
    put(w, &start, &undef);
    in->exec(w, in);
    get(w, &result, &result_undef);
    for (unsigned choice = 0; choice < 1u << n; choice++) {
        struct state chosen = start;
        for (unsigned k = 0; k < n; k++) {
            if (at[k] == NV + NS)
                chosen.scc = choice >> k & 1;
            else
                *word(&chosen, at[k]) = (*word(&chosen, at[k]) & ~bit[k]) | (choice >> k & 1 ? bit[k] : 0);
        }
        put(w, &chosen, &none);
        in->exec(w, in);
        get(w, &out, &ignored);
        for (unsigned i = 0; i < NV + NS; i++) {
            *word(&ones, i) = (choice ? *word(&ones, i) : ~0u) & *word(&out, i);
            *word(&zeros, i) = (choice ? *word(&zeros, i) : ~0u) & ~*word(&out, i);
        }
        ones.scc = (choice ? ones.scc : true) && out.scc;
        zeros.scc = (choice ? zeros.scc : true) && !out.scc;
    }
    for (unsigned i = 0; i < NV + NS; i++)
        compare(text, exact, i < NV ? "v" : "s", i < NV ? i : i - NV, *word(&result_undef, i),
                ~*word(&ones, i) & ~*word(&zeros, i), *word(&result, i), *word(&out, i));
    compare(text, exact, "scc", 0, result_undef.scc, !ones.scc && !zeros.scc, result.scc, out.scc);
}

int main(void) {
    static struct wave w;
    struct code code = {0};
    void *storage = aligned_alloc(64, (wave_storage_size() + 63) / 64 * 64);
    if (!storage)
        return 1;
    wave_init(&w, &code, storage);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct insn in = {0};
        char err[200];
        if (!insn_decode(cases[i].text, &in, err, sizeof err) || !in.op) {
            printf("%s: not decoded\n", cases[i].text);
            misses++;
            continue;
        }
        for (unsigned t = 0; t < TRIALS; t++)
            trial(&w, &in, cases[i].text, cases[i].exact);
    }
    free(storage);
    printf("%zu instructions, %u misses, %u false alarms\n", sizeof cases / sizeof *cases, misses, false_alarms);
    return misses || false_alarms;
}
