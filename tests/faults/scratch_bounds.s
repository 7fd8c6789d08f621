; A scratch store past the private segment.
; grid: 1
; block: 64
; args: zero:1024 zero:1024
; preset: own
; expect: scratch-bounds
; at: scratch_store_dword
.include "fault.inc"
begin
    scratch_store_dword off, v0, off offset:16 ; broken
; fix: scratch_store_dword off, v0, off offset:12
finish scratch=16
