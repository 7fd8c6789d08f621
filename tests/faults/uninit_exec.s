; EXEC from registers that nothing has written.
; grid: 1
; block: 64
; args: zero:1024 zero:1024
; preset: own
; expect: uninit-exec
; at: s_mov_b64
.include "fault.inc"
begin
; fix: s_mov_b64 s[20:21], 3
    s_mov_b64 exec, s[20:21]
finish
