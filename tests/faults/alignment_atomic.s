; An atomic at an address that is no multiple of 4.
; grid: 1
; block: 64
; args: zero:1024 zero:1024
; preset: own
; expect: alignment
; at: global_atomic_add
.include "fault.inc"
begin
    s_mov_b64 exec, 1
    v_mov_b32_e32 v2, 2 ; broken
; fix: v_mov_b32_e32 v2, 4
    global_atomic_add v2, v0, s[6:7]
finish
