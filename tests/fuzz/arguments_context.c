#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

#include "arguments_case.h"
#include "fuzz.h"

static void take_log(void *user, smallm_log_level level, const char *message) {
    if (quiet || user != &it || level < SMALLM_LOG_ERROR || level > SMALLM_LOG_DEBUG || message[0] == '\0' ||
        strchr(message, '\n') != NULL)
        wrong("the log message \"%s\" of level %d", message, level);
}

/* No table, no folder and no library. */
static const char *bad_file(statuses *errors, smallm_status error) {
    static const char *const files[] = {"/no/such/file", "/dev/null", "no such file", "/dev/null/below"};
    *errors |= SET(error);
    return files[fuzz_below(4)];
}

/* As an option, or as the variable. */
static void set(const char **option, const char *variable, const char *value) {
    if (fuzz_once_in(2)) {
        setenv(variable, value, 1);
    } else {
        *option = value;
        if (fuzz_once_in(4))
            setenv(variable, "the option comes first", 1);
    }
}

/* Returns the errors that follow; *loose: others and success are possible too. */
static statuses spoil_options(smallm_context_options *options, bool *loose) {
    statuses errors = 0;
    if (fuzz_once_in(2)) {
        const char *name = make_kernel_name(fuzz_once_in(4));
        set(&options->kernel, "SMALLM_KERNEL", name);
        it.kernel = kernel_find(name);
        if (it.kernel == NULL && (name[0] != '\0' || options->kernel != NULL))
            errors |= SET(SMALLM_ERROR_KERNEL_NAME);
    }
    if (fuzz_once_in(2)) {
        make_table(&it.table, it.csv);
        set(&options->dense_csv, "SMALLM_DENSE_CSV", it.csv);
        *loose |= !it.table.known;
    } else if (fuzz_once_in(12)) {
        set(&options->dense_csv, "SMALLM_DENSE_CSV", bad_file(&errors, SMALLM_ERROR_TABLE));
    }
    if (fuzz_once_in(2)) {
        make_moe_table(&it.moe_table, it.moe_csv);
        set(&options->moe_csv, "SMALLM_MOE_CSV", it.moe_csv);
        *loose |= !it.moe_table.known;
    } else if (fuzz_once_in(12)) {
        set(&options->moe_csv, "SMALLM_MOE_CSV", bad_file(&errors, SMALLM_ERROR_TABLE));
    }
    if (fuzz_once_in(12)) {
        const char *folder = bad_file(&errors, SMALLM_ERROR_CODE_OBJECT);
        set(&options->code_object_dir, "SMALLM_CO_DIR", fuzz_once_in(2) ? it.bad_objects : folder);
    } else if (fuzz_once_in(12)) {
        set(&options->code_object_dir, "SMALLM_CO_DIR", it.folder); /* holds none */
    }
    if (fuzz_once_in(12))
        set(&options->hip_library, "SMALLM_HIP_LIBRARY", bad_file(&errors, SMALLM_ERROR_HIP_NOT_FOUND));
    else if (fuzz_once_in(2))
        options->hip_handle = dlopen(NULL, RTLD_NOW);
    return errors;
}

static statuses spoil_devices(smallm_context_options *options) {
    static const int others[][2] = {{9, 4}, {9, 0}, {12, 0}, {0, 0}, {-1, 5}, {9, 50}};
    const int *other = others[fuzz_below(6)];
    hip.devices = 1 + (int)fuzz_below(4);
    hip.device = (int)fuzz_below((uint64_t)hip.devices);
    hip.major = 9;
    hip.minor = 5;
    options->device = (int32_t)fuzz_below((uint64_t)hip.devices);
    switch (fuzz_below(24)) {
    case 0:
        hip.devices = 0;
        return SET(SMALLM_ERROR_NO_DEVICE);
    case 1:
        options->device = fuzz_once_in(2) ? hip.devices : -1 - (int32_t)(fuzz_next() >> 33);
        return SET(SMALLM_ERROR_DEVICE_INDEX);
    case 2:
        hip.major = other[0];
        hip.minor = other[1];
        return SET(SMALLM_ERROR_UNSUPPORTED_ARCH);
    default:
        return 0;
    }
}

/* No table comes from the environment. */
static bool both_named(const smallm_context_options *options) {
    return (options->dense_csv != NULL || getenv("SMALLM_DENSE_CSV") == NULL) &&
           (options->moe_csv != NULL || getenv("SMALLM_MOE_CSV") == NULL);
}

void make_context(void) {
    static const char *const variables[] = {"SMALLM_KERNEL", "SMALLM_DENSE_CSV", "SMALLM_MOE_CSV", "SMALLM_CO_DIR",
                                            "SMALLM_HIP_LIBRARY"};
    for (size_t i = 0; i < sizeof variables / sizeof *variables; i++)
        unsetenv(variables[i]);
    it.kernel = NULL;
    it.table = (struct table){0};
    it.moe_table = (struct moe_table){0};
    smallm_context_options options;
    smallm_context_options_init(&options, sizeof options);
    bool loose = false;
    statuses errors = spoil_devices(&options) | spoil_options(&options, &loose);
    options.log = fuzz_once_in(2) ? take_log : NULL;
    options.log_user = &it;
    struct sized given = sized_copy(&options, sizeof options);
    errors |= given.wrong ? STRUCT_SIZE : 0;
    const int device = hip.device;
    maybe_fail(40);
    const smallm_status status = smallm_context_create(&it.context, given.memory);
    free(given.memory);
    statuses allowed = errors != 0 ? errors : OK;
    if (loose)
        allowed |= SET(SMALLM_ERROR_TABLE);
    if (hip.failed)
        allowed |= HIP | SET(SMALLM_ERROR_NO_DEVICE) | OK;
    hip.fail_in = -1;
    check("smallm_context_create", status, allowed);
    if ((status == SMALLM_OK) != (it.context != NULL) || (status != SMALLM_OK && hip.modules != 0))
        wrong("%s, the context %p, and %d modules", smallm_status_string(status), (void *)it.context, hip.modules);
    if (hip.device != device && !hip.failed)
        wrong("the device is %d after smallm_context_create, it was %d", hip.device, device);
    progress->contexts += status == SMALLM_OK;
    if (options.dense_csv != it.csv && options.moe_csv != it.moe_csv)
        return;
    smallm_status read = SMALLM_OK;
    if (options.dense_csv == it.csv)
        read = smallm_dense_table_check(it.csv, NULL, NULL, NULL);
    if (read == SMALLM_OK && options.moe_csv == it.moe_csv)
        read = smallm_moe_table_check(it.moe_csv, NULL, NULL, NULL);
    if (errors == 0 && !hip.failed && both_named(&options) && (read == SMALLM_OK) != (status == SMALLM_OK))
        wrong("the checks of its tables give %s, smallm_context_create %s", smallm_status_string(read),
              smallm_status_string(status));
}
