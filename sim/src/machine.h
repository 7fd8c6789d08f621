/* Resources of a gfx950 CU that limit what can be launched, of the machine that the build knows (configs/mi355x.ini);
 * the timing model may be given another (time/machine.h). */
#ifndef GFX950SIM_MACHINE_H
#define GFX950SIM_MACHINE_H

#include "machine_ini.h"

enum {
    XCDS = MACHINE_CHIP_XCDS,
    CUS = XCDS * MACHINE_CHIP_SHADER_ENGINES * MACHINE_CHIP_CUS,
    SIMDS_PER_CU = MACHINE_CHIP_SIMDS,
    WAVES_PER_SIMD = MACHINE_CHIP_WAVES,
    VGPRS_PER_SIMD = MACHINE_CHIP_VGPRS,
    VGPR_GRANULE = MACHINE_CHIP_VGPR_GRANULE,
    LDS_BYTES = MACHINE_CHIP_LDS_BYTES,
    LDS_GRANULE = MACHINE_CHIP_LDS_GRANULE,
    MAX_WORKGROUP = 1024,
    WORKGROUPS_PER_CU = MACHINE_CHIP_WORKGROUPS, /* of more than one wave: barrier resources */
    MAX_RESIDENT = 2048,                         /* workgroups that the simulator keeps half-run at a time */
    MAX_THREADS = 64,
};

#endif
