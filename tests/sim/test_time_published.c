/* The model beside figures that others published. Prints the table; fails where a figure for this chip (H) is missed by
 * more than 10 %, or one for a sibling or by one source (M) by more than 25 %, unless the row says why. "ini": a
 * parameter was taken from that very figure, so that the row shows the model's arithmetic only; the others follow. */
#include "time_run.h"

static struct code *issue_code, *memory_code;
static struct mem_alloc *memory;

enum origin { INI, FOLLOWS };

static void row(const char *what, const char *source, enum origin origin, char confidence, double low, double high,
                double got, const char *unit, const char *why) {
    double nearest = got < low ? low : got > high ? high : got, miss = 100 * (got - nearest) / nearest;
    char published[32];
    snprintf(published, sizeof published, low == high ? "%.4g" : "%.4g to %.4g", low, high);
    printf("%-46s %-16s %c %9.4g %-7s %+6.1f %%  %-7s %s%s%s\n", what, published, confidence, got, unit, miss,
           origin == INI ? "ini" : "follows", source, why ? "; " : "", why ? why : "");
    CHECK(why || fabs(miss) <= (confidence == 'H' ? 10 : 25), "%s: %.4g instead of %s %s", what, got, published, unit);
}

static double bench(const char *name) {
    return time_bench(issue_code, name, 64, (struct time_args){(void *)memory->base, 20, 4});
}

/* Clocks of a round of a loop in four waves, one on each SIMD. */
static double loop(const char *kernel) {
    double clocks[2];
    for (unsigned i = 0; i < 4; i++)
        clocks[i / 2] =
            (double)time_launch(issue_code, kernel, 1, 256, (struct time_args){(void *)memory->base, 200u << i / 2, 4})
                .clocks;
    return (clocks[1] - clocks[0]) / 200;
}

/* LDS clocks of an instruction of 16 waves whose lanes are `bytes` apart. */
static double lds(const char *name, unsigned bytes) {
    return time_bench(issue_code, name, 1024, (struct time_args){(void *)memory->base, 20, bytes}) / 16;
}

/* TFLOP/s of the whole chip, one of them `flop` operations of a wave. */
static double tflops(const char *name, double flop) {
    return flop / bench(name) * 1024 * 2.4e-3;
}

/* Clocks that the first instruction whose text begins so waited for, a wave, and its own slot. */
static double stall(const char *text, unsigned cause) {
    size_t n;
    const struct gfx950sim_time_instruction *p = gfx950sim_time_instructions(&n);
    for (size_t i = 0; i < n; i++)
        if (p[i].issues && strncmp(p[i].text, text, strlen(text)) == 0 && p[i].clocks[cause])
            return (double)p[i].clocks[cause] / (double)p[i].issues;
    return 0;
}

static struct gfx950sim_time launch(struct code *code, const char *kernel, unsigned groups, unsigned items,
                                    uint32_t count, uint32_t stride) {
    return time_launch(code, kernel, groups, items, (struct time_args){(void *)memory->base, count, stride});
}

static void instructions(void) {
    time_set("time", "warm");
    row("v_add_f32 chain", "MI350X traces", INI, 'H', 4, 4, bench("valu_chain"), "clocks", NULL);
    row("SALU chain", "MI350X traces", INI, 'H', 4, 4, bench("salu_chain"), "clocks", NULL);
    row("s_nop 0", "MI350X traces", INI, 'H', 4, 4, bench("nop"), "clocks", NULL);
    row("s_waitcnt, nothing to wait for", "MI350X traces", INI, 'H', 4, 4, bench("waitcnt"), "clocks", NULL);
    row("v_mfma 16x16x32_f16, one chain", "triton PR 2507", INI, 'H', 18.4, 18.4, bench("mfma_chain"), "clocks", NULL);
    row("v_mfma 16x16x32_f16, four chains", "triton PR 2507", FOLLOWS, 'H', 16.8, 16.8, bench("mfma_free"), "clocks",
        NULL);
    row("LDS chase with address arithmetic", "triton PR 2507", INI, 'H', 69, 69, bench("lds_chase_add"), "clocks",
        NULL);
    row("LDS chase, the loop of its source", "triton PR 2507", FOLLOWS, 'H', 69, 69, loop("lds_loop"), "clocks", NULL);
    row("LDS, four chases, the same, each", "triton PR 2507", FOLLOWS, 'H', 28, 28, loop("lds_loop_four") / 4, "clocks",
        NULL);
    row("v_mov to ds_read of its result", "MI350X traces", INI, 'M', 12, 12,
        bench("valu_to_lds") - bench("lds_chase") - 32, "clocks", NULL);
    row("ds_write_b32 to the release of its wait", "MI350X traces", INI, 'M', 40, 52, bench("lds_write") - 4, "clocks",
        NULL);
    row("saveexec to s_cbranch_execz", "MI350X traces", INI, 'M', 8, 8, bench("saveexec") - 4, "clocks", NULL);
    row("global_load chase, L1", "gpu-benches, MI300X", INI, 'H', 112, 120, bench("vmem_chase"), "clocks", NULL);
    row("store to its retirement", "MI350X traces", INI, 'M', 190, 280, bench("store") - 4, "clocks", NULL);
}

static void units(void) {
    static const struct {
        const char *what, *bench, *source;
        char confidence;
        double clocks;
    } rates[] = {
        {"v_pk_fma_f32", "valu_packed", "CDNA4 white paper", 'H', 4},
        {"v_fma_f64", "valu_f64", "CDNA4 white paper", 'H', 4},
        {"v_exp_f32", "valu_trans", "CDNA4 white paper", 'M', 8},
        {"v_mul_lo_u32", "valu_mul32", "gcnasm, GCN", 'M', 8},
        {"v_mfma_scale 16x16x128, fp8", "mfma_scaled", "CDNA4 ISA table 28", 'H', 32},
        {"v_mfma_scale 16x16x128, fp4", "mfma_fp4", "CDNA4 ISA table 28", 'H', 16},
        {"v_mfma_scale 32x32x64, fp8", "mfma_scaled_32x32", "CDNA4 ISA table 28", 'H', 64},
        {"v_mfma_scale 32x32x64, fp4", "mfma_fp4_32x32", "CDNA4 ISA table 28", 'H', 32},
        {"v_mfma 16x16x32, fp8", "mfma_fp8", "CDNA4 ISA table 28", 'H', 16},
        {"v_mfma 16x16x32, bf16", "mfma_bf16", "CDNA4 ISA table 28", 'H', 16},
        {"v_mfma 32x32x16, f16", "mfma_32x32", "CDNA4 ISA table 28", 'H', 32},
        {"v_mfma 16x16x64, i8", "mfma_i8", "CDNA4 ISA table 28", 'H', 16},
        {"v_mfma 16x16x4, f32", "mfma_f32", "CDNA4 ISA table 28", 'H', 32},
        {"v_mfma 16x16x4, f64", "mfma_f64", "CDNA4 ISA table 28", 'H', 64},
        {"v_smfmac 16x16x64, f16", "mfma_sparse", "CDNA4 ISA table 28", 'H', 16},
    };
    for (size_t i = 0; i < sizeof rates / sizeof *rates; i++)
        row(rates[i].what, rates[i].source, INI, rates[i].confidence, rates[i].clocks, rates[i].clocks,
            bench(rates[i].bench), "clocks", NULL);
    row("FP8, 16x16x128, whole chip", "AMD data sheet", FOLLOWS, 'H', 5030, 5030,
        tflops("mfma_scaled", 2.0 * 16 * 16 * 128), "TFLOP/s", NULL);
    row("FP4, 16x16x128, whole chip", "AMD data sheet", FOLLOWS, 'H', 10070, 10070,
        tflops("mfma_fp4", 2.0 * 16 * 16 * 128), "TFLOP/s", NULL);
    row("BF16, whole chip", "AMD data sheet", FOLLOWS, 'H', 2520, 2520, tflops("mfma_bf16", 2.0 * 16 * 16 * 32),
        "TFLOP/s", NULL);
    row("FP32 matrix, a CU", "ROCm MI350 page", FOLLOWS, 'H', 256, 256, 4 * 2.0 * 16 * 16 * 4 / bench("mfma_f32"),
        "FLOP/clk", NULL);
    row("FP64 matrix, a CU", "ROCm MI350 page", FOLLOWS, 'H', 128, 128, 4 * 2.0 * 16 * 16 * 4 / bench("mfma_f64"),
        "FLOP/clk", NULL);
    row("FP32 vector, whole chip", "AMD data sheet", FOLLOWS, 'H', 157.3, 157.3, tflops("valu_packed", 64 * 4.0),
        "TFLOP/s", NULL);
    row("FP64 vector, whole chip", "AMD data sheet", FOLLOWS, 'H', 78.6, 78.6, tflops("valu_f64", 64 * 2.0), "TFLOP/s",
        NULL);
}

static void lds_phases(void) {
    row("ds_read_b32, phases", "shark-ai guide", INI, 'M', 1, 1, lds("lds_b32", 4), "clocks", NULL);
    row("ds_read_b64, phases", "HipKittens", INI, 'H', 2, 2, lds("lds_b64", 8), "clocks", NULL);
    row("ds_read_b96, lanes 16 bytes apart, phases", "HipKittens", INI, 'M', 8, 8, lds("lds_b96", 16), "clocks", NULL);
    row("ds_read_b128, phases", "HipKittens", INI, 'H', 4, 4, lds("lds_b128", 16), "clocks", NULL);
    row("ds_write_b64, phases", "HipKittens", INI, 'M', 4, 4, lds("lds_put_b64", 8), "clocks", NULL);
    row("ds_write_b128, phases", "shark-ai guide", INI, 'M', 8, 8, lds("lds_put_b128", 16), "clocks", NULL);
    row("ds_read_b32, one wave, one each", "pyhip, MI308X", FOLLOWS, 'M', 4, 4, bench("lds_b32"), "clocks", NULL);
    double wide = time_bench(issue_code, "lds_b128", 64, (struct time_args){(void *)memory->base, 20, 16});
    row("ds_read_b128, one wave, one each", "pyhip, MI308X", FOLLOWS, 'M', 16, 16, wide, "clocks",
        "there one wave gets 64 bytes a clock, of 128 a CU; whether one of gfx950, whose CU has 256, gets more is not "
        "published, and the model lets it");
}

static double chase(const char *mode, bool again) {
    enum { LINES = 4096 };
    double clocks[2];
    for (size_t i = 0; i < LINES; i++) {
        uint64_t next = memory->base + (i * 2654435761u + 40503u) % LINES * 128;
        memcpy((char *)memory->base + i * 128, &next, 8);
    }
    time_set("time", mode);
    for (unsigned times = 1; times <= 2; times++) {
        if (again)
            launch(issue_code, "vmem_chase_2", 1, 64, 128, 4);
        clocks[times - 1] = (double)launch(issue_code, "vmem_chase_1", 1, 64, 128 * times, 4).clocks;
    }
    return (clocks[1] - clocks[0]) / (16 * 128);
}

static double stream(const char *mode, unsigned groups, bool again) {
    double us[2];
    time_set("time", mode);
    for (unsigned times = 1; times <= 2; times++) {
        if (again)
            launch(memory_code, "stream", groups, 256, times, groups * 4096);
        us[times - 1] = launch(memory_code, "stream", groups, 256, times, groups * 4096).modelled_us;
    }
    return groups * 4096.0 * 8 / (us[1] - us[0]) / 1e3;
}

static void caches(void) {
    row("chase, L2", "gpu-benches, MrRoy09, MI300X", INI, 'M', 213, 224, chase("warm", true), "clocks", NULL);
    row("chase, Infinity Cache", "MI300X at 2.1 GHz", INI, 'M', 454 / 2.1, 458 / 2.1, chase("flush", true) / 2.4, "ns",
        NULL);
    row("chase, HBM", "MI300X at 2.1 GHz", INI, 'M', 873 / 2.1, 890 / 2.1, chase("cold", false) / 2.4, "ns", NULL);
    row("streaming read, whole chip", "rocm-systems PR 8480", INI, 'H', 6914, 6914, stream("cold", 1024, false), "GB/s",
        NULL);
    row("the same by TransferBench", "rocm-systems PR 8480", FOLLOWS, 'H', 7200, 7200, stream("cold", 1024, false),
        "GB/s", NULL);
    row("Infinity Cache, whole chip", "CDNA3 white paper, peak", INI, 'M', 17200, 17200, stream("flush", 512, true),
        "GB/s", NULL);
    double l2 = stream("warm", 256, true), mi300x = l2 * 2.1 / 2.4;
    row("L2, whole chip, at MI300X's 2.1 GHz", "gpu-benches, MI300X", INI, 'M', 27600, 27600, mi300x, "GB/s", NULL);
}

static void launches(void) {
    time_set("time", "first");
    size_t n;
    uint64_t stride;
    launch(memory_code, "nothing", 8, 16, 0, 0);
    row("wave start to its first instruction, cold", "MI350X traces", INI, 'M', 512, 716,
        stall("s_endpgm", GFX950SIM_TIME_FETCH), "clocks", NULL);
    launch(memory_code, "nothing", 1024, 16, 0, 0);
    const struct gfx950sim_time_wave *w = gfx950sim_time_waves(&n, &stride);
    row("between workgroups of a shader engine", "MI350X traces", INI, 'M', 16, 16,
        n == 1024 ? (double)(w[1023].start - w[0].start) / 31 : 0, "clocks", NULL);
    launch(memory_code, "stream", 1, 64, 1, 0);
    row("first s_load to the release of its wait, cold", "MI350X traces", INI, 'M', 740, 784,
        stall("s_waitcnt lgkmcnt", GFX950SIM_TIME_LGKMCNT) + 8, "clocks", NULL);
    launch(memory_code, "mix", 1, 128, 1 << 20, 0);
    row("first global_load to the release of its wait", "MI350X traces", FOLLOWS, 'M', 1730 / 2.2, 1850 / 2.2,
        (stall("s_waitcnt vmcnt", GFX950SIM_TIME_VMCNT) + 4) / 2.4, "ns",
        "the trace has a miss of the TLB in it, which the model leaves out");
    struct gfx950sim_time t = launch(memory_code, "nothing", 1, 64, 0, 0);
    row("packet to the first wave", "MI350X traces", INI, 'M', 2300 / 2.2e3, 2300 / 2.2e3, t.launch_us, "us", NULL);
    row("between kernels of a graph", "rocm-systems 11282", INI, 'M', 1.3, 1.5, t.packet_gap_us, "us", NULL);
}

int main(void) {
    issue_code = time_code(TIME_ISSUE_CO);
    memory_code = time_code(TIME_MEMORY_CO);
    memory = mem_alloc(64 << 20, MEM_DEVICE, 0);
    if (!issue_code || !memory_code || !memory)
        return 2;
    mem_define(memory, memory->base, memory->size, true);
    for (size_t at = 0; at < 4096; at += 8)
        memcpy((char *)memory->base + at, &memory->base, 8);
    time_set("checks", "foreign");
    printf("%-46s %-16s   %9s\n", "", "published", "modelled");
    instructions();
    units();
    lds_phases();
    caches();
    launches();
    mem_free((void *)memory->base);
    code_free(issue_code);
    code_free(memory_code);
    return check_result();
}
