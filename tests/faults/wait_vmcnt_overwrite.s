; A register is written while a load is still to write it.
; grid: 1
; block: 64
; args: zero:1024 zero:1024
; preset: own
; expect: wait-vmcnt
; at: v_mov_b32
; earlier: global_load_dword v2
; lint: yes
.include "fault.inc"
begin
    global_load_dword v2, v1, s[4:5]
; fix: s_waitcnt vmcnt(0)
    v_mov_b32_e32 v2, 5
    s_waitcnt vmcnt(0)
    global_store_dword v1, v2, s[6:7]
finish
