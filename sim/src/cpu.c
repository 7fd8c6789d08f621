/* The library is compiled for GFX950SIM_MARCH. On an older CPU it would die of an illegal instruction; this says why
 * instead. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

__attribute__((constructor(101))) static void require_cpu(void) {
    const char *lacks = NULL;
    __builtin_cpu_init();
    if (strcmp(GFX950SIM_MARCH, "x86-64-v3") == 0 && !(__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")))
        lacks = "AVX2 and FMA";
    if (strcmp(GFX950SIM_MARCH, "x86-64-v4") == 0 && !__builtin_cpu_supports("avx512vl"))
        lacks = "AVX-512";
    if (lacks == NULL)
        return;
    fprintf(stderr,
            "gfx950sim: this CPU lacks %s, which the simulator was built to use; configure it with "
            "-DSMALLM_SIM_MARCH=x86-64\n",
            lacks);
    exit(2);
}
