/* The MI355X that HIP's queries describe: AMD's MI350 series page and CDNA4 white paper (CUs, clocks, memory, L2, LDS),
 * AMDGPUUsage of LLVM (waves, registers), and what amd-smi reports for the memory clock. */
#ifndef GFX950SIM_DEVICE_MODEL_H
#define GFX950SIM_DEVICE_MODEL_H

#define DEVICE_NAME "simulated %s (MI355X model on the CPU)" /* settings.arch */
#define DEVICE_MEMORY ((size_t)288 << 30)
#define DEVICE_HEAP ((size_t)8 << 20) /* of device-side malloc */

enum {
    DEVICE_CUS = 256,
    DEVICE_WAVE = 64,
    DEVICE_WAVES_PER_CU = 32,
    DEVICE_CLOCK_KHZ = 2400000,
    DEVICE_MEMORY_CLOCK_KHZ = 1900000,
    DEVICE_MEMORY_BUS_BITS = 8192,
    DEVICE_L2_BYTES = 4 << 20, /* of one XCD */
    DEVICE_LDS_BYTES = 160 << 10,
    DEVICE_REGISTERS_PER_CU = 4 * 512 * 64,
    DEVICE_MAX_BLOCK = 1024,
    DEVICE_REALTIME_KHZ = 100000, /* s_memrealtime */
    DEVICE_PITCH_ALIGNMENT = 256,
    DEVICE_MAX_GRID_X = 0x7fffffff,
    DEVICE_MAX_GRID_YZ = 65536,
};

static inline int device_pci_bus(int device) {
    return 5 + device;
}

#endif
