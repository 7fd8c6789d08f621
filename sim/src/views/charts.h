/* The charts of `gfx950sim report`, as inline SVG. What carries data has the class `data`. */
#ifndef GFX950SIM_CLI_CHARTS_H
#define GFX950SIM_CLI_CHARTS_H

#include <stdio.h>

#include "gfx950sim/time.h"

/* Text with the characters that HTML gives a meaning replaced. */
void html_text(FILE *f, const char *text);

/* Operations a second over operations a byte, against the bandwidths of HBM and L2 and the rates of MFMA and VALU. */
void chart_roofline(FILE *f, const struct gfx950sim_time *t);
/* The lives of the waves, of many an even choice. */
void chart_waves(FILE *f, const struct gfx950sim_time *t);
/* Bytes in flight, and below the rates of HBM and L2. */
void chart_flight(FILE *f, const struct gfx950sim_time *t);

#endif
