; The result of a scalar load is used without any wait.
; grid: 1
; block: 64
; args: zero:1024 zero:1024
; preset: own
; expect: wait-lgkmcnt
; at: s_add_u32
; earlier: s_load_dword s8
; lint: yes
.include "fault.inc"
begin
    s_load_dword s8, s[4:5], 0x0
; fix: s_waitcnt lgkmcnt(0)
    s_add_u32 s9, s8, 1
    v_mov_b32_e32 v2, s9
    global_store_dword v1, v2, s[6:7]
finish
