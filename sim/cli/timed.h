/* One launch in modelled time from the command line: what `time` and the views of it share. */
#ifndef GFX950SIM_CLI_TIMED_H
#define GFX950SIM_CLI_TIMED_H

#include <cjson/cJSON.h>

#include "gfx950sim/time.h"
#include "launch_options.h"

/* The first member of a view's own options, to which the rows of TIMED_OPTIONS write. */
struct timed {
    struct launch_options launch;
    struct launch_prepared prepared;
    const char *mode;
    uint64_t repeat;
    struct gfx950sim_time time; /* of the last launch */
};

int timed_take_cold(void *own, const char *value);
int timed_take_warm(void *own, const char *value);
int timed_take_flush(void *own, const char *value);
int timed_take_machine(void *own, const char *value);
int timed_take_parameter(void *own, const char *value);
int timed_take_repeat(void *own, const char *value);

/* clang-format off */
#define TIMED_OPTIONS                                                                                                  \
    {"--cold", false, timed_take_cold}, {"--warm", false, timed_take_warm}, {"--flush", false, timed_take_flush},      \
    {"--machine", true, timed_take_machine}, {"--set", true, timed_take_parameter},                                    \
    {"--repeat", true, timed_take_repeat}
/* clang-format on */

/* Arguments, launches, output files. 0, or 2 after a message on stderr; timed_end either way. */
int timed_begin(struct timed *t, const char *command, int argc, char **argv, const struct own_option *options);
int timed_launch(struct timed *t);
/* Exit status of a view that was shown: findings or none. */
int timed_status(void);
void timed_end(struct timed *t);

/* The number of `value`, an option's. 0, or 2 after a message that names the rule. */
int timed_number(const struct timed *t, const char *option, const char *value, uint64_t least, uint64_t most,
                 uint64_t *number);

/* Of an instruction: all clocks, those that it did not issue in, and the largest of those by cause. */
uint64_t timed_clocks(const struct gfx950sim_time_instruction *i);
uint64_t timed_stalls(const struct gfx950sim_time_instruction *i);
unsigned timed_main_cause(const struct gfx950sim_time_instruction *i);
/* "L1", "L2", "MALL", "HBM" */
const char *timed_level_name(unsigned level);
double timed_gbps(const struct gfx950sim_time *t, uint64_t bytes);
/* Share of what so many units could do in all clocks. */
double timed_busy(const struct gfx950sim_time *t, uint64_t clocks, uint32_t units);
cJSON *timed_clocks_json(const uint64_t *clocks);
/* {file, kernel, device, caches, modelled_us, clocks, core_mhz}: how every JSON answer begins. */
cJSON *timed_json(const struct timed *t);

#endif
