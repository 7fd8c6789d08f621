#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "element.h"
#include "smallm/quantise.h"

static const char *const devices[] = {[DEVICE_AUTO] = "auto", [DEVICE_GPU] = "gpu", [DEVICE_SIM] = "sim", NULL};
static const char *const levels[] = {[SMALLM_FASTEST] = "fast",
                                     [SMALLM_DETERMINISTIC] = "deterministic",
                                     [SMALLM_BATCH_INVARIANT] = "batch-invariant",
                                     NULL};
static const char *const rules[] = {[SMALLM_SCALE_CEIL] = "ceil", [SMALLM_SCALE_FLOOR] = "floor", NULL};

const char *options_determinism(smallm_determinism determinism) {
    return levels[determinism];
}

const char *options_rule(int rule) {
    return rules[rule];
}

static enum exit_status read_number(const char *name, const char *text, int64_t *value) {
    char *end;
    errno = 0;
    *value = strtoll(text, &end, 10);
    if (errno == 0 && end != text && *end == '\0')
        return EXIT_RIGHT;
    return complain(EXIT_BAD_ARGUMENTS, "--%s is \"%s\"; it must be a whole number", name, text);
}

static enum exit_status read_text(const char *name, const char *text, struct option_texts *texts) {
    if (texts->count == MOST_TEXTS)
        return complain(EXIT_BAD_ARGUMENTS, "--%s \"%s\" is one too many; it may be given %d times", name, text,
                        MOST_TEXTS);
    texts->text[texts->count++] = text;
    return EXIT_RIGHT;
}

static enum exit_status read_type(const char *name, const char *text, smallm_type *type) {
    *type = element_type(text);
    if (*type != SMALLM_TYPE_NONE)
        return EXIT_RIGHT;
    return complain(EXIT_BAD_ARGUMENTS, "--%s is \"%s\"; it must be bf16, f16 or f32", name, text);
}

/* The number of a word among words; `rule` names them all. */
static enum exit_status read_word(const char *name, const char *text, const char *const *words, const char *rule,
                                  int *value) {
    for (*value = 0; words[*value] != NULL; ++*value)
        if (strcmp(text, words[*value]) == 0)
            return EXIT_RIGHT;
    return complain(EXIT_BAD_ARGUMENTS, "--%s is \"%s\"; it must be %s", name, text, rule);
}

static enum exit_status read_value(const struct option_row *row, const char *text) {
    enum exit_status status = EXIT_RIGHT;
    int word = 0;
    switch (row->kind) {
    case OPTION_NUMBER:
        return read_number(row->name, text, row->value);
    case OPTION_TEXT:
        *(const char **)row->value = text;
        return EXIT_RIGHT;
    case OPTION_TEXTS:
        return read_text(row->name, text, row->value);
    case OPTION_TYPE:
        return read_type(row->name, text, row->value);
    case OPTION_DETERMINISM:
        status = read_word(row->name, text, levels, "fast, deterministic or batch-invariant", &word);
        *(smallm_determinism *)row->value = (smallm_determinism)word;
        return status;
    case OPTION_DEVICE:
        status = read_word(row->name, text, devices, "auto, gpu or sim", &word);
        *(enum device_choice *)row->value = (enum device_choice)word;
        return status;
    case OPTION_RULE:
        status = read_word(row->name, text, rules, "ceil or floor", &word);
        *(smallm_scale_rule *)row->value = (smallm_scale_rule)word;
        return status;
    case OPTION_FLAG:
        *(bool *)row->value = true;
    }
    return status;
}

static enum exit_status check_required(const char *command, const struct option_row *rows, const bool *given) {
    for (int i = 0; rows[i].name != NULL; i++)
        if (rows[i].required && !given[i])
            return complain(EXIT_BAD_ARGUMENTS, "--%s is missing; %s needs it, see smallm --help", rows[i].name,
                            command);
    return EXIT_RIGHT;
}

enum exit_status options_read(const char *command, const struct option_row *rows, int argc, char **argv) {
    struct option table[MOST_OPTIONS + 1] = {{0}};
    bool given[MOST_OPTIONS] = {false};
    for (int i = 0; rows[i].name != NULL && i < MOST_OPTIONS; i++)
        table[i] = (struct option){rows[i].name, rows[i].kind == OPTION_FLAG ? no_argument : required_argument, NULL,
                                   'z' + 1 + i};
    optind = 1;
    opterr = 0;
    for (;;) {
        const int at = optind, option = getopt_long(argc, argv, ":", table, NULL);
        if (option == -1)
            break;
        if (option == ':')
            return complain(EXIT_BAD_ARGUMENTS, "%s needs a value", argv[at]);
        if (option == '?')
            return complain(EXIT_BAD_ARGUMENTS, "\"%s\" is not an option of %s; see smallm --help", argv[at], command);
        const int row = option - 'z' - 1;
        given[row] = true;
        enum exit_status status = read_value(&rows[row], optarg);
        if (status != EXIT_RIGHT)
            return status;
    }
    if (optind < argc)
        return complain(EXIT_BAD_ARGUMENTS, "\"%s\" is not an option of %s; see smallm --help", argv[optind], command);
    return check_required(command, rows, given);
}
