#include "print_json.h"

#include <stdio.h>
#include <stdlib.h>

void cli_print_json(cJSON *root) {
    char *text = cJSON_Print(root);
    puts(text ? text : "{}");
    free(text);
    cJSON_Delete(root);
}
