#include <math.h>
#include <stdio.h>

#include "sensitivity.h"
#include "time_result.h"

double sensitivity_change(const struct sensitivity_cell *cell, double us) {
    return 100 * (us / cell->us - 1);
}

/* "+3.1", "0" where it rounds to nothing, "-" where it was not run. */
static void format_change(char text[16], double change) {
    if (isnan(change))
        snprintf(text, 16, "-");
    else if (fabs(change) < 0.05)
        snprintf(text, 16, "0");
    else
        snprintf(text, 16, "%+.1f", change);
}

static void format_cell(char text[40], const struct sensitivity *table, size_t parameter, size_t cell) {
    const double *us = &table->parameter[parameter].us[cell * SENSITIVITY_SIDES];
    char less[16], more[16];
    format_change(less, sensitivity_change(&table->cell[cell], us[SENSITIVITY_LESS]));
    format_change(more, sensitivity_change(&table->cell[cell], us[SENSITIVITY_MORE]));
    snprintf(text, 40, "%s / %s", less, more);
}

static void format_moved(char text[24], double moved) {
    if (isnan(moved))
        snprintf(text, 24, "-");
    else
        snprintf(text, 24, "%g", moved);
}

static void format_range(char text[80], const struct sensitivity_parameter *p) {
    char less[24], more[24];
    format_moved(less, p->moved[SENSITIVITY_LESS]);
    format_moved(more, p->moved[SENSITIVITY_MORE]);
    snprintf(text, 80, "%g (%s, %s)", p->value, less, more);
}

static void print_about(const struct sensitivity *table) {
    printf("Modelled, not measured: change of the modelled time in %% when one parameter is %g %% less / more, cold "
           "caches.\n",
           table->by);
}

void sensitivity_text(const struct sensitivity *table) {
    char text[80];
    print_about(table);
    for (size_t c = 0; c < table->cells; c++)
        printf("[%zu] %s: %.3f us, %s\n", c + 1, table->cell[c].name, table->cell[c].us, table->cell[c].kernel);
    printf("%-28s %c %-24s", "parameter", 'c', "value (less, more)");
    for (size_t c = 0; c < table->cells; c++) {
        snprintf(text, sizeof text, "[%zu]", c + 1);
        printf(" %15s", text);
    }
    puts("  unit; source");
    for (size_t i = 0; i < table->parameters; i++) {
        const struct sensitivity_parameter *p = &table->parameter[i];
        format_range(text, p);
        printf("%-28s %c %-24s", p->name, p->confidence, text);
        for (size_t c = 0; c < table->cells; c++) {
            format_cell(text, table, i, c);
            printf(" %15s", text);
        }
        printf("  %s; %s\n", p->unit, p->source);
    }
}

/* A line of a table must not have its separator inside. */
static void print_field(const char *text) {
    fputs(" ", stdout);
    for (; *text != '\0'; text++)
        printf(*text == '|' ? "\\%c" : "%c", *text);
    fputs(" |", stdout);
}

void sensitivity_markdown(const struct sensitivity *table) {
    char text[80];
    print_about(table);
    puts("\n| | cell | kernel | us |\n|---|---|---|---|");
    for (size_t c = 0; c < table->cells; c++)
        printf("| %zu | %s | `%s` | %.3f |\n", c + 1, table->cell[c].name, table->cell[c].kernel, table->cell[c].us);
    fputs("\n| parameter | | value (less, more) | unit |", stdout);
    for (size_t c = 0; c < table->cells; c++)
        printf(" %zu |", c + 1);
    fputs(" source |\n|---|---|---|---|", stdout);
    for (size_t c = 0; c < table->cells; c++)
        fputs("---|", stdout);
    puts("---|");
    for (size_t i = 0; i < table->parameters; i++) {
        const struct sensitivity_parameter *p = &table->parameter[i];
        format_range(text, p);
        printf("| `%s` | %c |", p->name, p->confidence);
        print_field(text);
        print_field(p->unit);
        for (size_t c = 0; c < table->cells; c++) {
            format_cell(text, table, i, c);
            print_field(text);
        }
        print_field(p->source);
        puts("");
    }
}

/* JSON has no NAN: what was not run is null. */
static void add_number(cJSON *json, const char *name, double number) {
    if (isnan(number))
        cJSON_AddNullToObject(json, name);
    else
        cJSON_AddNumberToObject(json, name, number);
}

static cJSON *parameter_json(const struct sensitivity *table, const struct sensitivity_parameter *p) {
    static const char *const us_names[] = {"us_less", "us_more"}, *const names[] = {"change_less", "change_more"};
    const char confidence[] = {p->confidence, '\0'};
    cJSON *json = cJSON_CreateObject();
    cJSON_AddStringToObject(json, "name", p->name);
    cJSON_AddStringToObject(json, "confidence", confidence);
    cJSON_AddNumberToObject(json, "value", p->value);
    add_number(json, "less", p->moved[SENSITIVITY_LESS]);
    add_number(json, "more", p->moved[SENSITIVITY_MORE]);
    cJSON_AddStringToObject(json, "unit", p->unit);
    cJSON_AddStringToObject(json, "source", p->source);
    cJSON *cells = cJSON_AddArrayToObject(json, "cells");
    for (size_t c = 0; c < table->cells; c++) {
        cJSON *one = cJSON_CreateObject();
        for (int side = 0; side < SENSITIVITY_SIDES; side++) {
            const double us = p->us[c * SENSITIVITY_SIDES + (size_t)side];
            add_number(one, us_names[side], us);
            add_number(one, names[side], sensitivity_change(&table->cell[c], us));
        }
        cJSON_AddItemToArray(cells, one);
    }
    return json;
}

enum exit_status sensitivity_json(const struct sensitivity *table) {
    cJSON *json = cJSON_CreateObject();
    cJSON_AddBoolToObject(json, "modelled", 1);
    cJSON_AddStringToObject(json, "caches", "cold");
    cJSON_AddNumberToObject(json, "by_percent", table->by);
    cJSON *cells = cJSON_AddArrayToObject(json, "cells"), *parameters = cJSON_AddArrayToObject(json, "parameters");
    for (size_t c = 0; c < table->cells; c++) {
        cJSON *one = cJSON_CreateObject();
        cJSON_AddStringToObject(one, "cell", table->cell[c].name);
        cJSON_AddStringToObject(one, "operation", table->cell[c].kind->name);
        cJSON_AddStringToObject(one, "kernel", table->cell[c].kernel);
        cJSON_AddNumberToObject(one, "modelled_us", table->cell[c].us);
        cJSON_AddItemToArray(cells, one);
    }
    for (size_t i = 0; i < table->parameters; i++)
        cJSON_AddItemToArray(parameters, parameter_json(table, &table->parameter[i]));
    return time_json_print(json);
}
