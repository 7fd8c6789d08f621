/* The text of configs/moe.csv; the build says where configs/ is. */
    .section .rodata
    .globl smallm_moe_csv
    .hidden smallm_moe_csv
smallm_moe_csv:
    .incbin "moe.csv"
    .globl smallm_moe_csv_end
    .hidden smallm_moe_csv_end
smallm_moe_csv_end:
    .byte 0
    .section .note.GNU-stack,"",%progbits
