/* What the views share: the last timed launch, and the figures that several of them show. */
#ifndef GFX950SIM_VIEWS_VIEW_H
#define GFX950SIM_VIEWS_VIEW_H

#include <cjson/cJSON.h>
#include <stdbool.h>

#include "gfx950sim/views.h"
#include "launch.h"

/* What is kept of a timed launch for its views: the code object may be gone when they are asked for. */
struct view_launch {
    char *kernel;
    uint32_t grid[3], block[3];
    uint64_t *functions; /* offsets into the code at which functions begin */
    size_t nfunctions;
};
void view_keep_launch(const struct launch *launch);

struct view {
    FILE *out;
    const char *file, *problem; /* NULL: not said */
    const char *mode;           /* cold, warm, flush or first */
    const struct view_launch *launch;
    struct gfx950sim_time time;
};

/* False after a message when no launch has been timed. */
bool view_begin(struct view *v, FILE *out, const struct gfx950sim_view_about *about);
/* 0, or -1 after a message when `out` has an error. */
int view_end(const struct view *v);

/* Of an instruction: all clocks, those that it did not issue in, and the largest of those by cause. */
uint64_t view_clocks(const struct gfx950sim_time_instruction *i);
uint64_t view_stalls(const struct gfx950sim_time_instruction *i);
unsigned view_main_cause(const struct gfx950sim_time_instruction *i);
/* "L1", "L2", "MALL", "HBM" */
const char *view_level_name(unsigned level);
double view_gbps(const struct gfx950sim_time *t, uint64_t bytes);
/* Share of what so many units could do in all clocks. */
double view_busy(const struct gfx950sim_time *t, uint64_t clocks, uint32_t units);
/* Percent of the clocks of all waves. */
double view_share(const struct gfx950sim_time *t, uint64_t clocks);

cJSON *view_clocks_json(const uint64_t *clocks);
/* {file, problem, kernel, device, caches, modelled_us, clocks, core_mhz}: how every JSON answer begins. */
cJSON *view_json(const struct view *v);
/* Writes and deletes root. */
void view_put_json(const struct view *v, cJSON *root);

#endif
