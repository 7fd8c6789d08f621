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

/* 16 tokens of 4 slots, whose rows of X are shared by 4. */
static inline smallm_moe_problem good_moe_problem(int64_t experts, int64_t n, int64_t k) {
    smallm_moe_problem problem;
    smallm_moe_problem_init(&problem, sizeof problem);
    problem.experts = experts;
    problem.n = n;
    problem.k = k;
    problem.x_rows = 16;
    problem.slots = 64;
    problem.a_div = 4;
    problem.sorted_len = smallm_moe_sorted_len(problem.slots, experts, problem.block_m);
    return problem;
}

static inline smallm_moe_buffers good_moe_buffers(void) {
    smallm_moe_buffers buffers;
    smallm_moe_buffers_init(&buffers, sizeof buffers);
    buffers.x = (void *)0x10000;
    buffers.x_scale = (void *)0x20004;
    buffers.w = (void *)0x30010;
    buffers.w_scale = (void *)0x40008;
    buffers.sorted_token_ids = (void *)0x60004;
    buffers.expert_ids = (void *)0x70004;
    buffers.num_tokens_post_padded = (void *)0x80004;
    buffers.out = (void *)0x50004;
    return buffers;
}

#endif
