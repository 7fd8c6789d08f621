#define _GNU_SOURCE
#include "bench_structure.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "structure_dense_cell.h"
#include "tune_options.h"

struct choice {
    struct tune_options shapes; /* .shapes, .m, .m_given */
    bool json;
};

static enum exit_status parse(struct choice *choice, int argc, char **argv) {
    enum { SHAPES, M, JSON };
    static const struct option table[] = {{"shapes", required_argument, NULL, SHAPES},
                                          {"m", required_argument, NULL, M},
                                          {"json", no_argument, NULL, JSON},
                                          {NULL, 0, NULL, 0}};
    *choice = (struct choice){.shapes.shapes = SMALLM_CELLS};
    optind = 1;
    opterr = 0;
    for (;;) {
        int at = optind;
        switch (getopt_long(argc, argv, ":", table, NULL)) {
        case -1:
            return optind == argc ? EXIT_RIGHT
                                  : complain(EXIT_BAD_ARGUMENTS, "\"%s\" is not an option of structure", argv[optind]);
        case SHAPES:
            choice->shapes.shapes = optarg;
            break;
        case M:
            choice->shapes.m_given = true;
            if (!tune_m_list(optarg, ',', choice->shapes.m))
                return complain(EXIT_BAD_ARGUMENTS, "--m is \"%s\"; it must be numbers from 1 to %d, as 1,2,64", optarg,
                                MOST_M);
            break;
        case JSON:
            choice->json = true;
            break;
        case ':':
            return complain(EXIT_BAD_ARGUMENTS, "%s needs a value", argv[at]);
        default:
            return complain(EXIT_BAD_ARGUMENTS, "\"%s\" is not an option of structure; see smallm-bench --help",
                            argv[at]);
        }
    }
}

static void print_heading(void) {
    puts(
        "Counted by the simulator: launches; W, W scale: bytes that loads asked for / bytes of the tensor; MFMA: "
        "matrix\n"
        "instructions / (ceil(M/16) ceil(N/16) ceil(K/128)); VALU: vector instructions of all waves per 1,024 bytes of "
        "W;\n"
        "findings of its checks. Derived from the grid and the kernel's resources (docs/simulator.md): CUs that get "
        "work;\n"
        "KB of W in flight per CU at the peak, an upper bound: resident workgroups x waves x the most that a wave had\n"
        "asked for and not waited for. scratch: private bytes and spilled registers in the code object.");
    printf("%5s %5s %3s  %-36s %6s %6s %6s %6s %6s %8s %8s %7s %7s %8s\n", "K", "N", "M", "kernel", "splits", "launch",
           "W", "Wscale", "MFMA", "KB/CU", "CUs", "VALU/KB", "scratch", "findings");
}

static void print_cell(const struct cell *c) {
    printf("%5u %5u %3u  ", c->shape.k, c->shape.n, c->shape.m);
    if (c->kernel[0] == '\0') {
        printf("no plan: %s\n", c->refused);
        return;
    }
    printf("%-36s %6u %6llu %6.3f %6.3f %6.3f %8.1f %4u/%3u %7.1f %7u %8llu%s\n", c->kernel, c->k_splits,
           (unsigned long long)c->launches, c->w_ratio, c->w_scale_ratio, c->mfma_ratio, (double)c->w_in_flight / 1024,
           c->cus_busy, c->cus, c->valu_per_kb, c->scratch + c->spills, (unsigned long long)(c->errors + c->warnings),
           c->met ? "" : "  <- misses a bar");
    if (c->refused[0] != '\0')
        printf("      %s\n", c->refused);
}

/* The library's messages name files and reasons: quotes, backslashes and line ends may be among them. */
static void print_json_text(const char *text) {
    putchar('"');
    for (; *text != '\0'; text++) {
        if (*text == '"' || *text == '\\')
            putchar('\\');
        if ((unsigned char)*text < ' ')
            printf("\\u%04x", (unsigned)*text);
        else
            putchar(*text);
    }
    putchar('"');
}

static void print_json_cell(const struct cell *c, bool first) {
    printf("%s\n  {\"K\": %u, \"N\": %u, \"M\": %u, \"kernel\": ", first ? "" : ",", c->shape.k, c->shape.n,
           c->shape.m);
    print_json_text(c->kernel);
    printf(", \"refused\": ");
    print_json_text(c->refused);
    printf(", \"k_splits\": %u, \"launches\": %llu, \"w_bytes_read\": %llu, \"w_scale_bytes_read\": %llu, ",
           c->k_splits, (unsigned long long)c->launches, (unsigned long long)c->w_read,
           (unsigned long long)c->w_scale_read);
    printf("\"w_ratio\": %.6f, \"w_scale_ratio\": %.6f, \"mfma_ratio\": %.6f, \"valu_per_kb_of_w\": %.3f, ", c->w_ratio,
           c->w_scale_ratio, c->mfma_ratio, c->valu_per_kb);
    printf("\"w_bytes_in_flight_per_cu_bound\": %llu, \"cus_busy\": %u, \"cus\": %u, \"resident_workgroups\": %u, ",
           (unsigned long long)c->w_in_flight, c->cus_busy, c->cus, c->resident);
    printf("\"scratch_bytes\": %u, \"spills\": %u, \"errors\": %llu, \"warnings\": %llu, \"bars_met\": %s}", c->scratch,
           c->spills, (unsigned long long)c->errors, (unsigned long long)c->warnings, c->met ? "true" : "false");
}

static void print_findings(const struct backend *backend, const struct cell *cell) {
    if (cell->errors + cell->warnings > 0)
        fprintf(stderr, "smallm: the simulator found in %s:\n%s\n", cell->kernel, backend->sim.gfx950sim_findings());
}

/* Shapes are sorted by K and N, so that the memory serves all M of one. */
static enum exit_status run_all(const struct choice *choice, const struct backend *backend, const struct shape *shapes,
                                size_t count, size_t *missed) {
    struct dense_memory memory = {0};
    enum exit_status status = EXIT_RIGHT;
    for (size_t i = 0; i < count && status == EXIT_RIGHT; i++) {
        struct cell cell;
        if (memory.k != shapes[i].k || memory.n != shapes[i].n) {
            dense_memory_free(&memory, backend);
            status = dense_memory_make(&memory, backend, shapes[i].k, shapes[i].n, MOST_M);
        }
        if (status == EXIT_RIGHT)
            status = cell_run(&cell, backend, &memory, shapes[i]);
        if (status != EXIT_RIGHT)
            break;
        *missed += !cell.met;
        if (choice->json)
            print_json_cell(&cell, i == 0);
        else
            print_cell(&cell);
        fflush(stdout);
        print_findings(backend, &cell);
    }
    dense_memory_free(&memory, backend);
    return status;
}

static enum exit_status report(const struct choice *choice, const struct backend *backend, const struct shape *shapes,
                               size_t count) {
    size_t missed = 0;
    if (choice->json)
        printf("{\"cells\": [");
    else
        print_heading();
    enum exit_status status = run_all(choice, backend, shapes, count, &missed);
    if (choice->json)
        printf("\n], \"bars_met\": %s}\n", status == EXIT_RIGHT && missed == 0 ? "true" : "false");
    else if (status == EXIT_RIGHT)
        printf(
            "%s: %zu of %zu cells meet every bar (W and W scale <= %.2f, launches = %d, MFMA <= %.1f, no scratch, no "
            "spills, no findings)\n",
            missed == 0 ? "PASS" : "FAIL", count - missed, count, BAR_W_RATIO, BAR_LAUNCHES, BAR_MFMA_RATIO);
    return status == EXIT_RIGHT && missed != 0 ? EXIT_WRONG_RESULT : status;
}

enum exit_status bench_structure(int argc, char **argv) {
    struct choice choice;
    struct shape *shapes = NULL;
    size_t count = 0;
    struct backend backend;
    enum exit_status status = parse(&choice, argc, argv);
    if (status == EXIT_RIGHT)
        status = shapes_read(&shapes, &count, &choice.shapes);
    if (status != EXIT_RIGHT)
        return status;
    status = backend_open(&backend, DEVICE_SIM);
    if (status == EXIT_RIGHT) {
        status = report(&choice, &backend, shapes, count);
        backend_close(&backend);
    }
    free(shapes);
    return status;
}
