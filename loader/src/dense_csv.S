/* The text of configs/dense.csv; the build says where configs/ is. */
    .section .rodata
    .globl smallm_dense_csv
    .hidden smallm_dense_csv
smallm_dense_csv:
    .incbin "dense.csv"
    .globl smallm_dense_csv_end
    .hidden smallm_dense_csv_end
smallm_dense_csv_end:
    .byte 0
    .section .note.GNU-stack,"",%progbits
