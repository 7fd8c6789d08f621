#ifndef GFX950SIM_CLI_PRINT_JSON_H
#define GFX950SIM_CLI_PRINT_JSON_H

#include <cjson/cJSON.h>

/* Prints to stdout and deletes root. */
void cli_print_json(cJSON *root);

#endif
