; One wave waits at a barrier, the other for a flag that the first sets behind it.
; grid: 1
; block: 128
; args: zero:1024 zero:1024
; preset: own
; expect: deadlock
; within: 1
.include "fault.inc"
begin
    ds_write_b32 v31, v31
    s_waitcnt lgkmcnt(0)
    s_barrier
    s_cmp_eq_u32 s10, 0
    s_cbranch_scc0 .Lpoll
    s_barrier ; broken
    v_mov_b32_e32 v5, 1
    ds_or_b32 v31, v5
; fix: s_waitcnt lgkmcnt(0)
; fix: s_barrier
    s_endpgm
.Lpoll:
    ds_or_rtn_b32 v8, v31, v31
    s_waitcnt lgkmcnt(0)
    v_readfirstlane_b32 s11, v8
    s_cmp_eq_u32 s11, 0
    s_cbranch_scc1 .Lpoll
    s_barrier
finish
