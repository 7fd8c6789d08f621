/* What a run says of itself, the same for every operation after the operation's own words. */
#ifndef SMALLM_CLI_REPORT_H
#define SMALLM_CLI_REPORT_H

#include <cjson/cJSON.h>

#include "backend.h"
#include "check.h"
#include "smallm/plan.h"

struct report {
    const struct backend *backend;
    smallm_plan_info plan;
    struct check_result check;
    uint64_t elements; /* checked */
    uint64_t w_bytes;  /* of W: of the experts in use */
    /* Counted by the simulator; no meaning on a GPU. */
    uint64_t wave_instructions, w_bytes_read;
};

/* Fill in the simulator's counts; `w` is W's device memory. */
void report_count(struct report *report, const void *w);

/* After the line that says what the problem is. */
void report_text(const struct report *report);
/* "device  ..." and "hip  ..." alone. */
void report_device(const struct backend *backend);

/* After the keys that say what the problem is. */
void report_json(const struct report *report, cJSON *json);
/* "device", "hip_library" and "simulated" alone. */
void report_json_device(const struct backend *backend, cJSON *json);
/* Print and free. EXIT_RIGHT, or EXIT_BAD_ARGUMENTS without memory. */
enum exit_status report_json_print(cJSON *json);

/* EXIT_RIGHT, or EXIT_WRONG_RESULT after saying what is wrong. */
enum exit_status report_verdict(const struct report *report);

#endif
