/* Resources of a gfx950 CU that limit what can be launched. Sources: facts of the ISA document (3.6, 11), LLVM's
 * AMDGPUBaseInfo and the CDNA3/4 white papers. Times and bandwidths are not here. */
#ifndef GFX950SIM_MACHINE_H
#define GFX950SIM_MACHINE_H

enum {
    CUS = 256,
    XCDS = 8,
    SIMDS_PER_CU = 4,
    WAVES_PER_SIMD = 8,
    VGPRS_PER_SIMD = 512,
    VGPR_GRANULE = 8,
    LDS_BYTES = 160 * 1024,
    LDS_GRANULE = 1280,
    MAX_WORKGROUP = 1024,
    WORKGROUPS_PER_CU = 16, /* of more than one wave: barrier resources */
    MAX_RESIDENT = 2048,    /* workgroups that the simulator keeps half-run at a time */
    MAX_THREADS = 64,
};

#endif
