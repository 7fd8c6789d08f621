// A code object for another processor, which must be refused by its name.
.amdgcn_target "amdgcn-amd-amdhsa--gfx942"
.text
.globl nothing
.p2align 8
.type nothing,@function
nothing:
    s_endpgm
.section .rodata,"a"
.p2align 6
.amdhsa_kernel nothing
    .amdhsa_next_free_vgpr 4
    .amdhsa_next_free_sgpr 8
    .amdhsa_accum_offset 4
.end_amdhsa_kernel
