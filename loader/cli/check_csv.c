#include "check_csv.h"

#include <inttypes.h>
#include <stdio.h>

#include "smallm/table.h"

struct problems {
    const char *file;
    uint64_t count;
};

static void print(void *user, uint32_t line, uint32_t column, const char *reason) {
    struct problems *problems = user;
    problems->count++;
    if (line == 0)
        fprintf(stderr, "%s\n", reason);
    else
        fprintf(stderr, "%s:%" PRIu32 ":%" PRIu32 ": %s\n", problems->file, line, column, reason);
}

enum exit_status check_csv(const char *file) {
    struct problems problems = {.file = file};
    uint64_t rows;
    const smallm_status status = smallm_dense_table_check(file, &rows, print, &problems);
    if (status == SMALLM_OK) {
        printf("%s: %" PRIu64 " row%s, all right\n", file, rows, rows == 1 ? "" : "s");
        return EXIT_RIGHT;
    }
    if (problems.count == 0)
        return exit_status_of(status);
    return complain(EXIT_BAD_ARGUMENTS, "%s has %" PRIu64 " problem%s; a context would refuse it", file, problems.count,
                    problems.count == 1 ? "" : "s");
}
