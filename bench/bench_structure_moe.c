#include "bench_structure_moe.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>

#include "options.h"
#include "structure_dense_cell.h"
#include "structure_moe_cell.h"

static void print_heading(void) {
    puts("Counted by the simulator: launches; W, W scale: bytes that loads asked for / bytes of "
         "the "
         "experts\n"
         "that have rows; VALU: vector instructions of all waves per 1,024 bytes of those experts' W; findings of its "
         "checks.\n"
         "Derived from the grid and the kernel's resources (docs/simulator.md): CUs that get work; KB of W in flight "
         "per "
         "CU at\n"
         "the peak, an upper bound. experts, rows: those that have rows, and rows of the one that has the most.");
    printf("%4s %5s %5s %3s %5s  %-34s %6s %7s %4s %6s %6s %6s %8s %7s %7s %7s %8s\n", "E", "N", "K", "T", "top_k",
           "kernel", "splits", "experts", "rows", "launch", "W", "Wscale", "KB/CU", "CUs", "VALU/KB", "scratch",
           "findings");
}

static void print_cell(const struct moe_cell *c) {
    printf("%4u %5u %5u %3u %5u  ", c->shape.experts, c->shape.n, c->shape.k, c->shape.tokens, c->shape.top_k);
    if (c->kernel[0] == '\0') {
        printf("no plan: %s\n", c->refused);
        return;
    }
    printf("%-34s %6u %7u %4u %6llu %6.3f %6.3f %8.1f %3u/%3u %7.1f %7u %8llu%s\n", c->kernel, c->k_splits, c->touched,
           c->max_rows, (unsigned long long)c->launches, c->w_ratio, c->w_scale_ratio, (double)c->w_in_flight / 1024,
           c->cus_busy, c->cus, c->valu_per_kb, c->scratch + c->spills, (unsigned long long)(c->errors + c->warnings),
           c->met ? "" : "  <- misses a bar");
    if (c->refused[0] != '\0')
        printf("      %s\n", c->refused);
}

static void add_json(cJSON *cells, const struct moe_cell *c) {
    cJSON *json = cJSON_CreateObject();
    const struct {
        const char *name;
        double value;
    } numbers[] = {
        {"experts", c->shape.experts},
        {"n", c->shape.n},
        {"k", c->shape.k},
        {"a_div", c->shape.a_div},
        {"block_m", c->shape.block_m},
        {"top_k", c->shape.top_k},
        {"tokens", c->shape.tokens},
        {"k_splits", c->k_splits},
        {"touched_experts", c->touched},
        {"max_rows_per_expert", c->max_rows},
        {"launches", (double)c->launches},
        {"workgroups", (double)c->workgroups},
        {"w_bytes_read", (double)c->w_read},
        {"w_scale_bytes_read", (double)c->w_scale_read},
        {"w_ratio", c->w_ratio},
        {"w_scale_ratio", c->w_scale_ratio},
        {"valu_per_kb_of_w", c->valu_per_kb},
        {"w_bytes_in_flight_per_cu_bound", (double)c->w_in_flight},
        {"cus_busy", c->cus_busy},
        {"cus", c->cus},
        {"resident_workgroups", c->resident},
        {"scratch_bytes", c->scratch},
        {"spills", c->spills},
        {"errors", (double)c->errors},
        {"warnings", (double)c->warnings},
    };
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        cJSON_AddNumberToObject(json, numbers[i].name, numbers[i].value);
    cJSON_AddBoolToObject(json, "weighted", c->shape.weighted != 0);
    cJSON_AddBoolToObject(json, "combine", c->shape.combine != 0);
    cJSON_AddStringToObject(json, "kernel", c->kernel);
    cJSON_AddStringToObject(json, "refused", c->refused);
    cJSON_AddBoolToObject(json, "bars_met", c->met);
    cJSON_AddItemToArray(cells, json);
}

static enum exit_status run_all(const struct backend *backend, const struct moe_shape *shapes, size_t count,
                                cJSON *cells, size_t *missed) {
    enum exit_status status = EXIT_RIGHT;
    for (size_t i = 0; i < count && status == EXIT_RIGHT; i++) {
        struct moe_cell cell;
        status = moe_cell_run(&cell, backend, shapes[i]);
        if (status != EXIT_RIGHT)
            break;
        *missed += !cell.met;
        if (cells != NULL)
            add_json(cells, &cell);
        else
            print_cell(&cell);
        fflush(stdout);
        if (cell.errors + cell.warnings > 0)
            fprintf(stderr, "smallm: the simulator found in %s:\n%s\n", cell.kernel, backend->sim.gfx950sim_findings());
    }
    return status;
}

static enum exit_status print_json(cJSON *cells, bool met) {
    cJSON *json = cJSON_CreateObject();
    cJSON_AddItemToObject(json, "cells", cells);
    cJSON_AddBoolToObject(json, "bars_met", met);
    char *text = cJSON_Print(json);
    cJSON_Delete(json);
    if (text == NULL)
        return complain(EXIT_BAD_ARGUMENTS, "there is no memory for the JSON text");
    puts(text);
    free(text);
    return EXIT_RIGHT;
}

static enum exit_status report(const struct backend *backend, const struct moe_shape *shapes, size_t count, bool json) {
    size_t missed = 0;
    cJSON *cells = json ? cJSON_CreateArray() : NULL;
    if (!json)
        print_heading();
    enum exit_status status = run_all(backend, shapes, count, cells, &missed);
    if (json && status == EXIT_RIGHT)
        status = print_json(cells, missed == 0);
    else if (status == EXIT_RIGHT)
        printf(
            "%s: %zu of %zu cells meet every bar (W and W scale <= %.2f for up to %d rows an expert, launches = %d, no "
            "scratch, no spills, no findings)\n",
            missed == 0 ? "PASS" : "FAIL", count - missed, count, BAR_W_RATIO, BAR_EXPERT_ROWS, BAR_LAUNCHES);
    else
        cJSON_Delete(cells);
    return status == EXIT_RIGHT && missed != 0 ? EXIT_WRONG_RESULT : status;
}

enum exit_status bench_structure_moe(int argc, char **argv) {
    const char *file = SMALLM_MOE_CELLS;
    bool json = false;
    const struct option_row rows[] = {
        {"shapes", OPTION_TEXT, &file, false}, {"json", OPTION_FLAG, &json, false}, {NULL, OPTION_FLAG, NULL, false}};
    struct moe_shape *shapes = NULL;
    size_t count = 0;
    struct backend backend;
    enum exit_status status = options_read("structure --moe", rows, argc, argv);
    if (status == EXIT_RIGHT)
        status = moe_shapes_read(&shapes, &count, file);
    if (status != EXIT_RIGHT)
        return status;
    status = backend_open(&backend, DEVICE_SIM);
    if (status == EXIT_RIGHT) {
        status = report(&backend, shapes, count, json);
        backend_close(&backend);
    }
    free(shapes);
    return status;
}
