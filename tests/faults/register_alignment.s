; global_load_dwordx2 v[3:4]: a tuple at an odd register, which the assembler refuses and a corrupt file may hold.
; grid: 1
; block: 64
; args: zero:1024 zero:1024
; preset: own
; expect: register-alignment
; at: global_load_dwordx2
; lint: yes
.include "fault.inc"
begin
    .long 0xdc548000, 0x03040001 ; broken
; fix: global_load_dwordx2 v[2:3], v1, s[4:5]
    s_waitcnt vmcnt(0)
finish
