#define _GNU_SOURCE
#include "code_parts.h"

#include <elf.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

uint8_t *code_image_at(const struct code *code, uint64_t addr, uint64_t n) {
    if (addr > code->image_size || n > code->image_size - addr)
        return NULL;
    return code->image + addr;
}

bool code_fail(struct code_err err, const char *fmt, ...) {
    va_list args;
    va_start(args, fmt);
    vsnprintf(err.text, err.size, fmt, args);
    va_end(args);
    return false;
}

struct code *code_load(const void *bytes, size_t size, char *text, size_t text_size) {
    enum code_problem problem;
    return code_load_or_say(bytes, size, text, text_size, &problem);
}

struct code *code_load_or_say(const void *bytes, size_t size, char *text, size_t text_size,
                              enum code_problem *problem) {
    struct code_err err = {text, text_size, problem};
    *problem = CODE_MALFORMED;
    const uint8_t *elf = bytes;
    struct code_starts starts = {0};
    struct code_object *object = calloc(1, sizeof *object);
    if (object == NULL) {
        code_fail_as(err, CODE_NO_MEMORY, "no memory for a code object");
        return NULL;
    }
    bool ok = code_unbundle(&elf, &size, err) && code_read_elf(object, elf, size, &starts, err) &&
              code_decode(&object->code, &starts, err);
    object->code.functions = starts.at;
    object->code.nfunctions = (unsigned)starts.count;
    if (ok)
        return &object->code;
    code_free(&object->code);
    return NULL;
}

void code_free(struct code *code) {
    if (code == NULL)
        return;
    struct code_object *object = (struct code_object *)code;
    if (code->image != NULL)
        munmap(code->image - CODE_RED_ZONE, code->image_size + 2 * CODE_RED_ZONE);
    for (unsigned i = 0; i < code->nkernels; i++) {
        free(code->kernels[i].args);
        free(object->kernel_names[i]);
    }
    free(object->kernel_names);
    free(code->kernels);
    free(code->functions);
    free(code->insn);
    free(code->index_at);
    free(code->text);
    free(code->symbols);
    free(object->elf);
    free(object);
}

/* Whether [addr, addr + n) can be read: a corrupt header may point anywhere, and the caller gave no size. The kernel
 * copies a byte of each page; where that call is forbidden the header is trusted. */
static bool readable(const uint8_t *addr, uint64_t n) {
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE), end = (uintptr_t)addr + n;
    if (n > CODE_MAX_IMAGE)
        return false;
    for (uintptr_t p = (uintptr_t)addr; p < end; p = (p / page + 1) * page) {
        uint8_t byte;
        struct iovec to = {&byte, 1}, from = {(void *)p, 1};
        if (process_vm_readv(getpid(), &to, 1, &from, 1, 0) != 1)
            return errno != EFAULT;
    }
    return true;
}

static uint64_t larger(uint64_t a, uint64_t b) {
    return a > b ? a : b;
}

/* End of the last of section table, program header table, sections and segments; 0 when a table is unreadable. */
static size_t elf_extent(const uint8_t *bytes) {
    Elf64_Ehdr header;
    if (!readable(bytes, sizeof header))
        return 0;
    memcpy(&header, bytes, sizeof header);
    uint64_t end = sizeof header;
    uint64_t tables[][2] = {{header.e_phoff, (uint64_t)header.e_phnum * sizeof(Elf64_Phdr)},
                            {header.e_shoff, (uint64_t)header.e_shnum * sizeof(Elf64_Shdr)}};
    for (int i = 0; i < 2; i++) {
        if (tables[i][0] > CODE_MAX_IMAGE || !readable(bytes, tables[i][0] + tables[i][1]))
            return 0;
        end = larger(end, tables[i][0] + tables[i][1]);
    }
    for (unsigned i = 0; i < header.e_phnum; i++) {
        Elf64_Phdr p;
        memcpy(&p, bytes + header.e_phoff + i * sizeof p, sizeof p);
        if (p.p_offset <= CODE_MAX_IMAGE && p.p_filesz <= CODE_MAX_IMAGE)
            end = larger(end, p.p_offset + p.p_filesz);
    }
    for (unsigned i = 0; i < header.e_shnum; i++) {
        Elf64_Shdr s;
        memcpy(&s, bytes + header.e_shoff + i * sizeof s, sizeof s);
        if (s.sh_type != SHT_NOBITS && s.sh_offset <= CODE_MAX_IMAGE && s.sh_size <= CODE_MAX_IMAGE)
            end = larger(end, s.sh_offset + s.sh_size);
    }
    return readable(bytes, end) ? end : 0;
}

size_t code_image_size(const void *bytes) {
    if (bytes == NULL || !readable(bytes, 4))
        return 0;
    if (memcmp(bytes, ELFMAG, SELFMAG) == 0)
        return elf_extent(bytes);
    size_t size = code_bundle_size(bytes);
    return readable(bytes, size) ? size : 0;
}

const struct kernel *code_kernel(const struct code *code, const char *name) {
    const struct code_object *object = (const struct code_object *)code;
    for (unsigned i = 0; i < code->nkernels; i++)
        if (strcmp(object->kernel_names[i], name) == 0)
            return &code->kernels[i];
    return NULL;
}

const char *code_text(const struct code *code, const struct insn *in) {
    return code->text + in->text_off;
}
