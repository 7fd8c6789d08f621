; Another instruction reads the result of a dot product too early.
; grid: 1
; block: 64
; args: zero:1024 zero:1024
; preset: own
; expect: dot-other-opcode
; at: v_add_f32
; earlier: v_dot2_f32_f16
; lint: yes
.include "fault.inc"
begin
    fill 2, 5, 0
    v_dot2_f32_f16 v2, v3, v4, v5
; fix: s_nop 2
    v_add_f32_e32 v6, v2, v2
finish
