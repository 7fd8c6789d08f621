; An LDS atomic at an address that is no multiple of 4.
; grid: 1
; block: 64
; args: zero:1024 zero:1024
; preset: own
; expect: alignment
; at: ds_add_u32
.include "fault.inc"
begin
    v_lshlrev_b32_e32 v2, 2, v0
    ds_write_b32 v2, v0
    s_waitcnt lgkmcnt(0)
    ds_add_u32 v2, v0 offset:2 ; broken
; fix: ds_add_u32 v2, v0
    s_waitcnt lgkmcnt(0)
finish
