; One register of a matrix operand was never written.
; grid: 1
; block: 64
; args: zero:1024 zero:1024
; preset: own
; expect: uninit-mfma
; at: v_mfma
.include "fault.inc"
begin
    fill 4, 14, 0
; fix: v_mov_b32_e32 v15, 0
    s_nop 1
    v_mfma_f32_16x16x32_f16 v[4:7], v[8:11], v[12:15], v[4:7]
finish
