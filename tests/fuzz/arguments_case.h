/* A case of fuzz_arguments: a context, a few plans of it, and steps that use them. */
#ifndef TESTS_FUZZ_ARGUMENTS_CASE_H
#define TESTS_FUZZ_ARGUMENTS_CASE_H

#include "arguments_hip.h"
#include "arguments_make.h"
#include "arguments_rules.h"

enum { PLANS = 8, TICKET_BYTES = 32768 };

#define SET STATUS_SET
enum {
    OK = SET(SMALLM_OK),
    DECLINED = SET(SMALLM_DECLINED),
    NULL_POINTER = SET(SMALLM_ERROR_NULL_POINTER),
    STRUCT_SIZE = SET(SMALLM_ERROR_STRUCT_SIZE),
    HIP = SET(SMALLM_ERROR_HIP),
    CAPTURE = SET(SMALLM_ERROR_CAPTURE)
};

/* What cases did, and which one runs: shared with the parent. */
struct progress {
    _Atomic uint64_t now, cases, contexts, calls, errors, declined, launched;
};
extern struct progress *progress;

struct held_plan {
    smallm_plan *plan;
    smallm_dense_problem problem; /* with the kernel that was forced, if any */
    smallm_plan_info info;
};

struct one_case {
    char folder[64], csv[96], moe_csv[96], bad_objects[96];
    smallm_context *context;
    const char *kernel; /* forced by the context */
    struct table table;
    struct moe_table moe_table;
    struct held_plan plans[PLANS];
    unsigned count;
};
extern struct one_case it;

extern bool quiet; /* no log message is allowed now */

/* The status is one of those allowed, and comes with a sentence. */
void check(const char *call, smallm_status status, statuses allowed);

/* One of the next `among` HIP calls may fail. */
void maybe_fail(uint64_t among);

/* it.context, or NULL; with options and environment variables that may be wrong. */
void make_context(void);

/* The problem with the kernel that it or the context forces. */
smallm_dense_problem with_forced(const smallm_dense_problem *problem);

/* What a plan for it may give. Of a problem with the forced kernel, and a right size. */
statuses plan_answers(const smallm_dense_problem *problem);

/* Any problem, of the table's now and then. */
smallm_dense_problem some_problem(void);

void drop_plan(unsigned index);

void step_plan(void);
void step_execute(void);
void step_dense(void);
void step_capture(void);
void step_workspace(void);

/* The launch that a call under way may make, where it is not one of a dense problem; NULL: none. */
extern void (*other_judge)(const struct launch *launch);

void step_quantise(void);
void step_sort(void);
void step_moe(void);

#endif
