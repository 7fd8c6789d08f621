; An accumulator overlaps the result of the instruction before without being equal to it.
; grid: 1
; block: 64
; args: zero:1024 zero:1024
; preset: own
; expect: xdl4-srcc-overlap-xdl
; at: v_mfma_f32_16x16x32_f16 v[16:19]
; earlier: v_mfma_f32_16x16x32_f16 v[4:7]
; lint: yes
.include "fault.inc"
begin
    fill 4, 47, 0
    s_nop 1
    v_mfma_f32_16x16x32_f16 v[4:7], v[8:11], v[12:15], v[4:7]
; fix: s_nop 5
    v_mfma_f32_16x16x32_f16 v[16:19], v[8:11], v[12:15], v[6:9]
    s_nop 7
finish
