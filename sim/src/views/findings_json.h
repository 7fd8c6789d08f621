/* Findings as JSON, the same for every answer. */
#ifndef GFX950SIM_VIEWS_FINDINGS_JSON_H
#define GFX950SIM_VIEWS_FINDINGS_JSON_H

#include <cjson/cJSON.h>

/* Adds "findings": an array of {rule, severity, text}. */
void findings_add_json(cJSON *root);

#endif
