; Global wave sync is no part of the compute instructions that are simulated.
; grid: 1
; block: 64
; args: zero:1024 zero:1024
; preset: own
; expect: not-implemented
; at: ds_gws_barrier
; lint: yes
.include "fault.inc"
begin
    ds_gws_barrier v0 gds ; broken
; fix: s_barrier
finish
