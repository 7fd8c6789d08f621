/* A process in which somebody else, "the framework", has a HIP library of its own: libsmallm uses the one that the
 * documented order says, for everything, and leaves the other alone. One case per process, since a library once loaded
 * stays.
 *
 *   test_hip_beside CASE local|global FRAMEWORKS_HIP OTHER_HIP */
#include <dlfcn.h>
#include <stdlib.h>

#include "fake_hip.h"
#include "smallm/smallm.h"
#include "test.h"

enum { MEMORY = 1 << 20 };

struct library {
    const char *file;
    void *handle;
    struct fake_hip *state; /* NULL: not a fake */
};

static struct library load(const char *file, int flags) {
    struct library library = {.file = file, .handle = dlopen(file, RTLD_NOW | flags)};
    CHECK(library.handle != NULL, "%s", dlerror());
    library.state = library.handle != NULL ? dlsym(library.handle, "fake_hip") : NULL;
    return library;
}

/* What the framework would notice. */
struct view {
    int calls, modules, launches, device;
};

static struct view look(const struct library *library) {
    const struct fake_hip *fake = library->state;
    return (struct view){fake->calls, fake->modules, fake->launches, fake->current_device};
}

static void check_left_alone(const struct library *library, struct view before) {
    const struct view now = look(library);
    CHECK(memcmp(&now, &before, sizeof now) == 0,
          "%s: %d calls, %d modules, %d launches, device %d; before %d, %d, %d, %d", library->file, now.calls,
          now.modules, now.launches, now.device, before.calls, before.modules, before.launches, before.device);
}

static void *function(const struct library *library, const char *name) {
    void *address = dlsym(library->handle, name);
    CHECK(address != NULL, "%s has no %s", library->file, name);
    return address;
}

static void framework_works(const struct library *framework) {
    framework->state->devices = 3;
    framework->state->current_device = 2;
    int (*launch)(void *, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, void *, void **,
                  void **);
    memcpy(&launch, (void *[]){function(framework, "hipModuleLaunchKernel")}, sizeof launch);
    framework->state->record = 0;
    CHECK(launch(NULL, 1, 1, 1, 64, 1, 1, 0, NULL, NULL, NULL) == 0, "the framework's own launch");
    framework->state->record = 1;
}

static smallm_context *create(void *handle, const char *file, smallm_status wanted) {
    smallm_context_options options;
    smallm_context_options_init(&options, sizeof options);
    options.hip_handle = handle;
    options.hip_library = file;
    smallm_context *context;
    smallm_status status = smallm_context_create(&context, &options);
    CHECK(status == wanted, "%s: %s", smallm_status_string(status), smallm_last_error());
    return context;
}

static int call(const struct library *library, const char *name) {
    int (*called)(void);
    memcpy(&called, (void *[]){function(library, name)}, sizeof called);
    return called();
}

static void *device_memory(const struct library *library) {
    int (*allocate)(void **, size_t), (*set)(void *, int, size_t);
    memcpy(&allocate, (void *[]){function(library, "hipMalloc")}, sizeof allocate);
    memcpy(&set, (void *[]){function(library, "hipMemset")}, sizeof set);
    void *memory = NULL;
    CHECK(allocate(&memory, MEMORY) == 0 && set(memory, 0, MEMORY) == 0, "no memory on %s", library->file);
    return memory;
}

static void free_device_memory(const struct library *library, void *memory) {
    int (*release)(void *);
    memcpy(&release, (void *[]){function(library, "hipFree")}, sizeof release);
    CHECK(release(memory) == 0, "hipFree of %s", library->file);
}

/* Everything that a context can be used for. */
static void use(smallm_context *context, const struct library *expected) {
    smallm_context_info info = {.size = sizeof info};
    CHECK_OK(smallm_context_get_info(context, &info));
    CHECK(strcmp(info.hip_library, expected->file) == 0, "%s is used, not %s", info.hip_library, expected->file);
    unsigned char *memory = device_memory(expected);
    const int launches = expected->state != NULL ? expected->state->launches : 0;
    smallm_dense_problem problem;
    smallm_dense_problem_init(&problem, sizeof problem);
    problem.m = 1, problem.n = 64, problem.k = 256;
    smallm_dense_buffers buffers;
    smallm_dense_buffers_init(&buffers, sizeof buffers);
    buffers.x = buffers.x_scale = buffers.w = buffers.w_scale = memory;
    buffers.out = memory + MEMORY / 2;
    CHECK_OK(smallm_workspace_init(context, memory, MEMORY, NULL));
    CHECK_OK(smallm_dense(context, &problem, &buffers, memory, MEMORY, NULL));
    smallm_plan *plan = NULL;
    CHECK_OK(smallm_dense_plan_create(&plan, context, &problem));
    CHECK_OK(smallm_dense_execute(plan, &buffers, memory, MEMORY, NULL));
    CHECK(call(expected, "hipDeviceSynchronize") == 0, "the launches on %s", expected->file);
    buffers.x = NULL;
    CHECK_FAILS(smallm_dense_execute(plan, &buffers, memory, MEMORY, NULL), SMALLM_ERROR_NULL_POINTER, "x is");
    smallm_plan_destroy(plan);
    CHECK(expected->state == NULL || expected->state->launches == launches + 2, "%d launches",
          expected->state->launches - launches);
    free_device_memory(expected, memory);
}

static void create_use_destroy(void *handle, const char *file, const struct library *expected) {
    smallm_context *context = create(handle, file, SMALLM_OK);
    if (context != NULL)
        use(context, expected);
    smallm_context_destroy(context);
    if (expected->state != NULL)
        CHECK(expected->state->modules == 0 && expected->state->modules_ever > 0, "%d modules are left of %d",
              expected->state->modules, expected->state->modules_ever);
}

/* `other` is the one that is asked for, in one of the three ways. */
static void test_named(const char *way, const struct library *framework, const char *other_file) {
    framework_works(framework);
    const struct view before = look(framework);
    struct library other = load(other_file, RTLD_LOCAL);
    if (strcmp(way, "variable") == 0)
        setenv("SMALLM_HIP_LIBRARY", other_file, 1);
    create_use_destroy(strcmp(way, "handle") == 0 ? other.handle : NULL, strcmp(way, "option") == 0 ? other_file : NULL,
                       &other);
    check_left_alone(framework, before);
    framework_works(framework);
}

/* Nothing is asked for: the framework's is used. */
static void test_found(const struct library *framework, const char *other_file) {
    struct library other = load(other_file, RTLD_LOCAL);
    const struct view before = look(&other);
    create_use_destroy(NULL, NULL, framework);
    check_left_alone(&other, before);
    CHECK(framework->state->current_device == 0, "device %d", framework->state->current_device);
}

/* Two are visible: the one that the program itself would call, the first, and no function of the second. */
static void test_both_visible(const struct library *framework, const char *other_file) {
    struct library other = load(other_file, RTLD_GLOBAL);
    const struct view before = look(&other);
    create_use_destroy(NULL, NULL, framework);
    check_left_alone(&other, before);
}

/* The first that is visible lacks a function, the second has it: an error, no mixture. */
static void test_incomplete(const struct library *framework, const char *other_file) {
    struct library other = load(other_file, RTLD_GLOBAL);
    const struct view before = look(&other), framework_before = look(framework);
    CHECK(create(NULL, NULL, SMALLM_ERROR_HIP_INCOMPLETE) == NULL, "a context of two libraries");
    CHECK(strstr(smallm_last_error(), framework->file) != NULL && strstr(smallm_last_error(), "hipModuleUnload"), "%s",
          smallm_last_error());
    check_left_alone(&other, before);
    check_left_alone(framework, framework_before);
    create_use_destroy(NULL, other_file, &other);
    check_left_alone(framework, framework_before);
}

/* A context on each at the same time. */
static void test_both_used(const struct library *framework, const char *other_file) {
    struct library other = load(other_file, RTLD_LOCAL);
    smallm_context *here = create(framework->handle, NULL, SMALLM_OK), *there = create(NULL, other_file, SMALLM_OK);
    const struct library *libraries[2] = {framework, &other};
    smallm_context *contexts[2] = {here, there};
    for (int i = 0; i < 4; i++) {
        const struct library *idle = libraries[(i + 1) % 2];
        const struct view before = look(idle);
        use(contexts[i % 2], libraries[i % 2]);
        check_left_alone(idle, before);
    }
    smallm_context_destroy(here);
    CHECK(framework->state->modules == 0 && other.state->modules > 0, "%d and %d modules", framework->state->modules,
          other.state->modules);
    smallm_context_destroy(there);
    CHECK(other.state->modules == 0, "%d modules", other.state->modules);
}

int main(int argc, char **argv) {
    unsetenv("SMALLM_HIP_LIBRARY");
    if (argc != 5)
        return 2;
    const char *mode = argv[1], *other = argv[4];
    const struct library framework = load(argv[3], strcmp(argv[2], "global") == 0 ? RTLD_GLOBAL : RTLD_LOCAL);
    if (framework.state == NULL)
        return 1;
    if (strcmp(mode, "option") == 0 || strcmp(mode, "handle") == 0 || strcmp(mode, "variable") == 0)
        test_named(mode, &framework, other);
    else if (strcmp(mode, "found") == 0)
        test_found(&framework, other);
    else if (strcmp(mode, "both_visible") == 0)
        test_both_visible(&framework, other);
    else if (strcmp(mode, "incomplete") == 0)
        test_incomplete(&framework, other);
    else if (strcmp(mode, "both_used") == 0)
        test_both_used(&framework, other);
    else
        return 2;
    return test_result();
}
