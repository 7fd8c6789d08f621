; A memory instruction runs under an EXEC that v_cmpx wrote just before.
; grid: 1
; block: 64
; args: zero:1024 zero:1024
; preset: own
; expect: cmpx-exec-vmem
; at: global_load_dword v4
; earlier: v_cmpx_le_u32
; lint: yes
.include "fault.inc"
begin
    v_cmpx_le_u32_e32 vcc, 0, v0
; fix: s_nop 4
    global_load_dword v4, v1, s[4:5]
    s_waitcnt vmcnt(0)
finish
