/* What clang puts into a program compiled from HIP source: constructors that register its fat binary, kernels and
 * variables, and stubs that launch by the host's name of a kernel. A fat binary is loaded on a device at first use. */
#include "front.h"

#include <stdlib.h>
#include <string.h>

#define PUBLIC __attribute__((visibility("default")))

enum { FATBIN_MAGIC = 0x48495046, MAX_CALLS = 64 };

struct fat_wrapper {
    uint32_t magic, version;
    const void *binary;
    void *unused;
};

struct fat_binary {
    const void *binary;
    hipModule_t modules[MAX_DEVICES];
    struct registered *first;
};

struct registered {
    struct registered *next;
    struct fat_binary *owner;
    const void *host;
    enum handle_kind kind;
    void **managed; /* __managed__: where the program keeps the address */
    char *name;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

PUBLIC void **__hipRegisterFatBinary(const void *data);
PUBLIC void __hipRegisterFunction(void **modules, const void *hostFunction, char *deviceFunction,
                                  const char *deviceName, unsigned int threadLimit, void *tid, void *bid,
                                  void *blockDim, void *gridDim, int *wSize);
PUBLIC void __hipRegisterVar(void **modules, void *var, char *hostVar, char *deviceVar, int ext, size_t size,
                             int constant, int global);
PUBLIC void __hipRegisterManagedVar(void *hipModule, void **pointer, void *init_value, const char *name, size_t size,
                                    unsigned align);
PUBLIC void __hipRegisterSurface(void **modules, void *var, char *hostVar, char *deviceVar, int type, int ext);
PUBLIC void __hipRegisterTexture(void **modules, void *var, char *hostVar, char *deviceVar, int type, int norm,
                                 int ext);
PUBLIC void __hipUnregisterFatBinary(void **modules);

void **__hipRegisterFatBinary(const void *data) {
    const struct fat_wrapper *wrapper = data;
    struct fat_binary *fat = calloc(1, sizeof *fat);
    /* there is no way to say that something is wrong before the first launch; a NULL binary is found then */
    if (fat != NULL && wrapper != NULL && wrapper->magic == FATBIN_MAGIC)
        fat->binary = wrapper->binary;
    return (void **)fat;
}

static void add(struct fat_binary *fat, enum handle_kind kind, const void *host, const char *name, void **managed) {
    struct registered *r = calloc(1, sizeof *r);
    if (r == NULL || fat == NULL || name == NULL || (r->name = strdup(name)) == NULL) {
        free(r);
        return;
    }
    r->owner = fat;
    r->host = host;
    r->kind = kind;
    r->managed = managed;
    pthread_mutex_lock(&lock);
    r->next = fat->first;
    fat->first = r;
    pthread_mutex_unlock(&lock);
    handle_add(kind, host, r);
}

void __hipRegisterFunction(void **modules, const void *hostFunction, char *deviceFunction, const char *deviceName,
                           unsigned int threadLimit, void *tid, void *bid, void *blockDim, void *gridDim, int *wSize) {
    (void)deviceFunction, (void)threadLimit, (void)tid, (void)bid, (void)blockDim, (void)gridDim, (void)wSize;
    add((struct fat_binary *)modules, HANDLE_HOST_FUNCTION, hostFunction, deviceName, NULL);
}

void __hipRegisterVar(void **modules, void *var, char *hostVar, char *deviceVar, int ext, size_t size, int constant,
                      int global) {
    (void)hostVar, (void)ext, (void)size, (void)constant, (void)global;
    add((struct fat_binary *)modules, HANDLE_HOST_VARIABLE, var, deviceVar, NULL);
}

/* The program reads the variable through *pointer: memory that both sides reach, with the initial value. The device's
 * own pointer of that name is set when the fat binary is loaded. */
void __hipRegisterManagedVar(void *hipModule, void **pointer, void *init_value, const char *name, size_t size,
                             unsigned align) {
    (void)align;
    if (hipMallocManaged(pointer, size, hipMemAttachGlobal) != hipSuccess)
        return;
    if (init_value != NULL)
        memcpy(*pointer, init_value, size);
    add(hipModule, HANDLE_HOST_VARIABLE, pointer, name, pointer);
}

/* Textures and surfaces are not simulated; a kernel that uses one stops at its image instruction. */
void __hipRegisterSurface(void **modules, void *var, char *hostVar, char *deviceVar, int type, int ext) {
    (void)modules, (void)var, (void)hostVar, (void)deviceVar, (void)type, (void)ext;
}

void __hipRegisterTexture(void **modules, void *var, char *hostVar, char *deviceVar, int type, int norm, int ext) {
    (void)modules, (void)var, (void)hostVar, (void)deviceVar, (void)type, (void)norm, (void)ext;
}

void __hipUnregisterFatBinary(void **modules) {
    struct fat_binary *fat = (struct fat_binary *)modules;
    if (fat == NULL)
        return;
    while (fat->first != NULL) {
        struct registered *r = fat->first;
        fat->first = r->next;
        handle_remove(r->kind, r->host);
        if (r->managed != NULL && *r->managed != NULL)
            hipFree(*r->managed);
        free(r->name);
        free(r);
    }
    for (int i = 0; i < MAX_DEVICES; i++)
        if (fat->modules[i] != NULL)
            hipModuleUnload(fat->modules[i]);
    free(fat);
}

/* Device code reads a managed variable through a pointer of the variable's name. */
static void bind_managed(struct fat_binary *fat, hipModule_t module) {
    for (struct registered *r = fat->first; r != NULL; r = r->next) {
        void *address;
        size_t size;
        if (r->managed != NULL && module_find_global(&address, &size, module, r->name) == hipSuccess &&
            size == sizeof(void *))
            memcpy(address, r->managed, sizeof(void *));
    }
}

static hipModule_t loaded(struct fat_binary *fat, int device) {
    pthread_mutex_lock(&lock);
    if (fat->modules[device] == NULL) {
        size_t size = fat->binary != NULL ? code_image_size(fat->binary) : 0;
        if (size == 0)
            front_fail(hipErrorInvalidImage, "the program's fat binary is no offload bundle");
        else if (module_load(&fat->modules[device], fat->binary, size, device) == hipSuccess)
            bind_managed(fat, fat->modules[device]);
    }
    hipModule_t module = fat->modules[device];
    pthread_mutex_unlock(&lock);
    return module;
}

hipFunction_t function_resolve(const void *function) {
    struct registered *r = handle_get(HANDLE_HOST_FUNCTION, function);
    if (r == NULL) {
        hipFunction_t f = handle_get(HANDLE_FUNCTION, function);
        if (f == NULL)
            front_fail(hipErrorInvalidDeviceFunction,
                       "the function is %p, which is neither a registered kernel nor a "
                       "hipFunction_t",
                       function);
        return f;
    }
    hipFunction_t f = NULL;
    if (device_check(front_thread.device) != hipSuccess)
        return NULL;
    hipModule_t module = loaded(r->owner, front_thread.device);
    if (module != NULL)
        module_find_function(&f, module, r->name);
    return f;
}

hipError_t variable_resolve(const void *symbol, void **address, size_t *size) {
    struct registered *r = handle_get(HANDLE_HOST_VARIABLE, symbol);
    if (r == NULL)
        return front_fail(hipErrorInvalidSymbol, "symbol is %p, which is no registered device variable", symbol);
    REQUIRE_DEVICE(front_thread.device);
    hipModule_t module = loaded(r->owner, front_thread.device);
    if (module == NULL)
        return front_thread.last_error;
    return module_find_global(address, size, module, r->name);
}

hipError_t hipGetSymbolAddress(void **devPtr, const void *symbol) {
    ENTER();
    REQUIRE(devPtr);
    size_t size;
    return variable_resolve(symbol, devPtr, &size);
}

hipError_t hipGetSymbolSize(size_t *size, const void *symbol) {
    ENTER();
    REQUIRE(size);
    void *address;
    return variable_resolve(symbol, &address, size);
}

/* kernel<<<...>>>(...) pushes its configuration, and the stub that it calls pops it. */
static _Thread_local struct {
    struct call {
        dim3 grid, block;
        size_t lds;
        hipStream_t stream;
    } call[MAX_CALLS];
    int count;
} calls;

hipError_t __hipPushCallConfiguration(dim3 gridDim, dim3 blockDim, size_t sharedMem, hipStream_t stream) {
    ENTER();
    if (calls.count == MAX_CALLS)
        return front_fail(hipErrorInvalidValue, "%d launches are configured and not made", MAX_CALLS);
    calls.call[calls.count++] = (struct call){gridDim, blockDim, sharedMem, stream};
    return hipSuccess;
}

hipError_t __hipPopCallConfiguration(dim3 *gridDim, dim3 *blockDim, size_t *sharedMem, hipStream_t *stream) {
    ENTER();
    if (calls.count == 0)
        return front_fail(hipErrorMissingConfiguration, "no launch is configured");
    const struct call *call = &calls.call[--calls.count];
    *gridDim = call->grid;
    *blockDim = call->block;
    *sharedMem = call->lds;
    *stream = call->stream;
    return hipSuccess;
}
