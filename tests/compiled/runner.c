/* Runs compiled kernels through HIP and compares them with the CPU.
 *
 *   compiled_runner [--only NAME] [--file FILE] [--object FILE.co] [--quick] [--list] DIRECTORY
 *
 * DIRECTORY holds FILE.co for every file of kernels/. On the simulator each kernel runs under preset `compiled` in
 * several orders and must leave no finding; its own functions are looked up at run time, so that on a GPU the same
 * program checks the same kernels. Exit status 0: all right; 1: something wrong; 2: could not run. */
#include <dlfcn.h>
#include <hip/hip_runtime_api.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel_test.h"

#define FILE_OF_KERNELS(name) extern const struct kernel_file kernel_file_##name;
#include "files.inc"
#undef FILE_OF_KERNELS

static const struct kernel_file *const files[] = {
#define FILE_OF_KERNELS(name) &kernel_file_##name,
#include "files.inc"
#undef FILE_OF_KERNELS
};

enum { FILES = sizeof files / sizeof *files };

static struct {
    int (*set)(const char *name, const char *value);
    const char *(*findings)(void);
    const char *(*finding_rule)(size_t n);
    void (*reset)(void);
} sim;

static const struct order {
    const char *order, *seed;
} orders[] = {
    {"run-to-barrier", "0"}, {"reversed", "0"}, {"lock-step", "0"}, {"shuffle", "1"}, {"shuffle", "20260101"},
};

static const char *only, *only_file, *object;
static bool quick, brief;
static unsigned kernels, launches, failures;

static bool hip_ok(hipError_t e, const char *what, const char *name) {
    if (e == hipSuccess)
        return true;
    fprintf(stderr, "%s: %s: %s\n", name, what, hipGetErrorString(e));
    return false;
}

struct buffers {
    void *device[KERNEL_ARGS_MAX], *host[KERNEL_ARGS_MAX], *cpu[KERNEL_ARGS_MAX];
};

static void release(struct buffers *b) {
    for (int i = 0; i < KERNEL_ARGS_MAX; i++) {
        if (b->device[i])
            (void)hipFree(b->device[i]);
        free(b->host[i]);
        free(b->cpu[i]);
    }
}

/* The same data for the device and, at its own address, for the CPU. */
static bool prepare(const struct kernel_test *t, struct buffers *b) {
    for (int i = 0; i < KERNEL_ARGS_MAX && t->args[i].kind != ARG_NONE; i++) {
        const struct kernel_arg *a = &t->args[i];
        if (a->kind != ARG_BUFFER)
            continue;
        b->host[i] = malloc(a->bytes);
        b->cpu[i] = malloc(a->bytes);
        if (!b->host[i] || !b->cpu[i])
            return hip_ok(hipErrorOutOfMemory, "host memory", t->name);
        if (!hip_ok(hipMalloc(&b->device[i], a->bytes), "hipMalloc", t->name))
            return false;
        memset(b->cpu[i], 0xcc, a->bytes);
        if (!a->fill)
            continue;
        uint64_t seed = 1000 + (uint64_t)i, again = seed;
        a->fill(b->host[i], a->bytes, &seed, (uint64_t)(uintptr_t)b->device[i]);
        a->fill(b->cpu[i], a->bytes, &again, (uint64_t)(uintptr_t)b->cpu[i]);
        if (!hip_ok(hipMemcpy(b->device[i], b->host[i], a->bytes, hipMemcpyHostToDevice), "hipMemcpy", t->name))
            return false;
    }
    return true;
}

static void run_cpu(const struct kernel_test *t, struct buffers *b) {
    union cpu_arg args[KERNEL_ARGS_MAX];
    for (int i = 0; i < KERNEL_ARGS_MAX; i++) {
        args[i] = t->args[i].value;
        if (t->args[i].kind == ARG_BUFFER)
            args[i].pointer = b->cpu[i];
    }
    memcpy(cpu_item.size, t->size, sizeof cpu_item.size);
    memcpy(cpu_item.groups, t->groups, sizeof cpu_item.groups);
    t->cpu(args);
}

static bool launch(const struct kernel_test *t, hipFunction_t f, struct buffers *b) {
    union cpu_arg values[KERNEL_ARGS_MAX];
    void *params[KERNEL_ARGS_MAX];
    for (int i = 0; i < KERNEL_ARGS_MAX; i++) {
        values[i] = t->args[i].value;
        if (t->args[i].kind == ARG_BUFFER)
            values[i].pointer = b->device[i];
        params[i] = &values[i];
    }
    launches++;
    hipError_t e = hipModuleLaunchKernel(f, t->groups[0], t->groups[1], t->groups[2], t->size[0], t->size[1],
                                         t->size[2], t->lds, NULL, params, NULL);
    if (e == hipSuccess)
        e = hipDeviceSynchronize();
    return brief ? e == hipSuccess : hip_ok(e, "launch", t->name);
}

static void show(const char *label, const void *bytes, size_t size, size_t at) {
    printf("    %s", label);
    for (size_t k = at & ~(size_t)3, n = 0; k < size && n < 16; k++, n++)
        printf("%s%02x", n % 4 ? "" : " ", ((const unsigned char *)bytes)[k]);
    puts("");
}

static bool compare(const struct kernel_test *t, struct buffers *b, const char *order) {
    bool right = true;
    for (int i = 0; i < KERNEL_ARGS_MAX; i++) {
        const struct kernel_arg *a = &t->args[i];
        if (a->kind != ARG_BUFFER)
            continue;
        if (!hip_ok(hipMemcpy(b->host[i], b->device[i], a->bytes, hipMemcpyDeviceToHost), "hipMemcpy", t->name))
            return false;
        long wrong = (a->compare ? a->compare : same_bits)(b->host[i], b->cpu[i], a->bytes, a->tolerance);
        if (wrong < 0)
            continue;
        right = false;
        if (brief)
            continue;
        printf("%s (%s): argument %d differs from the CPU at element %ld\n", t->name, order, i, wrong);
        long byte = same_bits(b->host[i], b->cpu[i], a->bytes, 0);
        show("device", b->host[i], a->bytes, (size_t)byte);
        show("CPU   ", b->cpu[i], a->bytes, (size_t)byte);
    }
    return right;
}

static void print_rules(void) {
    if (sim.finding_rule)
        for (size_t n = 0; sim.finding_rule(n); n++)
            printf(" %s", sim.finding_rule(n));
}

/* One launch. The module is loaded anew: kernels may change its variables. */
static bool run_once(const struct kernel_test *t, const char *path, const struct order *o) {
    struct buffers b = {0};
    hipModule_t module = NULL;
    hipFunction_t f;
    if (sim.set &&
        (sim.set("order", o->order) != 0 || sim.set("seed", o->seed) != 0 || sim.set("checks", "compiled") != 0))
        return false;
    bool ran = false, right = false;
    if (hip_ok(hipModuleLoad(&module, path), path, t->name) &&
        hip_ok(hipModuleGetFunction(&f, module, t->name), path, t->name) && prepare(t, &b)) {
        run_cpu(t, &b);
        ran = launch(t, f, &b);
        right = (ran || brief) && compare(t, &b, o->order);
    }
    bool found = sim.findings && *sim.findings();
    if (brief) {
        printf("%s %s/%s: %s%s", t->name, o->order, o->seed, right ? "right" : "wrong", ran ? "" : " failed");
        print_rules();
        puts("");
    } else if (found)
        printf("%s (%s): findings:\n%s\n", t->name, o->order, sim.findings());
    release(&b);
    if (module)
        (void)hipModuleUnload(module);
    if (!ran)
        (void)hipDeviceReset(); /* a failed launch leaves the device in error */
    if (sim.reset)
        sim.reset();
    return ran && right && !found;
}

static void run_kernel(const struct kernel_test *t, const char *path) {
    size_t n = sim.set && !quick ? sizeof orders / sizeof *orders : 1;
    kernels++;
    for (size_t i = 0; i < n; i++)
        if (!run_once(t, path, &orders[i])) {
            failures++;
            break;
        }
}

static void run_file(const struct kernel_file *f, const char *directory) {
    char path[4096];
    if (object)
        snprintf(path, sizeof path, "%s", object);
    else
        snprintf(path, sizeof path, "%s/%s.co", directory, f->name);
    for (size_t i = 0; i < f->count; i++)
        if (!only || strcmp(only, f->tests[i].name) == 0)
            run_kernel(&f->tests[i], path);
}

static void find_simulator(void) {
    /* ISO C has no cast from an object pointer to a function pointer. */
    *(void **)&sim.set = dlsym(RTLD_DEFAULT, "gfx950sim_set");
    *(void **)&sim.findings = dlsym(RTLD_DEFAULT, "gfx950sim_findings");
    *(void **)&sim.finding_rule = dlsym(RTLD_DEFAULT, "gfx950sim_finding_rule");
    *(void **)&sim.reset = dlsym(RTLD_DEFAULT, "gfx950sim_reset");
}

static int list(void) {
    for (int i = 0; i < FILES; i++)
        for (size_t k = 0; k < files[i]->count; k++)
            printf("%s %s\n", files[i]->name, files[i]->tests[k].name);
    return 0;
}

int main(int argc, char **argv) {
    const char *directory = NULL;
    for (int i = 1; i < argc; i++) {
        const char *value = i + 1 < argc ? argv[i + 1] : NULL;
        if (strcmp(argv[i], "--quick") == 0)
            quick = true;
        else if (strcmp(argv[i], "--brief") == 0)
            brief = true;
        else if (strcmp(argv[i], "--list") == 0)
            return list();
        else if (strcmp(argv[i], "--only") == 0 && value)
            only = value, i++;
        else if (strcmp(argv[i], "--file") == 0 && value)
            only_file = value, i++;
        else if (strcmp(argv[i], "--object") == 0 && value)
            object = value, i++;
        else if (argv[i][0] != '-' && !directory)
            directory = argv[i];
        else {
            fprintf(stderr, "compiled_runner: '%s' is not understood or lacks its value\n", argv[i]);
            return 2;
        }
    }
    if (!directory && !object) {
        fprintf(stderr, "usage: compiled_runner [--only KERNEL] [--file FILE] [--object FILE.co] [--quick] [--brief] "
                        "[--list] DIRECTORY\n");
        return 2;
    }
    find_simulator();
    for (int i = 0; i < FILES; i++)
        if (!only_file || strcmp(only_file, files[i]->name) == 0)
            run_file(files[i], directory);
    if (!kernels) {
        fprintf(stderr, "compiled_runner: no such kernel; --list names them\n");
        return 2;
    }
    if (!brief)
        printf("%u kernels, %u launches, %u kernels wrong\n", kernels, launches, failures);
    return failures ? 1 : 0;
}
