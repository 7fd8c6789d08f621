#include "code_parts.h"

#ifdef GFX950SIM_HAVE_LIBDW

#include <elfutils/libdw.h>
#include <stdio.h>

/* Opened anew for each report: reports are few, and a Dwarf handle is not for several threads. */
bool code_source_line(const struct code *code, const struct insn *in, char *file, size_t file_size, unsigned *line) {
    const struct code_object *object = (const struct code_object *)code;
    if (object->elf == NULL)
        return false;
    elf_version(EV_CURRENT);
    Elf *elf = elf_memory((char *)object->elf, object->elf_size);
    Dwarf *dwarf = elf != NULL ? dwarf_begin_elf(elf, DWARF_C_READ, NULL) : NULL;
    bool found = false;
    Dwarf_Off at = 0, next;
    size_t header;
    while (dwarf != NULL && !found && dwarf_nextcu(dwarf, at, &next, &header, NULL, NULL, NULL) == 0) {
        Dwarf_Die unit;
        Dwarf_Line *row = NULL;
        if (dwarf_offdie(dwarf, at + header, &unit) != NULL)
            row = dwarf_getsrc_die(&unit, code->text_addr + in->pc);
        int number = 0;
        const char *name = row != NULL ? dwarf_linesrc(row, NULL, NULL) : NULL;
        if (name != NULL && dwarf_lineno(row, &number) == 0 && number > 0) {
            snprintf(file, file_size, "%s", name);
            *line = (unsigned)number;
            found = true;
        }
        at = next;
    }
    dwarf_end(dwarf);
    elf_end(elf);
    return found;
}

#else

bool code_source_line(const struct code *code, const struct insn *in, char *file, size_t file_size, unsigned *line) {
    (void)code, (void)in, (void)file, (void)file_size, (void)line;
    return false;
}

#endif
