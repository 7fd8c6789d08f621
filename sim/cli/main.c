#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"

static const struct subcommand {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *usage, *what;
} subcommands[] = {
    {"run", cmd_run,
     "FILE.co [--kernel NAME] --grid X,Y,Z --block X,Y,Z [--lds BYTES] [--kernarg-size N]\n"
     "      [--checks own|compiled|foreign] [--check NAME=error|warning|off] [--order NAME] [--seed N] [--threads N]\n"
     "      [--budget N] [--explore N] [--mfma chain|pairwise] [--stats] [--json] ARG...\n"
     "      ARG: i32:V i64:V f32:V in:FILE out:BYTES:FILE inout:FILE zero:BYTES poison:BYTES null, or @OFFSET=ARG",
     "runs one kernel; the grid is in workgroups"},
    {"time", cmd_time,
     "FILE.co <arguments as run> [--machine FILE] [--set SECTION.NAME=VALUE]... [--cold|--warm|--flush|--first] "
     "[--repeat N] [--sample N]\n"
     "      [--json]",
     "runs one kernel and prints what the timing model says of it; docs/timing.md"},
    {"annotate", cmd_annotate, "FILE.co <arguments as time> [--json]",
     "prints the listing with modelled clocks, stalls and their causes beside each line"},
    {"timeline", cmd_timeline,
     "FILE.co <arguments as time> [--workgroup N] [--wave N] [--from CLOCK] [--to CLOCK] [--width COLUMNS] [--rows N]",
     "draws when the instructions of a wave (of workgroup 0, wave 0; with --workgroup alone all of it) issue and end"},
    {"trace", cmd_trace, "FILE.co <arguments as time> --out FILE.json [--instructions WAVES]",
     "writes the launch for Perfetto and chrome://tracing, with the instructions of the first waves (16)"},
    {"report", cmd_report, "FILE.co <arguments as time> --out FILE.html",
     "writes a page: roofline, waves, bytes in flight, hottest lines, the machine"},
    {"lint", cmd_lint, "FILE.co [--kernel NAME] [--checks own|compiled|foreign] [--check NAME=...] [--json]",
     "finds missing waits and wait states along all paths, without running"},
    {"conform", cmd_conform, "FILE.jsonl [--exclude FILE] [--only SUBSTRING] [--mfma chain|pairwise]",
     "runs conformance vectors"},
    {"isa", cmd_isa, "[--missing] [--vectors FILE.jsonl]... [--code FILE.co]...",
     "prints the coverage of the instruction set, and which mnemonics the vectors and code objects hold"},
};

int cli_error(const char *fmt, ...) {
    va_list ap;
    va_start(ap, fmt);
    fputs("gfx950sim: ", stderr);
    vfprintf(stderr, fmt, ap);
    fputc('\n', stderr);
    va_end(ap);
    return EXIT_CANNOT_RUN;
}

static void usage(FILE *f) {
    fputs("usage:\n", f);
    for (size_t i = 0; i < sizeof subcommands / sizeof *subcommands; i++)
        fprintf(f, "  gfx950sim %s %s\n      %s\n", subcommands[i].name, subcommands[i].usage, subcommands[i].what);
}

int main(int argc, char **argv) {
    if (argc < 2) {
        usage(stderr);
        return EXIT_CANNOT_RUN;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        usage(stdout);
        return EXIT_CLEAN;
    }
    for (size_t i = 0; i < sizeof subcommands / sizeof *subcommands; i++)
        if (strcmp(argv[1], subcommands[i].name) == 0)
            return subcommands[i].run(argc - 1, argv + 1);
    cli_error("there is no subcommand '%s'", argv[1]);
    usage(stderr);
    return EXIT_CANNOT_RUN;
}
