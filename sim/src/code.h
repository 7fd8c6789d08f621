/* Code objects: ELF and metadata in, kernels and decoded instructions out. Immutable once loaded, shared by threads. */
#ifndef GFX950SIM_CODE_H
#define GFX950SIM_CODE_H

#include <stddef.h>
#include <stdint.h>

#include "insn.h"

/* One explicit or hidden argument, from the metadata. */
struct kernel_arg {
    char name[64];
    char value_kind[40]; /* by_value, global_buffer, hidden_block_count_x, ... */
    uint32_t offset, size;
};

struct kernel {
    char name[256]; /* without .kd */
    uint64_t entry; /* byte offset into the code of the first instruction */
    /* kernel descriptor, as stored */
    uint32_t group_segment_fixed_size, private_segment_fixed_size, kernarg_size;
    uint32_t rsrc1, rsrc2, rsrc3;
    uint16_t properties, kernarg_preload;
    /* metadata; zero or empty where the object has none */
    bool has_metadata;
    uint32_t meta_kernarg_size; /* the larger truth where the descriptor says 0 */
    uint32_t max_flat_workgroup_size;
    uint32_t vgpr_spills, sgpr_spills;
    uint32_t nargs;
    struct kernel_arg *args;
    bool uses_dynamic_stack;
};

struct code {
    uint8_t *image; /* loaded segments, at image + virtual address; registered as device memory by the loader */
    size_t image_size;
    uint64_t text_addr; /* virtual address of the code inside the image */
    size_t text_size;
    unsigned version; /* code object version 3..6, from the ABI version */
    uint32_t e_flags;
    char target[64]; /* amdgcn-amd-amdhsa--gfx950... or "" */
    unsigned nkernels;
    struct kernel *kernels;
    /* decoded text: insn[i] in address order; index_at[pc / 4] is the index at that offset, UINT32_MAX inside one */
    struct insn *insn;
    uint32_t ninsn;
    uint32_t *index_at;
    char *text;          /* pool of disassembly lines */
    unsigned nfunctions; /* offsets of function symbols into the code */
    uint32_t *functions;
    unsigned nsymbols; /* data symbols, for hipModuleGetGlobal */
    struct code_symbol {
        char name[256];
        uint64_t addr; /* virtual */
        uint64_t size;
    } *symbols;
};

/* Loads and decodes an object held in memory (ELF, or a clang offload bundle that holds one for gfx950). NULL with a
 * sentence in err when the bytes are not a code object for gfx950; never reads past size. */
struct code *code_load(const void *bytes, size_t size, char *err, size_t err_size);
/* Size of the ELF image (or bundle) that starts at bytes, from its own headers: hipModuleLoadData has no size. */
size_t code_image_size(const void *bytes);
void code_free(struct code *code);
const struct kernel *code_kernel(const struct code *code, const char *name);
const char *code_text(const struct code *code, const struct insn *in);
/* Source file and line of an instruction from the object's line table; false when it has none. */
bool code_source_line(const struct code *code, const struct insn *in, char *file, size_t file_size, unsigned *line);

#endif
