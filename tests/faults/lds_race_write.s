; Two waves write the same LDS without a barrier.
; grid: 1
; block: 128
; args: zero:1024 zero:1024
; preset: own
; expect: lds-race
; at: ds_write_b32
; earlier: ds_write_b32
.include "fault.inc"
begin
    v_lshlrev_b32_e32 v2, 2, v0
    v_and_b32_e32 v2, 255, v2 ; broken
    ds_write_b32 v2, v0
    s_waitcnt lgkmcnt(0)
finish
