#include <stdio.h>
#include <string.h>

#include "check_csv.h"
#include "exit_status.h"
#include "info.h"
#include "options_dense.h"
#include "options_moe.h"
#include "options_quantise.h"
#include "run_dense.h"
#include "run_moe.h"
#include "run_quantise.h"
#include "selftest.h"

static const char usage[] =
    "usage: smallm run dense --m M --n N --k K [options]   compute a layer and check it against an f64 reference\n"
    "       smallm run moe --experts E --n N --k K --tokens T --top-k k [options]\n"
    "                                                      the same of a grouped GEMM over routed rows\n"
    "       smallm time dense|moe <arguments as run> [options]\n"
    "                                                      the same on the simulator, and what its timing model says\n"
    "       smallm run quantise --m M --k K [options]      quantise a matrix to MXFP8 and check it bit for bit\n"
    "       smallm check-csv FILE                          check a dispatch table, as SMALLM_DENSE_CSV takes it\n"
    "       smallm selftest [options]                      every kernel, micro-benchmarks and headline cells, on one "
    "page\n"
    "       smallm info                                    version, kernels, tables, HIP library, devices\n";
static const char statuses[] =
    "exit status: 0 right, 1 wrong result, 2 bad arguments or files, 3 declined, 4 no device or HIP failed\n";

static void print_usage(FILE *file) {
    const char *const parts[] = {
        usage,   options_dense_usage, options_moe_usage, options_time_usage, options_quantise_usage, selftest_usage,
        statuses};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        fputs(parts[i], file);
}

static enum exit_status dense(struct time_request *time, int argc, char **argv) {
    struct dense_options options;
    enum exit_status status = options_dense_parse(&options, time, argc, argv);
    return status == EXIT_RIGHT ? run_dense(&options, time) : status;
}

static enum exit_status moe(struct time_request *time, int argc, char **argv) {
    struct moe_options options;
    enum exit_status status = options_moe_parse(&options, time, argc, argv);
    return status == EXIT_RIGHT ? run_moe(&options, time) : status;
}

static enum exit_status run_dense_words(int argc, char **argv) {
    return dense(NULL, argc, argv);
}

static enum exit_status run_moe_words(int argc, char **argv) {
    return moe(NULL, argc, argv);
}

static enum exit_status time_dense_words(int argc, char **argv) {
    struct time_request time;
    return dense(&time, argc, argv);
}

static enum exit_status time_moe_words(int argc, char **argv) {
    struct time_request time;
    return moe(&time, argc, argv);
}

static enum exit_status quantise(int argc, char **argv) {
    struct quantise_options options;
    enum exit_status status = options_quantise_parse(&options, argc, argv);
    return status == EXIT_RIGHT ? run_quantise(&options) : status;
}

int main(int argc, char **argv) {
    static const struct {
        const char *verb, *name;
        enum exit_status (*run)(int argc, char **argv);
    } operations[] = {{"run", "dense", run_dense_words},
                      {"run", "moe", run_moe_words},
                      {"run", "quantise", quantise},
                      {"time", "dense", time_dense_words},
                      {"time", "moe", time_moe_words}};
    if (argc >= 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0)) {
        print_usage(stdout);
        return EXIT_RIGHT;
    }
    if (argc == 2 && strcmp(argv[1], "info") == 0)
        return info_print();
    if (argc >= 2 && strcmp(argv[1], "selftest") == 0)
        return selftest(argc - 1, argv + 1);
    if (argc == 3 && strcmp(argv[1], "check-csv") == 0)
        return check_csv(argv[2]);
    for (size_t i = 0; i < sizeof operations / sizeof operations[0] && argc >= 3; i++)
        if (strcmp(argv[1], operations[i].verb) == 0 && strcmp(argv[2], operations[i].name) == 0)
            return operations[i].run(argc - 2, argv + 2);
    print_usage(stderr);
    return complain(EXIT_BAD_ARGUMENTS,
                    "the first words must be \"run dense\", \"run moe\", \"run quantise\", "
                    "\"time dense\", \"time moe\", \"check-csv\" and a file, \"selftest\", or \"info\"");
}
