/* Findings as JSON, the same for every subcommand. */
#ifndef GFX950SIM_CLI_FINDINGS_JSON_H
#define GFX950SIM_CLI_FINDINGS_JSON_H

#include <cjson/cJSON.h>

/* Adds "findings": an array of {rule, severity, text}. */
void cli_add_findings(cJSON *root);
/* Prints to stdout and deletes root. */
void cli_print_json(cJSON *root);

#endif
