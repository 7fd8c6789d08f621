; A FLAT load counts on both counters, and needs both waits.
; grid: 1
; block: 64
; args: zero:1024 zero:1024
; preset: own
; expect: wait-lgkmcnt
; at: v_add_u32
; earlier: flat_load_dword v4
; lint: yes
.include "fault.inc"
begin
    v_mov_b32_e32 v2, s4
    v_mov_b32_e32 v3, s5
    flat_load_dword v4, v[2:3]
    s_waitcnt vmcnt(0) ; broken
; fix: s_waitcnt vmcnt(0) lgkmcnt(0)
    v_add_u32_e32 v5, 1, v4
    global_store_dword v1, v5, s[6:7]
finish
