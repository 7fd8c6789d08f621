; LDS is read while a load to LDS still writes it.
; grid: 1
; block: 64
; args: zero:1024 zero:1024
; preset: own
; expect: wait-lds-dma
; at: ds_read_b32
; earlier: global_load_lds_dword
.include "fault.inc"
begin
    s_mov_b32 m0, 0
    s_nop 0
    global_load_lds_dword v1, s[4:5]
; fix: s_waitcnt vmcnt(0)
    ds_read_b32 v2, v1
    s_waitcnt vmcnt(0) lgkmcnt(0)
    global_store_dword v1, v2, s[6:7]
finish
