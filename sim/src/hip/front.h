/* What the files of the HIP front share: handles, thread state, and work that a stream runs or a capture keeps.
 *
 * Work runs when it is enqueued, on the calling thread, in a legal order of the streams. So a launch that the
 * simulator finds fault with returns hipErrorLaunchFailure at once, and the error stays with the device, as HIP's
 * asynchronous errors do: synchronising calls return it until hipGetLastError has. */
#ifndef GFX950SIM_FRONT_H
#define GFX950SIM_FRONT_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <hip/hip_runtime_api.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "../code.h"

enum { MAX_DEVICES = 64 };

struct capture;

/* Per thread. */
struct front_thread {
    int device;
    hipError_t last_error;
    const char *api;                   /* public function that runs, for messages */
    bool in_host_function;             /* inside a callback, where HIP functions that enqueue or wait are not allowed */
    hipStreamCaptureMode capture_mode; /* of hipThreadExchangeStreamCaptureMode */
};
extern _Thread_local struct front_thread front_thread;

/* error.c. front_fail remembers the error for hipGetLastError, and the sentence for gfx950sim_message and, where
 * AMD_LOG_LEVEL is 1 or more, stderr; it returns the error. */
void front_enter(const char *api);
hipError_t front_fail(hipError_t error, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
#define ENTER() front_enter(__func__)
/* NULL for a pointer argument that must not be. */
#define REQUIRE(pointer)                                                                                               \
    do {                                                                                                               \
        if ((pointer) == NULL)                                                                                         \
            return front_fail(hipErrorInvalidValue, #pointer " is NULL");                                              \
    } while (0)

/* handle.c: what is alive, so that a stale or foreign handle is an error and no crash. */
enum handle_kind {
    HANDLE_STREAM,
    HANDLE_EVENT,
    HANDLE_MODULE,
    HANDLE_FUNCTION,
    HANDLE_GRAPH,
    HANDLE_NODE,
    HANDLE_EXEC,
    HANDLE_POOL,
    HANDLE_CONTEXT,
    HANDLE_HOST_FUNCTION, /* the host's name of a kernel: value struct registered */
    HANDLE_HOST_VARIABLE, /* the host's name of a device variable: value struct registered */
    HANDLE_FLAGS,         /* base of an allocation: value its flags plus 1 */
};
bool handle_add(enum handle_kind kind, const void *key, void *value);
void *handle_get(enum handle_kind kind, const void *key);
void *handle_remove(enum handle_kind kind, const void *key);
/* A key whose entry matches, or NULL. */
const void *handle_search(enum handle_kind kind, bool match(const void *key, void *value, void *context),
                          void *context);

/* device.c */
struct device {
    atomic_size_t used;         /* bytes of hipMalloc */
    atomic_int launch_error;    /* hipError_t that waits for hipGetLastError */
    atomic_uint_fast64_t peers; /* devices whose memory this one may reach, by hipDeviceEnablePeerAccess */
    atomic_uint flags;
};
struct device *device_state(int device);
bool device_exists(int device);
hipError_t device_check(int device);
#define REQUIRE_DEVICE(device)                                                                                         \
    do {                                                                                                               \
        hipError_t error_ = device_check(device);                                                                      \
        if (error_ != hipSuccess)                                                                                      \
            return error_;                                                                                             \
    } while (0)
/* For calls that enqueue or wait: a host function that a stream calls would wait for itself. */
#define REQUIRE_MAY_WAIT()                                                                                             \
    do {                                                                                                               \
        if (front_thread.in_host_function)                                                                             \
            return front_fail(hipErrorIllegalState, "a host function that a stream calls may not use HIP");            \
    } while (0)
/* For calls that a capture forbids. */
#define REQUIRE_NO_CAPTURE()                                                                                           \
    do {                                                                                                               \
        hipError_t error_ = capture_guard();                                                                           \
        if (error_ != hipSuccess)                                                                                      \
            return error_;                                                                                             \
    } while (0)
/* hipSuccess, or the error that a launch left on the device. */
hipError_t device_pending_error(int device);

/* memory.c: what hipMalloc and its kind gave on the device and nobody has freed. */
void memory_free_all(int device);

/* stream.c */
struct ihipStream_t {
    int device;
    unsigned flags;
    int priority;
    bool legacy;
    pthread_mutex_t lock;    /* held while the stream's work runs */
    struct capture *capture; /* guarded by capture.c */
    hipGraphNode_t *last;    /* nodes on which the next captured node depends */
    size_t nlast;
    struct ihipStream_t *next_captured;
};
/* NULL after front_fail for a handle that is none. */
struct ihipStream_t *stream_resolve(hipStream_t stream);
struct ihipStream_t *stream_legacy(int device);
/* Around everything that a stream does: blocking streams exclude the legacy stream, wait_idle excludes all. */
void stream_begin(struct ihipStream_t *stream);
void stream_end(struct ihipStream_t *stream);
/* Returns once no thread runs work on any stream; new work waits until idle_end. */
void idle_begin(void);
void idle_end(void);

/* event.c */
struct ihipEvent_t {
    unsigned flags;
    pthread_mutex_t lock;
    bool recorded;
    struct timespec time;
    uint64_t capture_id; /* of the capture in which it was last recorded, else 0 */
    hipGraphNode_t *nodes;
    size_t nnodes;
};
void event_record_now(hipEvent_t event);

/* module.c */
struct ihipModuleSymbol_t {
    struct ihipModule_t *module;
    const struct kernel *kernel;
    atomic_int max_dynamic_lds; /* hipFuncSetAttribute; -1: not set */
};
struct ihipModule_t {
    struct code *code;
    int device;
    struct ihipModuleSymbol_t *functions; /* one per kernel of code */
};
hipError_t module_load(hipModule_t *module, const void *bytes, size_t size, int device);
hipError_t module_find_function(hipFunction_t *function, hipModule_t module, const char *name);
hipError_t module_find_global(void **address, size_t *size, hipModule_t module, const char *name);

/* register.c: functions and variables of fat binaries that the program's start-up code registered. */
/* The function on the current device for a host stub or a hipFunction_t; NULL after front_fail. */
hipFunction_t function_resolve(const void *function);
hipError_t variable_resolve(const void *symbol, void **address, size_t *size);

/* work.c: one thing that a stream does, or a graph node. */
enum work_kind { WORK_EMPTY, WORK_KERNEL, WORK_COPY, WORK_FILL, WORK_HOST, WORK_RECORD, WORK_WAIT, WORK_GRAPH };

struct work_kernel {
    hipFunction_t function;
    const void *given; /* as the program named it: stub or hipFunction_t */
    uint32_t grid[3], block[3], partial[3];
    uint32_t lds;
    void *kernarg;
    size_t kernarg_size;
};

/* Rows of width bytes, height of them in a slice, depth slices. */
struct work_copy {
    void *dst;
    const void *src;
    size_t width, height, depth;
    size_t dst_pitch, src_pitch, dst_slice, src_slice;
    hipMemcpyKind kind;
};

struct work_fill {
    void *dst;
    uint32_t value;
    unsigned element;            /* bytes: 1, 2, 4 */
    size_t width, height, depth; /* width in elements */
    size_t pitch, slice;
};

struct work {
    enum work_kind kind;
    union {
        struct work_kernel kernel;
        struct work_copy copy;
        struct work_fill fill;
        struct {
            hipHostFn_t function;
            void *data;
        } host;
        hipEvent_t event;
        hipGraph_t graph; /* a child graph, owned */
    };
};

/* Runs the work in the stream, or adds it to the stream's capture. */
hipError_t work_submit(hipStream_t stream, const struct work *work);
/* For the calls without a stream, which wait: in the legacy stream, and not during a capture. */
hipError_t work_now(const struct work *work);
/* Runs it now; the caller holds the stream. */
hipError_t work_run(const struct work *work, struct ihipStream_t *stream);
/* Deep copy, and its end. */
bool work_clone(struct work *to, const struct work *from);
void work_free(struct work *work);

/* launch.c: packs kernelParams or extra (exactly one of them) into work->kernarg, which the caller frees. */
hipError_t kernel_pack(struct work_kernel *kernel, void **params, void **extra);
hipError_t kernel_check(const struct work_kernel *kernel);
hipError_t kernel_run(const struct work_kernel *kernel, struct ihipStream_t *stream);

/* copy.c, fill.c */
hipError_t copy_check(const struct work_copy *copy);
hipError_t copy_run(const struct work_copy *copy);
struct work copy_linear(void *dst, const void *src, size_t n, hipMemcpyKind kind);
/* To or from a variable of a fat binary. */
hipError_t symbol_copy(struct work *work, const void *symbol, void *host, size_t size, size_t offset,
                       hipMemcpyKind kind, bool to_symbol);
hipError_t copy_from_3d(struct work_copy *copy, const hipMemcpy3DParms *p);
hipError_t fill_check(const struct work_fill *fill);
hipError_t fill_run(const struct work_fill *fill);
hipError_t fill_from_params(struct work_fill *fill, const hipMemsetParams *p);

/* capture.c */
/* For calls that a capture or a host function forbids (they allocate or wait): hipSuccess, or
 * hipErrorStreamCaptureUnsupported with the captures concerned invalidated. */
hipError_t capture_guard(void);
/* For calls that wait for or ask about one stream. */
hipError_t capture_guard_stream(struct ihipStream_t *stream);
/* Work for the stream: *captured tells whether a capture took it. */
hipError_t capture_take(struct ihipStream_t *stream, const struct work *work, bool *captured);
hipError_t capture_record(struct ihipStream_t *stream, hipEvent_t event, bool *captured);
hipError_t capture_wait(struct ihipStream_t *stream, hipEvent_t event);
/* The event was last recorded in a capture. */
bool capture_holds_event(hipEvent_t event);
void capture_forget_event(hipEvent_t event);
void capture_abandon(struct ihipStream_t *stream);

/* graph.c */
hipError_t graph_add(hipGraph_t graph, const hipGraphNode_t *deps, size_t ndeps, const struct work *work,
                     hipGraphNode_t *node);
hipError_t graph_run(hipGraph_t graph, struct ihipStream_t *stream);
hipGraph_t graph_clone(hipGraph_t graph);
void graph_free(hipGraph_t graph);

#endif
