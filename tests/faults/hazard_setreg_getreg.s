; s_getreg reads a register that s_setreg wrote just before.
; grid: 1
; block: 64
; args: zero:1024 zero:1024
; preset: own
; expect: setreg-getreg
; at: s_getreg_b32
; earlier: s_setreg_imm32_b32
; lint: yes
.include "fault.inc"
begin
    s_setreg_imm32_b32 hwreg(HW_REG_MODE, 0, 2), 0
; fix: s_nop 1
    s_getreg_b32 s8, hwreg(HW_REG_MODE, 0, 2)
finish
