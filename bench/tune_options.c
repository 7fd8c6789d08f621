#include "tune_options.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

const char tune_usage[] =
    "usage: smallm-tune dense [options]   write a table of dense cells, for SMALLM_DENSE_CSV or configs/dense.csv\n"
    "       smallm-tune moe [options]     write a table of MoE cells, for SMALLM_MOE_CSV or configs/moe.csv\n"
    "  --shapes FILE           what to tune. dense: lines K,N,Ms with Ms as 1|2|64 (default "
    "configs/shapes_dense.csv);\n"
    "                          moe: lines experts,n,k,a_div,weighted,combine,block_m,top_k,routing,Ts (default\n"
    "                          configs/shapes_moe.csv)\n"
    "  --m LIST                dense: these M, as 1,2,64, instead of the file's\n"
    "  --out FILE              where the table goes (default stdout); saved as it grows\n"
    "  --resume                keep the rows that FILE has, but tune again what a better method than theirs is asked "
    "for\n"
    "  --method time|model     time the cost model's best three and take the fastest (default), on the simulator by "
    "its\n"
    "                          timing model, on a GPU by its clock; or go by the cost model alone\n"
    "  --most N                tune N cells at most, and leave the rest to a later --resume\n"
    "  --check, --no-check     check each kernel against an f64 reference first (default), or do not\n"
    "  --device auto|gpu|sim   where to check and time (default auto: the GPU if there is one, else the simulator)\n"
    "exit status: 0 right, 1 a kernel was wrong and left out, 2 bad arguments or files, 4 no device or HIP failed\n";

bool tune_m_list(const char *text, char separator, bool m[MOST_M + 1]) {
    memset(m, 0, (MOST_M + 1) * sizeof *m);
    for (;;) {
        unsigned long value = 0;
        const char *digit = text;
        while (*digit >= '0' && *digit <= '9' && value <= MOST_M)
            value = 10 * value + (unsigned long)(*digit++ - '0');
        if (digit == text || value < 1 || value > MOST_M)
            return false;
        m[value] = true;
        if (*digit == '\0')
            return true;
        if (*digit != separator)
            return false;
        text = digit + 1;
    }
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

static enum exit_status parse_method(const char *text, bool *timed) {
    *timed = strcmp(text, "time") == 0;
    return *timed || strcmp(text, "model") == 0
               ? EXIT_RIGHT
               : complain(EXIT_BAD_ARGUMENTS, "--method is \"%s\"; it must be time or model", text);
}

static enum exit_status parse_most(const char *text, size_t *most) {
    char *end;
    errno = 0;
    const unsigned long value = strtoul(text, &end, 10);
    *most = value;
    return text[0] >= '1' && text[0] <= '9' && *end == '\0' && errno == 0
               ? EXIT_RIGHT
               : complain(EXIT_BAD_ARGUMENTS, "--most is \"%s\"; it must be a number from 1", text);
}

static enum exit_status unknown(const char *word, const char *kind) {
    return complain(EXIT_BAD_ARGUMENTS, "\"%s\" is not an option of smallm-tune %s; see smallm-tune --help", word,
                    kind);
}

enum exit_status tune_options_parse(struct tune_options *options, const char *shapes, int argc, char **argv) {
    enum { SHAPES, M, OUT, RESUME, CHECK, NO_CHECK, DEVICE, METHOD, MOST };
    static const struct option table[] = {
        {"shapes", required_argument, NULL, SHAPES}, {"m", required_argument, NULL, M},
        {"out", required_argument, NULL, OUT},       {"resume", no_argument, NULL, RESUME},
        {"check", no_argument, NULL, CHECK},         {"no-check", no_argument, NULL, NO_CHECK},
        {"device", required_argument, NULL, DEVICE}, {"method", required_argument, NULL, METHOD},
        {"most", required_argument, NULL, MOST},     {NULL, 0, NULL, 0},
    };
    *options =
        (struct tune_options){.shapes = shapes, .check = true, .timed = true, .most = SIZE_MAX, .device = DEVICE_AUTO};
    optind = 1;
    opterr = 0;
    for (;;) {
        const int at = optind;
        switch (getopt_long(argc, argv, ":", table, NULL)) {
        case SHAPES:
            options->shapes = optarg;
            break;
        case M:
            if (strcmp(argv[0], "dense") != 0)
                return unknown(argv[at], argv[0]);
            options->m_given = true;
            if (!tune_m_list(optarg, ',', options->m))
                return complain(EXIT_BAD_ARGUMENTS, "--m is \"%s\"; it must be numbers from 1 to %d, as 1,2,64", optarg,
                                MOST_M);
            break;
        case OUT:
            options->out = optarg;
            break;
        case RESUME:
            options->resume = true;
            break;
        case CHECK:
            options->check = true;
            break;
        case NO_CHECK:
            options->check = false;
            break;
        case DEVICE:
            if (parse_device(optarg, &options->device) != EXIT_RIGHT)
                return EXIT_BAD_ARGUMENTS;
            break;
        case METHOD:
            if (parse_method(optarg, &options->timed) != EXIT_RIGHT)
                return EXIT_BAD_ARGUMENTS;
            break;
        case MOST:
            if (parse_most(optarg, &options->most) != EXIT_RIGHT)
                return EXIT_BAD_ARGUMENTS;
            break;
        case ':':
            return complain(EXIT_BAD_ARGUMENTS, "%s needs a value", argv[at]);
        case -1:
            if (optind == argc && (options->out != NULL || !options->resume))
                return EXIT_RIGHT;
            if (optind == argc)
                return complain(EXIT_BAD_ARGUMENTS, "--resume needs --out, the table to go on with");
            return unknown(argv[optind], argv[0]);
        default:
            return unknown(argv[at], argv[0]);
        }
    }
}
