; Waves count in LDS by atomics, and read the count before all have.
; grid: 1
; block: 128
; args: zero:1024 zero:1024
; preset: own
; expect: lds-atomic-race
; at: ds_
; earlier: ds_
.include "fault.inc"
begin
    ds_write_b32 v1, v31
    s_waitcnt lgkmcnt(0)
    s_barrier
    v_mov_b32_e32 v5, 1
    ds_add_u32 v31, v5
    s_waitcnt lgkmcnt(0)
; fix: s_barrier
    ds_read_b32 v6, v31
    s_waitcnt lgkmcnt(0)
    global_store_dword v1, v6, s[6:7]
finish
