#include "check_csv.h"

#define _GNU_SOURCE
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "smallm/table.h"

typedef smallm_status check_table(const char *file, uint64_t *rows, smallm_table_problem problem, void *user);

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

/* Kinds of tables differ by their first column: the header, the first line that is no comment, begins with it. What
 * cannot be read, or is no table, is left to the dense check, which says so. */
static check_table *kind_of(const char *file) {
    struct stat status;
    FILE *stream = stat(file, &status) == 0 && S_ISREG(status.st_mode) ? fopen(file, "r") : NULL;
    check_table *check = smallm_dense_table_check;
    char *line = NULL;
    size_t room = 0;
    while (stream != NULL && getline(&line, &room, stream) >= 0) {
        const char *first = line + strspn(line, " \t\r\n");
        if (*first == '\0' || *first == '#')
            continue;
        if (strncmp(first, "N,", 2) == 0)
            check = smallm_moe_table_check;
        break;
    }
    free(line);
    if (stream != NULL)
        fclose(stream);
    return check;
}

enum exit_status check_csv(const char *file) {
    struct problems problems = {.file = file};
    uint64_t rows;
    const smallm_status status = kind_of(file)(file, &rows, print, &problems);
    if (status == SMALLM_OK) {
        printf("%s: %" PRIu64 " row%s, all right\n", file, rows, rows == 1 ? "" : "s");
        return EXIT_RIGHT;
    }
    if (problems.count == 0)
        return exit_status_of(status);
    return complain(EXIT_BAD_ARGUMENTS, "%s has %" PRIu64 " problem%s; a context would refuse it", file, problems.count,
                    problems.count == 1 ? "" : "s");
}
