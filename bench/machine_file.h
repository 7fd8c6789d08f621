/* The parameters of configs/mi355x.ini as they were when this program was built. */
#ifndef SMALLM_BENCH_MACHINE_FILE_H
#define SMALLM_BENCH_MACHINE_FILE_H

#include <stdbool.h>

struct machine_value {
    double value;
    char confidence; /* H, M or L */
};

/* `name` is SECTION.NAME. False if there is no such parameter. */
bool machine_file_find(struct machine_value *found, const char *name);

#endif
