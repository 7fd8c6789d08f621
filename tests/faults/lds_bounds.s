; The last lane writes past the LDS of the workgroup.
; grid: 1
; block: 64
; args: zero:1024 zero:1024
; preset: own
; expect: lds-bounds
; at: ds_write_b32
.include "fault.inc"
begin
    ds_write_b32 v1, v0 offset:4 ; broken
; fix: ds_write_b32 v1, v0
finish lds=256
