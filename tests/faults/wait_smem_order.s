; Scalar loads return in any order: lgkmcnt(1) does not say that the older one is there.
; grid: 1
; block: 64
; args: zero:1024 zero:1024
; preset: own
; expect: wait-smem-order
; at: s_add_u32
; earlier: s_load_dword s8
; lint: yes
.include "fault.inc"
begin
    s_load_dword s8, s[4:5], 0x0
    s_load_dword s9, s[4:5], 0x40
    s_waitcnt lgkmcnt(1) ; broken
; fix: s_waitcnt lgkmcnt(0)
    s_add_u32 s8, s8, 1
    s_waitcnt lgkmcnt(0)
    v_mov_b32_e32 v2, s8
    global_store_dword v1, v2, s[6:7]
finish
