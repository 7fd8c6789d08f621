#define _GNU_SOURCE
#include "code_parts.h"

#include <gelf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DESCRIPTOR_BYTES = 64, KD_SUFFIX = 3 };

/* The kernel descriptor of AMDGPUUsage, field by field. */
static void read_descriptor(struct kernel *kernel, const uint8_t *kd, int64_t *entry) {
    memcpy(&kernel->group_segment_fixed_size, kd + 0, 4);
    memcpy(&kernel->private_segment_fixed_size, kd + 4, 4);
    memcpy(&kernel->kernarg_size, kd + 8, 4);
    memcpy(entry, kd + 16, 8);
    memcpy(&kernel->rsrc3, kd + 44, 4);
    memcpy(&kernel->rsrc1, kd + 48, 4);
    memcpy(&kernel->rsrc2, kd + 52, 4);
    memcpy(&kernel->properties, kd + 56, 2);
    memcpy(&kernel->kernarg_preload, kd + 58, 2);
}

static void add_start(struct code_starts *starts, size_t capacity, uint64_t offset) {
    if (starts->count < capacity)
        starts->at[starts->count++] = (uint32_t)offset;
}

static bool add_kernel(struct code_object *object, const char *name, size_t length, uint64_t addr,
                       struct code_err err) {
    struct code *code = &object->code;
    struct kernel *kernel = &code->kernels[code->nkernels];
    const uint8_t *kd = code_image_at(code, addr, DESCRIPTOR_BYTES);
    if (kd == NULL)
        return code_fail(err, "the descriptor of kernel %.*s, at 0x%llx, lies outside the image of %zu bytes",
                         (int)length, name, (unsigned long long)addr, code->image_size);
    int64_t offset;
    read_descriptor(kernel, kd, &offset);
    uint64_t entry = addr + (uint64_t)offset - code->text_addr;
    if (entry >= code->text_size || entry % 4 != 0)
        return code_fail(err,
                         "the descriptor of kernel %.*s gives the entry 0x%llx, which is no instruction of the "
                         "code (0x%llx to 0x%llx)",
                         (int)length, name, (unsigned long long)(addr + (uint64_t)offset),
                         (unsigned long long)code->text_addr, (unsigned long long)(code->text_addr + code->text_size));
    kernel->entry = entry;
    snprintf(kernel->name, sizeof kernel->name, "%.*s", (int)length, name);
    object->kernel_names[code->nkernels] = strndup(name, length);
    if (object->kernel_names[code->nkernels] == NULL)
        return code_fail_as(err, CODE_NO_MEMORY, "no memory for a kernel's name");
    code->nkernels++;
    return true;
}

static void add_data(struct code *code, const char *name, const GElf_Sym *symbol) {
    if (strlen(name) >= sizeof code->symbols[0].name || code_image_at(code, symbol->st_value, symbol->st_size) == NULL)
        return;
    struct code_symbol *s = &code->symbols[code->nsymbols++];
    snprintf(s->name, sizeof s->name, "%s", name);
    s->addr = symbol->st_value;
    s->size = symbol->st_size;
}

/* Kernels and data come from the dynamic symbols, or from .symtab where there are none; functions from both. */
static bool read_table(struct code_object *object, Elf *elf, const GElf_Shdr *section, Elf_Data *data, bool objects,
                       struct code_starts *starts, size_t capacity, struct code_err err) {
    struct code *code = &object->code;
    GElf_Sym symbol;
    for (int i = 0; gelf_getsym(data, i, &symbol) != NULL; i++) {
        unsigned type = GELF_ST_TYPE(symbol.st_info);
        const char *name = elf_strptr(elf, section->sh_link, symbol.st_name);
        if (symbol.st_shndx == SHN_UNDEF || name == NULL)
            continue;
        uint64_t offset = symbol.st_value - code->text_addr;
        if (type == STT_FUNC && offset < code->text_size && offset % 4 == 0)
            add_start(starts, capacity, offset);
        size_t length = strlen(name);
        if (!objects || length == 0)
            continue;
        bool descriptor = length > KD_SUFFIX && strcmp(name + length - KD_SUFFIX, ".kd") == 0;
        if (descriptor) {
            if (!add_kernel(object, name, length - KD_SUFFIX, symbol.st_value, err))
                return false;
            add_start(starts, capacity, code->kernels[code->nkernels - 1].entry);
        } else if (type == STT_OBJECT) {
            add_data(code, name, &symbol);
        }
    }
    return true;
}

static bool is_table(Elf_Scn *scn, GElf_Shdr *section) {
    return gelf_getshdr(scn, section) != NULL && (section->sh_type == SHT_DYNSYM || section->sh_type == SHT_SYMTAB);
}

bool code_read_symbols(struct code_object *object, Elf *elf, struct code_starts *starts, struct code_err err) {
    struct code *code = &object->code;
    GElf_Shdr section;
    size_t total = 0;
    bool dynamic = false;
    for (Elf_Scn *scn = elf_nextscn(elf, NULL); scn != NULL; scn = elf_nextscn(elf, scn)) {
        if (!is_table(scn, &section) || section.sh_size == 0)
            continue;
        Elf_Data *data = elf_getdata(scn, NULL);
        if (data == NULL)
            return code_fail(err, "a symbol table cannot be read: %s", elf_errmsg(-1));
        total += data->d_size / sizeof(Elf64_Sym);
        dynamic = dynamic || section.sh_type == SHT_DYNSYM;
    }
    size_t capacity = 2 * total + 1;
    starts->at = calloc(capacity, sizeof *starts->at);
    code->kernels = calloc(total + 1, sizeof *code->kernels);
    object->kernel_names = calloc(total + 1, sizeof *object->kernel_names);
    code->symbols = calloc(total + 1, sizeof *code->symbols);
    if (starts->at == NULL || code->kernels == NULL || object->kernel_names == NULL || code->symbols == NULL)
        return code_fail_as(err, CODE_NO_MEMORY, "no memory for %zu symbols", total);
    for (Elf_Scn *scn = elf_nextscn(elf, NULL); scn != NULL; scn = elf_nextscn(elf, scn)) {
        Elf_Data *data = is_table(scn, &section) ? elf_getdata(scn, NULL) : NULL;
        bool objects = section.sh_type == SHT_DYNSYM || !dynamic;
        if (data != NULL && !read_table(object, elf, &section, data, objects, starts, capacity, err))
            return false;
    }
    return true;
}
