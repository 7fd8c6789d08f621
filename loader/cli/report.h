#ifndef SMALLM_CLI_REPORT_H
#define SMALLM_CLI_REPORT_H

#include "backend.h"
#include "check.h"
#include "options.h"
#include "smallm/plan.h"

struct report {
    const struct options *options;
    const struct backend *backend;
    smallm_plan_info plan;
    struct check_result check;
    /* Counted by the simulator; no meaning on a GPU. */
    uint64_t wave_instructions, w_bytes_read;
};

void report_text(const struct report *report);
/* 0, or -1 without memory. */
int report_json(const struct report *report);

#endif
