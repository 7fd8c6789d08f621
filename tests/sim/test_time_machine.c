/* The machine file: what is refused, with which words, and what an override does. */
#define _GNU_SOURCE
#include <unistd.h>

#include "time_run.h"

static char path[] = "/tmp/gfx950sim-machine-XXXXXX";

static char *file_text(const char *name) {
    FILE *f = fopen(name, "rb");
    static char text[32768];
    size_t n = f ? fread(text, 1, sizeof text - 1, f) : 0;
    if (f)
        fclose(f);
    text[n] = '\0';
    return text;
}

static void write_file(const char *text) {
    FILE *f = fopen(path, "wb");
    if (f) {
        fputs(text, f);
        fclose(f);
    }
}

/* The built-in file with `old` replaced. */
static void write_changed(const char *old, const char *changed) {
    static char text[65536];
    const char *whole = file_text(MACHINE_INI), *at = strstr(whole, old);
    CHECK(at, "the file has no '%s'", old);
    if (!at)
        return;
    snprintf(text, sizeof text, "%.*s%s%s", (int)(at - whole), whole, changed, at + strlen(old));
    write_file(text);
}

static void refused(const char *old, const char *changed, const char *why) {
    write_changed(old, changed);
    CHECK(gfx950sim_set("machine", path) == -1, "'%s' is taken", changed);
    CHECK_HAS(gfx950sim_message(), why);
    CHECK_HAS(gfx950sim_message(), path);
    CHECK(time_parameter("l2.hit") == 220, "l2.hit is %g after a refused file", time_parameter("l2.hit"));
}

static void files(void) {
    static const char hit[] = "hit                   = 220    | clocks    | M | gpu-benches 213, MrRoy09 224 on MI300X";
    refused(hit, "", "l2.hit is missing");
    refused(hit, "hit = 220", "value | unit | confidence | source");
    refused(hit, "hit = many | clocks | M | x", "l2.hit is 'many'");
    refused(hit, "hit = 220x | clocks | M | x", "which is no number");
    refused(hit, "hit = 0 | clocks | M | x", "from 1 to 100000");
    refused(hit, "hit = nan | clocks | M | x", "from 1 to 100000");
    refused(hit, "hit = 220 | ns | M | x", "its unit is clocks");
    refused(hit, "hit = 220 | clocks | X | x", "it must be H, M or L");
    refused(hit, "hit = 220 | clocks | M |", "value | unit | confidence | source");
    refused(hit, "hit = 220 | clocks | M | x\nhit = 221 | clocks | M | x", "stands there twice");
    refused(hit, "hit = 220 | clocks | M | x\nmiss = 1 | clocks | M | x", "no parameter l2.miss");
    refused(hit, "hit = 100 | clocks | M | x", "latencies must grow");
    refused(hit, "hit = 220 | clocks | M | x\nnonsense", "neither a [section]");
    refused("[l2]", "[L2]", "no parameter L2.");
    write_changed(hit, "hit = many | clocks | M | x");
    gfx950sim_set("machine", path);
    char line[64];
    unsigned n = 1;
    for (const char *c = file_text(path); *c && strncmp(c, "hit = many", 10) != 0; c++)
        n += *c == '\n';
    snprintf(line, sizeof line, "%s:%u: ", path, n);
    CHECK_HAS(gfx950sim_message(), line);
    CHECK(gfx950sim_set("machine", "/nowhere/at.all") == -1, "%s", "a file that is not there is taken");
    CHECK_HAS(gfx950sim_message(), "/nowhere/at.all");
    write_changed(hit, "hit = 286 | clocks | M | x");
    time_set("machine", path);
    CHECK(time_parameter("l2.hit") == 286, "l2.hit is %g", time_parameter("l2.hit"));
    time_set("machine", "built-in");
    CHECK(time_parameter("l2.hit") == 220, "l2.hit is %g", time_parameter("l2.hit"));
}

static void overrides(void) {
    static const struct {
        const char *text, *why;
    } wrong[] = {{"l2.hit", "SECTION.NAME=VALUE"},    {"l2.hit=", "it must be a number"},
                 {"l2.hit=x", "l2.hit is 'x'"},       {"l2.hit=1e9", "from 1 to 100000"},
                 {"l2.hot=1", "no parameter l2.hot"}, {"l2.hit=5", "latencies must grow"},
                 {"", "SECTION.NAME=VALUE"},          {"l2.hit=220 clocks", "no number"}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        CHECK(gfx950sim_set("parameter", wrong[i].text) == -1, "'%s' is taken", wrong[i].text);
        CHECK_HAS(gfx950sim_message(), wrong[i].why);
    }
    time_set("parameter", "l2.hit=286");
    CHECK(time_parameter("l2.hit") == 286, "l2.hit is %g", time_parameter("l2.hit"));
    time_set("machine", "built-in");
    CHECK(time_parameter("l2.hit") == 220, "l2.hit is %g", time_parameter("l2.hit"));
    CHECK(gfx950sim_set("time", "tepid") == -1, "%s", "time tepid is taken");
    CHECK_HAS(gfx950sim_message(), "cold");
}

/* Every parameter says where it comes from, and none of them is out of its own limits. */
static void provenance(void) {
    struct gfx950sim_time_parameter p = {.size = sizeof p};
    size_t n = 0;
    for (; gfx950sim_time_parameter(n, &p) == 0; n++) {
        CHECK(strchr("HML", p.confidence) && p.source[0] && p.unit[0], "%s: no source", p.name);
        CHECK(p.value >= p.least && p.value <= p.most, "%s is %g", p.name, p.value);
    }
    CHECK(n > 70, "%zu parameters", n);
}

/* Machines at the ends of what a file may say still run. */
static void small_machines(struct code *code) {
    static const char *const smallest[] = {
        "chip.xcds=1",   "chip.shader_engines=1", "chip.cus=1",    "chip.simds=1",
        "chip.waves=4",  "l1.misses=1",           "l2.misses=1",   "l1.queue=1",
        "lds.queue=1",   "l1.instructions=1",     "l2.channels=3", "hbm.channels=5",
        "mall.slices=2", "lds.banks=1",           "l1.ways=1",     "mall.bytes=65536"};
    struct mem_alloc *m = mem_alloc(1 << 20, MEM_DEVICE, 0);
    if (!m)
        return;
    mem_fill(m->base, 0, m->size);
    time_set("time", "cold");
    for (size_t i = 0; i < sizeof smallest / sizeof *smallest; i++) {
        time_set("parameter", smallest[i]);
        time_launch(code, "stream", 16, 256, (struct time_args){(void *)m->base, 1, 4096});
        time_launch(code, "mix", 16, 128, (struct time_args){(void *)m->base, 1 << 19, 0});
    }
    /* a workgroup that does not fit it is refused, not waited for */
    char err[512];
    struct time_args a = {(void *)m->base, 1, 0};
    struct launch l = {.code = code,
                       .kernel = code_kernel(code, "nothing"),
                       .grid = {4, 1, 1},
                       .block = {1024, 1, 1},
                       .kernarg = &a,
                       .kernarg_size = sizeof a};
    CHECK(launch_run(&l, err, sizeof err) == LAUNCH_FAULT, "%s", "16 waves on a CU of 4");
    CHECK_HAS(gfx950sim_findings(), "no workgroup of kernel nothing can be placed");
    time_set("machine", "built-in");
    mem_free((void *)m->base);
}

int main(void) {
    int fd = mkstemp(path);
    struct code *code = time_code(TIME_MEMORY_CO);
    if (fd < 0 || !code)
        return 2;
    close(fd);
    files();
    overrides();
    provenance();
    small_machines(code);
    unlink(path);
    code_free(code);
    return check_result();
}
