#define _GNU_SOURCE
#include "code_parts.h"

#include <gelf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum {
    OSABI_AMDGPU_HSA = 64,
    ABI_V2 = 0, /* EI_ABIVERSION of code object version 2; later versions count up */
    ABI_V6 = 4,
    MACH_MASK = 0xff,
    MACH_GFX950 = 0x4f,
    MACH_GFX9_4_GENERIC = 0x5f,
    GENERIC_VERSION_SHIFT = 24,
    NT_AMDGPU_METADATA = 32,
};

/* Values of EF_AMDGPU_MACH that a user is likely to meet (llvm/BinaryFormat/ELF.h). */
static const struct {
    uint8_t mach;
    const char *name;
} machs[] = {
    {0x2c, "gfx900"}, {0x2f, "gfx906"},  {0x30, "gfx908"},  {0x33, "gfx1010"}, {0x36, "gfx1030"}, {0x3f, "gfx90a"},
    {0x40, "gfx940"}, {0x41, "gfx1100"}, {0x46, "gfx1101"}, {0x47, "gfx1102"}, {0x48, "gfx1200"}, {0x4b, "gfx941"},
    {0x4c, "gfx942"}, {0x4e, "gfx1201"}, {0x43, "gfx1150"}, {0x4a, "gfx1151"},
};

static const char *mach_name(unsigned mach) {
    for (size_t i = 0; i < sizeof machs / sizeof machs[0]; i++)
        if (machs[i].mach == mach)
            return machs[i].name;
    return "another processor";
}

static bool check_target(struct code *code, const GElf_Ehdr *header, struct code_err err) {
    unsigned abi = header->e_ident[EI_ABIVERSION], mach = header->e_flags & MACH_MASK;
    if (header->e_ident[EI_CLASS] != ELFCLASS64 || header->e_ident[EI_DATA] != ELFDATA2LSB)
        return code_fail(err, "the ELF file is not 64-bit little-endian, so it is no AMDGPU code object");
    if (header->e_machine != EM_AMDGPU)
        return code_fail_as(err, CODE_OTHER_TARGET, "the ELF file is for machine %u, not for AMDGPU (%u)",
                            header->e_machine, EM_AMDGPU);
    if (header->e_ident[EI_OSABI] != OSABI_AMDGPU_HSA)
        return code_fail(err, "the code object is for OS ABI %u, not for AMDHSA (%d); compile for amdgcn-amd-amdhsa",
                         header->e_ident[EI_OSABI], OSABI_AMDGPU_HSA);
    if (abi == ABI_V2 || abi > ABI_V6)
        return code_fail(err, "the code object has ABI version %u; versions 1 to 4 (code object v3 to v6) are known",
                         abi);
    if (mach == MACH_GFX9_4_GENERIC && header->e_flags >> GENERIC_VERSION_SHIFT == 0)
        return code_fail(err, "the code object is for gfx9-4-generic without a generic version (e_flags 0x%x)",
                         header->e_flags);
    if (mach != MACH_GFX950 && mach != MACH_GFX9_4_GENERIC)
        return code_fail_as(err, CODE_OTHER_TARGET,
                            "the code object is for %s (EF_AMDGPU_MACH 0x%02x), the device is a gfx950 (0x%02x)",
                            mach_name(mach), mach, MACH_GFX950);
    if (header->e_type == ET_REL)
        return code_fail(err, "the code object is not linked; link it with ld.lld -shared");
    if (header->e_type != ET_DYN && header->e_type != ET_EXEC)
        return code_fail(err, "the ELF file has type %u; a code object is a shared object (%u)", header->e_type,
                         ET_DYN);
    code->version = abi + 2;
    code->e_flags = header->e_flags;
    return true;
}

/* One segment's place in the file and in the image, or a sentence on what is wrong with it. */
static bool check_segment(const GElf_Phdr *p, size_t i, size_t size, struct code_err err) {
    if (p->p_offset > size || p->p_filesz > size - p->p_offset)
        return code_fail(err, "segment %zu (%llu bytes at %llu) lies past the end of the file, %zu bytes", i,
                         (unsigned long long)p->p_filesz, (unsigned long long)p->p_offset, size);
    if (p->p_vaddr > CODE_MAX_IMAGE || p->p_memsz > CODE_MAX_IMAGE - p->p_vaddr || p->p_filesz > p->p_memsz)
        return code_fail(
            err, "segment %zu has address 0x%llx, file size %llu and memory size %llu, which no loader takes", i,
            (unsigned long long)p->p_vaddr, (unsigned long long)p->p_filesz, (unsigned long long)p->p_memsz);
    return true;
}

static bool load_segments(struct code *code, Elf *elf, const uint8_t *bytes, size_t size, struct code_err err) {
    size_t n;
    GElf_Phdr p;
    if (elf_getphdrnum(elf, &n) != 0)
        return code_fail(err, "the program headers cannot be read: %s", elf_errmsg(-1));
    uint64_t end = 0;
    bool text = false;
    for (size_t i = 0; i < n; i++) {
        if (gelf_getphdr(elf, (int)i, &p) == NULL)
            return code_fail(err, "program header %zu cannot be read: %s", i, elf_errmsg(-1));
        if (p.p_type != PT_LOAD)
            continue;
        if (!check_segment(&p, i, size, err))
            return false;
        if (p.p_vaddr + p.p_memsz > end)
            end = p.p_vaddr + p.p_memsz;
        if (!(p.p_flags & PF_X))
            continue;
        if (text)
            return code_fail(err, "the code object has more than one executable segment");
        text = true;
        code->text_addr = p.p_vaddr;
        code->text_size = p.p_filesz;
    }
    if (end == 0)
        return code_fail(err, "the code object has no segment to load");
    uint8_t *map =
        mmap(NULL, end + 2 * CODE_RED_ZONE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (map == MAP_FAILED)
        return code_fail_as(err, CODE_NO_MEMORY, "no memory for an image of %llu bytes", (unsigned long long)end);
    code->image = map + CODE_RED_ZONE;
    code->image_size = end;
    for (size_t i = 0; i < n; i++)
        if (gelf_getphdr(elf, (int)i, &p) != NULL && p.p_type == PT_LOAD)
            memcpy(code->image + p.p_vaddr, bytes + p.p_offset, p.p_filesz);
    return true;
}

static bool read_notes(struct code_object *object, Elf *elf, size_t size, struct code_err err) {
    size_t n = 0;
    elf_getphdrnum(elf, &n);
    for (size_t i = 0; i < n; i++) {
        GElf_Phdr p;
        if (gelf_getphdr(elf, (int)i, &p) == NULL || p.p_type != PT_NOTE)
            continue;
        if (p.p_offset > size || p.p_filesz > size - p.p_offset)
            return code_fail(err, "the note segment (%llu bytes at %llu) lies past the end of the file, %zu bytes",
                             (unsigned long long)p.p_filesz, (unsigned long long)p.p_offset, size);
        Elf_Data *notes = elf_getdata_rawchunk(elf, (int64_t)p.p_offset, p.p_filesz, ELF_T_NHDR);
        size_t at = 0, name, desc;
        GElf_Nhdr note;
        while (notes != NULL && (at = gelf_getnote(notes, at, &note, &name, &desc)) > 0) {
            const char *owner = (const char *)notes->d_buf + name;
            if (note.n_type != NT_AMDGPU_METADATA || note.n_namesz != sizeof "AMDGPU" ||
                memcmp(owner, "AMDGPU", sizeof "AMDGPU") != 0)
                continue;
            return code_read_metadata(object, (const uint8_t *)notes->d_buf + desc, note.n_descsz, err);
        }
    }
    return true;
}

/* The file is kept only where code_source_line can use it. */
static bool keep_lines(struct code_object *object, Elf *elf, const uint8_t *bytes, size_t size, struct code_err err) {
    size_t names;
    if (elf_getshdrstrndx(elf, &names) != 0)
        return true;
    for (Elf_Scn *scn = elf_nextscn(elf, NULL); scn != NULL; scn = elf_nextscn(elf, scn)) {
        GElf_Shdr section;
        const char *name = gelf_getshdr(scn, &section) ? elf_strptr(elf, names, section.sh_name) : NULL;
        if (name == NULL || strcmp(name, ".debug_line") != 0)
            continue;
        object->elf = malloc(size);
        if (object->elf == NULL)
            return code_fail_as(err, CODE_NO_MEMORY, "no memory for a line table of %zu bytes", size);
        memcpy(object->elf, bytes, size);
        object->elf_size = size;
        break;
    }
    return true;
}

bool code_read_elf(struct code_object *object, const uint8_t *bytes, size_t size, struct code_starts *starts,
                   struct code_err err) {
    struct code *code = &object->code;
    if (size < sizeof(Elf64_Ehdr) || memcmp(bytes, ELFMAG, SELFMAG) != 0)
        return code_fail(err, "the %zu bytes are neither an ELF file nor a clang offload bundle", size);
    elf_version(EV_CURRENT);
    /* libelf only reads memory that it is given this way */
    Elf *elf = elf_memory((char *)bytes, size);
    GElf_Ehdr header;
    bool ok = elf != NULL && gelf_getehdr(elf, &header) != NULL;
    if (!ok)
        code_fail(err, "the ELF header cannot be read: %s", elf_errmsg(-1));
    ok = ok && check_target(code, &header, err) && load_segments(code, elf, bytes, size, err) &&
         code_relocate(code, elf, err) && code_read_symbols(object, elf, starts, err) &&
         read_notes(object, elf, size, err) && keep_lines(object, elf, bytes, size, err);
    elf_end(elf);
    return ok;
}
