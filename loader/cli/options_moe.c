#include "options_moe.h"

const char options_moe_usage[] =
    "options of run moe:\n"
    "  --a-div D                       slot t = token * top-k + j multiplies row t / D of X: top-k for gemm1, 1 for\n"
    "                                  gemm2 (default 1)\n"
    "  --weighted                      multiply by random routing weights\n"
    "  --combine                       add the top-k rows of a token up: a result [T, N] instead of [T*k, N]\n"
    "  --block-m B                     slots of a block, a multiple of 4 (default 64)\n"
    "  --routing balanced|random|one|F.npy\n"
    "                                  slots in turn to all experts; drawn (default); all to one expert; from int32\n"
    "                                  [T, top-k], -1 for an expert that lives elsewhere\n"
    "  --out-type --determinism --k-splits --kernel --force --seed --device --json\n"
    "                                  as of run dense\n";

enum exit_status options_moe_parse(struct moe_options *options, struct time_request *time, int argc, char **argv) {
    *options = (struct moe_options){
        .a_div = 1, .block_m = 64, .seed = 1, .out_type = SMALLM_TYPE_BF16, .routing = "random", .device = DEVICE_AUTO};
    struct option_row rows[MOST_OPTIONS + 1] = {
        {"experts", OPTION_NUMBER, &options->experts, true},
        {"n", OPTION_NUMBER, &options->n, true},
        {"k", OPTION_NUMBER, &options->k, true},
        {"tokens", OPTION_NUMBER, &options->tokens, true},
        {"top-k", OPTION_NUMBER, &options->top_k, true},
        {"a-div", OPTION_NUMBER, &options->a_div, false},
        {"block-m", OPTION_NUMBER, &options->block_m, false},
        {"k-splits", OPTION_NUMBER, &options->k_splits, false},
        {"seed", OPTION_NUMBER, &options->seed, false},
        {"out-type", OPTION_TYPE, &options->out_type, false},
        {"determinism", OPTION_DETERMINISM, &options->determinism, false},
        {"routing", OPTION_TEXT, &options->routing, false},
        {"kernel", OPTION_TEXT, &options->kernel, false},
        {"weighted", OPTION_FLAG, &options->weighted, false},
        {"combine", OPTION_FLAG, &options->combine, false},
        {"force", OPTION_FLAG, &options->force, false},
        {"device", OPTION_DEVICE, &options->device, false},
        {"json", OPTION_FLAG, &options->json, false},
        {NULL, OPTION_FLAG, NULL, false},
    };
    if (time != NULL)
        options_time_add(rows, time);
    const enum exit_status status = options_read(time != NULL ? "time moe" : "run moe", rows, argc, argv);
    return status != EXIT_RIGHT || time == NULL ? status : options_time_complete(time, options->device, options->json);
}
