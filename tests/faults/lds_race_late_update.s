; Nothing waits for an LDS store before the barrier behind which the other wave updates it.
; grid: 1
; block: 128
; args: zero:1024 zero:1024
; preset: own
; expect: lds-race
; at: ds_or_b32
; earlier: ds_write_b32
.include "fault.inc"
begin
    v_xor_b32_e32 v2, 256, v1
    ds_write_b32 v1, v0
; fix: s_waitcnt lgkmcnt(0)
    s_barrier
    ds_or_b32 v2, v0
    s_waitcnt lgkmcnt(0)
    ds_read_b32 v3, v2
    s_waitcnt lgkmcnt(0)
    global_store_dword v1, v3, s[6:7]
finish
