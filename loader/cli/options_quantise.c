#include "options_quantise.h"

const char options_quantise_usage[] =
    "options of run quantise:\n"
    "  --type bf16|f16|f32             type of the matrix (default bf16)\n"
    "  --rule ceil|floor               exponent of a block of 32: ceil(log2(amax / 448)) (default), or OCP's\n"
    "                                  floor(log2(amax)) - 8\n"
    "  --ldx N                         elements between rows of the matrix (default K)\n"
    "  --seed --device --json          as of run dense\n";

enum exit_status options_quantise_parse(struct quantise_options *options, int argc, char **argv) {
    *options = (struct quantise_options){.seed = 1, .type = SMALLM_TYPE_BF16, .device = DEVICE_AUTO};
    const struct option_row rows[] = {
        {"m", OPTION_NUMBER, &options->m, true},
        {"k", OPTION_NUMBER, &options->k, true},
        {"ldx", OPTION_NUMBER, &options->ldx, false},
        {"seed", OPTION_NUMBER, &options->seed, false},
        {"type", OPTION_TYPE, &options->type, false},
        {"rule", OPTION_RULE, &options->rule, false},
        {"device", OPTION_DEVICE, &options->device, false},
        {"json", OPTION_FLAG, &options->json, false},
        {NULL, OPTION_FLAG, NULL, false},
    };
    enum exit_status status = options_read("run quantise", rows, argc, argv);
    if (options->ldx == 0)
        options->ldx = options->k;
    return status;
}
