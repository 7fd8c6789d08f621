#include "time_options.h"

#include <stdio.h>
#include <string.h>

const char time_usage[] =
    "       smallm-bench dense [options]       microseconds, GB/s and % of the roof; modelled on the simulator\n"
    "       smallm-bench moe [options]         the same of grouped products\n"
    "  --shapes FILE.csv   the rows of `structure` (default: configs/cells_dense.csv, configs/cells_moe.csv)\n"
    "  --m 1,2,...         dense: these M instead of the file's\n"
    "  --device auto|gpu|sim   auto: the GPU if there is one, else the simulator (default)\n"
    "  --caches cold|warm|flush|first   what a modelled launch finds (default cold; docs/timing.md)\n"
    "  --kernel NAME, --k-splits S, --determinism fast|deterministic|batch-invariant   as smallm run takes them\n"
    "  --peers DIR         beside each cell how much longer other people's kernels take (docs/peers.md)\n"
    "  --set SECTION.NAME=VALUE   a parameter of the modelled machine; may be given again\n"
    "  --json              print Google Benchmark's JSON\n";

enum exit_status time_check_caches(const char *caches) {
    static const char *const known[] = {"cold", "warm", "flush", "first"};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (strcmp(caches, known[i]) == 0)
            return EXIT_RIGHT;
    return complain(EXIT_BAD_ARGUMENTS, "--caches is \"%s\"; it must be cold, warm, flush or first", caches);
}

enum exit_status time_options_parse(struct time_options *options, const char *shapes, int argc, char **argv) {
    char command[64];
    const char *m = NULL;
    int64_t k_splits = 0;
    const bool dense = strcmp(argv[0], "dense") == 0;
    *options = (struct time_options){.shapes.shapes = shapes, .device = DEVICE_AUTO, .caches = "cold"};
    const struct option_row rows[] = {
        {"shapes", OPTION_TEXT, &options->shapes.shapes, false},
        {"device", OPTION_DEVICE, &options->device, false},
        {"caches", OPTION_TEXT, &options->caches, false},
        {"kernel", OPTION_TEXT, &options->kernel, false},
        {"k-splits", OPTION_NUMBER, &k_splits, false},
        {"determinism", OPTION_DETERMINISM, &options->determinism, false},
        {"peers", OPTION_TEXT, &options->peers, false},
        {"set", OPTION_TEXTS, &options->parameters, false},
        {"json", OPTION_FLAG, &options->json, false},
        {dense ? "m" : NULL, OPTION_TEXT, &m, false},
        {NULL, OPTION_FLAG, NULL, false},
    };
    snprintf(command, sizeof command, "smallm-bench %s", argv[0]);
    enum exit_status status = options_read(command, rows, argc, argv);
    if (status == EXIT_RIGHT)
        status = time_check_caches(options->caches);
    if (status != EXIT_RIGHT)
        return status;
    if (k_splits < 0 || k_splits > UINT32_MAX)
        return complain(EXIT_BAD_ARGUMENTS, "--k-splits is %lld; it must not be negative", (long long)k_splits);
    options->k_splits = (uint32_t)k_splits;
    options->shapes.m_given = m != NULL;
    if (m != NULL && !tune_m_list(m, ',', options->shapes.m))
        return complain(EXIT_BAD_ARGUMENTS, "--m is \"%s\"; it must be numbers from 1 to %d, as 1,2,64", m, MOST_M);
    return EXIT_RIGHT;
}
