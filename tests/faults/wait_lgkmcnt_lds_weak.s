; LDS returns in order: lgkmcnt(1) covers the older read only.
; grid: 1
; block: 64
; args: zero:1024 zero:1024
; preset: own
; expect: wait-lgkmcnt
; at: v_add_u32
; earlier: ds_read_b32 v3
; lint: yes
.include "fault.inc"
begin
    ds_write_b32 v1, v0
    ds_read_b32 v2, v1
    ds_read_b32 v3, v1
    s_waitcnt lgkmcnt(1) ; broken
; fix: s_waitcnt lgkmcnt(0)
    v_add_u32_e32 v4, 1, v3
    global_store_dword v1, v4, s[6:7]
finish
