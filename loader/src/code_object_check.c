#include "code_object.h"

#include <elf.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "error.h"

/* AMDGPUUsage, "ELF Code Object": OS ABI, and the machine in the low byte of e_flags. */
enum { OSABI_AMDGPU_HSA = 64, MACHINE_MASK = 0xff, MACHINE_GFX950 = 0x4f };

struct elf {
    const unsigned char *image;
    size_t bytes;
    Elf64_Ehdr header;
};

static bool inside(const struct elf *elf, uint64_t offset, uint64_t bytes) {
    return offset <= elf->bytes && bytes <= elf->bytes - offset;
}

static Elf64_Shdr section(const struct elf *elf, uint32_t index) {
    Elf64_Shdr entry;
    memcpy(&entry, elf->image + elf->header.e_shoff + (size_t)index * sizeof entry, sizeof entry);
    return entry;
}

static const char *header_fault(const struct elf *elf) {
    const Elf64_Ehdr *header = &elf->header;
    if (memcmp(header->e_ident, ELFMAG, SELFMAG) != 0)
        return "it is not an ELF file";
    if (header->e_ident[EI_CLASS] != ELFCLASS64 || header->e_ident[EI_DATA] != ELFDATA2LSB)
        return "it is not a 64-bit little-endian ELF file";
    if (header->e_machine != EM_AMDGPU || header->e_ident[EI_OSABI] != OSABI_AMDGPU_HSA)
        return "it is not for an AMD GPU under HSA";
    if ((header->e_flags & MACHINE_MASK) != MACHINE_GFX950)
        return "its e_flags name another GPU than gfx950";
    if (header->e_type != ET_DYN)
        return "it is not linked (a shared object is needed: ld.lld -shared)";
    return NULL;
}

static const char *table_fault(const struct elf *elf) {
    const Elf64_Ehdr *header = &elf->header;
    if (header->e_phentsize != sizeof(Elf64_Phdr) || header->e_shentsize != sizeof(Elf64_Shdr) ||
        !inside(elf, header->e_phoff, (uint64_t)header->e_phnum * sizeof(Elf64_Phdr)) ||
        !inside(elf, header->e_shoff, (uint64_t)header->e_shnum * sizeof(Elf64_Shdr)))
        return "its header tables lie outside the file; it may be cut short";
    for (uint32_t i = 0; i < header->e_phnum; i++) {
        Elf64_Phdr segment;
        memcpy(&segment, elf->image + header->e_phoff + i * sizeof segment, sizeof segment);
        if (!inside(elf, segment.p_offset, segment.p_filesz))
            return "a segment lies outside the file; it may be cut short";
    }
    for (uint32_t i = 0; i < header->e_shnum; i++) {
        Elf64_Shdr entry = section(elf, i);
        if (entry.sh_type != SHT_NOBITS && !inside(elf, entry.sh_offset, entry.sh_size))
            return "a section lies outside the file; it may be cut short";
    }
    return NULL;
}

static bool has_symbol(const struct elf *elf, const char *wanted) {
    for (uint32_t i = 0; i < elf->header.e_shnum; i++) {
        Elf64_Shdr table = section(elf, i);
        if (table.sh_type != SHT_DYNSYM || table.sh_link >= elf->header.e_shnum)
            continue;
        Elf64_Shdr names = section(elf, table.sh_link);
        if (names.sh_type != SHT_STRTAB)
            continue;
        for (uint64_t at = 0; at + sizeof(Elf64_Sym) <= table.sh_size; at += sizeof(Elf64_Sym)) {
            Elf64_Sym symbol;
            memcpy(&symbol, elf->image + table.sh_offset + at, sizeof symbol);
            size_t length = strlen(wanted) + 1;
            if (symbol.st_name < names.sh_size && length <= names.sh_size - symbol.st_name &&
                memcmp(elf->image + names.sh_offset + symbol.st_name, wanted, length) == 0)
                return true;
        }
    }
    return false;
}

smallm_status smallm_code_object_check(const void *image, size_t bytes, const char *name, const char *origin) {
    struct elf elf = {.image = image, .bytes = bytes};
    const char *fault = "it is shorter than an ELF header";
    if (bytes >= sizeof elf.header) {
        memcpy(&elf.header, image, sizeof elf.header);
        fault = header_fault(&elf);
        if (fault == NULL)
            fault = table_fault(&elf);
    }
    if (fault != NULL)
        return smallm_fail(SMALLM_ERROR_CODE_OBJECT, "code object %s (%zu bytes): %s", origin, bytes, fault);

    char descriptor[256];
    snprintf(descriptor, sizeof descriptor, "%s.kd", name);
    const char *missing = !has_symbol(&elf, name) ? name : !has_symbol(&elf, descriptor) ? descriptor : NULL;
    if (missing != NULL)
        return smallm_fail(SMALLM_ERROR_CODE_OBJECT, "code object %s: it has no dynamic symbol %s", origin, missing);
    return SMALLM_OK;
}
