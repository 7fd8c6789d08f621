/* The text of configs/mi355x.ini; the build says where configs/ is. */
    .section .rodata
    .globl gfx950sim_machine_ini
    .hidden gfx950sim_machine_ini
gfx950sim_machine_ini:
    .incbin "mi355x.ini"
    .byte 0
    .section .note.GNU-stack,"",%progbits
