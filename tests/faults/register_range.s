; A register past the count in the descriptor.
; grid: 1
; block: 64
; args: zero:1024 zero:1024
; preset: own
; expect: register-range
; at: v_mov_b32
; lint: yes
.include "fault.inc"
begin
    v_mov_b32_e32 v40, 0
finish vgprs=32 ; broken
; fix: finish vgprs=48
