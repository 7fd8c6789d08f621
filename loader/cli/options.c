#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "element.h"

const char options_usage[] =
    "usage: smallm run dense --m M --n N --k K [options]   compute a layer and check it against an f64 reference\n"
    "       smallm check-csv FILE                          check a dispatch table, as SMALLM_DENSE_CSV takes it\n"
    "       smallm info                                    version, kernels, tables, HIP library, devices\n"
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
    "  --json                          print one JSON object\n"
    "exit status: 0 right, 1 wrong result, 2 bad arguments or files, 3 declined, 4 no device or HIP failed\n";

static enum exit_status parse_number(const char *name, const char *text, int64_t *value) {
    char *end;
    errno = 0;
    *value = strtoll(text, &end, 10);
    if (errno == 0 && end != text && *end == '\0')
        return EXIT_RIGHT;
    return complain(EXIT_BAD_ARGUMENTS, "--%s is \"%s\"; it must be a whole number", name, text);
}

static enum exit_status parse_device(const char *text, enum device_choice *device) {
    static const char *const names[] = {[DEVICE_AUTO] = "auto", [DEVICE_GPU] = "gpu", [DEVICE_SIM] = "sim"};
    for (int i = DEVICE_AUTO; i <= DEVICE_SIM; i++) {
        if (strcmp(text, names[i]) == 0) {
            *device = (enum device_choice)i;
            return EXIT_RIGHT;
        }
    }
    return complain(EXIT_BAD_ARGUMENTS, "--device is \"%s\"; it must be auto, gpu or sim", text);
}

static enum exit_status parse_type(const char *name, const char *text, smallm_type *type) {
    *type = element_type(text);
    if (*type != SMALLM_TYPE_NONE)
        return EXIT_RIGHT;
    return complain(EXIT_BAD_ARGUMENTS, "--%s is \"%s\"; it must be bf16, f16 or f32", name, text);
}

static const char *const determinism_names[] = {
    [SMALLM_FASTEST] = "fast", [SMALLM_DETERMINISTIC] = "deterministic", [SMALLM_BATCH_INVARIANT] = "batch-invariant"};

const char *options_determinism(smallm_determinism determinism) {
    return determinism_names[determinism];
}

static enum exit_status parse_determinism(const char *text, smallm_determinism *determinism) {
    for (int i = SMALLM_FASTEST; i <= SMALLM_BATCH_INVARIANT; i++) {
        if (strcmp(text, determinism_names[i]) == 0) {
            *determinism = (smallm_determinism)i;
            return EXIT_RIGHT;
        }
    }
    return complain(EXIT_BAD_ARGUMENTS, "--determinism is \"%s\"; it must be fast, deterministic or batch-invariant",
                    text);
}

static enum exit_status complete(struct options *options, const bool given[3], bool bias) {
    static const char *const names[] = {"m", "n", "k"};
    for (int i = 0; i < 3; i++)
        if (!given[i])
            return complain(EXIT_BAD_ARGUMENTS, "--%s is missing; run dense needs --m, --n and --k", names[i]);
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

enum exit_status options_parse(struct options *options, int argc, char **argv) {
    enum { M, N, K, LDX, LDO, K_SPLITS, SEED, X, X_SCALE, W, W_SCALE, OUT, KERNEL };
    enum { OUT_TYPE = KERNEL + 1, BIAS, BIAS_TYPE, DETERMINISM, FORCE, DEVICE, JSON };
    static const struct option table[] = {
        [M] = {"m", required_argument, NULL, M},
        [N] = {"n", required_argument, NULL, N},
        [K] = {"k", required_argument, NULL, K},
        [LDX] = {"ldx", required_argument, NULL, LDX},
        [LDO] = {"ldo", required_argument, NULL, LDO},
        [K_SPLITS] = {"k-splits", required_argument, NULL, K_SPLITS},
        [SEED] = {"seed", required_argument, NULL, SEED},
        [X] = {"x", required_argument, NULL, X},
        [X_SCALE] = {"x-scale", required_argument, NULL, X_SCALE},
        [W] = {"w", required_argument, NULL, W},
        [W_SCALE] = {"w-scale", required_argument, NULL, W_SCALE},
        [OUT] = {"out", required_argument, NULL, OUT},
        [KERNEL] = {"kernel", required_argument, NULL, KERNEL},
        [OUT_TYPE] = {"out-type", required_argument, NULL, OUT_TYPE},
        [BIAS] = {"bias", no_argument, NULL, BIAS},
        [BIAS_TYPE] = {"bias-type", required_argument, NULL, BIAS_TYPE},
        [DETERMINISM] = {"determinism", required_argument, NULL, DETERMINISM},
        [FORCE] = {"force", no_argument, NULL, FORCE},
        [DEVICE] = {"device", required_argument, NULL, DEVICE},
        [JSON] = {"json", no_argument, NULL, JSON},
        {NULL, 0, NULL, 0},
    };
    *options = (struct options){.seed = 1, .device = DEVICE_AUTO, .out_type = SMALLM_TYPE_BF16};
    int64_t *const numbers[] = {[M] = &options->m,      [N] = &options->n,     [K] = &options->k,
                                [LDX] = &options->ldx,  [LDO] = &options->ldo, [K_SPLITS] = &options->k_splits,
                                [SEED] = &options->seed};
    const char **const texts[] = {[X] = &options->x,     [X_SCALE] = &options->x_scale,
                                  [W] = &options->w,     [W_SCALE] = &options->w_scale,
                                  [OUT] = &options->out, [KERNEL] = &options->kernel};
    bool given[3] = {false}, bias = false;
    optind = 1;
    opterr = 0;
    for (;;) {
        int at = optind;
        int option = getopt_long(argc, argv, ":", table, NULL);
        enum exit_status status = EXIT_RIGHT;
        switch (option) {
        case -1:
            if (optind < argc)
                return complain(EXIT_BAD_ARGUMENTS, "\"%s\" is not an option of run dense; see smallm --help",
                                argv[optind]);
            return complete(options, given, bias);
        case ':':
            return complain(EXIT_BAD_ARGUMENTS, "%s needs a value", argv[at]);
        case '?':
            return complain(EXIT_BAD_ARGUMENTS, "\"%s\" is not an option of run dense; see smallm --help", argv[at]);
        case M:
        case N:
        case K:
            given[option] = true;
            status = parse_number(table[option].name, optarg, numbers[option]);
            break;
        case LDX:
        case LDO:
        case K_SPLITS:
        case SEED:
            status = parse_number(table[option].name, optarg, numbers[option]);
            break;
        case OUT_TYPE:
            status = parse_type("out-type", optarg, &options->out_type);
            break;
        case BIAS:
            bias = true;
            break;
        case BIAS_TYPE:
            status = parse_type("bias-type", optarg, &options->bias_type);
            break;
        case DETERMINISM:
            status = parse_determinism(optarg, &options->determinism);
            break;
        case FORCE:
            options->force = true;
            break;
        case JSON:
            options->json = true;
            break;
        case DEVICE:
            status = parse_device(optarg, &options->device);
            break;
        default:
            *texts[option] = optarg;
        }
        if (status != EXIT_RIGHT)
            return status;
    }
}
