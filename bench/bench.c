#include <stdio.h>
#include <string.h>

#include "bench_dispatch.h"
#include "bench_sensitivity.h"
#include "bench_structure.h"
#include "bench_structure_moe.h"
#include "bench_time.h"
#include "peer_bench.h"
#include "time_options.h"

static const char usage[] =
    "usage: smallm-bench structure [options]   what the library's own choices fetch and issue, counted on the "
    "simulator\n"
    "  --shapes FILE.csv   rows K,N,Ms (default: the reference's 105 cells)\n"
    "  --m 1,2,...         these M instead of the file's\n"
    "  --json              print one JSON object\n"
    "       smallm-bench structure --moe [options]   the same of grouped products\n"
    "  --shapes FILE.csv   rows experts,n,k,a_div,weighted,combine,block_m,top_k,routing,Ts (default: "
    "configs/cells_moe.csv)\n"
    "  --json              print one JSON object\n"
    "       smallm-bench dispatch [options]    host cost of a call beyond HIP's, on a HIP that does nothing\n"
    "  --slack FACTOR      times by which the bars may be passed, for noisy machines (default 1)\n"
    "  --json              print Google Benchmark's JSON\n";
static const char statuses[] =
    "exit status: 0 every bar is met, 1 not, or a launch had findings, 2 bad arguments or files, 4 no device or HIP "
    "failed\n";

static void print_usage(FILE *file) {
    fputs(usage, file);
    fputs(time_usage, file);
    fputs(peer_usage, file);
    fputs(sensitivity_usage, file);
    fputs(statuses, file);
}

int main(int argc, char **argv) {
    if (argc >= 3 && strcmp(argv[1], "structure") == 0 && strcmp(argv[2], "--moe") == 0)
        return bench_structure_moe(argc - 2, argv + 2);
    if (argc >= 2 && strcmp(argv[1], "structure") == 0)
        return bench_structure(argc - 1, argv + 1);
    if (argc >= 2 && strcmp(argv[1], "dispatch") == 0)
        return bench_dispatch(argc - 1, argv + 1);
    if (argc >= 2 && (strcmp(argv[1], "dense") == 0 || strcmp(argv[1], "moe") == 0))
        return bench_time(argc - 1, argv + 1);
    if (argc >= 2 && strcmp(argv[1], "sensitivity") == 0)
        return bench_sensitivity(argc - 1, argv + 1);
    if (argc >= 2 && strcmp(argv[1], "peers") == 0)
        return peer_bench(argc - 2, argv + 2);
    if (argc == 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0)) {
        print_usage(stdout);
        return EXIT_RIGHT;
    }
    print_usage(stderr);
    return complain(EXIT_BAD_ARGUMENTS, "the first word must be dense, moe, peers, sensitivity, structure or dispatch");
}
