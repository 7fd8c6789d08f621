#include "launch.h"

smallm_status smallm_launch(const struct smallm_hip *hip, const struct smallm_kernel_info *kernel,
                            hipFunction_t function, const uint32_t grid[3], void *arguments, size_t bytes,
                            void *stream) {
    void *packed[] = {HIP_LAUNCH_PARAM_BUFFER_POINTER, arguments, HIP_LAUNCH_PARAM_BUFFER_SIZE, &bytes,
                      HIP_LAUNCH_PARAM_END};
    hipError_t error =
        hip->hipModuleLaunchKernel(function, grid[0], grid[1], grid[2], kernel->block, 1, 1, 0, stream, NULL, packed);
    return error == hipSuccess ? SMALLM_OK : smallm_hip_check(hip, error, kernel->name);
}
