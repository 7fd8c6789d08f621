; Each wave reads what the other wrote to memory, without a barrier.
; grid: 1
; block: 128
; args: zero:1024 zero:1024
; preset: own
; expect: global-race
; at: global_
; earlier: global_
.include "fault.inc"
begin
    v_xor_b32_e32 v2, 256, v1
    global_store_dword v1, v0, s[4:5]
    s_waitcnt vmcnt(0)
; fix: s_barrier
    global_load_dword v3, v2, s[4:5]
    s_waitcnt vmcnt(0)
    global_store_dword v1, v3, s[6:7]
finish
