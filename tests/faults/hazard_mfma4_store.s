; The result of a matrix instruction of 4 passes is stored too early.
; grid: 1
; block: 64
; args: zero:1024 zero:1024
; preset: own
; expect: xdl4-read
; at: global_store_dword
; earlier: v_mfma
; lint: yes
.include "fault.inc"
begin
    fill 4, 47, 0
    s_nop 1
    v_mfma_f32_16x16x32_f16 v[4:7], v[8:11], v[12:15], v[4:7]
; fix: s_nop 7
    global_store_dword v1, v4, s[6:7]
finish
