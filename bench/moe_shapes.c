#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "moe_shapes.h"

static const char header[] = "experts,n,k,a_div,weighted,combine,block_m,top_k,routing,Ts";
enum { NUMBERS = 8, MOST_TOKENS = 4096, LINE_BYTES = 512 };

static bool add(struct moe_shape **shapes, size_t *count, struct moe_shape shape) {
    struct moe_shape *grown = realloc(*shapes, (*count + 1) * sizeof *grown);
    if (grown == NULL)
        return false;
    *shapes = grown;
    grown[(*count)++] = shape;
    return true;
}

static bool read_number(const char **text, char end, unsigned least, unsigned *value) {
    char *rest;
    errno = 0;
    const unsigned long number = strtoul(*text, &rest, 10);
    if (errno != 0 || rest == *text || (*rest != end && *rest != '\0') || number < least || number > INT32_MAX)
        return false;
    *value = (unsigned)number;
    *text = rest;
    return true;
}

/* What is wrong with a line, or NULL. */
static const char *read_line(const char *text, struct moe_shape **shapes, size_t *count) {
    struct moe_shape shape;
    struct {
        unsigned *value, least;
    } const numbers[NUMBERS] = {{&shape.experts, 1},  {&shape.n, 1},       {&shape.k, 32},      {&shape.a_div, 1},
                                {&shape.weighted, 0}, {&shape.combine, 0}, {&shape.block_m, 4}, {&shape.top_k, 1}};
    for (int i = 0; i < NUMBERS; i++)
        if (!read_number(&text, ',', numbers[i].least, numbers[i].value) || *text++ != ',')
            return "it does not begin with eight numbers in range";
    if (shape.k % 32 != 0 || shape.block_m % 4 != 0)
        return "k must be a multiple of 32 and block_m of 4";
    char word[16];
    int used = 0;
    if (sscanf(text, "%15[a-z],%n", word, &used) != 1 || used == 0 || !route_named(word, &shape.routing))
        return "its routing must be balanced, random or one";
    text += used;
    for (;;) {
        if (!read_number(&text, '|', 1, &shape.tokens) || shape.tokens > MOST_TOKENS)
            return "its last column must be numbers from 1 to 4096, as 1|4|16";
        if (!add(shapes, count, shape))
            return "there is no memory for it";
        if (*text++ == '\0')
            return NULL;
    }
}

static enum exit_status read_all(FILE *stream, struct moe_shape **shapes, size_t *count, const char *file) {
    char line[LINE_BYTES];
    bool begun = false;
    for (unsigned number = 1; fgets(line, sizeof line, stream) != NULL; number++) {
        line[strcspn(line, "\r\n")] = '\0';
        if (line[0] == '#' || line[0] == '\0')
            continue;
        const char *fault = begun                       ? read_line(line, shapes, count)
                            : strcmp(line, header) == 0 ? NULL
                                                        : "the first line must be the names of the columns";
        if (fault != NULL)
            return complain(EXIT_BAD_ARGUMENTS, "%s:%u: \"%s\": %s; the columns are %s", file, number, line, fault,
                            header);
        begun = true;
    }
    return begun ? EXIT_RIGHT : complain(EXIT_BAD_ARGUMENTS, "%s has no line %s", file, header);
}

enum exit_status moe_shapes_read(struct moe_shape **shapes, size_t *count, const char *file) {
    FILE *stream = fopen(file, "r");
    *shapes = NULL;
    *count = 0;
    if (stream == NULL)
        return complain(EXIT_BAD_ARGUMENTS, "%s cannot be opened: %s", file, strerror(errno));
    enum exit_status status = read_all(stream, shapes, count, file);
    fclose(stream);
    if (status != EXIT_RIGHT) {
        free(*shapes);
        *shapes = NULL;
    }
    return status;
}

smallm_moe_problem moe_problem(const struct moe_shape *shape) {
    smallm_moe_problem problem;
    smallm_moe_problem_init(&problem, sizeof problem);
    problem.experts = shape->experts;
    problem.n = shape->n;
    problem.k = shape->k;
    problem.slots = (int64_t)shape->tokens * shape->top_k;
    problem.x_rows = (problem.slots + shape->a_div - 1) / shape->a_div;
    problem.a_div = shape->a_div;
    problem.block_m = shape->block_m;
    problem.sorted_len = smallm_moe_sorted_len(problem.slots, problem.experts, problem.block_m);
    problem.top_k = shape->combine ? shape->top_k : 0;
    problem.weighted = (int32_t)shape->weighted;
    return problem;
}
