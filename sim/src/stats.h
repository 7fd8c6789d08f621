/* Counters of gfx950sim.h, added up as workgroups and launches end. */
#ifndef GFX950SIM_STATS_H
#define GFX950SIM_STATS_H

struct workgroup;

void stats_add_workgroup(const struct workgroup *wg);
void stats_add_launch(void);

#endif
