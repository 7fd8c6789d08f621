"""Pairs of instructions that force each row of configs/hazards.csv, as LLVM machine code (MIR).

A row may have several pairs; in each the row is the only one that the pair breaks. MFMA operands:
A from v40, B from v60, C from v100, results from v0, unless a pair says otherwise."""

from typing import Dict, List, NamedTuple, Tuple


class Pair(NamedTuple):
    producer: str
    consumer: str


EXEC = "implicit $exec"
MODE = "implicit $mode, implicit $exec"


def v(first: int, count: int = 1, file: str = "vgpr") -> str:
    return "$" + "_".join(f"{file}{first + k}" for k in range(count))


class Matrix(NamedTuple):
    """opcode, registers of the result, of A and of B, operands after C."""

    opcode: str
    d: int
    a: int
    b: int
    tail: str = "0, 0, 0"

    def text(self, d: int = 0, a: int = 40, b: int = 60, c: int = 100) -> str:
        sources = f"{v(a, self.a)}, {v(b, self.b)}, {v(c, self.d)}"
        return f"early-clobber {v(d, self.d)} = {self.opcode} {sources}, {self.tail}, {MODE}"


def scaled(shape: str, d: int, formats: str, a: int, b: int, codes: str) -> Matrix:
    opcode = f"V_MFMA_SCALE_F32_{shape}_F8F6F4_{formats}_vgprcd_e64"
    return Matrix(opcode, d, a, b, f"{codes}, $vgpr90, $vgpr91, 0, 0")


XDL: Dict[int, List[Matrix]] = {
    2: [
        Matrix("V_MFMA_F32_4X4X4F16_vgprcd_e64", 4, 2, 2),
        Matrix("V_MFMA_I32_4X4X4I8_vgprcd_e64", 4, 1, 1),
    ],
    4: [
        Matrix("V_MFMA_F32_16X16X32_F16_vgprcd_e64", 4, 4, 4),
        Matrix("V_MFMA_F32_16X16X16BF16_1K_vgprcd_e64", 4, 2, 2),
        Matrix("V_MFMA_I32_16X16X64_I8_vgprcd_e64", 4, 4, 4),
        scaled("16X16X128", 4, "f4_f4", 4, 4, "4, 4"),
        scaled("16X16X128", 4, "f6_f4", 6, 4, "2, 4"),
    ],
    8: [
        Matrix("V_MFMA_F32_32X32X16_BF16_vgprcd_e64", 16, 4, 4),
        Matrix("V_MFMA_F32_32X32X16_FP8_BF8_vgprcd_e64", 16, 2, 2),
        Matrix("V_MFMA_F32_16X16X4F16_vgprcd_e64", 16, 2, 2),
        scaled("16X16X128", 4, "f8_f8", 8, 8, "0, 0"),
        scaled("16X16X128", 4, "f8_f4", 8, 4, "1, 4"),
        scaled("32X32X64", 16, "f4_f4", 4, 4, "4, 4"),
    ],
    16: [
        Matrix("V_MFMA_F32_32X32X4F16_vgprcd_e64", 32, 2, 2),
        scaled("32X32X64", 16, "f8_f8", 8, 8, "0, 1"),
        scaled("32X32X64", 16, "f4_f8", 4, 8, "4, 0"),
    ],
}
SGEMM: Dict[int, List[Matrix]] = {
    2: [Matrix("V_MFMA_F32_4X4X1F32_vgprcd_e64", 4, 1, 1)],
    8: [
        Matrix("V_MFMA_F32_16X16X4F32_vgprcd_e64", 4, 1, 1),
        Matrix("V_MFMA_F32_16X16X1F32_vgprcd_e64", 16, 1, 1),
    ],
    16: [
        Matrix("V_MFMA_F32_32X32X2F32_vgprcd_e64", 16, 1, 1),
        Matrix("V_MFMA_F32_32X32X1F32_vgprcd_e64", 32, 1, 1),
    ],
}
DGEMM = {
    4: Matrix("V_MFMA_F64_4X4X4F64_vgprcd_e64", 2, 2, 2),
    16: Matrix("V_MFMA_F64_16X16X4F64_vgprcd_e64", 8, 2, 2),
}
FIRST_XDL = XDL[4][0]

STORE = f"GLOBAL_STORE_DWORD_SADDR $vgpr200, $vgpr1, $sgpr2_sgpr3, 0, 0, {EXEC}"
STORE_AT = f"GLOBAL_STORE_DWORD_SADDR $vgpr1, $vgpr200, $sgpr2_sgpr3, 0, 0, {EXEC}"
LDS_WRITE = f"DS_WRITE_B32_gfx9 $vgpr200, $vgpr1, 0, 0, {EXEC}"
LOAD = f"$vgpr1 = GLOBAL_LOAD_DWORD_SADDR $sgpr2_sgpr3, $vgpr200, 0, 0, {EXEC}"
LDS_READ = f"$vgpr1 = DS_READ_B32_gfx9 $vgpr200, 0, 0, {EXEC}"
READ = f"$vgpr200 = V_ADD_U32_e32 $vgpr1, $vgpr201, {EXEC}"
WRITE = f"$vgpr1 = V_MOV_B32_e32 0, {EXEC}"
READ64 = f"$vgpr200_vgpr201 = V_LSHLREV_B64_e64 $vgpr202, $vgpr0_vgpr1, {EXEC}"
CMPX = f"V_CMPX_EQ_U32_e32 $vgpr10, $vgpr11, implicit-def $vcc, implicit-def $exec, {EXEC}"
CMP_VCC = f"V_CMP_EQ_U32_e32 $vgpr10, $vgpr11, implicit-def $vcc, {EXEC}"
FIRST_LANE = f"$sgpr2 = V_READFIRSTLANE_B32 $vgpr10, {EXEC}"
LOAD_M = f"implicit $m0, {EXEC}"


def pairs(*items: Tuple[str, str]) -> List[Pair]:
    return [Pair(*item) for item in items]


def results(producers: List[Matrix], consumers: List[str]) -> List[Pair]:
    return [Pair(m.text(), c) for m in producers for c in consumers]


def matrix_rows() -> Dict[str, List[Pair]]:
    rows: Dict[str, List[Pair]] = {}
    f32, f64 = SGEMM[8][0], DGEMM[16]
    for name, table in (("xdl", XDL), ("sgemm", SGEMM)):
        for passes, matrices in table.items():
            row = f"{name}{passes}"
            # A of the second at v0: read as A by an f16 product, and as B
            into_a = FIRST_XDL.text(d=120, a=0, c=140)
            into_b = f32.text(d=120, b=1, c=140)
            rows[f"{row}-read"] = results(matrices, [STORE, STORE_AT, LDS_WRITE, into_a, into_b])
            rows[f"{row}-valu"] = results(matrices, [READ, WRITE, READ64])
            rows[f"{row}-load-over"] = results(matrices, [LOAD, LDS_READ])
    for passes, matrices in XDL.items():
        row = f"xdl{passes}"
        overlap = FIRST_XDL.text(d=140, c=2)
        rows[f"{row}-srcc-overlap-xdl"] = results(matrices, [overlap])
        rows[f"{row}-srcc-overlap-gemm"] = results(
            matrices, [f32.text(d=140, c=2), f64.text(d=140, c=2)]
        )
        rows[f"{row}-srcc-war"] = [
            Pair(m.text(), f"$vgpr101 = V_MOV_B32_e32 0, {EXEC}") for m in matrices
        ]
    gemms = {4: f32, 16: SGEMM[16][0], 32: SGEMM[16][1]}
    for passes, matrices in XDL.items():
        rows[f"xdl{passes}-srcc-equal-gemm"] = [
            Pair(m.text(), gemms[m.d].text(d=0, c=0)) for m in matrices
        ]
    others = {
        2: XDL[2][0],
        4: XDL[4][0],
        8: scaled("16X16X128", 4, "f8_f8", 8, 8, "0, 0"),
        16: XDL[16][1],
    }
    seconds = {2: FIRST_XDL, 4: XDL[4][3], 8: FIRST_XDL, 16: XDL[8][0]}
    for passes, first in others.items():
        rows[f"xdl{passes}-srcc-other-xdl"] = pairs((first.text(), seconds[passes].text(d=0, c=0)))
    rows["xdl2-srcc-same"] = [Pair(m.text(), m.text(c=0)) for m in XDL[2]]
    for passes, matrices in SGEMM.items():
        rows[f"sgemm{passes}-srcc-overlap"] = results(
            matrices, [f32.text(d=140, c=2), f64.text(d=140, c=2)]
        )
    rows["sgemm2-srcc-other"] = results(SGEMM[2], [FIRST_XDL.text(d=0, c=0), f32.text(d=0, c=0)])
    rows["sgemm2-srcc-same"] = [Pair(m.text(), m.text(c=0)) for m in SGEMM[2]]
    d4, d16 = DGEMM[4], DGEMM[16]
    for name, m in (("dgemm4", d4), ("dgemm16", d16)):
        rows[f"{name}-mfma-ab"] = results(
            [m], [FIRST_XDL.text(d=120, a=0, c=140), m.text(d=120, b=0, c=140)]
        )
        rows[f"{name}-load-over"] = results([m], [LOAD, LDS_READ])
        rows[f"{name}-mem"] = results([m], [STORE, LDS_WRITE, STORE_AT])
    rows["dgemm16-srcc-overlap"] = results([d16], [d16.text(d=120, c=2), d4.text(d=120, c=2)])
    rows["dgemm16-valu-read"] = results([d16], [READ, READ64])
    rows["dgemm16-valu-write"] = results([d16], [WRITE])
    rows["dgemm4-srcc-same"] = results([d4], [d4.text(d=0, c=0)])
    rows["dgemm4-srcc-overlap"] = results(
        [d4], [SGEMM[2][0].text(d=120, c=0), d16.text(d=120, c=0)]
    )
    rows["dgemm4-valu"] = results([d4], [READ, WRITE, READ64])
    return rows


def other_rows() -> Dict[str, List[Pair]]:
    mode, trapsts = "2049", "2051"  # hwreg(HW_REG_MODE, 0, 2), hwreg(HW_REG_TRAPSTS, 0, 2)
    setreg = f"S_SETREG_B32 $sgpr2, {mode}, implicit-def $mode, implicit $mode"
    dpp = f"$vgpr20 = V_MOV_B32_dpp $vgpr20, $vgpr1, 273, 15, 15, 0, {EXEC}"
    dpp_old = f"$vgpr1 = V_MOV_B32_dpp $vgpr1, $vgpr21, 273, 10, 15, 0, {EXEC}"
    dpp_cmpx = f"$vgpr20 = V_MOV_B32_dpp $vgpr20, $vgpr21, 273, 15, 15, 0, {EXEC}"
    swap = f"$vgpr1, $vgpr22 = V_PERMLANE32_SWAP_B32_e32 $vgpr1, $vgpr22, {EXEC}"
    swap16 = f"$vgpr22, $vgpr1 = V_PERMLANE16_SWAP_B32_e32 $vgpr22, $vgpr1, {EXEC}"
    exp = f"$vgpr1 = V_EXP_F32_e32 $vgpr10, {MODE}"
    high = f"$vgpr1 = V_CVT_PK_FP8_F32_e64 8, $vgpr10, 0, $vgpr11, $vgpr1, 0, {MODE}"
    high_sdwa = f"$vgpr1 = V_ADD_U32_sdwa 0, $vgpr10, 0, $vgpr11, 0, 5, 0, 6, 6, {EXEC}"
    scale_high = f"$vgpr1 = V_CVT_SCALEF32_PK_FP8_F32_e64 8, $vgpr10, 0, $vgpr11, 0, $sgpr8, $vgpr1, 0, {MODE}"
    fp4 = f"$vgpr1 = V_CVT_SCALEF32_PK_FP4_F32_e64 0, $vgpr10, 0, $vgpr11, 0, $sgpr8, $vgpr1, 0, {MODE}"
    wide = f"GLOBAL_STORE_DWORDX4_SADDR $vgpr200, {v(0, 4)}, $sgpr2_sgpr3, 0, 0, {EXEC}"
    wide3 = f"SCRATCH_STORE_DWORDX3_SADDR {v(0, 3)}, $sgpr2, 0, 0, {EXEC}, implicit $flat_scr"
    buffer = f"BUFFER_STORE_DWORDX4_OFFEN_exact {v(0, 4)}, $vgpr200, $sgpr4_sgpr5_sgpr6_sgpr7, 0, 0, 0, 0, {EXEC}"
    dot = f"$vgpr1 = V_DOT4_I32_I8 8, $vgpr10, 8, $vgpr11, 8, $vgpr12, 0, 0, 0, {EXEC}"
    dot_c = f"$vgpr1 = V_DOT2C_F32_F16_e32 $vgpr10, $vgpr11, $vgpr1, {MODE}"
    dot_ab = f"$vgpr20 = V_DOT2C_F32_F16_e32 $vgpr1, $vgpr11, $vgpr20, {MODE}"
    mask = "$sgpr2_sgpr3 = V_CMP_EQ_U32_e64 $vgpr10, $vgpr11, " + EXEC
    fmas = f"$vgpr20 = V_DIV_FMAS_F32_e64 0, $vgpr21, 0, $vgpr22, 0, $vgpr23, 0, 0, implicit $mode, implicit $vcc, {EXEC}"
    lds_dma = f"GLOBAL_LOAD_LDS_DWORD_SADDR $sgpr2_sgpr3, $vgpr200, 0, 0, {LOAD_M}"
    buffer_dma = f"BUFFER_LOAD_DWORD_LDS_OFFEN $vgpr200, $sgpr4_sgpr5_sgpr6_sgpr7, 0, 0, 0, 0, {EXEC}, implicit $m0"
    m0 = "$m0 = S_MOV_B32 0"
    buffer_load = (
        f"$vgpr200 = BUFFER_LOAD_DWORD_OFFEN $vgpr201, $sgpr0_sgpr1_sgpr2_sgpr3, 0, 0, 0, 0, {EXEC}"
    )
    soffset_load = f"$vgpr200 = BUFFER_LOAD_DWORD_OFFEN $vgpr201, $sgpr4_sgpr5_sgpr6_sgpr7, $sgpr2, 0, 0, 0, {EXEC}"
    load_far = f"$vgpr200 = GLOBAL_LOAD_DWORD_SADDR $sgpr2_sgpr3, $vgpr201, 0, 0, {EXEC}"
    return {
        "setreg-getreg": pairs((setreg, f"$sgpr3 = S_GETREG_B32 {mode}, implicit $mode")),
        "setreg-setreg": pairs(
            (setreg, f"S_SETREG_B32 $sgpr3, {mode}, implicit-def $mode, implicit $mode")
        ),
        "setreg-trapsts-rfe": pairs(
            (
                f"S_SETREG_B32 $sgpr2, {trapsts}, implicit-def $mode, implicit $mode",
                "S_RFE_B64 $sgpr2_sgpr3",
            )
        ),
        "valu-sgpr-lane-select": pairs(
            (FIRST_LANE, "$sgpr4 = V_READLANE_B32 $vgpr20, $sgpr2"),
            (FIRST_LANE, "$vgpr20 = V_WRITELANE_B32 7, $sgpr2, $vgpr20"),
            (mask, "$sgpr4 = V_READLANE_B32 $vgpr20, $sgpr3"),
        ),
        "valu-vcc-div-fmas": pairs((CMP_VCC, fmas)),
        "valu-sgpr-vmem": pairs(
            (FIRST_LANE, load_far),
            (FIRST_LANE, buffer_load),
            (FIRST_LANE, soffset_load),
            (mask, load_far),
        ),
        "cmpx-exec-vmem": pairs((CMPX, load_far), (CMPX, STORE)),
        "salu-m0-sendmsg": pairs((m0, "S_SENDMSG 1, implicit $exec, implicit $m0")),
        "salu-m0-lds-dma": pairs((m0, lds_dma), (m0, buffer_dma)),
        "valu-vgpr-dpp": pairs((WRITE, dpp), (WRITE, dpp_old)),
        "cmpx-exec-dpp": pairs((CMPX, dpp_cmpx)),
        "valu-vgpr-readlane": pairs(
            (WRITE, "$sgpr4 = V_READLANE_B32 $vgpr1, 3"),
            (WRITE, f"$sgpr4 = V_READFIRSTLANE_B32 $vgpr1, {EXEC}"),
        ),
        "valu-sgpr-valu-constant": pairs(
            (FIRST_LANE, f"$vgpr20 = V_ADD_U32_e32 $sgpr2, $vgpr21, {EXEC}"),
            (mask, f"$vgpr20 = V_ADD_U32_e32 $sgpr3, $vgpr21, {EXEC}"),
            (CMP_VCC, f"$vgpr20 = V_ADD_U32_e32 $vcc_lo, $vgpr21, {EXEC}"),
        ),
        "valu-sgpr-valu-carry": [
            Pair(mask, carry_consumers()[1]),
            Pair(CMP_VCC, carry_consumers()[0]),
            Pair(CMP_VCC, carry_consumers()[2]),
        ],
        "dot-mfma-read": [
            Pair(
                dot_c.replace("$vgpr1 ", "$vgpr41 ").replace("$vgpr1,", "$vgpr41,"),
                FIRST_XDL.text(),
            )
        ],
        "dot-mfma-write": [Pair(dot_c, FIRST_XDL.text())],
        "cmpx-exec-valu-constant": pairs(
            (CMPX, f"$vgpr20 = V_ADD_U32_e32 $exec_lo, $vgpr21, {EXEC}")
        ),
        "cmpx-exec-lane-op": pairs(
            (CMPX, "$sgpr4 = V_READLANE_B32 $vgpr20, 3"),
            (CMPX, f"$sgpr4 = V_READFIRSTLANE_B32 $vgpr20, {EXEC}"),
            (CMPX, "$vgpr20 = V_WRITELANE_B32 $sgpr5, 3, $vgpr20"),
            (CMPX, f"$vgpr20, $vgpr22 = V_PERMLANE32_SWAP_B32_e32 $vgpr20, $vgpr22, {EXEC}"),
        ),
        "cmpx-exec-mfma": pairs((CMPX, FIRST_XDL.text()), (CMPX, DGEMM[4].text())),
        "trans-valu": pairs((exp, READ), (f"$vgpr1 = V_RCP_F16_e32 $vgpr10, {MODE}", READ)),
        "subdword-valu": pairs((high, READ), (high_sdwa, READ), (scale_high, READ)),
        "scalef32-cvt-same-vgpr": pairs((fp4, READ)),
        "valu-permlane-swap": pairs((WRITE, swap), (WRITE, swap16)),
        "store-wide-data-valu": pairs((wide, WRITE), (wide3, WRITE), (buffer, WRITE)),
        "store-wide-data-other": pairs((wide, LOAD), (wide, LDS_READ)),
        "dot-other-opcode": pairs((dot, READ), (dot, STORE), (dot_c, READ), (dot_c, WRITE)),
        "dot-same-opcode-ab": pairs((dot_c, dot_ab)),
        "valu-mfma": pairs(
            (f"$vgpr41 = V_MOV_B32_e32 0, {EXEC}", FIRST_XDL.text()),
            (f"$vgpr61 = V_MOV_B32_e32 0, {EXEC}", FIRST_XDL.text()),
            (f"$vgpr101 = V_MOV_B32_e32 0, {EXEC}", FIRST_XDL.text()),
            (f"$vgpr90 = V_MOV_B32_e32 0, {EXEC}", XDL[8][3].text()),
            (f"$vgpr41 = V_MOV_B32_e32 0, {EXEC}", DGEMM[16].text()),
        ),
    }


# Rows that LLVM has no rule for, with why and assembly for both.
WITHOUT_ORACLE: Dict[str, Tuple[str, Pair]] = {
    "valu-vccz-execz-data": (
        "LLVM never emits VCCZ or EXECZ as a data source",
        Pair("v_cmp_eq_u32_e32 vcc, v10, v11", "v_add_u32_e32 v20, src_vccz, v21"),
    ),
}


def carry_consumers() -> List[str]:
    return [
        f"$vgpr20 = V_CNDMASK_B32_e32 $vgpr21, $vgpr22, implicit $vcc, {EXEC}",
        f"$vgpr20 = V_CNDMASK_B32_e64 0, $vgpr21, 0, $vgpr22, $sgpr2_sgpr3, {EXEC}",
        f"$vgpr20 = V_ADDC_U32_e32 $vgpr21, $vgpr22, implicit-def $vcc, implicit $vcc, {EXEC}",
    ]


def sequences() -> Dict[str, List[Pair]]:
    return {**other_rows(), **matrix_rows()}


def mir(pairs: List[Pair]) -> str:
    """All pairs in one function, so far apart that none reaches the next; s_rfe ends it."""
    head = [
        "--- |",
        "  define amdgpu_kernel void @pairs() { ret void }",
        "...",
        "---",
        "name: pairs",
    ]
    head += ["machineFunctionInfo:", "  isEntryFunction: true", "body: |", "  bb.0:"]
    lines: List[str] = []
    for pair in sorted(pairs, key=lambda p: "S_RFE" in p.consumer):
        lines += [pair.producer, pair.consumer, "S_WAITCNT 0", "S_NOP 15", "S_NOP 15"]
    if "S_RFE" in lines[-4]:
        del lines[-3:]
    else:
        lines.append("S_ENDPGM 0")
    return "\n".join(head + ["    " + line for line in lines] + ["..."]) + "\n"
