#define _GNU_SOURCE
/* A fuzzer over the arguments of the public functions: right ones, ones at a limit, and wrong ones, with a HIP of its
 * own that fails now and then. Each call must give an answer that the headers allow, with a sentence; a kernel is
 * launched exactly where all arguments are valid, and then with the right grid, bounds and pointers; execute allocates
 * nothing.
 *
 *   fuzz_arguments [--seconds N] [--seed S] [--case N]
 *
 * Cases run in a child process: however one ends, the parent names it, and --seed S --case N runs it again, alone, in
 * the process itself (for a debugger). */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "arguments_case.h"
#include "fuzz.h"

enum { STEPS = 200, LONGEST_ERROR = 2047 };

static struct progress alone;
struct progress *progress = &alone;
struct one_case it;
bool quiet;

_Noreturn void wrong(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    fputs("fuzz_arguments: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    abort();
}

void check(const char *call, smallm_status status, statuses allowed) {
    progress->calls++;
    progress->declined += status == SMALLM_DECLINED;
    progress->errors += status > SMALLM_DECLINED;
    if ((unsigned)status > 63 || (allowed & SET(status)) == 0)
        wrong("%s gave %s (%s); allowed are the statuses of the mask 0x%llx", call, smallm_status_string(status),
              smallm_last_error(), (unsigned long long)allowed);
    const size_t length = strlen(smallm_last_error());
    if (status != SMALLM_OK && (length == 0 || length > LONGEST_ERROR))
        wrong("%s gave %s with a message of %zu bytes", call, smallm_status_string(status), length);
}

void maybe_fail(uint64_t among) {
    hip_clear();
    hip.fail_in = fuzz_once_in(16) ? (int)fuzz_below(among) : -1;
}

static void step_info(void) {
    const smallm_context_info context_info = {.size = sizeof context_info};
    struct sized given = sized_copy(&context_info, sizeof context_info);
    statuses allowed = 0;
    smallm_context *context = fuzz_once_in(16) ? NULL : it.context;
    const smallm_status status = smallm_context_get_info(context, given.memory);
    size_t size;
    memcpy(&size, given.memory, sizeof size);
    /* Bytes past what this version knows are written, not read. */
    allowed = size < sizeof context_info || size > 65536 ? STRUCT_SIZE : 0;
    allowed |= context == NULL ? NULL_POINTER : 0;
    check("smallm_context_get_info", status, allowed != 0 ? allowed : OK);
    free(given.memory);
    if (it.count == 0)
        return;
    const smallm_plan_info plan_info = {.size = sizeof plan_info};
    given = sized_copy(&plan_info, sizeof plan_info);
    memcpy(&size, given.memory, sizeof size);
    const bool null = fuzz_once_in(16);
    allowed = size < sizeof plan_info || size > 65536 ? STRUCT_SIZE : 0;
    allowed |= null ? NULL_POINTER : 0;
    check("smallm_plan_get_info", smallm_plan_get_info(null ? NULL : it.plans[fuzz_below(it.count)].plan, given.memory),
          allowed != 0 ? allowed : OK);
    free(given.memory);
}

static void step_small(void) {
    smallm_context_destroy(NULL);
    smallm_plan_destroy(NULL);
    if (smallm_status_string((smallm_status)(fuzz_once_in(2) ? fuzz_below(40) : fuzz_next()))[0] == '\0' ||
        smallm_version() != SMALLM_VERSION || smallm_kernel_name((uint32_t)fuzz_next() | 1u << 31) != NULL)
        wrong("a constant is not as it should be");
    void (*const inits[])(void *, size_t) = {(void (*)(void *, size_t))(void (*)(void))smallm_context_options_init,
                                             (void (*)(void *, size_t))(void (*)(void))smallm_dense_problem_init,
                                             (void (*)(void *, size_t))(void (*)(void))smallm_dense_buffers_init,
                                             (void (*)(void *, size_t))(void (*)(void))smallm_moe_problem_init,
                                             (void (*)(void *, size_t))(void (*)(void))smallm_moe_buffers_init,
                                             (void (*)(void *, size_t))(void (*)(void))smallm_moe_sort_args_init,
                                             (void (*)(void *, size_t))(void (*)(void))smallm_quantise_args_init};
    const size_t size = fuzz_below(400);
    void *memory = malloc(size + !size);
    for (size_t i = 0; i < sizeof inits / sizeof *inits && memory != NULL; i++) {
        inits[i](NULL, size);
        inits[i](memory, size);
        if (size >= sizeof size && memcmp(memory, &size, sizeof size) != 0)
            wrong("an init function leaves another size than %zu", size);
    }
    free(memory);
    if (it.count > 0 && fuzz_once_in(2))
        drop_plan((unsigned)fuzz_below(it.count));
}

static void run_case(uint64_t seed, uint64_t n) {
    fuzz_seed(seed, n);
    make_context();
    if (it.context != NULL) {
        static void (*const steps[])(void) = {step_plan,    step_plan,      step_plan,  step_execute, step_execute,
                                              step_execute, step_execute,   step_dense, step_dense,   step_dense,
                                              step_capture, step_workspace, step_info,  step_small,   step_quantise,
                                              step_sort,    step_moe,       step_moe,   step_moe};
        for (uint64_t i = fuzz_below(STEPS); i > 0; i--)
            steps[fuzz_below(sizeof steps / sizeof *steps)]();
    }
    while (it.count > 0)
        drop_plan((unsigned)fuzz_below(it.count));
    hip.fail_in = fuzz_once_in(8) ? (int)fuzz_below(8) : -1;
    smallm_context_destroy(it.context);
    hip.fail_in = -1;
    it.context = NULL;
    if (hip.modules != 0)
        wrong("%d modules are left after smallm_context_destroy", hip.modules);
    progress->cases++;
}

/* --- files and processes --- */

static void set_up(void) {
    const char *temporary = getenv("TMPDIR");
    snprintf(it.folder, sizeof it.folder, "%s/fuzz_arguments_XXXXXX",
             temporary != NULL && strlen(temporary) < 32 ? temporary : "/tmp");
    if (mkdtemp(it.folder) == NULL)
        wrong("no folder %s", it.folder);
    snprintf(it.csv, sizeof it.csv, "%s/dense.csv", it.folder);
    snprintf(it.moe_csv, sizeof it.moe_csv, "%s/moe.csv", it.folder);
    snprintf(it.bad_objects, sizeof it.bad_objects, "%s/bad", it.folder);
    char file[256];
    snprintf(file, sizeof file, "%s/%s.co", it.bad_objects, smallm_kernel_name(smallm_kernel_count() / 2));
    FILE *stream = mkdir(it.bad_objects, 0700) == 0 ? fopen(file, "wb") : NULL;
    if (stream == NULL || fputs("\177ELF and then nothing of the kind", stream) < 0 || fclose(stream) != 0)
        wrong("%s cannot be written", file);
    hip.fail_in = -1;
}

static void clean_up(void) {
    char file[256];
    snprintf(file, sizeof file, "%s/%s.co", it.bad_objects, smallm_kernel_name(smallm_kernel_count() / 2));
    unlink(file);
    rmdir(it.bad_objects);
    unlink(it.csv);
    unlink(it.moe_csv);
    rmdir(it.folder);
}

static int work(uint64_t seed, double until) {
    for (uint64_t n = 0; fuzz_seconds() < until; n++) {
        progress->now = n;
        run_case(seed, n);
    }
    return 0;
}

static int report(uint64_t seed, int status, bool stuck) {
    const unsigned long long now = progress->now, launched = progress->launched, errors = progress->errors;
    printf("seed %llu: %llu cases, %llu contexts, %llu calls: %llu errors, %llu declined, %llu launches\n",
           (unsigned long long)seed, (unsigned long long)progress->cases, (unsigned long long)progress->contexts,
           (unsigned long long)progress->calls, errors, (unsigned long long)progress->declined, launched);
    const bool useful = launched > 0 && errors > 0 && progress->declined > 0 && progress->contexts < progress->cases;
    if (status != 0 || stuck)
        fprintf(stderr, "fuzz_arguments: case %llu %s (status 0x%x); again: fuzz_arguments --seed %llu --case %llu\n",
                now, stuck ? "does not end" : "failed", (unsigned)status, (unsigned long long)seed, now);
    else if (!useful)
        fputs("fuzz_arguments: no mixture of launches, errors and declines: the arguments are useless\n", stderr);
    return status != 0 || stuck || !useful;
}

int main(int argc, char **argv) {
    uint64_t seed = 1, single = UINT64_MAX;
    double budget = 10;
    for (int i = 1; i < argc; i += 2) {
        if (i + 1 < argc && strcmp(argv[i], "--seconds") == 0)
            budget = strtod(argv[i + 1], NULL);
        else if (i + 1 < argc && strcmp(argv[i], "--seed") == 0)
            seed = strtoull(argv[i + 1], NULL, 0);
        else if (i + 1 < argc && strcmp(argv[i], "--case") == 0)
            single = strtoull(argv[i + 1], NULL, 0);
        else
            return fputs("usage: fuzz_arguments [--seconds N] [--seed S] [--case N]\n", stderr), 2;
    }
    set_up();
    if (single != UINT64_MAX) {
        run_case(seed, single);
        clean_up();
        return 0;
    }
    progress = mmap(NULL, sizeof *progress, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (progress == MAP_FAILED)
        wrong("no shared memory");
    fflush(NULL);
    pid_t child = fork();
    if (child < 0)
        wrong("no child process");
    if (child == 0)
        exit(work(seed, fuzz_seconds() + budget));
    bool stuck;
    int status = fuzz_supervise(child, &progress->now, &stuck);
    clean_up();
    return report(seed, status, stuck);
}
