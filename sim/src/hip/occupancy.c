#include "front.h"

#include "../launch.h"
#include "device_model.h"

static hipError_t blocks_per_cu(int *blocks, hipFunction_t f, int block_size, size_t lds) {
    char why[256] = "";
    REQUIRE(blocks);
    if (f == NULL)
        return front_thread.last_error;
    if (block_size <= 0)
        return front_fail(hipErrorInvalidValue, "blockSize is %d; it must be positive", block_size);
    uint32_t dynamic = lds > UINT32_MAX ? UINT32_MAX : (uint32_t)lds;
    *blocks = (int)launch_occupancy(f->kernel, (uint32_t)block_size, dynamic, why, sizeof why);
    return hipSuccess; /* 0: a workgroup does not fit; that is an answer */
}

/* The block size of whole waves with the most waves in flight, the largest of equals. */
static hipError_t best_block(int *grid_size, int *block_size, hipFunction_t f, size_t lds, int limit) {
    REQUIRE(grid_size);
    REQUIRE(block_size);
    if (f == NULL)
        return front_thread.last_error;
    if (limit < 0)
        return front_fail(hipErrorInvalidValue, "blockSizeLimit is %d; 0 means none", limit);
    const struct kernel *kernel = f->kernel;
    int most = kernel->max_flat_workgroup_size ? (int)kernel->max_flat_workgroup_size : DEVICE_MAX_BLOCK;
    if (limit > 0 && limit < most)
        most = limit;
    int best_items = 0;
    *block_size = *grid_size = 0;
    for (int size = most < DEVICE_WAVE ? most : most / DEVICE_WAVE * DEVICE_WAVE; size > 0; size -= DEVICE_WAVE) {
        int blocks = 0;
        hipError_t error = blocks_per_cu(&blocks, f, size, lds);
        if (error != hipSuccess)
            return error;
        if (blocks * size > best_items) {
            best_items = blocks * size;
            *block_size = size;
            *grid_size = blocks * DEVICE_CUS;
        }
    }
    return hipSuccess;
}

static hipFunction_t module_function(hipFunction_t f) {
    hipFunction_t known = handle_get(HANDLE_FUNCTION, f);
    if (known == NULL)
        front_fail(hipErrorInvalidHandle, "f is %p, which is in no loaded module", (void *)f);
    return known;
}

static hipError_t check_flags(unsigned flags) {
    if (flags & ~1u) /* hipOccupancyDisableCachingOverride */
        return front_fail(hipErrorInvalidValue, "flags is 0x%x; 0 and 1 are known", flags);
    return hipSuccess;
}

hipError_t hipModuleOccupancyMaxActiveBlocksPerMultiprocessor(int *numBlocks, hipFunction_t f, int blockSize,
                                                              size_t dynSharedMemPerBlk) {
    ENTER();
    return blocks_per_cu(numBlocks, module_function(f), blockSize, dynSharedMemPerBlk);
}

hipError_t hipModuleOccupancyMaxActiveBlocksPerMultiprocessorWithFlags(int *numBlocks, hipFunction_t f, int blockSize,
                                                                       size_t dynSharedMemPerBlk, unsigned int flags) {
    ENTER();
    hipError_t error = check_flags(flags);
    return error != hipSuccess ? error : blocks_per_cu(numBlocks, module_function(f), blockSize, dynSharedMemPerBlk);
}

hipError_t hipOccupancyMaxActiveBlocksPerMultiprocessor(int *numBlocks, const void *f, int blockSize,
                                                        size_t dynSharedMemPerBlk) {
    ENTER();
    return blocks_per_cu(numBlocks, function_resolve(f), blockSize, dynSharedMemPerBlk);
}

hipError_t hipOccupancyMaxActiveBlocksPerMultiprocessorWithFlags(int *numBlocks, const void *f, int blockSize,
                                                                 size_t dynSharedMemPerBlk, unsigned int flags) {
    ENTER();
    hipError_t error = check_flags(flags);
    return error != hipSuccess ? error : blocks_per_cu(numBlocks, function_resolve(f), blockSize, dynSharedMemPerBlk);
}

hipError_t hipModuleOccupancyMaxPotentialBlockSize(int *gridSize, int *blockSize, hipFunction_t f,
                                                   size_t dynSharedMemPerBlk, int blockSizeLimit) {
    ENTER();
    return best_block(gridSize, blockSize, module_function(f), dynSharedMemPerBlk, blockSizeLimit);
}

hipError_t hipModuleOccupancyMaxPotentialBlockSizeWithFlags(int *gridSize, int *blockSize, hipFunction_t f,
                                                            size_t dynSharedMemPerBlk, int blockSizeLimit,
                                                            unsigned int flags) {
    ENTER();
    hipError_t error = check_flags(flags);
    return error != hipSuccess
               ? error
               : best_block(gridSize, blockSize, module_function(f), dynSharedMemPerBlk, blockSizeLimit);
}

hipError_t hipOccupancyMaxPotentialBlockSize(int *gridSize, int *blockSize, const void *f, size_t dynSharedMemPerBlk,
                                             int blockSizeLimit) {
    ENTER();
    return best_block(gridSize, blockSize, function_resolve(f), dynSharedMemPerBlk, blockSizeLimit);
}
