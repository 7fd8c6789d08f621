/* Tables of tuned dense cells: every refusal with its line and column, what is accepted, who replaces whom, and broken
 * files by the thousand. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fake_context.h"
#include "kernel_name.h"
#include "random.h"
#include "smallm/table.h"

enum { CELLS = 10 };

static const char header[] = "K,N,M,kernel,n_tile,k_waves,k_splits,use_asm,us,method\n";
static const char *library;
static char file[] = "/tmp/smallm-table-XXXXXX";

/* A row, a cell a string. The kernel is number `kernel`. */
struct row {
    char cells[CELLS][160];
};

enum { K, N, M, KERNEL, N_TILE, K_WAVES, K_SPLITS, USE_ASM, US, METHOD };

static smallm_kernel_properties properties_of(uint32_t kernel) {
    smallm_kernel_properties properties = {.size = sizeof properties};
    CHECK_OK(smallm_kernel_get_properties(kernel, &properties));
    return properties;
}

static struct row row_of(uint32_t kernel, unsigned k, unsigned n, unsigned m) {
    const smallm_kernel_properties properties = properties_of(kernel);
    struct row row;
    memset(&row, 0, sizeof row);
    snprintf(row.cells[K], sizeof row.cells[K], "%u", k);
    snprintf(row.cells[N], sizeof row.cells[N], "%u", n);
    snprintf(row.cells[M], sizeof row.cells[M], "%u", m);
    snprintf(row.cells[KERNEL], sizeof row.cells[KERNEL], "%s", smallm_kernel_name(kernel));
    snprintf(row.cells[N_TILE], sizeof row.cells[N_TILE], "%u", properties.n_tile);
    snprintf(row.cells[K_WAVES], sizeof row.cells[K_WAVES], "%u", properties.k_waves);
    strcpy(row.cells[K_SPLITS], "1");
    strcpy(row.cells[USE_ASM], "1");
    strcpy(row.cells[US], "4.25");
    strcpy(row.cells[METHOD], "model");
    return row;
}

/* Returns the column at which cell `wanted` starts. */
static unsigned join(char *text, const struct row *row, int wanted) {
    unsigned column = 0;
    char *at = text;
    for (int i = 0; i < CELLS; i++) {
        if (i == wanted)
            column = (unsigned)(at - text) + 1;
        at += sprintf(at, "%s%s", row->cells[i], i + 1 < CELLS ? "," : "\n");
    }
    return column;
}

static void write_file(const void *text, size_t bytes) {
    FILE *stream = fopen(file, "wb");
    if (stream == NULL || fwrite(text, 1, bytes, stream) != bytes || fclose(stream) != 0) {
        fprintf(stderr, "%s: %s\n", file, strerror(errno));
        exit(1);
    }
}

static void write_text(const char *text) {
    write_file(text, strlen(text));
}

struct reports {
    unsigned count, lines[8], columns[8];
    char reasons[8][512];
};

static void collect(void *user, uint32_t line, uint32_t column, const char *reason) {
    struct reports *reports = user;
    if (reports->count < 8) {
        reports->lines[reports->count] = line;
        reports->columns[reports->count] = column;
        snprintf(reports->reasons[reports->count], sizeof reports->reasons[0], "%s", reason);
    }
    reports->count++;
}

/* The file is refused for one thing at `line`:`column`; a check says so and a context says the same. */
static void refused(unsigned line, unsigned column, const char *reason) {
    struct reports reports = {0};
    char place[256], words[2048];
    snprintf(place, sizeof place, "%s:%u:%u: ", file, line, column);
    CHECK_FAILS(smallm_dense_table_check(file, NULL, collect, &reports), SMALLM_ERROR_TABLE, place, reason);
    snprintf(words, sizeof words, "%s", smallm_last_error());
    CHECK(reports.count == 1, "%u problems in: %s", reports.count, words);
    CHECK(reports.lines[0] == line && reports.columns[0] == column && strstr(words, reports.reasons[0]) != NULL,
          "%u:%u: %s, but: %s", reports.lines[0], reports.columns[0], reports.reasons[0], words);
    smallm_context_options options;
    smallm_context_options_init(&options, sizeof options);
    options.hip_library = library;
    options.dense_csv = file;
    smallm_context *context = NULL;
    CHECK_FAILS(smallm_context_create(&context, &options), SMALLM_ERROR_TABLE, place, reason);
    CHECK(context == NULL && strcmp(words, smallm_last_error()) == 0, "a context says: %s", smallm_last_error());
}

static void accepted(uint64_t wanted) {
    uint64_t rows = 12345;
    CHECK_OK(smallm_dense_table_check(file, &rows, NULL, NULL));
    CHECK(rows == wanted, "%llu rows, not %llu", (unsigned long long)rows, (unsigned long long)wanted);
}

/* The dense kernels come first. */
static uint32_t dense_kernels(void) {
    uint32_t count = 0;
    while (kernel_is_dense(smallm_kernel_name(count)))
        count++;
    return count;
}

/* First kernel with the property, which the library must have. */
static uint32_t kernel_that(int splits_k) {
    for (uint32_t i = 0; i < smallm_kernel_count(); i++)
        if (kernel_is_dense(smallm_kernel_name(i)) && (int)properties_of(i).splits_k == splits_k)
            return i;
    fprintf(stderr, "no kernel has splits_k %d\n", splits_k);
    exit(1);
}

static void refused_cell(uint32_t kernel, int cell, const char *text, const char *reason) {
    char line[2048], whole[4096];
    struct row row = row_of(kernel, 1024, 64, 1);
    snprintf(row.cells[cell], sizeof row.cells[cell], "%s", text);
    const unsigned column = join(line, &row, cell);
    snprintf(whole, sizeof whole, "# a comment\n\n%s%s", header, line);
    write_text(whole);
    refused(4, column, reason);
}

static void test_cells(void) {
    static const struct {
        int cell;
        const char *text, *reason;
    } cases[] = {
        {K, "1008", "multiple of 32"},
        {K, "0", "from 32 to"},
        {K, "2147483648", "from 32 to"},
        {K, "99999999999999999999", "from 32 to"},
        {K, "-32", "\"-32\""},
        {K, "+32", "\"+32\""},
        {K, "0x20", "\"0x20\""},
        {K, "1024.0", "whole number"},
        {K, "", "whole number"},
        {N, "0", "from 1 to"},
        {N, "many", "N is \"many\""},
        {M, "0", "from 1 to"},
        {M, "1 1", "\"1 1\""},
        {M, "65", "takes from 1 to"},
        {KERNEL, "smallm_dense_gemv_m3", "\"smallm_dense_gemv_m3\""},
        {KERNEL, "", "kernel is \"\""},
        {N_TILE, "5000", "n_tile is 5000"},
        {N_TILE, "x", "n_tile is \"x\""},
        {K_WAVES, "1000", "k_waves is 1000"},
        {K_SPLITS, "0", "k_splits is \"0\""},
        {K_SPLITS, "2", "k_splits is 2"},
        {USE_ASM, "2", "from 0 to 1"},
        {USE_ASM, "yes", "use_asm is \"yes\""},
        {USE_ASM, "", "use_asm is \"\""},
        {US, "-1", "us is \"-1\""},
        {US, "nan", "us is \"nan\""},
        {US, "inf", "us is \"inf\""},
        {US, "1e3", "us is \"1e3\""},
        {US, "1.", "us is \"1.\""},
        {US, ".5", "us is \".5\""},
        {US, "1.2.3", "us is \"1.2.3\""},
        {US, "1000000001", "us is \"1000000001\""},
        {US, "0000000000000000001", "us is"},
        {US, "", "us is \"\""},
        {METHOD, "", "method is empty"},
    };
    const uint32_t kernel = kernel_that(0);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        refused_cell(kernel, cases[i].cell, cases[i].text, cases[i].reason);
    char longest[160];
    memset(longest, 'k', sizeof longest);
    longest[sizeof longest - 1] = '\0';
    refused_cell(kernel, KERNEL, longest, "no kernel has that name");
    /* 1024 is 8 steps of 128. */
    const uint32_t matrix = kernel_that(1);
    refused_cell(matrix, K_SPLITS, "9", "k_splits is 9");
    refused_cell(matrix, K, "33554432", "k is 33554432");
    refused_cell(matrix, N, "2147483647", "n is 2147483647");
    char tile[16];
    snprintf(tile, sizeof tile, "%u", properties_of(matrix).m_tile + 1);
    refused_cell(matrix, M, tile, "takes from 1 to");
}

/* More tickets than a workspace has. */
static void test_tiles(void) {
    const uint32_t matrix = kernel_that(1);
    const unsigned n = 4096 * properties_of(matrix).n_tile, waves = properties_of(matrix).k_waves;
    char text[4096], line[2048];
    struct row row = row_of(matrix, 256 * waves, n, 1);
    strcpy(row.cells[K_SPLITS], "2");
    join(line, &row, 0);
    snprintf(text, sizeof text, "%s%s", header, line);
    write_text(text);
    accepted(1);
    snprintf(row.cells[N], sizeof row.cells[N], "%u", n + 1);
    const unsigned column = join(line, &row, K_SPLITS);
    snprintf(text, sizeof text, "%s%s", header, line);
    write_text(text);
    refused(2, column, "tickets");
}

static void test_lines(void) {
    char text[8192], good[2048], other[2048];
    struct row row = row_of(0, 1024, 64, 1);
    join(good, &row, 0);
    row = row_of(0, 1024, 65, 1);
    join(other, &row, 0);

    write_text("");
    refused(1, 1, "no header");
    write_text("# only\n\n# comments\n");
    refused(3, 1, "no header");
    write_text(good);
    refused(1, 1, "must be the header K,N,M");
    write_text("\xef\xbb\xbfK,N,M,kernel,n_tile,k_waves,k_splits,use_asm,us,method\n");
    refused(1, 1, "must be the header");
    snprintf(text, sizeof text, "%s1,2,3\n", header);
    write_text(text);
    refused(2, 1, "cells is 3; it must be 10");
    snprintf(text, sizeof text, "%s%.*s,11\n", header, (int)strlen(good) - 1, good);
    write_text(text);
    refused(2, 1, "cells is 11; it must be 10");
    snprintf(text, sizeof text, "%s%s%s# again\n%s", header, good, other, good);
    write_text(text);
    refused(5, 1, "already in line 2");
    snprintf(text, sizeof text, "%s%.*s\rold\n", header, (int)strlen(good) - 1, good);
    write_text(text);
    refused(2, (unsigned)strlen(good), "byte 0x0d");

    const size_t bytes = (size_t)snprintf(text, sizeof text, "%s%s%s", header, good, other);
    text[strlen(header) + 7] = '\0';
    write_file(text, bytes);
    refused(2, 8, "byte 0x00");
}

static void test_accepted(void) {
    char text[8192], line[2048];
    struct row row = row_of(0, 1024, 64, 1);
    write_text(header);
    accepted(0);
    join(line, &row, 0);
    snprintf(text, sizeof text, "  # indented comment\n\n%s\n\t\n%s# last", header, line);
    write_text(text);
    accepted(1);
    snprintf(text, sizeof text, "%s%.*s", header, (int)strlen(line) - 1, line);
    write_text(text);
    accepted(1);

    /* Windows' line ends, blanks around cells, any words as the method, numbers of every length. */
    strcpy(row.cells[US], "0");
    strcpy(row.cells[METHOD], "measured: 3 runs; \"really\"");
    snprintf(text, sizeof text, "%.*s\r\n# a comment\r\n\r\n", (int)strlen(header) - 1, header);
    for (int i = 0; i < CELLS; i++)
        sprintf(text + strlen(text), " %s\t%s", row.cells[i], i + 1 < CELLS ? "," : "\r\n");
    write_text(text);
    accepted(1);
}

static void test_files(void) {
    CHECK_FAILS(smallm_dense_table_check("/no/such/table.csv", NULL, NULL, NULL), SMALLM_ERROR_TABLE,
                "/no/such/table.csv", "cannot be read");
    CHECK_FAILS(smallm_dense_table_check("/tmp", NULL, NULL, NULL), SMALLM_ERROR_TABLE, "\"/tmp\"", "regular file");
    CHECK_FAILS(smallm_dense_table_check("", NULL, NULL, NULL), SMALLM_ERROR_TABLE, "cannot be read");
    struct reports reports = {0};
    CHECK_FAILS(smallm_dense_table_check("/dev/zero", NULL, collect, &reports), SMALLM_ERROR_TABLE, "/dev/zero");
    CHECK(reports.count == 1 && reports.lines[0] == 0 && strstr(reports.reasons[0], "/dev/zero") != NULL,
          "%u reports, the first of line %u: %s", reports.count, reports.lines[0], reports.reasons[0]);
    write_text(header);
    CHECK(truncate(file, (8 << 20) + 1) == 0, "truncate: %s", strerror(errno));
    CHECK_FAILS(smallm_dense_table_check(file, NULL, NULL, NULL), SMALLM_ERROR_TABLE, file, "8388609 bytes");
    CHECK(unlink(file) == 0 && mkfifo(file, 0600) == 0, "mkfifo: %s", strerror(errno));
    CHECK_FAILS(smallm_dense_table_check(file, NULL, NULL, NULL), SMALLM_ERROR_TABLE, file, "regular file");
    unlink(file);
}

/* A check goes on after a wrong row, and then names what is there twice. */
static void test_all_problems(void) {
    char text[8192], good[2048];
    struct row row = row_of(0, 1024, 64, 1);
    join(good, &row, 0);
    snprintf(text, sizeof text, "%s%s1,2\n%s# fine\nx,1,1,k,1,1,1,1,1,m\n", header, good, good);
    write_text(text);
    struct reports reports = {0};
    uint64_t rows = 0;
    CHECK_FAILS(smallm_dense_table_check(file, &rows, collect, &reports), SMALLM_ERROR_TABLE,
                ":3:1: the number of cells is 2");
    CHECK(reports.count == 3 && reports.lines[0] == 3 && reports.lines[1] == 6 && reports.lines[2] == 4,
          "%u problems, in lines %u, %u, %u", reports.count, reports.lines[0], reports.lines[1], reports.lines[2]);
    CHECK(strstr(reports.reasons[2], "already in line 2") != NULL, "%s", reports.reasons[2]);
    CHECK(rows == 2, "%llu rows", (unsigned long long)rows);
}

static void test_properties(void) {
    smallm_kernel_properties properties = {.size = sizeof properties};
    CHECK_FAILS(smallm_kernel_get_properties(smallm_kernel_count(), &properties), SMALLM_ERROR_KERNEL_NAME, "index is");
    CHECK_FAILS(smallm_kernel_get_properties(0, NULL), SMALLM_ERROR_NULL_POINTER, "properties is NULL");
    properties.size = 1;
    CHECK_FAILS(smallm_kernel_get_properties(0, &properties), SMALLM_ERROR_STRUCT_SIZE, "smallm_kernel_properties");
}

static const char *explanation(const char *option, int64_t k, int64_t n, int64_t m) {
    static char text[2048];
    smallm_context_options options;
    smallm_context_options_init(&options, sizeof options);
    options.hip_library = library;
    options.dense_csv = option;
    smallm_context *context = NULL;
    smallm_plan *plan = NULL;
    smallm_plan_info info = {.size = sizeof info};
    smallm_dense_problem problem = good_problem(m, n, k);
    CHECK_OK(smallm_context_create(&context, &options));
    CHECK_OK(smallm_dense_plan_create(&plan, context, &problem));
    CHECK_OK(smallm_plan_get_info(plan, &info));
    snprintf(text, sizeof text, "%s", info.explanation);
    smallm_plan_destroy(plan);
    smallm_context_destroy(context);
    return text;
}

/* The option, then the variable, then the built-in table; and only the very shape. */
static void test_who_wins(void) {
    char text[4096], line[2048], of_file[256];
    struct row row = row_of(0, 1056, 77, 1);
    strcpy(row.cells[METHOD], "stopwatch");
    join(line, &row, 0);
    snprintf(text, sizeof text, "%s%s", header, line);
    write_text(text);
    snprintf(of_file, sizeof of_file, "line 2 of %s", file);
    const char *said = explanation(file, 1056, 77, 1);
    CHECK(strstr(said, of_file) != NULL && strstr(said, "stopwatch") != NULL, "option: %s", said);
    CHECK(strncmp(said, smallm_kernel_name(0), strlen(smallm_kernel_name(0))) == 0, "not followed: %s", said);
    const int64_t others[][3] = {{1056, 77, 2}, {1056, 78, 1}, {1024, 77, 1}, {1088, 77, 1}, {1056, 76, 1}};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        said = explanation(file, others[i][0], others[i][1], others[i][2]);
        CHECK(strstr(said, file) == NULL, "another shape: %s", said);
    }
    setenv("SMALLM_DENSE_CSV", "/no/such/table.csv", 1);
    said = explanation(file, 1056, 77, 1);
    CHECK(strstr(said, of_file) != NULL, "the option and a variable: %s", said);
    smallm_context *context = NULL;
    smallm_context_options options;
    smallm_context_options_init(&options, sizeof options);
    options.hip_library = library;
    CHECK_FAILS(smallm_context_create(&context, &options), SMALLM_ERROR_TABLE, "/no/such/table.csv");
    setenv("SMALLM_DENSE_CSV", file, 1);
    said = explanation(NULL, 1056, 77, 1);
    CHECK(strstr(said, of_file) != NULL, "the variable: %s", said);
    setenv("SMALLM_DENSE_CSV", "", 1);
    said = explanation(NULL, 1056, 77, 1);
    CHECK(strstr(said, "line ") == NULL, "an empty variable: %s", said);
    unsetenv("SMALLM_DENSE_CSV");
}

/* Many rows, in no order: each is found. */
static void test_find(void) {
    enum { ROWS = 200 };
    char *text = malloc(ROWS * 256 + sizeof header), *at = text + sprintf(text, "%s", header);
    for (unsigned i = 0; i < ROWS; i++) {
        const unsigned mixed = i * 77 % ROWS;
        struct row row = row_of(0, 32 * (1 + mixed % 10), 1 + mixed / 10, 1);
        snprintf(row.cells[METHOD], sizeof row.cells[METHOD], "row %u", mixed);
        join(at, &row, 0);
        at += strlen(at);
    }
    write_text(text);
    free(text);
    accepted(ROWS);
    smallm_context_options options;
    smallm_context_options_init(&options, sizeof options);
    options.hip_library = library;
    options.dense_csv = file;
    smallm_context *context = NULL;
    CHECK_OK(smallm_context_create(&context, &options));
    for (unsigned i = 0; i < ROWS && context != NULL; i++) {
        smallm_plan *plan = NULL;
        smallm_plan_info info = {.size = sizeof info};
        smallm_dense_problem problem = good_problem(1, 1 + i / 10, 32 * (1 + i % 10));
        char method[32];
        snprintf(method, sizeof method, "(row %u)", i);
        CHECK_OK(smallm_dense_plan_create(&plan, context, &problem));
        CHECK_OK(smallm_plan_get_info(plan, &info));
        CHECK(strstr(info.explanation, method) != NULL, "row %u: %s", i, info.explanation);
        smallm_plan_destroy(plan);
    }
    smallm_context_destroy(context);
}

/* The reference's 105 cells come from the built-in table. */
static void test_built_in(void) {
    static const int64_t shapes[][2] = {{6144, 9216}, {6144, 4608}, {6144, 2304}, {6144, 1152}, {6144, 6144},
                                        {6144, 3072}, {6144, 1536}, {6144, 768},  {8192, 6144}, {4096, 6144},
                                        {2048, 6144}, {1024, 6144}, {3072, 6144}, {1536, 6144}, {768, 6144}};
    uint64_t rows = 0;
    CHECK_OK(smallm_dense_table_check(NULL, &rows, NULL, NULL));
    CHECK(rows >= 105, "%llu rows", (unsigned long long)rows);
    smallm_context *context = fake_context(library);
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        for (int64_t m = 1; m <= 64; m *= 2) {
            smallm_plan *plan = NULL;
            smallm_plan_info info = {.size = sizeof info};
            smallm_dense_problem problem = good_problem(m, shapes[i][1], shapes[i][0]);
            CHECK_OK(smallm_dense_plan_create(&plan, context, &problem));
            CHECK_OK(smallm_plan_get_info(plan, &info));
            CHECK(strstr(info.explanation, "of built-in dense.csv says so") != NULL, "%s", info.explanation);
            smallm_plan_destroy(plan);
        }
    }
    smallm_context_destroy(context);
}

static void mutate(char *text, size_t *bytes, size_t room, struct random_state *random) {
    static const char symbols[] = "0123456789,,,\n\r#-. \"xKNM_\t";
    for (uint64_t edits = 1 + random_below(random, 4); edits != 0; edits--) {
        const size_t at = random_below(random, *bytes), length = 1 + random_below(random, 20);
        switch (random_below(random, 6)) {
        case 0:
            text[at] = (char)random_below(random, 256);
            break;
        case 1:
            text[at] = symbols[random_below(random, sizeof symbols - 1)];
            break;
        case 2: /* leave some out */
            if (at + length < *bytes) {
                memmove(text + at, text + at + length, *bytes - at - length);
                *bytes -= length;
            }
            break;
        case 3: /* say some twice */
            if (at + length < *bytes && *bytes + length < room) {
                memmove(text + at + length, text + at, *bytes - at);
                *bytes += length;
            }
            break;
        case 4:
            if (*bytes > 200)
                *bytes -= random_below(random, 100);
            break;
        default: /* copy from elsewhere */
            if (at + length < *bytes)
                memmove(text + at, text + random_below(random, *bytes - length), length);
        }
    }
}

static void test_mutations(void) {
    enum { ROUNDS = 10000, ROWS = 6, ROOM = 4096 };
    char good[ROOM], text[ROOM], path[64];
    const int memory = memfd_create("table", 0);
    snprintf(path, sizeof path, "/proc/self/fd/%d", memory);
    size_t good_bytes = (size_t)sprintf(good, "# comment\n%s", header);
    for (unsigned i = 0; i < ROWS; i++) {
        struct row row = row_of(i % dense_kernels(), 1024, 64 + i, 1);
        join(good + good_bytes, &row, 0);
        good_bytes += strlen(good + good_bytes);
    }
    struct random_state random;
    random_seed(&random, 20);
    unsigned right = 0, wrong = 0;
    for (int round = 0; round < ROUNDS; round++) {
        size_t bytes = good_bytes;
        memcpy(text, good, bytes);
        mutate(text, &bytes, sizeof text, &random);
        if (ftruncate(memory, 0) != 0 || pwrite(memory, text, bytes, 0) != (ssize_t)bytes)
            exit(2);
        struct reports reports = {0};
        uint64_t rows = 0;
        const smallm_status status = smallm_dense_table_check(path, &rows, collect, &reports);
        CHECK((status == SMALLM_OK && reports.count == 0 && rows <= bytes) ||
                  (status == SMALLM_ERROR_TABLE && reports.count > 0 && reports.lines[0] >= 1 &&
                   reports.columns[0] >= 1 && reports.reasons[0][0] != '\0'),
              "round %d: status %d, %u problems", round, (int)status, reports.count);
        right += status == SMALLM_OK;
        wrong += status != SMALLM_OK;
    }
    close(memory);
    CHECK(right > ROUNDS / 50 && wrong > ROUNDS / 2, "%u right, %u wrong", right, wrong);
}

int main(int argc, char **argv) {
    if (argc != 2)
        return 2;
    library = argv[1];
    unsetenv("SMALLM_DENSE_CSV");
    const int made = mkstemp(file);
    if (made < 0)
        return 2;
    close(made);
    test_cells();
    test_tiles();
    test_lines();
    test_accepted();
    test_all_problems();
    test_properties();
    test_who_wins();
    test_find();
    test_built_in();
    test_mutations();
    test_files();
    unlink(file);
    return test_result();
}
