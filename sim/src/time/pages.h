/* Large arrays that are used all over, all the time: on large pages where the host has them. */
#ifndef GFX950SIM_TIME_PAGES_H
#define GFX950SIM_TIME_PAGES_H

#include <stddef.h>

/* Zeroed. NULL without memory. */
void *pages_get(size_t bytes);
/* Zeroes it again; costs what was used of it, not what it holds. */
void pages_zero(void *p, size_t bytes);
void pages_free(void *p, size_t bytes);

#endif
