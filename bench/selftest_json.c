/* A self-test's report for programs. What there is none of is null. */
#include <cjson/cJSON.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "selftest_parts.h"
#include "smallm/version.h"
#include "time_result.h"

static void add(cJSON *object, const char *name, double value) {
    if (isfinite(value))
        cJSON_AddNumberToObject(object, name, value);
    else
        cJSON_AddNullToObject(object, name);
}

static cJSON *row_in(cJSON *array, const char *name) {
    cJSON *row = cJSON_CreateObject();
    cJSON_AddItemToArray(array, row);
    cJSON_AddStringToObject(row, "name", name);
    return row;
}

static void add_kernels(cJSON *json, const struct selftest_report *report) {
    cJSON *array = cJSON_AddArrayToObject(json, "kernels");
    for (unsigned i = 0; i < report->kernels; i++) {
        const struct selftest_kernel *kernel = &report->kernel[i];
        cJSON *row = row_in(array, kernel->name);
        cJSON_AddBoolToObject(row, "pass", kernel->pass);
        cJSON *trials = cJSON_AddArrayToObject(row, "trials");
        for (unsigned at = 0; at < kernel->trials; at++) {
            const struct selftest_trial *trial = &kernel->trial[at];
            cJSON *one = cJSON_CreateObject();
            cJSON_AddItemToArray(trials, one);
            cJSON_AddStringToObject(one, "shape", trial->shape);
            cJSON_AddBoolToObject(one, "pass", trial->pass);
            add(one, "rel_err", trial->compared ? trial->rel_err : NAN);
            add(one, "bound_ratio", trial->compared ? trial->bound_ratio : NAN);
            add(one, "wrong_elements", trial->compared ? (double)trial->wrong : NAN);
        }
    }
}

static void add_micros(cJSON *json, const struct selftest_report *report) {
    cJSON *array = cJSON_AddArrayToObject(json, "micro_benchmarks");
    for (unsigned i = 0; i < report->micros; i++) {
        const struct selftest_micro *micro = &report->micro[i];
        const char confidence[] = {micro->confidence, '\0'};
        cJSON *row = row_in(array, micro->name);
        cJSON_AddStringToObject(row, "unit", micro->unit);
        cJSON_AddStringToObject(row, "parameter", micro->parameter);
        cJSON_AddStringToObject(row, "confidence", confidence);
        add(row, "hardware", micro->hardware);
        add(row, "modelled", micro->modelled);
        add(row, "machine_file", micro->by_file);
        cJSON_AddBoolToObject(row, "pass", micro->pass);
    }
}

static void add_side(cJSON *row, const char *name, bool there, const struct time_result *result) {
    if (!there) {
        cJSON_AddNullToObject(row, name);
        return;
    }
    cJSON *side = cJSON_AddObjectToObject(row, name);
    if (result->kernel[0] == '\0') {
        cJSON_AddStringToObject(side, "refused", result->refused);
        return;
    }
    cJSON_AddStringToObject(side, "kernel", result->kernel);
    cJSON_AddNumberToObject(side, "k_splits", result->k_splits);
    add(side, "us", result->measured.us);
    add(side, "gbps", time_gbps(result));
    add(side, "roof_fraction", time_gbps(result) / result->roof_gbps);
}

static void add_cells(cJSON *json, const struct selftest_report *report) {
    cJSON *array = cJSON_AddArrayToObject(json, "cells");
    for (unsigned i = 0; i < report->cells; i++) {
        cJSON *row = row_in(array, report->cell[i].name);
        add_side(row, "hardware", report->cell[i].on_hardware, &report->cell[i].hardware);
        add_side(row, "modelled", report->cell[i].in_model, &report->cell[i].modelled);
    }
}

enum exit_status selftest_print_json(const struct selftest_report *report) {
    cJSON *json = cJSON_CreateObject();
    cJSON_AddStringToObject(json, "op", "selftest");
    cJSON_AddStringToObject(json, "library_version", smallm_version_string());
    cJSON_AddStringToObject(json, "device", report->backend->info.device_name);
    cJSON_AddStringToObject(json, "hip_library", report->backend->info.hip_library);
    cJSON_AddBoolToObject(json, "simulated", report->backend->sim.present);
    if (report->model != NULL)
        cJSON_AddStringToObject(json, "model", report->model->info.hip_library);
    else
        cJSON_AddNullToObject(json, "model");
    add(json, "hardware_mhz", report->hardware_mhz > 0 ? report->hardware_mhz : NAN);
    cJSON_AddBoolToObject(json, "pass",
                          !report->broken_off && selftest_wrong_kernels(report) + selftest_wrong_micros(report) == 0);
    cJSON_AddBoolToObject(json, "broken_off", report->broken_off);
    add_kernels(json, report);
    add_micros(json, report);
    add_cells(json, report);
    return time_json_print(json);
}
