#include "device.h"

#include <stdio.h>

#include "error.h"

/* What hipDeviceComputeCapability gives for gfx950. */
enum { NEEDED_MAJOR = 9, NEEDED_MINOR = 5 };

smallm_status smallm_device_guard(const struct smallm_hip *hip, int device) {
    int count = 0;
    hipError_t error = hip->hipGetDeviceCount(&count);
    if (error == hipErrorNoDevice || (error == hipSuccess && count == 0))
        return smallm_fail(SMALLM_ERROR_NO_DEVICE,
                           "the HIP library %s shows no device; check that the machine has a GPU, that the amdgpu "
                           "driver is loaded and that /dev/kfd may be opened",
                           hip->library);
    if (error != hipSuccess)
        return smallm_hip_check(hip, error, "hipGetDeviceCount");
    if (device < 0 || device >= count)
        return smallm_fail(SMALLM_ERROR_DEVICE_INDEX, "device is %d; the HIP library %s shows %d, numbered from 0",
                           device, hip->library, count);
    return SMALLM_OK;
}

smallm_status smallm_arch_guard(const struct smallm_hip *hip, int device, char *name, size_t name_bytes) {
    if (hip->hipDeviceGetName(name, (int)name_bytes, device) != hipSuccess)
        snprintf(name, name_bytes, "unnamed");
    int major = 0, minor = 0;
    hipError_t error = hip->hipDeviceComputeCapability(&major, &minor, device);
    if (error != hipSuccess)
        return smallm_hip_check(hip, error, "hipDeviceComputeCapability");
    if (major == NEEDED_MAJOR && minor == NEEDED_MINOR)
        return SMALLM_OK;
    return smallm_fail(
        SMALLM_ERROR_UNSUPPORTED_ARCH,
        "device %d, \"%s\", has compute capability %d.%d; smallm's kernels need %d.%d, a gfx950 (MI350X, "
        "MI355X). No kernel was loaded",
        device, name, major, minor, NEEDED_MAJOR, NEEDED_MINOR);
}
