#include "code_parts.h"

#include <gelf.h>
#include <string.h>

/* llvm/BinaryFormat/ELFRelocs/AMDGPU.def: those that a dynamic linker meets */
enum {
    R_AMDGPU_NONE = 0,
    R_AMDGPU_ABS32_LO = 1,
    R_AMDGPU_ABS32_HI = 2,
    R_AMDGPU_ABS64 = 3,
    R_AMDGPU_REL32 = 4,
    R_AMDGPU_REL64 = 5,
    R_AMDGPU_ABS32 = 6,
    R_AMDGPU_RELATIVE64 = 13,
};

static bool apply(struct code *code, const GElf_Rela *rela, uint64_t symbol, struct code_err err) {
    unsigned type = (unsigned)GELF_R_TYPE(rela->r_info);
    uint64_t base = (uint64_t)(uintptr_t)code->image;
    uint64_t value = symbol + (uint64_t)rela->r_addend;
    size_t width = 8;
    switch (type) {
    case R_AMDGPU_NONE:
        return true;
    case R_AMDGPU_RELATIVE64:
        value = base + (uint64_t)rela->r_addend;
        break;
    case R_AMDGPU_ABS64:
        break;
    case R_AMDGPU_REL64:
        value -= base + rela->r_offset;
        break;
    case R_AMDGPU_ABS32_HI:
        value >>= 32;
        width = 4;
        break;
    case R_AMDGPU_REL32:
        value -= base + rela->r_offset;
        width = 4;
        break;
    case R_AMDGPU_ABS32_LO:
    case R_AMDGPU_ABS32:
        width = 4;
        break;
    default:
        return code_fail(err, "relocation type %u at 0x%llx is not one that a linked code object has", type,
                         (unsigned long long)rela->r_offset);
    }
    uint8_t *place = code_image_at(code, rela->r_offset, width);
    if (place == NULL)
        return code_fail(err, "a relocation at 0x%llx lies outside the image of %zu bytes",
                         (unsigned long long)rela->r_offset, code->image_size);
    memcpy(place, &value, width);
    return true;
}

static bool apply_section(struct code *code, Elf *elf, Elf_Data *relas, const GElf_Shdr *section, struct code_err err) {
    Elf_Scn *link = elf_getscn(elf, section->sh_link);
    GElf_Shdr table = {0};
    Elf_Data *symbols = NULL;
    if (section->sh_link != 0 && link != NULL && gelf_getshdr(link, &table) != NULL)
        symbols = elf_getdata(link, NULL);
    GElf_Rela rela;
    for (int i = 0; gelf_getrela(relas, i, &rela) != NULL; i++) {
        uint64_t index = GELF_R_SYM(rela.r_info), value = 0;
        GElf_Sym symbol;
        if (index != 0) {
            if (symbols == NULL || index > INT32_MAX || gelf_getsym(symbols, (int)index, &symbol) == NULL)
                return code_fail(err, "relocation %d names symbol %llu, which the object does not have", i,
                                 (unsigned long long)index);
            const char *name = elf_strptr(elf, table.sh_link, symbol.st_name);
            if (symbol.st_shndx == SHN_UNDEF && GELF_ST_BIND(symbol.st_info) != STB_WEAK)
                return code_fail(err, "the code object needs the symbol %s, which it does not define",
                                 name ? name : "(unnamed)");
            if (symbol.st_shndx != SHN_UNDEF)
                value = (uint64_t)(uintptr_t)code->image + symbol.st_value;
        }
        if (!apply(code, &rela, value, err))
            return false;
    }
    return true;
}

bool code_relocate(struct code *code, Elf *elf, struct code_err err) {
    for (Elf_Scn *scn = elf_nextscn(elf, NULL); scn != NULL; scn = elf_nextscn(elf, scn)) {
        GElf_Shdr section;
        if (gelf_getshdr(scn, &section) == NULL || !(section.sh_flags & SHF_ALLOC))
            continue;
        if (section.sh_type == SHT_RELR || section.sh_type == SHT_REL)
            return code_fail(err, "the code object has relocations without addends; link it without "
                                  "-z pack-relative-relocs and -z rel");
        Elf_Data *relas = section.sh_type == SHT_RELA ? elf_getdata(scn, NULL) : NULL;
        if (section.sh_type == SHT_RELA && relas == NULL && section.sh_size != 0)
            return code_fail(err, "a relocation section cannot be read: %s", elf_errmsg(-1));
        if (relas != NULL && !apply_section(code, elf, relas, &section, err))
            return false;
    }
    return true;
}
