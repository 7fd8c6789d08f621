// Kernels for the tests of the HIP front. Work-items of a block are 64 in x; arguments as in the metadata below.
.amdgcn_target "amdgcn-amd-amdhsa--gfx950"
.text

// out[i] = in[i] + bias for i < n
.globl add_bias
.p2align 8
.type add_bias,@function
add_bias:
    s_load_dwordx4 s[4:7], s[0:1], 0x0
    s_load_dwordx2 s[8:9], s[0:1], 0x10
    v_and_b32_e32 v0, 0x3ff, v0
    s_lshl_b32 s10, s2, 6
    v_add_u32_e32 v0, s10, v0
    s_waitcnt lgkmcnt(0)
    v_cmp_gt_u32_e32 vcc, s8, v0
    s_and_saveexec_b64 s[12:13], vcc
    s_cbranch_execz .Ladd_end
    v_lshlrev_b32_e32 v1, 2, v0
    global_load_dword v2, v1, s[6:7]
    s_waitcnt vmcnt(0)
    v_add_u32_e32 v2, s9, v2
    global_store_dword v1, v2, s[4:5]
.Ladd_end:
    s_endpgm
.Ladd_bias_size:
.size add_bias, .Ladd_bias_size-add_bias

// counter += 1 for each work-item
.globl count
.p2align 8
.type count,@function
count:
    s_getpc_b64 s[4:5]
    s_add_u32 s4, s4, counter@rel32@lo+4
    s_addc_u32 s5, s5, counter@rel32@hi+12
    v_mov_b32_e32 v1, 0
    v_mov_b32_e32 v2, 1
    global_atomic_add v1, v2, s[4:5]
    s_endpgm
.Lcount_size:
.size count, .Lcount_size-count

// one load at in + offset
.globl stray
.p2align 8
.type stray,@function
stray:
    s_load_dwordx2 s[4:5], s[0:1], 0x0
    s_load_dword s6, s[0:1], 0x8
    s_waitcnt lgkmcnt(0)
    v_mov_b32_e32 v1, s6
    global_load_dword v2, v1, s[4:5]
    s_endpgm
.Lstray_size:
.size stray, .Lstray_size-stray

// out[i] = a register that was never written
.globl undefined
.p2align 8
.type undefined,@function
undefined:
    s_load_dwordx2 s[4:5], s[0:1], 0x0
    v_and_b32_e32 v0, 0x3ff, v0
    v_lshlrev_b32_e32 v1, 2, v0
    s_waitcnt lgkmcnt(0)
    global_store_dword v1, v2, s[4:5]
    s_endpgm
.Lundefined_size:
.size undefined, .Lundefined_size-undefined

.data
.globl counter
.p2align 3
.type counter,@object
.protected counter
counter:
    .long 1000
    .long 0
.size counter, 8
.globl where
.type where,@object
where:
    .quad counter
.size where, 8

.macro descriptor name, kernargs, lds, vgprs
.section .rodata,"a"
.p2align 6
.amdhsa_kernel \name
    .amdhsa_group_segment_fixed_size \lds
    .amdhsa_kernarg_size \kernargs
    .amdhsa_user_sgpr_kernarg_segment_ptr 1
    .amdhsa_system_sgpr_workgroup_id_x 1
    .amdhsa_next_free_vgpr \vgprs
    .amdhsa_next_free_sgpr 16
    .amdhsa_accum_offset 8
.end_amdhsa_kernel
.endm
descriptor add_bias 24 0 8
descriptor count 0 40960 8
descriptor stray 12 0 8
descriptor undefined 8 0 8

.amdgpu_metadata
---
amdhsa.version: [1, 2]
amdhsa.target: amdgcn-amd-amdhsa--gfx950
amdhsa.kernels:
  - .name: add_bias
    .symbol: add_bias.kd
    .kernarg_segment_size: 24
    .kernarg_segment_align: 8
    .group_segment_fixed_size: 0
    .private_segment_fixed_size: 0
    .wavefront_size: 64
    .sgpr_count: 16
    .vgpr_count: 8
    .max_flat_workgroup_size: 256
    .args:
      - {.name: out, .offset: 0, .size: 8, .value_kind: global_buffer, .address_space: global}
      - {.name: in, .offset: 8, .size: 8, .value_kind: global_buffer, .address_space: global}
      - {.name: n, .offset: 16, .size: 4, .value_kind: by_value}
      - {.name: bias, .offset: 20, .size: 4, .value_kind: by_value}
  - .name: count
    .symbol: count.kd
    .kernarg_segment_size: 0
    .kernarg_segment_align: 8
    .group_segment_fixed_size: 40960
    .private_segment_fixed_size: 0
    .wavefront_size: 64
    .sgpr_count: 16
    .vgpr_count: 8
    .max_flat_workgroup_size: 1024
  - .name: stray
    .symbol: stray.kd
    .kernarg_segment_size: 12
    .kernarg_segment_align: 8
    .group_segment_fixed_size: 0
    .private_segment_fixed_size: 0
    .wavefront_size: 64
    .sgpr_count: 16
    .vgpr_count: 8
    .max_flat_workgroup_size: 1024
    .args:
      - {.name: in, .offset: 0, .size: 8, .value_kind: global_buffer, .address_space: global}
      - {.name: offset, .offset: 8, .size: 4, .value_kind: by_value}
  - .name: undefined
    .symbol: undefined.kd
    .kernarg_segment_size: 8
    .kernarg_segment_align: 8
    .group_segment_fixed_size: 0
    .private_segment_fixed_size: 0
    .wavefront_size: 64
    .sgpr_count: 16
    .vgpr_count: 8
    .max_flat_workgroup_size: 1024
    .args:
      - {.name: out, .offset: 0, .size: 8, .value_kind: global_buffer, .address_space: global}
...
.end_amdgpu_metadata
