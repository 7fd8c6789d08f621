#include "options_dense.h"

const char options_dense_usage[] =
    "options of run dense:\n"
    "  --seed S                        of the random data (default 1)\n"
    "  --x F.npy --x-scale F.npy       X, uint8 [M, K] and [M, K/32], instead of N(0,1)*0.5\n"
    "  --w F.npy --w-scale F.npy       W, uint8 [N, K] and [N, K/32], instead of N(0,1)*0.1\n"
    "  --out F.npy                     write the result [M, N]: float16, float32, or bf16 as its bits in uint16\n"
    "  --out-type bf16|f16|f32         type of the result (default bf16)\n"
    "  --bias                          add a random bias [N], N(0,1), of the result's type\n"
    "  --bias-type bf16|f16|f32        the same, of another type\n"
    "  --ldx N                         elements between rows of X (default K)\n"
    "  --ldo N                         elements between rows of the result in device memory (default N)\n"
    "  --determinism fast|deterministic|batch-invariant\n"
    "                                  what the bits may depend on (default fast)\n"
    "  --k-splits S                    workgroups that share the K of a tile (default: chosen)\n"
    "  --kernel NAME                   use this kernel\n"
    "  --force                         run even where the tuned table declines\n"
    "  --device auto|gpu|sim           auto: the GPU if there is one, else the simulator (default)\n"
    "  --json                          print one JSON object\n";

static enum exit_status complete(struct dense_options *options, bool bias) {
    if ((options->x == NULL) != (options->x_scale == NULL))
        return complain(EXIT_BAD_ARGUMENTS, "--x and --x-scale go together; give both or neither");
    if ((options->w == NULL) != (options->w_scale == NULL))
        return complain(EXIT_BAD_ARGUMENTS, "--w and --w-scale go together; give both or neither");
    if (options->ldx == 0)
        options->ldx = options->k;
    if (options->ldo == 0)
        options->ldo = options->n;
    if (bias && options->bias_type == SMALLM_TYPE_NONE)
        options->bias_type = options->out_type;
    return EXIT_RIGHT;
}

enum exit_status options_dense_parse(struct dense_options *options, struct time_request *time, int argc, char **argv) {
    bool bias = false;
    *options = (struct dense_options){.seed = 1, .device = DEVICE_AUTO, .out_type = SMALLM_TYPE_BF16};
    struct option_row rows[MOST_OPTIONS + 1] = {
        {"m", OPTION_NUMBER, &options->m, true},
        {"n", OPTION_NUMBER, &options->n, true},
        {"k", OPTION_NUMBER, &options->k, true},
        {"ldx", OPTION_NUMBER, &options->ldx, false},
        {"ldo", OPTION_NUMBER, &options->ldo, false},
        {"k-splits", OPTION_NUMBER, &options->k_splits, false},
        {"seed", OPTION_NUMBER, &options->seed, false},
        {"x", OPTION_TEXT, &options->x, false},
        {"x-scale", OPTION_TEXT, &options->x_scale, false},
        {"w", OPTION_TEXT, &options->w, false},
        {"w-scale", OPTION_TEXT, &options->w_scale, false},
        {"out", OPTION_TEXT, &options->out, false},
        {"kernel", OPTION_TEXT, &options->kernel, false},
        {"out-type", OPTION_TYPE, &options->out_type, false},
        {"bias", OPTION_FLAG, &bias, false},
        {"bias-type", OPTION_TYPE, &options->bias_type, false},
        {"determinism", OPTION_DETERMINISM, &options->determinism, false},
        {"force", OPTION_FLAG, &options->force, false},
        {"device", OPTION_DEVICE, &options->device, false},
        {"json", OPTION_FLAG, &options->json, false},
        {NULL, OPTION_FLAG, NULL, false},
    };
    if (time != NULL)
        options_time_add(rows, time);
    enum exit_status status = options_read(time != NULL ? "time dense" : "run dense", rows, argc, argv);
    if (status == EXIT_RIGHT)
        status = complete(options, bias);
    return status != EXIT_RIGHT || time == NULL ? status : options_time_complete(time, options->device, options->json);
}
