#define _GNU_SOURCE
#include "tune_shapes.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "smallm/types.h"

enum { LARGEST = 0x7fffffff };

int shape_compare(const struct shape *a, const struct shape *b) {
    if (a->k != b->k)
        return a->k < b->k ? -1 : 1;
    if (a->n != b->n)
        return a->n < b->n ? -1 : 1;
    return a->m < b->m ? -1 : a->m > b->m;
}

static int compare(const void *a, const void *b) {
    return shape_compare(a, b);
}

/* A number from 1 and the comma after it. */
static bool number(const char **at, unsigned *value) {
    if (**at < '0' || **at > '9')
        return false;
    char *end;
    const unsigned long long given = strtoull(*at, &end, 10);
    *value = (unsigned)given;
    *at = end + 1;
    return *end == ',' && given >= 1 && given <= LARGEST;
}

struct list {
    struct shape *shapes;
    size_t count, room;
};

static bool append(struct list *list, struct shape shape) {
    if (list->count == list->room) {
        const size_t room = 2 * list->room + MOST_M;
        struct shape *larger = realloc(list->shapes, room * sizeof *larger);
        if (larger == NULL)
            return false;
        list->shapes = larger;
        list->room = room;
    }
    list->shapes[list->count++] = shape;
    return true;
}

static const char *read_line(struct list *list, const char *line, const struct tune_options *options) {
    struct shape shape;
    bool own[MOST_M + 1];
    const char *at = line;
    if (!number(&at, &shape.k) || !number(&at, &shape.n) || !tune_m_list(at, '|', own))
        return "a line must be K,N,Ms with whole numbers and Ms from 1 to 64, as 6144,2304,1|2|64";
    if (shape.k % SMALLM_BLOCK_K != 0)
        return "K must be a multiple of 32, the block that shares a scale";
    const bool *wanted = options->m_given ? options->m : own;
    for (shape.m = 1; shape.m <= MOST_M; shape.m++)
        if (wanted[shape.m] && !append(list, shape))
            return "there is no memory for the shapes";
    return NULL;
}

static const char *read_lines(struct list *list, FILE *file, size_t *number, const struct tune_options *options) {
    const char *wrong = NULL;
    bool header = false;
    char *line = NULL;
    size_t room = 0;
    while (wrong == NULL && getline(&line, &room, file) >= 0) {
        ++*number;
        line[strcspn(line, "\r\n")] = '\0';
        if (line[0] == '\0' || line[0] == '#')
            continue;
        if (header)
            wrong = read_line(list, line, options);
        else if (strcmp(line, "K,N,Ms") != 0)
            wrong = "the first line that is no comment must be the header K,N,Ms";
        header = true;
    }
    free(line);
    if (wrong == NULL && ferror(file))
        wrong = strerror(errno);
    return wrong == NULL && list->count == 0 ? "there is no shape" : wrong;
}

enum exit_status shapes_read(struct shape **shapes, size_t *count, const struct tune_options *options) {
    FILE *file = fopen(options->shapes, "r");
    if (file == NULL)
        return complain(EXIT_BAD_ARGUMENTS, "the shapes %s cannot be read: %s; name them with --shapes",
                        options->shapes, strerror(errno));
    struct list list = {0};
    size_t number = 0;
    const char *wrong = read_lines(&list, file, &number, options);
    fclose(file);
    if (wrong != NULL) {
        free(list.shapes);
        return complain(EXIT_BAD_ARGUMENTS, "%s:%zu: %s", options->shapes, number, wrong);
    }
    qsort(list.shapes, list.count, sizeof *list.shapes, compare);
    *count = 0;
    for (size_t i = 0; i < list.count; i++)
        if (i == 0 || shape_compare(&list.shapes[i], &list.shapes[i - 1]) != 0)
            list.shapes[(*count)++] = list.shapes[i];
    *shapes = list.shapes;
    return EXIT_RIGHT;
}
