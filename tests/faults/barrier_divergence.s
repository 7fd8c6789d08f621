; One of two waves ends without reaching the barrier.
; grid: 1
; block: 128
; args: zero:1024 zero:1024
; preset: own
; expect: barrier-divergence
; at: s_barrier
.include "fault.inc"
begin
    s_cmp_eq_u32 s10, 0
    s_cbranch_scc0 .Lend ; broken
    s_barrier
.Lend:
finish
