; The VALU reads a register of which half was written just before.
; grid: 1
; block: 64
; args: zero:1024 zero:1024
; preset: own
; expect: subdword-valu
; at: v_add_u32
; earlier: v_cvt_f16_f32_sdwa
; lint: yes
.include "fault.inc"
begin
    v_mov_b32_e32 v2, 0
    v_mov_b32_e32 v3, 1.0
    v_cvt_f16_f32_sdwa v2, v3 dst_sel:WORD_1 dst_unused:UNUSED_PRESERVE src0_sel:DWORD
; fix: s_nop 0
    v_add_u32_e32 v4, 1, v2
finish
