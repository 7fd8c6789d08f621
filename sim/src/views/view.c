#define _GNU_SOURCE
#include "view.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "code.h"
#include "message.h"

/* --- the launch --- */

static struct view_launch kept;

void view_keep_launch(const struct launch *launch) {
    const struct code *code = launch->code;
    free(kept.kernel);
    free(kept.functions);
    kept.kernel = strdup(launch->kernel->name);
    kept.functions = malloc((code->nfunctions + (size_t)code->nkernels + 1) * sizeof *kept.functions);
    kept.nfunctions = 0;
    for (unsigned i = 0; kept.functions && i < code->nfunctions; i++)
        kept.functions[kept.nfunctions++] = code->functions[i];
    for (unsigned i = 0; kept.functions && i < code->nkernels; i++)
        kept.functions[kept.nfunctions++] = code->kernels[i].entry;
    memcpy(kept.grid, launch->grid, sizeof kept.grid);
    memcpy(kept.block, launch->block, sizeof kept.block);
}

bool view_begin(struct view *v, FILE *out, const struct gfx950sim_view_about *about) {
    static const char *const modes[] = {[GFX950SIM_TIME_COLD] = "cold",
                                        [GFX950SIM_TIME_WARM] = "warm",
                                        [GFX950SIM_TIME_FLUSH] = "flush",
                                        [GFX950SIM_TIME_FIRST] = "first"};
    struct gfx950sim_view_about said = {.size = sizeof said};
    message_clear();
    errno = 0;
    if (about)
        memcpy(&said, about, about->size < sizeof said ? about->size : sizeof said);
    *v = (struct view){
        .out = out, .file = said.file, .problem = said.problem, .launch = &kept, .time = {.size = sizeof v->time}};
    if (gfx950sim_get_time(&v->time)) {
        message_printf("no launch has been timed; gfx950sim_set(\"time\", \"cold\") before it");
        return false;
    }
    if (!kept.kernel || !kept.functions) {
        message_printf("there is no memory for a view of the launch");
        return false;
    }
    v->mode = modes[v->time.mode];
    return true;
}

int view_end(const struct view *v) {
    if (fflush(v->out) == 0 && !ferror(v->out))
        return 0;
    message_printf("%s", errno ? strerror(errno) : "write error");
    return -1;
}

/* --- figures --- */

uint64_t view_clocks(const struct gfx950sim_time_instruction *i) {
    return view_stalls(i) + i->clocks[GFX950SIM_TIME_ISSUE];
}

uint64_t view_stalls(const struct gfx950sim_time_instruction *i) {
    uint64_t sum = 0;
    for (unsigned c = 0; c < GFX950SIM_TIME_CAUSES; c++)
        sum += c == GFX950SIM_TIME_ISSUE ? 0 : i->clocks[c];
    return sum;
}

unsigned view_main_cause(const struct gfx950sim_time_instruction *i) {
    unsigned most = GFX950SIM_TIME_ISSUE + 1;
    for (unsigned c = most + 1; c < GFX950SIM_TIME_CAUSES; c++)
        most = i->clocks[c] > i->clocks[most] ? c : most;
    return most;
}

const char *view_level_name(unsigned level) {
    static const char *const names[GFX950SIM_LEVELS] = {"L1", "L2", "MALL", "HBM"};
    return names[level];
}

double view_gbps(const struct gfx950sim_time *t, uint64_t bytes) {
    return t->clocks ? (double)bytes * t->core_mhz / (double)t->clocks / 1e3 : 0; /* of what was timed */
}

double view_busy(const struct gfx950sim_time *t, uint64_t clocks, uint32_t units) {
    return t->clocks ? (double)clocks / ((double)t->clocks * units) : 0;
}

double view_share(const struct gfx950sim_time *t, uint64_t clocks) {
    return t->wave_clocks ? 100 * (double)clocks / (double)t->wave_clocks : 0;
}

/* --- JSON --- */

cJSON *view_clocks_json(const uint64_t *clocks) {
    cJSON *o = cJSON_CreateObject();
    for (unsigned c = 0; c < GFX950SIM_TIME_CAUSES; c++)
        cJSON_AddNumberToObject(o, gfx950sim_time_cause_name(c), (double)clocks[c]);
    return o;
}

cJSON *view_json(const struct view *v) {
    cJSON *root = cJSON_CreateObject();
    if (v->file)
        cJSON_AddStringToObject(root, "file", v->file);
    if (v->problem)
        cJSON_AddStringToObject(root, "problem", v->problem);
    cJSON_AddStringToObject(root, "kernel", v->launch->kernel);
    cJSON_AddStringToObject(root, "device", "modelled MI355X");
    cJSON_AddStringToObject(root, "caches", v->mode);
    cJSON_AddBoolToObject(root, "aborted", v->time.aborted != 0);
    cJSON_AddNumberToObject(root, "modelled_us", v->time.modelled_us);
    cJSON_AddNumberToObject(root, "clocks", (double)v->time.clocks);
    cJSON_AddNumberToObject(root, "core_mhz", v->time.core_mhz);
    if (v->time.sampled_of) {
        cJSON_AddNumberToObject(root, "sampled_of", (double)v->time.sampled_of);
        cJSON_AddNumberToObject(root, "sample_error", v->time.sample_error);
    }
    return root;
}

void view_put_json(const struct view *v, cJSON *root) {
    char *text = cJSON_Print(root);
    fprintf(v->out, "%s\n", text ? text : "{}");
    free(text);
    cJSON_Delete(root);
}
