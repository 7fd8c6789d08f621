; A jump to address 0.
; grid: 1
; block: 64
; args: zero:1024 zero:1024
; preset: own
; expect: bad-pc
; at: s_setpc_b64
.include "fault.inc"
begin
    s_mov_b64 s[8:9], 0 ; broken
; fix: s_getpc_b64 s[8:9]
; fix: s_add_u32 s8, s8, 12
; fix: s_addc_u32 s9, s9, 0
    s_setpc_b64 s[8:9]
finish
