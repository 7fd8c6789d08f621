; The same, as the memory model sees it: the store is not released to other XCDs.
; grid: 2
; block: 64
; args: zero:1024 zero:1024
; preset: own
; expect: global-race
; at: global_load_dword v6
; earlier: global_store_dword
; options: --check stale-l2=off
.include "fault.inc"
begin
    v_mov_b32_e32 v5, 1
    s_cmp_eq_u32 s2, 0
    s_cbranch_scc0 .Lpoll
    global_store_dword v1, v0, s[4:5]
; fix: buffer_wbl2 sc1
    s_waitcnt vmcnt(0)
    s_mov_b64 exec, 1
    global_atomic_add v31, v5, s[6:7] sc1
    s_endpgm
.Lpoll:
    global_load_dword v8, v31, s[6:7] sc1
    s_waitcnt vmcnt(0)
    v_readfirstlane_b32 s11, v8
    s_cmp_eq_u32 s11, 0
    s_cbranch_scc1 .Lpoll
    buffer_inv sc1
    global_load_dword v6, v1, s[4:5]
    s_waitcnt vmcnt(0)
finish
