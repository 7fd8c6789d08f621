; Operations end in order: vmcnt(1) covers a load before a store, not one behind it.
; grid: 1
; block: 64
; args: zero:1024 zero:1024
; preset: own
; expect: wait-vmcnt
; at: v_add_u32
; earlier: global_load_dword v2
; lint: yes
.include "fault.inc"
begin
    global_store_dword v1, v0, s[6:7] ; broken
    global_load_dword v2, v1, s[4:5]
; fix: global_store_dword v1, v0, s[6:7]
    s_waitcnt vmcnt(1)
    v_add_u32_e32 v3, 1, v2
    global_store_dword v1, v3, s[4:5]
finish
