// Control flow and registers chosen at run time, one kernel a subject. Each leaves a number a lane in v2, which is
// stored to out[lane]; test_hip_control.c says what it must be. One wave, lane in v0.
.amdgcn_target "amdgcn-amd-amdhsa--gfx950"
.text

.macro begin name
.globl \name
.p2align 8
.type \name,@function
\name:
    s_load_dwordx2 s[8:9], s[0:1], 0x0
    v_and_b32_e32 v0, 0x3ff, v0
    v_lshlrev_b32_e32 v1, 2, v0
    v_mov_b32_e32 v2, 0
    s_waitcnt lgkmcnt(0)
.endm

.macro finish name
    global_store_dword v1, v2, s[8:9]
    s_endpgm
.L\name\()_end:
.size \name, .L\name\()_end-\name
.pushsection .rodata,"a"
.p2align 6
.amdhsa_kernel \name
    .amdhsa_kernarg_size 8
    .amdhsa_user_sgpr_kernarg_segment_ptr 1
    .amdhsa_next_free_vgpr 16
    .amdhsa_next_free_sgpr 48
    .amdhsa_accum_offset 16
.end_amdhsa_kernel
.popsection
.endm

// s_cbranch_scc1 backwards: 1 + ... + 10
begin loop
    s_mov_b32 s10, 0
    s_mov_b32 s11, 10
.Lloop_body:
    s_add_u32 s10, s10, s11
    s_sub_u32 s11, s11, 1
    s_cmp_lg_u32 s11, 0
    s_cbranch_scc1 .Lloop_body
    v_mov_b32_e32 v2, s10
finish loop

// if (lane < 5) 100 + lane else 200, by masks; both sides are run
begin divergent
    v_cmp_gt_u32_e32 vcc, 5, v0
    s_and_saveexec_b64 s[10:11], vcc
    s_cbranch_execz .Ldivergent_else
    v_add_u32_e32 v2, 100, v0
.Ldivergent_else:
    s_andn2_b64 exec, s[10:11], exec
    s_cbranch_execz .Ldivergent_join
    v_mov_b32_e32 v2, 200
.Ldivergent_join:
    s_mov_b64 exec, s[10:11]
finish divergent

// a bit for each branch that goes where it should
begin conditions
    s_mov_b32 s10, 0
    s_mov_b64 vcc, 0
    s_cbranch_vccz .Lc1
    s_branch .Lc2
.Lc1:
    s_bitset1_b32 s10, 0
.Lc2:
    s_mov_b32 vcc_hi, 1
    s_cbranch_vccz .Lc4
    s_cbranch_vccnz .Lc3
    s_branch .Lc4
.Lc3:
    s_bitset1_b32 s10, 1
.Lc4:
    s_mov_b64 s[12:13], exec
    s_mov_b64 exec, 0
    s_cbranch_execnz .Lc6
    s_cbranch_execz .Lc5
    s_branch .Lc6
.Lc5:
    s_bitset1_b32 s10, 2
.Lc6:
    s_mov_b64 exec, s[12:13]
    s_cmp_eq_u32 s10, s10
    s_cbranch_scc0 .Lc7
    s_bitset1_b32 s10, 3
.Lc7:
    s_cbranch_cdbgsys .Lc8
    s_cbranch_cdbguser .Lc8
    s_bitset1_b32 s10, 4
.Lc8:
    v_mov_b32_e32 v2, s10
finish conditions

// s_getpc, s_setpc, s_swappc, s_call: 3 * ((7 + 1) * 2) + 1000
begin calls
    s_mov_b32 s10, 7
    s_getpc_b64 s[12:13]
.Lcalls_pc:
    s_add_u32 s12, s12, .Lcalls_add_one-.Lcalls_pc
    s_addc_u32 s13, s13, 0
    s_swappc_b64 s[14:15], s[12:13]
    s_call_b64 s[14:15], .Lcalls_double
    s_getpc_b64 s[12:13]
.Lcalls_pc2:
    s_add_u32 s12, s12, .Lcalls_there-.Lcalls_pc2
    s_addc_u32 s13, s13, 0
    s_setpc_b64 s[12:13]
    s_mul_i32 s10, s10, 5
.Lcalls_there:
    s_mul_i32 s10, s10, 3
    s_addk_i32 s10, 1000
    s_branch .Lcalls_done
.Lcalls_add_one:
    s_add_u32 s10, s10, 1
    s_setpc_b64 s[14:15]
.Lcalls_double:
    s_lshl_b32 s10, s10, 1
    s_setpc_b64 s[14:15]
.Lcalls_done:
    v_mov_b32_e32 v2, s10
finish calls

// Two nested divergent branches on the hardware's stack (s0 to s7): 4 ways by lane & 3
begin forks
    v_and_b32_e32 v3, 1, v0
    v_and_b32_e32 v4, 2, v0
    v_cmp_ne_u32_e64 s[12:13], 0, v3
    v_cmp_ne_u32_e64 s[14:15], 0, v4
    s_mov_b64 s[16:17], exec
    s_getreg_b32 s18, hwreg(HW_REG_MODE, 29, 3)
    s_cbranch_i_fork s[12:13], .Lforks_odd
    v_mov_b32_e32 v2, 10
    s_branch .Lforks_join
.Lforks_odd:
    s_getpc_b64 s[20:21]
.Lforks_pc:
    s_add_u32 s20, s20, .Lforks_three-.Lforks_pc
    s_addc_u32 s21, s21, 0
    s_mov_b64 s[22:23], exec
    s_getreg_b32 s24, hwreg(HW_REG_MODE, 29, 3)
    s_cbranch_g_fork s[14:15], s[20:21]
    v_mov_b32_e32 v2, 20
    s_branch .Lforks_inner_join
.Lforks_three:
    v_mov_b32_e32 v2, 30
.Lforks_inner_join:
    s_cbranch_join s24
    s_mov_b64 exec, s[22:23]
    v_add_u32_e32 v2, 5, v2
.Lforks_join:
    s_cbranch_join s18
    s_mov_b64 exec, s[16:17]
    v_add_u32_e32 v2, 1, v2
finish forks

// SGPRs counted from M0
begin relative_sgprs
    s_mov_b32 s20, 11
    s_mov_b32 s21, 22
    s_mov_b32 s22, 33
    s_mov_b32 s23, 44
    s_mov_b32 m0, 2
    s_nop 0
    s_movrels_b32 s10, s20
    s_movreld_b32 s20, 55
    s_movrels_b64 s[12:13], s[20:21]
    s_mul_i32 s12, s12, 1000
    s_add_u32 s10, s10, s12
    s_add_u32 s10, s10, s13
    v_mov_b32_e32 v2, s10
finish relative_sgprs

// VGPRs counted from M0: v4[2] of a row of four is moved to v8[3], then v8[3] + v4[1] through an index of its own
begin relative_vgprs
    v_mov_b32_e32 v4, 100
    v_add_u32_e32 v5, 200, v0
    v_add_u32_e32 v6, 300, v0
    v_mov_b32_e32 v7, 400
    v_mov_b32_e32 v11, 0
    s_mov_b32 s10, 2
    s_set_gpr_idx_on s10, gpr_idx(SRC0)
    v_mov_b32_e32 v3, v4
    s_set_gpr_idx_mode gpr_idx(DST)
    s_set_gpr_idx_idx 3
    v_mov_b32_e32 v8, v3
    s_set_gpr_idx_on 1, gpr_idx(SRC1)
    v_add_u32_e32 v2, v11, v4
    s_set_gpr_idx_off
    v_add_u32_e32 v2, v2, v4
finish relative_vgprs

// s_setreg writes a field of MODE and s_getreg reads it; rounding towards minus infinity shows in v_add_f32
begin mode_register
    s_getreg_b32 s10, hwreg(HW_REG_MODE)
    s_setreg_imm32_b32 hwreg(HW_REG_MODE, 0, 2), 2
    v_mov_b32_e32 v3, 1.0
    v_mov_b32_e32 v4, 0xb0000000
    v_add_f32_e32 v2, v3, v4
    s_getreg_b32 s11, hwreg(HW_REG_MODE, 0, 2)
    s_nop 1
    s_setreg_b32 hwreg(HW_REG_MODE), s10
    v_add_f32_e32 v3, v3, v4
    v_sub_u32_e32 v2, v3, v2
    v_mul_u32_u24_e32 v2, s11, v2
finish mode_register

// vector instructions are passed over while VSKIP is set
begin skipping
    v_mov_b32_e32 v2, 1
    s_setvskip 1, 0
    s_nop 1
    v_mov_b32_e32 v2, 2
    global_store_dword v1, v2, s[8:9]
    s_setvskip 0, 0
    s_nop 1
    v_add_u32_e32 v2, 10, v2
finish skipping

// what must have no effect
begin hints
    v_mov_b32_e32 v2, 7
    s_nop 3
    s_sleep 1
    s_wakeup
    s_setprio 2
    s_getreg_b32 s10, hwreg(HW_REG_STATUS, 3, 2)
    s_setprio 0
    s_sethalt 0
    s_setkill 0
    s_icache_inv
    s_incperflevel 1
    s_decperflevel 1
    s_sendmsg sendmsg(MSG_INTERRUPT)
    s_trap 3
    v_add_u32_e32 v2, s10, v2
finish hints

// ends in the middle: nothing is stored
begin killed
    s_setkill 1
    v_mov_b32_e32 v2, 9
finish killed

// faults, each with a rule of its own
begin fault_trap
    s_trap 2
finish fault_trap

begin fault_halt
    s_sethalt 1
finish fault_halt

begin fault_pc
    s_mov_b64 s[10:11], 0x1000
    s_setpc_b64 s[10:11]
finish fault_pc

begin fault_scc
    s_cbranch_scc1 .Lfault_scc
.Lfault_scc:
finish fault_scc

begin fault_vcc
    s_cbranch_vccnz .Lfault_vcc
.Lfault_vcc:
finish fault_vcc

begin fault_exec
    s_mov_b32 s10, 1
    s_and_b64 exec, exec, s[10:11]
finish fault_exec

begin fault_saveexec
    s_and_saveexec_b64 s[10:11], s[12:13]
    s_mov_b64 exec, s[10:11]
finish fault_saveexec

begin fault_index
    s_mov_b32 m0, 100
    s_nop 0
    s_movrels_b32 s10, s8
finish fault_index

begin fault_vgpr_index
    v_mov_b32_e32 v4, 0
    s_set_gpr_idx_on 14, gpr_idx(SRC0)
    v_mov_b32_e32 v2, v4
    s_set_gpr_idx_off
finish fault_vgpr_index
