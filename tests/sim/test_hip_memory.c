/* Allocation, copies and fills of HIP memory: what is carried, what is refused, and what undefined bytes give. */
#include "hip_check.h"

static void test_allocate(void) {
    void *p = (void *)1, *q = NULL;
    size_t before = 0, after = 0, total = 0, size = 0;
    CHECK_HIP(hipMalloc(&p, 0));
    CHECK(p == NULL, "nothing is at %p", p);
    CHECK_HIP(hipFree(NULL));
    CHECK_GIVES(hipMalloc(NULL, 4), hipErrorInvalidValue);
    CHECK_HIP(hipMemGetInfo(&before, &total));
    CHECK_HIP(hipMalloc(&p, 1000));
    CHECK_HIP(hipMemGetInfo(&after, &total));
    CHECK(before - after == 1000, "%zu bytes are in use", before - after);
    CHECK((uintptr_t)p % 256 == 0, "%p", p);
    CHECK_HIP(hipMemPtrGetInfo(p, &size));
    CHECK(size == 1000, "%zu bytes", size);
    CHECK_HIP(hipMemGetAddressRange(&q, &size, (char *)p + 999));
    CHECK(q == p && size == 1000, "%zu bytes at %p", size, q);
    CHECK_GIVES(hipFree((char *)p + 4), hipErrorInvalidValue);
    CHECK_HAS(gfx950sim_message(), "inside an allocation");
    CHECK_GIVES(hipHostFree(p), hipErrorInvalidValue);
    CHECK_HIP(hipFree(p));
    CHECK_GIVES(hipFree(p), hipErrorInvalidValue);
    CHECK_HAS(gfx950sim_message(), "freed already");
    CHECK_HIP(hipMemGetInfo(&after, &total));
    CHECK(before == after, "%zu bytes are in use", before - after);
    CHECK_HIP(hipMalloc(&p, (size_t)200 << 30));
    CHECK_GIVES(hipMalloc(&q, (size_t)100 << 30), hipErrorOutOfMemory);
    CHECK_HIP(hipFree(p));
    CHECK_HIP(hipMalloc(&q, (size_t)100 << 30));
    CHECK_HIP(hipFree(q));
    CHECK_GIVES(hipMalloc(&q, SIZE_MAX), hipErrorOutOfMemory);
}

static void test_host_memory(void) {
    char *p = NULL, *device = NULL;
    char own[4096];
    unsigned flags = 0;
    hipPointerAttribute_t a;
    CHECK_HIP(hipHostMalloc((void **)&p, 100, hipHostMallocMapped));
    memset(p, 5, 100);
    CHECK_HIP(hipHostGetFlags(&flags, p + 10));
    CHECK(flags == hipHostMallocMapped, "flags 0x%x", flags);
    CHECK_HIP(hipHostGetDevicePointer((void **)&device, p, 0));
    CHECK(device == p, "%p, not %p", device, p);
    CHECK_HIP(hipPointerGetAttributes(&a, p + 1));
    CHECK(a.memoryType == hipMemoryTypeHost && a.hostPointer == p + 1 && a.devicePointer == p + 1 && !a.isManaged,
          "type %d", a.memoryType);
    CHECK_GIVES(hipFree(p), hipErrorInvalidValue);
    CHECK_HIP(hipHostFree(p));
    CHECK_GIVES(hipHostMalloc((void **)&p, 100, 0x1000), hipErrorInvalidValue);
    CHECK_HIP(hipHostRegister(own, sizeof own, 0));
    CHECK_GIVES(hipHostRegister(own + 10, 10, 0), hipErrorHostMemoryAlreadyRegistered);
    CHECK_HIP(hipHostGetDevicePointer((void **)&device, own + 7, 0));
    CHECK(device == own + 7, "%p", device);
    CHECK_HIP(hipHostUnregister(own));
    CHECK_GIVES(hipHostUnregister(own), hipErrorHostMemoryNotRegistered);
    CHECK_GIVES(hipPointerGetAttributes(&a, own), hipErrorInvalidValue);
    CHECK_HIP(hipMallocManaged((void **)&p, 100, hipMemAttachGlobal));
    p[99] = 1;
    CHECK_HIP(hipPointerGetAttributes(&a, p));
    CHECK(a.isManaged && a.memoryType == hipMemoryTypeDevice, "type %d", a.memoryType);
    CHECK_HIP(hipMemPrefetchAsync(p, 100, 0, NULL));
    CHECK_GIVES(hipMemPrefetchAsync(p, 101, 0, NULL), hipErrorInvalidValue);
    CHECK_HIP(hipFree(p));
}

static void test_copies(void) {
    char host[256], back[256], text[256];
    char *d = NULL, *e = NULL;
    for (int i = 0; i < 256; i++)
        host[i] = (char)i;
    CHECK_HIP(hipMalloc((void **)&d, 256));
    CHECK_HIP(hipMalloc((void **)&e, 256));
    CHECK_HIP(hipMemcpy(d, host, 256, hipMemcpyHostToDevice));
    CHECK_HIP(hipMemcpy(e, d, 256, hipMemcpyDeviceToDevice));
    CHECK_HIP(hipMemcpy(back, e, 256, hipMemcpyDeviceToHost));
    CHECK(memcmp(host, back, 256) == 0, "there and back");
    CHECK_HIP(hipMemcpy(e, d + 100, 100, hipMemcpyDefault));
    CHECK_HIP(hipMemcpyAsync(back, e, 100, hipMemcpyDefault, hipStreamPerThread));
    CHECK(memcmp(host + 100, back, 100) == 0, "kind from the pointers");
    CHECK_HIP(hipMemcpy(text, host, 256, hipMemcpyHostToHost));
    CHECK(memcmp(text, host, 256) == 0, "host to host");
    CHECK_GIVES(hipMemcpy(d, host, 257, hipMemcpyHostToDevice), hipErrorInvalidValue);
    CHECK_HAS(gfx950sim_message(), "runs past its end");
    CHECK_GIVES(hipMemcpy(d + 200, host, 57, hipMemcpyHostToDevice), hipErrorInvalidValue);
    CHECK_GIVES(hipMemcpy(host, text, 4, hipMemcpyHostToDevice), hipErrorInvalidValue);
    CHECK_GIVES(hipMemcpy(d, e, 4, hipMemcpyDeviceToHost), hipErrorInvalidMemcpyDirection);
    CHECK_GIVES(hipMemcpy(d, host, 4, (hipMemcpyKind)17), hipErrorInvalidMemcpyDirection);
    CHECK_GIVES(hipMemcpy(NULL, host, 4, hipMemcpyDefault), hipErrorInvalidValue);
    CHECK_HIP(hipMemcpy(NULL, NULL, 0, hipMemcpyDefault));
    CHECK_HIP(hipFree(e));
    CHECK_GIVES(hipMemcpy(back, e, 4, hipMemcpyDefault), hipErrorInvalidValue);
    CHECK_HAS(gfx950sim_message(), "has been freed");
    CHECK_HIP(hipFree(d));
}

static void test_boxes(void) {
    char host[8 * 6], back[8 * 6];
    char *d = NULL;
    size_t pitch = 0;
    for (int i = 0; i < 48; i++)
        host[i] = (char)i;
    CHECK_HIP(hipMallocPitch((void **)&d, &pitch, 5, 6));
    CHECK(pitch >= 5 && pitch % 256 == 0, "pitch %zu", pitch);
    CHECK_HIP(hipMemcpy2D(d, pitch, host, 8, 5, 6, hipMemcpyHostToDevice));
    memset(back, 99, sizeof back);
    CHECK_HIP(hipMemcpy2D(back, 8, d, pitch, 5, 6, hipMemcpyDeviceToHost));
    for (int y = 0; y < 6; y++)
        for (int x = 0; x < 8; x++)
            CHECK(back[8 * y + x] == (x < 5 ? host[8 * y + x] : 99), "row %d, byte %d", y, x);
    CHECK_GIVES(hipMemcpy2D(d, 4, host, 8, 5, 6, hipMemcpyHostToDevice), hipErrorInvalidPitchValue);
    CHECK_GIVES(hipMemcpy2D(d, pitch, host, 8, 5, 7, hipMemcpyHostToDevice), hipErrorInvalidValue);
    CHECK_GIVES(hipMemcpy2D(d, pitch, host, 8, 5, SIZE_MAX / 2, hipMemcpyHostToDevice), hipErrorInvalidValue);
    CHECK_HIP(hipMemset2D(d, pitch, 7, 2, 3));
    CHECK_HIP(hipMemcpy2D(back, 8, d, pitch, 5, 6, hipMemcpyDeviceToHost));
    CHECK(back[0] == 7 && back[1] == 7 && back[2] == 2 && back[16] == 7 && back[24] == 24, "%d %d %d %d %d", back[0],
          back[1], back[2], back[16], back[24]);
    CHECK_HIP(hipFree(d));
    /* 2 slices of 3 rows of 4 bytes out of slices of 3 x 8 */
    hipMemcpy3DParms p = {.srcPtr = make_hipPitchedPtr(host, 8, 8, 3), .extent = make_hipExtent(4, 3, 2)};
    p.srcPos = make_hipPos(2, 0, 0);
    p.kind = hipMemcpyHostToDevice;
    CHECK_HIP(hipMalloc((void **)&d, 24));
    p.dstPtr = make_hipPitchedPtr(d, 4, 4, 3);
    CHECK_HIP(hipMemcpy3D(&p));
    CHECK_HIP(hipMemcpyDtoH(back, d, 24));
    for (int i = 0; i < 24; i++)
        CHECK(back[i] == host[8 * (i / 4) + i % 4 + 2], "byte %d is %d", i, back[i]);
    CHECK_HIP(hipFree(d));
}

static void test_fills(void) {
    uint32_t words[8];
    char *d = NULL;
    CHECK_HIP(hipMalloc((void **)&d, 32));
    CHECK_HIP(hipMemset(d, 0x112, 32));
    CHECK_HIP(hipMemsetD16(d + 4, 0xabcd, 2));
    CHECK_HIP(hipMemsetD32(d + 8, (int)0x89abcdef, 2));
    CHECK_HIP(hipMemsetD8(d + 17, 0xee, 1));
    CHECK_HIP(hipMemcpyDtoH(words, d, 32));
    static const uint32_t wanted[8] = {0x12121212, 0xabcdabcd, 0x89abcdef, 0x89abcdef,
                                       0x1212ee12, 0x12121212, 0x12121212, 0x12121212};
    for (int i = 0; i < 8; i++)
        CHECK(words[i] == wanted[i], "word %d is %08x, not %08x", i, words[i], wanted[i]);
    CHECK_GIVES(hipMemset(d, 0, 33), hipErrorInvalidValue);
    CHECK_GIVES(hipMemsetD32(d + 2, 0, 1), hipErrorInvalidValue);
    CHECK_GIVES(hipMemset(words, 0, 4), hipErrorInvalidValue);
    CHECK_HIP(hipFree(d));
    CHECK_GIVES(hipMemset(d, 0, 4), hipErrorInvalidValue);
}

static void test_undefined(void) {
    char host[100] = {0};
    char *d = NULL, *e = NULL;
    gfx950sim_reset();
    CHECK_HIP(hipMalloc((void **)&d, 100));
    CHECK_HIP(hipMalloc((void **)&e, 100));
    CHECK_HIP(hipMemset(d, 0, 40));
    CHECK_HIP(hipMemset(d + 50, 0, 50));
    CHECK_HIP(hipMemcpyDtoD(e, d, 100));
    CHECK(gfx950sim_finding(0) == NULL, "a copy on the device asks nothing: %s", gfx950sim_findings());
    CHECK_HIP(hipMemcpyDtoH(host, e, 40));
    CHECK_HIP(hipMemcpyDtoH(host, e + 50, 50));
    CHECK(gfx950sim_finding(0) == NULL, "what was written may be read: %s", gfx950sim_findings());
    CHECK_HIP(hipMemcpyDtoH(host, e, 100));
    if (gfx950sim_finding(0) == NULL) {
        CHECK(false, "undefined bytes reach the host unseen");
    } else {
        CHECK(strcmp(gfx950sim_finding_rule(0), "uninit-output") == 0, "%s", gfx950sim_finding_rule(0));
        CHECK_HAS(gfx950sim_finding(0), "hipMemcpyDtoH copies 10 undefined bytes of 100");
        CHECK_HAS(gfx950sim_finding(0), "src + 40");
    }
    CHECK_HIP(hipFree(d));
    CHECK_HIP(hipFree(e));
    gfx950sim_reset();
}

static void test_reset(void) {
    size_t available = 0, total = 0;
    void *p = device_words(1000), *q = NULL;
    CHECK_HIP(hipHostMalloc(&q, 100, 0));
    CHECK_HIP(hipDeviceReset());
    CHECK_HIP(hipMemGetInfo(&available, &total));
    CHECK(available == total, "%zu bytes are in use", total - available);
    CHECK_GIVES(hipFree(p), hipErrorInvalidValue);
    CHECK_GIVES(hipHostFree(q), hipErrorInvalidValue);
}

int main(void) {
    test_allocate();
    test_host_memory();
    test_copies();
    test_boxes();
    test_fills();
    test_undefined();
    test_reset();
    return check_result();
}
