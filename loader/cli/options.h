/* Options of a command as a table of rows; what the commands share. */
#ifndef SMALLM_CLI_OPTIONS_H
#define SMALLM_CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "exit_status.h"
#include "smallm/types.h"

enum device_choice { DEVICE_AUTO, DEVICE_GPU, DEVICE_SIM };

enum option_kind {
    OPTION_NUMBER,      /* int64_t */
    OPTION_TEXT,        /* const char * */
    OPTION_TEXTS,       /* struct option_texts: may be given again */
    OPTION_TYPE,        /* smallm_type: bf16, f16, f32 */
    OPTION_DETERMINISM, /* smallm_determinism */
    OPTION_DEVICE,      /* enum device_choice */
    OPTION_RULE,        /* smallm_scale_rule: ceil, floor */
    OPTION_FLAG         /* bool; takes no value */
};

/* The value of a number that has no default, before its option is read. */
#define OPTION_NOT_GIVEN INT64_MIN

enum { MOST_OPTIONS = 64, MOST_TEXTS = 64 };
struct option_texts {
    const char *text[MOST_TEXTS];
    size_t count;
};

struct option_row {
    const char *name;
    enum option_kind kind;
    void *value;
    bool required;
};

/* Read argv[1] and on by a table that ends with a row without a name. EXIT_RIGHT, or EXIT_BAD_ARGUMENTS after saying
 * why; `command` is for that. */
enum exit_status options_read(const char *command, const struct option_row *rows, int argc, char **argv);

/* The word of --determinism and of --rule. */
const char *options_determinism(smallm_determinism determinism);
const char *options_rule(int rule);

#endif
