// Kernels that synchronise, well or badly (see test_races.c, test_l2.c).
//   kernarg: data, flag, out (pointers)
//   s[4:5] data, s[6:7] flag, s[8:9] out, s2 workgroup, v0 work-item, s10 wave, v1 = 4 * work-item, v2 = 4 * lane
.amdgcn_target "amdgcn-amd-amdhsa--gfx950"
.text

.macro BEGIN name
.globl \name
.p2align 8
.type \name,@function
\name:
  s_load_dwordx4 s[4:7], s[0:1], 0x0
  s_load_dwordx2 s[8:9], s[0:1], 0x10
  v_lshlrev_b32 v1, 2, v0
  v_and_b32 v2, 63, v0
  v_lshlrev_b32 v2, 2, v2
  v_lshrrev_b32 v3, 6, v0
  v_mov_b32 v4, 0
  s_nop 4
  v_readfirstlane_b32 s10, v3
  s_waitcnt lgkmcnt(0)
.endm

.macro FINISH name
  s_endpgm
.section .rodata,"a"
.p2align 6
.amdhsa_kernel \name
  .amdhsa_user_sgpr_kernarg_segment_ptr 1
  .amdhsa_system_sgpr_workgroup_id_x 1
  .amdhsa_kernarg_size 24
  .amdhsa_next_free_vgpr 16
  .amdhsa_next_free_sgpr 32
  .amdhsa_accum_offset 16
  .amdhsa_group_segment_fixed_size 2048
.end_amdhsa_kernel
.text
.endm

.macro EMPTY
.endm
.macro WAIT
  s_waitcnt vmcnt(0)
.endm

// --- LDS: two waves ---------------------------------------------------------------------------------
.macro BARRIER
  s_waitcnt vmcnt(0) lgkmcnt(0)
  s_barrier
.endm
.macro NOTHING
  s_waitcnt vmcnt(0) lgkmcnt(0)
.endm
.macro STORE_OUT value
  s_waitcnt vmcnt(0) lgkmcnt(0)
  global_store_dword v1, \value, s[8:9]
.endm

// each wave writes its part, then reads the other's
.macro EXCHANGE name, between
BEGIN \name
  v_xor_b32 v5, 256, v1
  ds_write_b32 v1, v0
  \between
  ds_read_b32 v6, v5
  STORE_OUT v6
FINISH \name
.endm
EXCHANGE lds_exchange, BARRIER
EXCHANGE lds_exchange_racy, NOTHING

// wave 0 reads what wave 1 overwrites
.macro OVERWRITE name, between
BEGIN \name
  ds_write_b32 v1, v0
  BARRIER
  ds_read_b32 v6, v2
  s_waitcnt lgkmcnt(0)
  \between
  s_cmp_eq_u32 s10, 0
  s_cbranch_scc1 \name\()_end
  v_add_u32 v5, 1000, v0
  ds_write_b32 v2, v5
\name\()_end:
  STORE_OUT v6
FINISH \name
.endm
OVERWRITE lds_overwrite, BARRIER
OVERWRITE lds_overwrite_racy, NOTHING

// both waves write one dword
.macro COMMON name, value
BEGIN \name
  v_mov_b32 v5, \value
  ds_write_b32 v4, v5
  BARRIER
  ds_read_b32 v6, v4
  STORE_OUT v6
FINISH \name
.endm
COMMON lds_same_value, 7
COMMON lds_different_values, v3

// waves share dwords, but no byte
BEGIN lds_halves
  v_lshlrev_b32 v5, 1, v3
  v_add_u32 v5, v2, v5
  ds_write_b16 v5, v0
  s_waitcnt lgkmcnt(0)
  ds_read_u16 v6, v5
  BARRIER
  ds_read_b32 v6, v2
  STORE_OUT v6
FINISH lds_halves

// counting by atomics, then a plain look
.macro COUNT name, between
BEGIN \name
  ds_write_b32 v1, v4
  BARRIER
  v_mov_b32 v5, 1
  ds_add_u32 v4, v5
  \between
  ds_read_b32 v6, v4
  STORE_OUT v6
FINISH \name
.endm
COUNT lds_count, BARRIER
COUNT lds_count_racy, NOTHING

// wave 0 hands data over through a flag that only atomics touch
BEGIN lds_handover
  v_mov_b32 v7, 1024
  ds_write_b32 v7, v4
  BARRIER
  v_mov_b32 v6, v0
  s_cmp_eq_u32 s10, 0
  s_cbranch_scc0 lds_handover_wait
  ds_write_b32 v2, v0
  s_waitcnt lgkmcnt(0)
  v_mov_b32 v5, 1
  ds_or_b32 v7, v5
  s_branch lds_handover_end
lds_handover_wait:
  ds_or_rtn_b32 v5, v7, v4
  s_waitcnt lgkmcnt(0)
  v_readfirstlane_b32 s11, v5
  s_cmp_eq_u32 s11, 0
  s_cbranch_scc1 lds_handover_wait
  ds_read_b32 v6, v2
lds_handover_end:
  STORE_OUT v6
FINISH lds_handover

// wave 0 loads to LDS, both waves read
.macro DMA name, wait
BEGIN \name
  s_cmp_eq_u32 s10, 0
  s_cbranch_scc0 \name\()_there
  s_mov_b32 m0, 0
  s_nop 0
  global_load_lds_dword v2, s[4:5]
  \wait
\name\()_there:
  s_barrier
  s_cmp_eq_u32 s10, 0
  s_cbranch_scc1 \name\()_end
  ds_read_b32 v6, v2
  STORE_OUT v6
\name\()_end:
FINISH \name
.endm
DMA dma_shared, WAIT
DMA dma_shared_racy, EMPTY

// wave 0 loads into what wave 1 may still be reading
.macro DMA_OVERWRITE name, between
BEGIN \name
  ds_write_b32 v1, v0
  BARRIER
  ds_read_b32 v6, v2
  s_waitcnt lgkmcnt(0)
  \between
  s_cmp_eq_u32 s10, 0
  s_cbranch_scc0 \name\()_end
  s_mov_b32 m0, 0
  s_nop 0
  global_load_lds_dword v2, s[4:5]
\name\()_end:
  STORE_OUT v6
FINISH \name
.endm
DMA_OVERWRITE dma_overwrite, BARRIER
DMA_OVERWRITE dma_overwrite_racy, NOTHING

// --- global memory, inside a workgroup ------------------------------------------------------------------
.macro GLOBAL_EXCHANGE name, between
BEGIN \name
  v_xor_b32 v5, 256, v1
  global_store_dword v1, v0, s[4:5]
  \between
  global_load_dword v6, v5, s[4:5]
  STORE_OUT v6
FINISH \name
.endm
GLOBAL_EXCHANGE group_exchange, BARRIER
GLOBAL_EXCHANGE group_exchange_racy, NOTHING

// --- global memory, between workgroups --------------------------------------------------------------------
// all workgroups add to the same counters
BEGIN grid_histogram
  v_mov_b32 v5, 1
  global_atomic_add v1, v5, s[4:5]
FINISH grid_histogram

.macro READ_FIRST
  global_load_dword v7, v1, s[4:5]
  s_waitcnt vmcnt(0)
.endm
.macro STORE_PLAIN
  global_store_dword v1, v0, s[4:5]
.endm
.macro STORE_SC1
  global_store_dword v1, v0, s[4:5] sc1
.endm
.macro WRITE_BACK
  buffer_wbl2 sc1
  s_waitcnt vmcnt(0)
.endm
.macro WRITE_BACK_NO_WAIT
  buffer_wbl2 sc1
.endm
.macro INVALIDATE
  buffer_inv sc1
.endm
.macro LOAD_PLAIN
  global_load_dword v6, v1, s[4:5]
.endm
.macro LOAD_SC1
  global_load_dword v6, v1, s[4:5] sc1
.endm

// Workgroup 0 publishes data under a flag; the others wait for the flag and read. `early` runs before in all of them.
.macro PUBLISH name, early, store, release, acquire, load
BEGIN \name
  v_mov_b32 v5, 1
  \early
  s_cmp_eq_u32 s2, 0
  s_cbranch_scc0 \name\()_wait
  // all others have done their early part
\name\()_others:
  global_load_dword v8, v4, s[6:7] offset:4 sc1
  s_waitcnt vmcnt(0)
  v_readfirstlane_b32 s11, v8
  s_cmp_lt_u32 s11, 1
  s_cbranch_scc1 \name\()_others
  \store
  \release
  global_atomic_add v4, v5, s[6:7]
  s_endpgm
\name\()_wait:
  s_mov_b64 s[12:13], exec
  s_mov_b64 exec, 1
  global_atomic_add v4, v5, s[6:7] offset:4
  s_mov_b64 exec, s[12:13]
\name\()_poll:
  global_load_dword v8, v4, s[6:7] sc1
  s_waitcnt vmcnt(0)
  v_readfirstlane_b32 s11, v8
  s_cmp_eq_u32 s11, 0
  s_cbranch_scc1 \name\()_poll
  \acquire
  \load
  STORE_OUT v6
FINISH \name
.endm
PUBLISH publish, READ_FIRST, STORE_PLAIN, WRITE_BACK, INVALIDATE, LOAD_PLAIN
PUBLISH publish_no_write_back, EMPTY, STORE_PLAIN, WAIT, INVALIDATE, LOAD_PLAIN
PUBLISH publish_no_wait, EMPTY, STORE_PLAIN, WRITE_BACK_NO_WAIT, INVALIDATE, LOAD_PLAIN
PUBLISH publish_no_invalidate, READ_FIRST, STORE_PLAIN, WRITE_BACK, EMPTY, LOAD_PLAIN
PUBLISH publish_sc1, READ_FIRST, STORE_SC1, WAIT, EMPTY, LOAD_SC1
PUBLISH publish_sc1_no_wait, EMPTY, STORE_SC1, EMPTY, EMPTY, LOAD_SC1
PUBLISH publish_sc1_plain_load, READ_FIRST, STORE_SC1, WAIT, EMPTY, LOAD_PLAIN
PUBLISH publish_sc1_invalidate, READ_FIRST, STORE_SC1, WAIT, INVALIDATE, LOAD_PLAIN

// Wave 1 of workgroup 0 writes, wave 0 releases after a barrier; wave 0 of workgroup 1 acquires for wave 1.
BEGIN cumulative
  v_mov_b32 v5, 1
  s_cmp_eq_u32 s2, 0
  s_cbranch_scc0 cumulative_consumer
  s_cmp_eq_u32 s10, 1
  s_cbranch_scc0 cumulative_barrier
  global_store_dword v1, v0, s[4:5]
cumulative_barrier:
  s_barrier
  s_cmp_eq_u32 s10, 0
  s_cbranch_scc0 cumulative_end
  buffer_wbl2 sc1
  s_waitcnt vmcnt(0)
  global_atomic_add v4, v5, s[6:7]
  s_branch cumulative_end
cumulative_consumer:
  s_cmp_eq_u32 s10, 0
  s_cbranch_scc0 cumulative_meet
cumulative_poll:
  global_load_dword v8, v4, s[6:7] sc1
  s_waitcnt vmcnt(0)
  v_readfirstlane_b32 s11, v8
  s_cmp_eq_u32 s11, 0
  s_cbranch_scc1 cumulative_poll
  buffer_inv sc1
cumulative_meet:
  s_barrier
  s_cmp_eq_u32 s10, 1
  s_cbranch_scc0 cumulative_end
  global_load_dword v6, v1, s[4:5]
  STORE_OUT v6
cumulative_end:
FINISH cumulative

// Split-K: every workgroup writes its partial sums, takes a ticket, and the last one adds them up.
.macro SPLIT_K name, store, release, acquire, load
BEGIN \name
  v_mov_b32 v5, 1
  s_lshl_b32 s11, s2, 8
  v_add_u32 v9, s11, v1
  v_add_u32 v10, s2, v0
  \store
  \release
  s_mov_b64 s[12:13], exec
  s_mov_b64 exec, 1
  global_atomic_add v8, v4, v5, s[6:7] sc0
  s_mov_b64 exec, s[12:13]
  s_waitcnt vmcnt(0)
  v_readfirstlane_b32 s14, v8
  s_cmp_eq_u32 s14, 3
  s_cbranch_scc0 \name\()_end
  \acquire
  v_mov_b32 v11, 0
  s_mov_b32 s15, 0
\name\()_sum:
  s_lshl_b32 s11, s15, 8
  v_add_u32 v9, s11, v1
  \load
  s_waitcnt vmcnt(0)
  v_add_u32 v11, v11, v6
  s_add_u32 s15, s15, 1
  s_cmp_lt_u32 s15, 4
  s_cbranch_scc1 \name\()_sum
  STORE_OUT v11
\name\()_end:
FINISH \name
.endm
.macro PARTIAL_PLAIN
  global_store_dword v9, v10, s[4:5]
.endm
.macro PARTIAL_SC1
  global_store_dword v9, v10, s[4:5] sc1
.endm
.macro SUM_PLAIN
  global_load_dword v6, v9, s[4:5]
.endm
.macro SUM_SC1
  global_load_dword v6, v9, s[4:5] sc1
.endm
SPLIT_K split_k, PARTIAL_SC1, WAIT, INVALIDATE, SUM_SC1
SPLIT_K split_k_plain, PARTIAL_PLAIN, WRITE_BACK, INVALIDATE, SUM_PLAIN
SPLIT_K split_k_no_wait, PARTIAL_SC1, EMPTY, INVALIDATE, SUM_SC1
SPLIT_K split_k_dirty, PARTIAL_PLAIN, WAIT, INVALIDATE, SUM_SC1

// two workgroups fill the two halves of each dword, then meet, and each looks at its own half
BEGIN two_halves
  v_mov_b32 v5, 1
  s_lshl_b32 s11, s2, 1
  v_add_u32 v9, s11, v1
  v_add_u32 v6, s2, v0
  global_store_short v9, v6, s[4:5]
  s_mov_b64 s[12:13], exec
  s_mov_b64 exec, 1
  global_atomic_add v4, v5, s[6:7]
  s_mov_b64 exec, s[12:13]
two_halves_poll:
  global_load_dword v8, v4, s[6:7] sc1
  s_waitcnt vmcnt(0)
  v_readfirstlane_b32 s11, v8
  s_cmp_lt_u32 s11, 2
  s_cbranch_scc1 two_halves_poll
  global_load_ushort v6, v9, s[4:5]
  STORE_OUT v6
FINISH two_halves
