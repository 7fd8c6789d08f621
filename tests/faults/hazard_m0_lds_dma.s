; A load to LDS reads m0, which was written just before.
; grid: 1
; block: 64
; args: zero:1024 zero:1024
; preset: own
; expect: salu-m0-lds-dma
; at: global_load_lds_dword
; earlier: s_mov_b32 m0
; lint: yes
.include "fault.inc"
begin
    s_mov_b32 m0, 0
; fix: s_nop 0
    global_load_lds_dword v1, s[4:5]
    s_waitcnt vmcnt(0)
finish
