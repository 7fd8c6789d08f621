/* How the modelled time of cells moves with each uncertain parameter of the machine. */
#ifndef SMALLM_BENCH_SENSITIVITY_H
#define SMALLM_BENCH_SENSITIVITY_H

#include <cjson/cJSON.h>

#include "backend.h"
#include "moe_shapes.h"
#include "time_cells.h"
#include "tune_shapes.h"

/* --- sensitivity_cells.c --- */

struct sensitivity_cell {
    const struct time_kind *kind;
    struct shape dense;   /* of time_dense */
    struct moe_shape moe; /* of time_moe */
    char name[96], kernel[128];
    double us; /* with the parameters as they are */
};

/* The headline kernels where no file is named, else the file's, dense or grouped by its header; at most `most`. The
 * array is for free(). EXIT_RIGHT, or EXIT_BAD_ARGUMENTS after saying why. */
enum exit_status sensitivity_cells(struct sensitivity_cell **cells, size_t *count, const struct time_options *options,
                                   size_t most);
const void *sensitivity_shape(const struct sensitivity_cell *cell);

/* --- sensitivity_parameters.c --- */

enum sensitivity_side { SENSITIVITY_LESS, SENSITIVITY_MORE, SENSITIVITY_SIDES };

struct sensitivity_parameter {
    char name[64], unit[48], source[160];
    char confidence;
    double value, moved[SENSITIVITY_SIDES]; /* NAN where the model allows no value on that side */
    double largest;                         /* |change| in %, over cells and sides */
    double *us;                             /* [cell * SENSITIVITY_SIDES + side]; NAN: not run */
};

/* Those that are named, or, where none is, all of confidence M or L that are not structure: moved by `by` percent. The
 * array is for sensitivity_parameters_free. EXIT_RIGHT, or EXIT_BAD_ARGUMENTS after saying why. */
enum exit_status sensitivity_parameters(struct sensitivity_parameter **parameters, size_t *count,
                                        const struct backend *backend, const struct option_texts *names, double by,
                                        size_t cells);
void sensitivity_parameters_free(struct sensitivity_parameter *parameters, size_t count);

/* --- sensitivity_print.c --- */

struct sensitivity {
    const struct sensitivity_cell *cell;
    size_t cells;
    const struct sensitivity_parameter *parameter; /* by largest effect */
    size_t parameters;
    double by; /* percent */
};

/* Change of a cell's time in percent. NAN where it was not run. */
double sensitivity_change(const struct sensitivity_cell *cell, double us);

void sensitivity_text(const struct sensitivity *table);
void sensitivity_markdown(const struct sensitivity *table);
enum exit_status sensitivity_json(const struct sensitivity *table);

#endif
