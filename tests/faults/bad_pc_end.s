; Nothing ends the kernel.
; grid: 1
; block: 64
; args: zero:1024 zero:1024
; preset: own
; expect: bad-pc
; at: v_mov_b32
; lint: yes
.include "fault.inc"
begin
    v_mov_b32_e32 v2, 0
; fix: s_endpgm
descriptor
