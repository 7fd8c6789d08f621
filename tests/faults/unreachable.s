; Nothing reaches an instruction.
; grid: 1
; block: 64
; args: zero:1024 zero:1024
; preset: own
; expect: unreachable
; at: v_mov_b32
; lint: yes
; run: no
.include "fault.inc"
begin
    s_branch .Lend ; broken
    v_mov_b32_e32 v2, 0
.Lend:
finish
