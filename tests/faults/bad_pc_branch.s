; A branch out of the code.
; grid: 1
; block: 64
; args: zero:1024 zero:1024
; preset: own
; expect: bad-pc
; at: s_branch
; lint: yes
.include "fault.inc"
begin
    s_branch 0x2000 ; broken
finish
