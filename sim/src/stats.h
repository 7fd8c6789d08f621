/* Counters of gfx950sim.h, added up as workgroups and launches end. */
#ifndef GFX950SIM_STATS_H
#define GFX950SIM_STATS_H

struct launch;
struct workgroup;

void stats_begin_launch(void);
void stats_add_workgroup(const struct workgroup *wg);
void stats_end_launch(const struct launch *l);

#endif
