; lgkmcnt holds 15: the LDS operations past that wait for the oldest ones, and for no more of them.
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
    .set n, 2
    .rept 16
    ds_read_b32 v[n], v1
    .set n, n + 1
    .endr
    s_waitcnt lgkmcnt(15) ; broken
; fix: s_waitcnt lgkmcnt(14)
    v_add_u32_e32 v20, 1, v3
    global_store_dword v1, v20, s[6:7]
finish
