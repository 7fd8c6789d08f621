; The descriptor says that it is no buffer.
; grid: 1
; block: 64
; args: zero:1024 zero:1024
; preset: own
; expect: bad-descriptor
; at: buffer_load_dword
.include "fault.inc"
begin
    s_mov_b32 s12, s4
    s_mov_b32 s13, s5
    s_mov_b32 s14, 1024
    s_mov_b32 s15, 0x80027000 ; broken
; fix: s_mov_b32 s15, 0x00027000
    buffer_load_dword v2, v1, s[12:15], 0 offen
    s_waitcnt vmcnt(0)
finish
