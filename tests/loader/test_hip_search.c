/* Where HIP is looked for, and in which order. One mode per process, since a library once loaded stays. This program's
 * own dlopen stands before the C library's, so that a machine without HIP can be played on one that has it. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>

#include "smallm/smallm.h"
#include "test.h"

static int hide_system_hip;
static char asked[512]; /* what was asked for of libamdhip64, in order */

void *dlopen(const char *file, int flags) {
    void *(*real)(const char *, int);
    void *address = dlsym(RTLD_NEXT, "dlopen");
    memcpy(&real, &address, sizeof address);
    if (file != NULL && strncmp(file, "libamdhip64", 11) == 0) {
        snprintf(asked + strlen(asked), sizeof asked - strlen(asked), "%s%s ", file, flags & RTLD_NOLOAD ? "?" : "");
        if (hide_system_hip)
            return real("libamdhip64.so.that-is-not-there", flags);
    }
    return real(file, flags);
}

static smallm_status create(const char *library, char *used, size_t used_bytes) {
    smallm_context_options options;
    smallm_context_options_init(&options, sizeof options);
    options.hip_library = library;
    smallm_context *context;
    smallm_status status = smallm_context_create(&context, &options);
    if (status == SMALLM_OK) {
        smallm_context_info info = {.size = sizeof info};
        smallm_context_get_info(context, &info);
        snprintf(used, used_bytes, "%s", info.hip_library);
    }
    smallm_context_destroy(context);
    return status;
}

static void check_used(const char *library, const char *expected) {
    char used[1024] = "";
    CHECK_OK(create(library, used, sizeof used));
    CHECK(strcmp(used, expected) == 0, "%s was used, not %s", used, expected);
}

static void test_nothing(void) {
    hide_system_hip = 1;
    CHECK_FAILS(create(NULL, NULL, 0), SMALLM_ERROR_HIP_NOT_FOUND, "SMALLM_HIP_LIBRARY", "hip_library",
                "visible in the process", "libamdhip64.so.7, libamdhip64.so.6 and libamdhip64.so.5 already loaded",
                "dynamic linker's search path", "libgfx950sim.so");
    CHECK(strcmp(asked, "libamdhip64.so.7? libamdhip64.so.6? libamdhip64.so.5? libamdhip64.so.7 libamdhip64.so.6 "
                        "libamdhip64.so.5 ") == 0,
          "asked for %s", asked);
}

static void test_named(const char *fake, const char *other) {
    check_used(fake, fake);
    CHECK(asked[0] == '\0', "a library that was named is final, but %s was asked for", asked);
    setenv("SMALLM_HIP_LIBRARY", other, 1);
    check_used(fake, fake);
    check_used(NULL, other);
    setenv("SMALLM_HIP_LIBRARY", "/no/such/hip.so", 1);
    CHECK_FAILS(create(NULL, NULL, 0), SMALLM_ERROR_HIP_NOT_FOUND, "SMALLM_HIP_LIBRARY", "/no/such/hip.so");
    CHECK_FAILS(create("/no/other/hip.so", NULL, 0), SMALLM_ERROR_HIP_NOT_FOUND, "hip_library", "/no/other/hip.so");
}

static void test_visible(const char *fake) {
    CHECK(dlopen(fake, RTLD_NOW | RTLD_GLOBAL) != NULL, "%s", dlerror());
    check_used(NULL, fake);
    CHECK(asked[0] == '\0', "HIP's functions are visible, but %s was asked for", asked);
}

/* `fake` has the soname libamdhip64.so.6. */
static void test_loaded(const char *fake) {
    CHECK(dlopen(fake, RTLD_NOW | RTLD_LOCAL) != NULL, "%s", dlerror());
    check_used(NULL, fake);
    CHECK(strcmp(asked, "libamdhip64.so.7? libamdhip64.so.6? ") == 0, "asked for %s", asked);
}

static void test_incomplete(const char *fake) {
    CHECK_FAILS(create(fake, NULL, 0), SMALLM_ERROR_HIP_INCOMPLETE, fake, "hipModuleUnload");
}

/* Debian's real library where there is no GPU. */
static int test_real(void) {
    char used[1024] = "";
    smallm_status status = create(NULL, used, sizeof used);
    if (status == SMALLM_ERROR_HIP_NOT_FOUND || status == SMALLM_OK || status == SMALLM_ERROR_UNSUPPORTED_ARCH) {
        printf("skipped: it takes a real libamdhip64 and no GPU, got %s\n", smallm_status_string(status));
        return TEST_SKIPPED;
    }
    CHECK_FAILS(status, SMALLM_ERROR_NO_DEVICE, "libamdhip64.so.", "shows no device");
    return test_result();
}

int main(int argc, char **argv) {
    unsetenv("SMALLM_HIP_LIBRARY");
    if (argc == 2 && strcmp(argv[1], "nothing") == 0)
        test_nothing();
    else if (argc == 4 && strcmp(argv[1], "named") == 0)
        test_named(argv[2], argv[3]);
    else if (argc == 3 && strcmp(argv[1], "visible") == 0)
        test_visible(argv[2]);
    else if (argc == 3 && strcmp(argv[1], "loaded") == 0)
        test_loaded(argv[2]);
    else if (argc == 3 && strcmp(argv[1], "incomplete") == 0)
        test_incomplete(argv[2]);
    else if (argc == 2 && strcmp(argv[1], "real") == 0)
        return test_real();
    else
        return 2;
    return test_result();
}
