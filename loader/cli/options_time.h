#ifndef SMALLM_CLI_OPTIONS_TIME_H
#define SMALLM_CLI_OPTIONS_TIME_H

#include "options.h"

/* What "smallm time" takes besides the options of "smallm run". */
struct time_request {
    const char *mode; /* cold, warm, flush or first */
    const char *machine;
    struct option_texts parameters; /* SECTION.NAME=VALUE */
    int64_t repeat;
    bool annotate, timeline;
    const char *trace, *report;                     /* files, or NULL */
    int64_t instructions;                           /* waves of the trace whose instructions it has */
    int64_t workgroup, wave, from, to, width, rows; /* of the timeline; OPTION_NOT_GIVEN where they are not */
    bool cold, warm, flush, first;
};

extern const char options_time_usage[];

/* Defaults, and rows for its options behind those that a table of MOST_OPTIONS + 1 has. */
void options_time_add(struct option_row *rows, struct time_request *request);

/* After options_read: what must hold between them. EXIT_RIGHT, or EXIT_BAD_ARGUMENTS after saying why. */
enum exit_status options_time_complete(struct time_request *request, enum device_choice device, bool json);

#endif
