; An address in a register that nothing has written.
; grid: 1
; block: 64
; args: zero:1024 zero:1024
; preset: own
; expect: uninit-address
; at: global_load_dword v2
.include "fault.inc"
begin
; fix: v_mov_b32_e32 v9, 0
    global_load_dword v2, v9, s[4:5]
    s_waitcnt vmcnt(0)
finish
