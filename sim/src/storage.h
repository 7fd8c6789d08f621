/* Memory for the registers of a workgroup's waves: large, mostly untouched, and wanted again for the next workgroup. */
#ifndef GFX950SIM_STORAGE_H
#define GFX950SIM_STORAGE_H

#include <stddef.h>

/* Aligned to a page. What it holds is not defined. NULL without memory. */
void *storage_get(size_t bytes);
void storage_put(void *p, size_t bytes);

#endif
