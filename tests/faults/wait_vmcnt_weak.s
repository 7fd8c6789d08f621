; Two loads, and a wait that covers only the older one.
; grid: 1
; block: 64
; args: zero:1024 zero:1024
; preset: own
; expect: wait-vmcnt
; at: v_add_u32
; earlier: global_load_dword v3
; lint: yes
.include "fault.inc"
begin
    global_load_dword v2, v1, s[4:5]
    global_load_dword v3, v1, s[4:5]
    s_waitcnt vmcnt(1) ; broken
; fix: s_waitcnt vmcnt(0)
    v_add_u32_e32 v4, 1, v3
    global_store_dword v1, v4, s[6:7]
finish
