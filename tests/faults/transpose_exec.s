; A transposed LDS read with some lanes off.
; grid: 1
; block: 64
; args: zero:1024 zero:1024
; preset: own
; expect: transpose-exec
; at: ds_read_b64_tr_b16
.include "fault.inc"
begin
    v_lshlrev_b32_e32 v2, 3, v0
    fill 4, 5, 0
    ds_write_b64 v2, v[4:5]
    s_mov_b64 exec, 0xffff ; broken
    s_waitcnt lgkmcnt(0)
    ds_read_b64_tr_b16 v[6:7], v2
    s_waitcnt lgkmcnt(0)
finish
