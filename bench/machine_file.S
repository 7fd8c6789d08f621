/* The text of configs/mi355x.ini; the build says where configs/ is. */
    .section .rodata
    .globl machine_file_text
    .hidden machine_file_text
machine_file_text:
    .incbin "mi355x.ini"
    .byte 0
    .section .note.GNU-stack,"",%progbits
