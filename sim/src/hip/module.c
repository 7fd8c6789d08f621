#include "front.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../code_parts.h"
#include "../mem.h"
#include "../settings.h"

static hipModule_t resolve(hipModule_t module) {
    hipModule_t m = handle_get(HANDLE_MODULE, module);
    if (m == NULL)
        front_fail(hipErrorInvalidHandle, "module is %p, which is no loaded module", (void *)module);
    return m;
}

static void unload(hipModule_t m) {
    for (unsigned i = 0; m->functions != NULL && i < m->code->nkernels; i++)
        handle_remove(HANDLE_FUNCTION, &m->functions[i]);
    free(m->functions);
    if (m->code != NULL) {
        mem_free(m->code->image);
        code_free(m->code);
    }
    free(m);
}

static bool publish(hipModule_t m) {
    struct code *code = m->code;
    m->functions = calloc(code->nkernels + 1, sizeof *m->functions);
    if (m->functions == NULL || mem_register(code->image, code->image_size, MEM_CODE, m->device) == NULL)
        return false;
    for (unsigned i = 0; i < code->nkernels; i++) {
        m->functions[i].module = m;
        m->functions[i].kernel = &code->kernels[i];
        atomic_store(&m->functions[i].max_dynamic_lds, -1);
        if (!handle_add(HANDLE_FUNCTION, &m->functions[i], &m->functions[i]))
            return false;
    }
    return handle_add(HANDLE_MODULE, m, m);
}

hipError_t module_load(hipModule_t *module, const void *bytes, size_t size, int device) {
    char why[512];
    enum code_problem problem;
    if (settings.arch_minor != 5)
        return front_fail(hipErrorNoBinaryForGpu, "the simulated device is set to %s, which runs no code",
                          settings.arch);
    struct code *code = code_load_or_say(bytes, size, why, sizeof why, &problem);
    if (code == NULL) {
        static const hipError_t errors[] = {[CODE_MALFORMED] = hipErrorInvalidImage,
                                            [CODE_OTHER_TARGET] = hipErrorNoBinaryForGpu,
                                            [CODE_NO_MEMORY] = hipErrorOutOfMemory};
        return front_fail(errors[problem], "%s", why);
    }
    hipModule_t m = calloc(1, sizeof *m);
    if (m == NULL) {
        code_free(code);
        return front_fail(hipErrorOutOfMemory, "no memory for a module");
    }
    m->code = code;
    m->device = device;
    if (!publish(m)) {
        unload(m);
        return front_fail(hipErrorOutOfMemory, "no memory for a module of %u kernels", code->nkernels);
    }
    *module = m;
    return hipSuccess;
}

static hipError_t read_file(const char *name, void **bytes, size_t *size) {
    FILE *file = fopen(name, "rb");
    if (file == NULL)
        return front_fail(hipErrorFileNotFound, "the file %s cannot be opened: %m", name);
    size_t capacity = 0;
    *bytes = NULL;
    *size = 0;
    for (;;) {
        if (*size == capacity) {
            capacity = capacity ? 2 * capacity : 1 << 16;
            void *grown = realloc(*bytes, capacity);
            if (grown == NULL)
                break;
            *bytes = grown;
        }
        size_t n = fread((uint8_t *)*bytes + *size, 1, capacity - *size, file);
        *size += n;
        if (n == 0)
            break;
    }
    bool ok = feof(file) && !ferror(file);
    fclose(file);
    if (ok)
        return hipSuccess;
    free(*bytes);
    return front_fail(hipErrorInvalidImage, "the file %s cannot be read: %m", name);
}

hipError_t hipModuleLoad(hipModule_t *module, const char *fname) {
    ENTER();
    REQUIRE(module);
    REQUIRE(fname);
    REQUIRE_DEVICE(front_thread.device);
    REQUIRE_NO_CAPTURE();
    void *bytes = NULL;
    size_t size = 0;
    hipError_t error = read_file(fname, &bytes, &size);
    if (error != hipSuccess)
        return error;
    error = module_load(module, bytes, size, front_thread.device);
    free(bytes);
    return error;
}

hipError_t hipModuleLoadData(hipModule_t *module, const void *image) {
    ENTER();
    REQUIRE(module);
    REQUIRE(image);
    REQUIRE_DEVICE(front_thread.device);
    REQUIRE_NO_CAPTURE();
    size_t size = code_image_size(image);
    if (size == 0)
        return front_fail(hipErrorInvalidImage, "image is %p, where neither an ELF file nor an offload bundle is",
                          image);
    return module_load(module, image, size, front_thread.device);
}

/* Options are for a compiler of source text, which code objects are not. */
hipError_t hipModuleLoadDataEx(hipModule_t *module, const void *image, unsigned int numOptions, hipJitOption *options,
                               void **optionValues) {
    ENTER();
    if (numOptions != 0 && (options == NULL || optionValues == NULL))
        return front_fail(hipErrorInvalidValue, "numOptions is %u, but there are no options or values", numOptions);
    return hipModuleLoadData(module, image);
}

hipError_t hipModuleUnload(hipModule_t module) {
    ENTER();
    REQUIRE_NO_CAPTURE();
    hipModule_t m = handle_remove(HANDLE_MODULE, module);
    if (m == NULL)
        return front_fail(hipErrorInvalidHandle, "module is %p, which is no loaded module", (void *)module);
    idle_begin();
    unload(m);
    idle_end();
    return hipSuccess;
}

hipError_t module_find_function(hipFunction_t *function, hipModule_t module, const char *name) {
    const struct kernel *kernel = code_kernel(module->code, name);
    if (kernel == NULL)
        return front_fail(hipErrorNotFound, "the module has no kernel %s; it has %u, the first of them %s", name,
                          module->code->nkernels, module->code->nkernels ? module->code->kernels[0].name : "none");
    *function = &module->functions[kernel - module->code->kernels];
    return hipSuccess;
}

hipError_t hipModuleGetFunction(hipFunction_t *function, hipModule_t module, const char *kname) {
    ENTER();
    REQUIRE(function);
    REQUIRE(kname);
    hipModule_t m = resolve(module);
    return m == NULL ? hipErrorInvalidHandle : module_find_function(function, m, kname);
}

hipError_t module_find_global(void **address, size_t *size, hipModule_t module, const char *name) {
    const struct code *code = module->code;
    for (unsigned i = 0; i < code->nsymbols; i++)
        if (strcmp(code->symbols[i].name, name) == 0) {
            if (address != NULL)
                *address = code->image + code->symbols[i].addr;
            if (size != NULL)
                *size = code->symbols[i].size;
            return hipSuccess;
        }
    return front_fail(hipErrorNotFound, "the module has no variable %s", name);
}

hipError_t hipModuleGetGlobal(hipDeviceptr_t *dptr, size_t *bytes, hipModule_t hmod, const char *name) {
    ENTER();
    REQUIRE(name);
    if (dptr == NULL && bytes == NULL)
        return front_fail(hipErrorInvalidValue, "dptr and bytes are both NULL");
    hipModule_t m = resolve(hmod);
    return m == NULL ? hipErrorInvalidHandle : module_find_global(dptr, bytes, m, name);
}
