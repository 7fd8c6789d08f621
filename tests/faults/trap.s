; The kernel stops itself.
; grid: 1
; block: 64
; args: zero:1024 zero:1024
; preset: own
; expect: trap
; at: s_trap
.include "fault.inc"
begin
    s_trap 2 ; broken
finish
