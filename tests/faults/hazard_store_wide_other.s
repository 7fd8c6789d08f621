; The data of a wide store are overwritten by a load before they have left.
; grid: 1
; block: 64
; args: zero:1024 zero:1024
; preset: own
; expect: store-wide-data-other
; at: global_load_dword v4
; earlier: global_store_dwordx4
; lint: yes
.include "fault.inc"
begin
    fill 4, 7, 1
    v_lshlrev_b32_e32 v2, 2, v1
    global_store_dwordx4 v2, v[4:7], s[6:7]
; fix: s_nop 0
    global_load_dword v4, v1, s[4:5]
    s_waitcnt vmcnt(0)
finish
