#include "findings_json.h"

#include "gfx950sim/gfx950sim.h"
#include "report.h"

void findings_add_json(cJSON *root) {
    cJSON *list = cJSON_AddArrayToObject(root, "findings");
    for (size_t i = 0; i < report_count(); i++) {
        cJSON *f = cJSON_CreateObject();
        cJSON_AddStringToObject(f, "rule", gfx950sim_finding_rule(i));
        cJSON_AddStringToObject(f, "severity", gfx950sim_finding_is_error(i) ? "error" : "warning");
        cJSON_AddStringToObject(f, "text", gfx950sim_finding(i));
        cJSON_AddItemToArray(list, f);
    }
}
