/* A context on the fake HIP, and a problem and buffers that are right, for tests to spoil. */
#ifndef TESTS_LOADER_FAKE_CONTEXT_H
#define TESTS_LOADER_FAKE_CONTEXT_H

#include <dlfcn.h>
#include <stdlib.h>

#include "fake_hip.h"
#include "smallm/smallm.h"
#include "test.h"

static struct fake_hip *fake;

static inline smallm_context *fake_context(const char *library) {
    void *handle = dlopen(library, RTLD_NOW | RTLD_LOCAL);
    fake = handle != NULL ? dlsym(handle, "fake_hip") : NULL;
    smallm_context_options options;
    smallm_context_options_init(&options, sizeof options);
    options.hip_handle = handle;
    smallm_context *context = NULL;
    if (fake == NULL || smallm_context_create(&context, &options) != SMALLM_OK) {
        fprintf(stderr, "no context on %s: %s\n", library, smallm_last_error());
        exit(1);
    }
    return context;
}

static inline smallm_dense_problem good_problem(int64_t m, int64_t n, int64_t k) {
    smallm_dense_problem problem;
    smallm_dense_problem_init(&problem, sizeof problem);
    problem.m = m;
    problem.n = n;
    problem.k = k;
    return problem;
}

/* Never dereferenced by the fake. */
static inline smallm_dense_buffers good_buffers(void) {
    smallm_dense_buffers buffers;
    smallm_dense_buffers_init(&buffers, sizeof buffers);
    buffers.x = (void *)0x10000;
    buffers.x_scale = (void *)0x20004;
    buffers.w = (void *)0x30010;
    buffers.w_scale = (void *)0x40008;
    buffers.out = (void *)0x50002;
    return buffers;
}

#endif
