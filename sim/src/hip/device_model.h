/* The MI355X that HIP's queries describe: what configs/mi355x.ini says, and beside it AMD's MI350 series page (memory)
 * and what amd-smi reports for the memory clock. */
#ifndef GFX950SIM_DEVICE_MODEL_H
#define GFX950SIM_DEVICE_MODEL_H

#include "../machine.h"

#define DEVICE_NAME "simulated %s (MI355X model on the CPU)" /* settings.arch */
#define DEVICE_MEMORY ((size_t)288 << 30)
#define DEVICE_HEAP ((size_t)8 << 20) /* of device-side malloc */

enum {
    DEVICE_CUS = CUS,
    DEVICE_WAVE = 64,
    DEVICE_WAVES_PER_CU = SIMDS_PER_CU * WAVES_PER_SIMD,
    DEVICE_CLOCK_KHZ = MACHINE_CHIP_CORE_MHZ * 1000,
    DEVICE_MEMORY_CLOCK_KHZ = 1900000,
    DEVICE_MEMORY_BUS_BITS = 8192,
    DEVICE_L2_BYTES = MACHINE_L2_BYTES, /* of one XCD */
    DEVICE_LDS_BYTES = LDS_BYTES,
    DEVICE_REGISTERS_PER_CU = SIMDS_PER_CU * VGPRS_PER_SIMD * DEVICE_WAVE,
    DEVICE_MAX_BLOCK = MAX_WORKGROUP,
    DEVICE_REALTIME_KHZ = 100000, /* s_memrealtime */
    DEVICE_PITCH_ALIGNMENT = 256,
    DEVICE_MAX_GRID_X = 0x7fffffff,
    DEVICE_MAX_GRID_YZ = 65536,
};

static inline int device_pci_bus(int device) {
    return 5 + device;
}

#endif
