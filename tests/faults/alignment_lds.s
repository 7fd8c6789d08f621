; A 128-bit LDS access at an address that is no multiple of 16.
; grid: 1
; block: 64
; args: zero:1024 zero:1024
; preset: own
; expect: lds-alignment
; at: ds_write_b128
.include "fault.inc"
begin
    fill 4, 7, 0
    v_lshlrev_b32_e32 v2, 4, v0
    ds_write_b128 v2, v[4:7] offset:8 ; broken
; fix: ds_write_b128 v2, v[4:7] offset:16
finish lds=2048
