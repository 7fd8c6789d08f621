/* gfx950sim lint: static findings of a code object. */
#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check/lint.h"
#include "cli.h"
#include "files.h"
#include "gfx950sim/gfx950sim.h"
#include "print_json.h"
#include "report.h"
#include "views/findings_json.h"

static void print_json(const char *file) {
    cJSON *root = cJSON_CreateObject();
    cJSON_AddStringToObject(root, "file", file);
    findings_add_json(root);
    cli_print_json(root);
}

int cmd_lint(int argc, char **argv) {
    const char *file = NULL, *name = NULL;
    bool json = false;
    settings_init();
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--json") == 0)
            json = true;
        else if (strncmp(argv[i], "--", 2) != 0 && !file)
            file = argv[i];
        else if (i + 1 == argc || strncmp(argv[i], "--", 2) != 0)
            return cli_error("lint: %s is not understood or needs a value", argv[i]);
        else if (strcmp(argv[i], "--kernel") == 0)
            name = argv[++i];
        else if (strcmp(argv[i], "--checks") == 0 || strcmp(argv[i], "--check") == 0) {
            if (gfx950sim_set(argv[i] + 2, argv[i + 1]) != 0)
                return cli_error("lint: %s", gfx950sim_message());
            i++;
        } else
            return cli_error("lint: unknown option %s", argv[i]);
    }
    if (!file)
        return cli_error("lint: which code object?");
    char err[1024] = "";
    size_t size;
    void *bytes = file_read(file, &size, err, sizeof err);
    struct code *code = bytes ? code_load(bytes, size, err, sizeof err) : NULL;
    free(bytes);
    if (!code)
        return cli_error("lint: %s: %s", file, err);
    const struct kernel *kernel = name ? code_kernel(code, name) : NULL;
    int status;
    if (name && !kernel)
        status = cli_error("lint: %s has no kernel named %s", file, name);
    else if (!lint_code(code, kernel))
        status = cli_error("lint: no memory");
    else {
        if (json)
            print_json(file);
        else
            fputs(gfx950sim_findings(), stdout);
        status = report_count() ? EXIT_FINDINGS : EXIT_CLEAN;
    }
    code_free(code);
    return status;
}
