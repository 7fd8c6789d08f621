/* Tables of tuned MoE cells: what is refused, whose row a problem gets, and what a row does. The reader is the one of
 * dense tables, which test_dense_table tests. */
#include <unistd.h>

#include "fake_context.h"
#include "kernel_name.h"

static const char *library;
static const char header[] = "N,K,a_div,weighted,rows,kernel,n_tile,k_waves,k_splits,use_asm,us,method\n";
static char file[] = "/tmp/smallm-moe-table-XXXXXX", kernel[128], other[128];

static void write_text(const char *text) {
    FILE *stream = fopen(file, "wb");
    if (stream == NULL || fputs(text, stream) < 0 || fclose(stream) != 0)
        exit(1);
}

/* A row with one cell in place of its own. Returns the column where cell `cell` starts. */
static unsigned row(char *text, size_t bytes, int cell, const char *value) {
    char cells[12][128] = {"1536", "6144", "4", "0", "1", "", "", "", "1", "1", "3.25", "measured"};
    snprintf(cells[5], sizeof cells[5], "%s", kernel);
    snprintf(cells[6], sizeof cells[6], "%u", kernel_columns(kernel));
    snprintf(cells[7], sizeof cells[7], "%u", kernel_parameter(kernel, 'w'));
    if (cell >= 0)
        snprintf(cells[cell], sizeof cells[cell], "%s", value);
    unsigned column = 0;
    int at = 0;
    for (int i = 0; i < 12; i++) {
        column = i == cell ? (unsigned)at + 1 : column;
        at += snprintf(text + at, bytes - (size_t)at, "%s%s", cells[i], i < 11 ? "," : "\n");
    }
    return column;
}

static void refused(int cell, const char *value, const char *reason) {
    char line[1024], text[2048], place[256];
    const unsigned column = row(line, sizeof line, cell, value);
    snprintf(text, sizeof text, "%s%s", header, line);
    write_text(text);
    snprintf(place, sizeof place, "MoE table %s:2:%u: ", file, column);
    CHECK_FAILS(smallm_moe_table_check(file, NULL, NULL, NULL), SMALLM_ERROR_TABLE, place, reason);
    smallm_context_options options;
    smallm_context_options_init(&options, sizeof options);
    options.hip_library = library;
    options.moe_csv = file;
    smallm_context *context = NULL;
    CHECK_FAILS(smallm_context_create(&context, &options), SMALLM_ERROR_TABLE, place, reason);
}

static void test_cells(void) {
    static const struct {
        int cell;
        const char *value, *reason;
    } cases[] = {
        {0, "0", "N is \"0\""},
        {0, "2147483648", "N is"},
        {1, "6150", "multiple of 32"},
        {1, "536870912", "k is 536870912"},
        {2, "0", "a_div is \"0\""},
        {3, "2", "weighted is \"2\"; it must be a whole number from 0 to 1"},
        {3, "yes", "weighted is \"yes\""},
        {4, "0", "rows is \"0\""},
        {4, "3", "rows is 3; it must be a power of two"},
        {5, "smallm_moe", "no kernel has that name"},
        {6, "5000", "n_tile is 5000"},
        {7, "1000", "k_waves is 1000"},
        {8, "0", "k_splits is \"0\""},
        {8, "4096", "k_splits is 4096"},
        {9, "2", "use_asm is \"2\""},
        {10, "x", "us is \"x\""},
        {11, "", "method is empty"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        refused(cases[i].cell, cases[i].value, cases[i].reason);
    refused(5, smallm_kernel_name(0), "does not compute MoE problems");
}

static void test_lines(void) {
    char line[1024], text[4096];
    row(line, sizeof line, -1, NULL);
    write_text("K,N,M,kernel,n_tile,k_waves,k_splits,use_asm,us,method\n");
    CHECK_FAILS(smallm_moe_table_check(file, NULL, NULL, NULL), SMALLM_ERROR_TABLE, ":1:1:", "header N,K,a_div");
    CHECK_OK(smallm_dense_table_check(file, NULL, NULL, NULL));
    write_text(header);
    CHECK_FAILS(smallm_dense_table_check(file, NULL, NULL, NULL), SMALLM_ERROR_TABLE, ":1:1:", "header K,N,M");
    snprintf(text, sizeof text, "%s%s%s", header, line, line);
    write_text(text);
    CHECK_FAILS(smallm_moe_table_check(file, NULL, NULL, NULL), SMALLM_ERROR_TABLE,
                ":3:1:", "N=1536, K=6144, a_div=4, weighted=0, rows=1 is already in line 2");
    snprintf(text, sizeof text, "%s%.*s,1\n", header, (int)strlen(line) - 1, line);
    write_text(text);
    CHECK_FAILS(smallm_moe_table_check(file, NULL, NULL, NULL), SMALLM_ERROR_TABLE, "cells is 13; it must be 12");
    uint64_t rows = 7;
    CHECK_OK(smallm_moe_table_check(NULL, &rows, NULL, NULL));
    snprintf(text, sizeof text, "%s%s", header, line);
    write_text(text);
    CHECK_OK(smallm_moe_table_check(file, &rows, NULL, NULL));
    CHECK(rows == 1, "%llu rows", (unsigned long long)rows);
}

static smallm_context *open_with(const char *text) {
    write_text(text);
    setenv("SMALLM_MOE_CSV", file, 1);
    smallm_context *context = fake_context(library);
    unsetenv("SMALLM_MOE_CSV");
    return context;
}

static smallm_moe_problem problem_of(int64_t experts, int64_t slots) {
    smallm_moe_problem problem = good_moe_problem(experts, 1536, 6144);
    problem.slots = slots;
    problem.sorted_len = smallm_moe_sorted_len(slots, experts, problem.block_m);
    return problem;
}

/* Which line of the table the plan's explanation names; 0 for none. */
static unsigned line_of(smallm_context *context, smallm_moe_problem problem, const char *words) {
    smallm_plan *plan = NULL;
    CHECK_OK(smallm_moe_plan_create(&plan, context, &problem));
    if (plan == NULL)
        return 0;
    smallm_plan_info info = {.size = sizeof info};
    CHECK_OK(smallm_plan_get_info(plan, &info));
    unsigned line = 0;
    const char *at = strstr(info.explanation, "ine ");
    if (strstr(info.explanation, file) != NULL && at != NULL)
        line = (unsigned)atoi(at + 4);
    CHECK(strstr(info.explanation, words) != NULL, "explanation lacks \"%s\": %s", words, info.explanation);
    smallm_plan_destroy(plan);
    return line;
}

/* Slots over experts, rounded up to a power of two; any number of experts. */
static void test_rows(void) {
    char text[8192];
    int at = snprintf(text, sizeof text, "%s", header);
    for (unsigned rows = 1; rows <= 64; rows *= 2) {
        char line[1024], value[16];
        snprintf(value, sizeof value, "%u", rows);
        row(line, sizeof line, 4, value);
        at += snprintf(text + at, sizeof text - (size_t)at, "%s", line);
    }
    smallm_context *context = open_with(text);
    static const struct {
        int64_t experts, slots;
        unsigned line;
    } cases[] = {{128, 1, 2},   {128, 16, 2}, {128, 128, 2}, {128, 129, 3}, {128, 256, 3}, {128, 257, 4},
                 {128, 512, 4}, {1, 1, 2},    {1, 5, 5},     {1, 64, 8},    {1, 65, 0},    {3, 4096, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const unsigned line = line_of(context, problem_of(cases[i].experts, cases[i].slots),
                                      cases[i].line != 0 ? "Tuned: line" : "The cost model's choice");
        CHECK(line == cases[i].line, "%d experts, %d slots: line %u, not %u", (int)cases[i].experts,
              (int)cases[i].slots, line, cases[i].line);
    }
    smallm_moe_problem problem = problem_of(128, 16);
    problem.weighted = 9;
    CHECK(line_of(context, problem, "The cost model's choice") == 0, "weighted");
    problem = problem_of(128, 16);
    problem.a_div = 5;
    CHECK(line_of(context, problem, "The cost model's choice") == 0, "a_div");
    problem = problem_of(128, 16);
    problem.kernel = other;
    CHECK(line_of(context, problem, "forced by name") == 0, "forced");
    smallm_context_destroy(context);
}

static void test_declines(void) {
    char line[1024], text[2048];
    row(line, sizeof line, 9, "0");
    snprintf(text, sizeof text, "%s%s", header, line);
    smallm_context *context = open_with(text);
    smallm_plan *plan;
    smallm_moe_problem problem = problem_of(128, 16);
    CHECK_FAILS(smallm_moe_plan_create(&plan, context, &problem), SMALLM_DECLINED, "line 2 of", "use_asm = 0",
                "N=1536 K=6144 a_div=4 weighted=0 rows=1", "ignore_tuning");
    problem.ignore_tuning = 1;
    line_of(context, problem, "its use_asm = 0 is not followed");
    problem.ignore_tuning = 0;
    problem.determinism = SMALLM_BATCH_INVARIANT;
    line_of(context, problem, "Batch-invariant");
    smallm_context_destroy(context);
}

/* A row with splits that only few experts' blocks leave tickets for. */
static void test_passed_over(void) {
    char line[1024], text[2048];
    row(line, sizeof line, 8, "2");
    snprintf(text, sizeof text, "%s%s", header, line);
    smallm_context *context = open_with(text);
    CHECK(line_of(context, problem_of(128, 4), "Tuned: line 2") == 2, "few slots");
    line_of(context, problem_of(4096, 4096), "is not followed: k_splits is 2");
    smallm_moe_problem problem = problem_of(128, 4);
    problem.k_splits = 1;
    line_of(context, problem, "and k_splits is given");
    smallm_context_destroy(context);
}

int main(int argc, char **argv) {
    if (argc != 2)
        return 2;
    library = argv[1];
    close(mkstemp(file));
    /* The widest, whose splits need the fewest tickets. */
    for (uint32_t i = 0; i < smallm_kernel_count(); i++) {
        const char *name = smallm_kernel_name(i);
        if (!kernel_is_moe(name))
            continue;
        snprintf(other, sizeof other, "%s", name);
        if (kernel_is_matrix(name) && (kernel[0] == '\0' || kernel_columns(name) >= kernel_columns(kernel)))
            snprintf(kernel, sizeof kernel, "%s", name);
    }
    CHECK(kernel[0] != '\0', "no matrix kernel for MoE is built in");
    test_cells();
    test_lines();
    test_rows();
    test_declines();
    test_passed_over();
    unlink(file);
    return test_result();
}
