#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

const char options_usage[] =
    "usage: smallm run dense --m M --n N --k K [options]   compute a layer and check it against an f64 reference\n"
    "       smallm info                                    version, kernels, tables, HIP library, devices\n"
    "options of run dense:\n"
    "  --seed S                        of the random data (default 1)\n"
    "  --x F.npy --x-scale F.npy       X, uint8 [M, K] and [M, K/32], instead of N(0,1)*0.5\n"
    "  --w F.npy --w-scale F.npy       W, uint8 [N, K] and [N, K/32], instead of N(0,1)*0.1\n"
    "  --out F.npy                     write the result, bf16 as uint16 bits [M, N]\n"
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

static enum exit_status check_complete(const struct options *options, const bool given[3]) {
    static const char *const names[] = {"m", "n", "k"};
    for (int i = 0; i < 3; i++)
        if (!given[i])
            return complain(EXIT_BAD_ARGUMENTS, "--%s is missing; run dense needs --m, --n and --k", names[i]);
    if ((options->x == NULL) != (options->x_scale == NULL))
        return complain(EXIT_BAD_ARGUMENTS, "--x and --x-scale go together; give both or neither");
    if ((options->w == NULL) != (options->w_scale == NULL))
        return complain(EXIT_BAD_ARGUMENTS, "--w and --w-scale go together; give both or neither");
    return EXIT_RIGHT;
}

enum exit_status options_parse(struct options *options, int argc, char **argv) {
    enum { M, N, K, SEED, X, X_SCALE, W, W_SCALE, OUT, KERNEL, FORCE, DEVICE, JSON };
    static const struct option table[] = {
        {"m", required_argument, NULL, M},     {"n", required_argument, NULL, N},
        {"k", required_argument, NULL, K},     {"seed", required_argument, NULL, SEED},
        {"x", required_argument, NULL, X},     {"x-scale", required_argument, NULL, X_SCALE},
        {"w", required_argument, NULL, W},     {"w-scale", required_argument, NULL, W_SCALE},
        {"out", required_argument, NULL, OUT}, {"kernel", required_argument, NULL, KERNEL},
        {"force", no_argument, NULL, FORCE},   {"device", required_argument, NULL, DEVICE},
        {"json", no_argument, NULL, JSON},     {NULL, 0, NULL, 0},
    };
    *options = (struct options){.seed = 1, .device = DEVICE_AUTO};
    int64_t *const numbers[] = {[M] = &options->m, [N] = &options->n, [K] = &options->k, [SEED] = &options->seed};
    const char **const texts[] = {[X] = &options->x,     [X_SCALE] = &options->x_scale,
                                  [W] = &options->w,     [W_SCALE] = &options->w_scale,
                                  [OUT] = &options->out, [KERNEL] = &options->kernel};
    bool given[3] = {false};
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
            return check_complete(options, given);
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
        case SEED:
            status = parse_number("seed", optarg, numbers[option]);
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
