#include <stdio.h>
#include <string.h>

#include "check_csv.h"
#include "exit_status.h"
#include "info.h"
#include "options.h"
#include "run_dense.h"

int main(int argc, char **argv) {
    if (argc >= 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0)) {
        fputs(options_usage, stdout);
        return EXIT_RIGHT;
    }
    if (argc == 2 && strcmp(argv[1], "info") == 0)
        return info_print();
    if (argc == 3 && strcmp(argv[1], "check-csv") == 0)
        return check_csv(argv[2]);
    if (argc >= 3 && strcmp(argv[1], "run") == 0 && strcmp(argv[2], "dense") == 0) {
        struct options options;
        enum exit_status status = options_parse(&options, argc - 2, argv + 2);
        return status == EXIT_RIGHT ? run_dense(&options) : status;
    }
    fputs(options_usage, stderr);
    return complain(EXIT_BAD_ARGUMENTS, "the first words must be \"run dense\", \"check-csv\" and a file, or \"info\"");
}
