; Two workgroups write the same memory.
; grid: 2
; block: 64
; args: zero:1024 zero:1024
; preset: own
; expect: global-race
; at: global_store_dword
; earlier: global_store_dword
.include "fault.inc"
begin
    s_lshl_b32 s8, s2, 8
; fix: v_add_u32_e32 v1, s8, v1
    v_add_u32_e32 v2, s2, v0
    global_store_dword v1, v2, s[6:7]
finish
