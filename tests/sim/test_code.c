#define _GNU_SOURCE
/* Code objects: what a good one gives, and that no bad one does more than fail with a sentence. */
#include "code.h"

#include <stdlib.h>
#include <sys/mman.h>

#include "check.h"

struct file {
    unsigned char *bytes;
    size_t size;
};

static struct file read_file(const char *name) {
    struct file f = {NULL, 0};
    FILE *stream = fopen(name, "rb");
    if (stream == NULL) {
        fprintf(stderr, "%s cannot be opened\n", name);
        exit(1);
    }
    fseek(stream, 0, SEEK_END);
    f.size = (size_t)ftell(stream);
    rewind(stream);
    f.bytes = malloc(f.size);
    if (fread(f.bytes, 1, f.size, stream) != f.size)
        exit(1);
    fclose(stream);
    return f;
}

static struct code *load(struct file f) {
    char err[512] = "";
    struct code *code = code_load(f.bytes, f.size, err, sizeof err);
    CHECK(code != NULL, "%s", err);
    if (code == NULL)
        exit(1);
    return code;
}

static void check_fails(const void *bytes, size_t size, const char *part) {
    char err[512] = "";
    struct code *code = code_load(bytes, size, err, sizeof err);
    CHECK(code == NULL, "it must fail with \"%s\"", part);
    CHECK_HAS(err, part);
    code_free(code);
}

static void check_arg(const struct kernel *k, unsigned i, const char *name, const char *kind, unsigned offset,
                      unsigned size) {
    const struct kernel_arg *a = &k->args[i];
    CHECK(strcmp(a->name, name) == 0 && strcmp(a->value_kind, kind) == 0 && a->offset == offset && a->size == size,
          "argument %u is %s %s %u %u", i, a->name, a->value_kind, a->offset, a->size);
}

static void test_kernels(const struct code *code) {
    CHECK(code->version == 6 && strcmp(code->target, "amdgcn-amd-amdhsa--gfx950") == 0, "version %u, target %s",
          code->version, code->target);
    CHECK(code->nkernels == 4, "%u kernels", code->nkernels);
    CHECK(code_kernel(code, "add_bia") == NULL && code_kernel(code, "add_bias.kd") == NULL, "names are exact");
    const struct kernel *k = code_kernel(code, "add_bias");
    if (k == NULL) {
        CHECK(k != NULL, "add_bias is not found");
        return;
    }
    CHECK(k->kernarg_size == 24 && k->meta_kernarg_size == 24 && k->max_flat_workgroup_size == 256 && k->has_metadata,
          "%u %u %u", k->kernarg_size, k->meta_kernarg_size, k->max_flat_workgroup_size);
    CHECK(((k->rsrc1 & 0x3f) + 1) * 8 == 8 && ((k->rsrc3 & 0x3f) + 1) * 4 == 8 && (k->rsrc2 >> 1 & 31) == 2,
          "descriptor words %x %x %x", k->rsrc1, k->rsrc2, k->rsrc3);
    CHECK(k->nargs == 4, "%u arguments", k->nargs);
    check_arg(k, 0, "out", "global_buffer", 0, 8);
    check_arg(k, 1, "in", "global_buffer", 8, 8);
    check_arg(k, 3, "bias", "by_value", 20, 4);
    CHECK(code_kernel(code, "count")->group_segment_fixed_size == 40960, "LDS of count");
}

static const struct insn *find(const struct code *code, uint64_t from, const char *mnemonic) {
    for (uint32_t i = code->index_at[from / 4]; i < code->ninsn; i++)
        if (strncmp(code_text(code, &code->insn[i]), mnemonic, strlen(mnemonic)) == 0)
            return &code->insn[i];
    fprintf(stderr, "no %s after 0x%llx\n", mnemonic, (unsigned long long)from);
    exit(1);
}

static void test_instructions(const struct code *code) {
    uint32_t at = 0;
    for (uint32_t i = 0; i < code->ninsn; i++) {
        const struct insn *in = &code->insn[i];
        CHECK(in->pc == at && in->size % 4 == 0 && in->size != 0, "instruction %u at %u, not %u", i, in->pc, at);
        CHECK(code->index_at[in->pc / 4] == i, "index of instruction %u", i);
        for (uint32_t inner = 4; inner < in->size; inner += 4)
            CHECK(code->index_at[(in->pc + inner) / 4] == UINT32_MAX, "inside instruction %u", i);
        at += in->size;
    }
    const struct kernel *k = code_kernel(code, "add_bias");
    CHECK(strcmp(code_text(code, &code->insn[code->index_at[k->entry / 4]]), "s_load_dwordx4 s[4:7], s[0:1], 0x0") == 0,
          "first line of add_bias: %s", code_text(code, &code->insn[code->index_at[k->entry / 4]]));
    const struct insn *branch = find(code, k->entry, "s_cbranch_execz");
    CHECK(branch->target != UINT32_MAX && strcmp(code_text(code, &code->insn[branch->target]), "s_endpgm") == 0,
          "the branch goes to instruction %u", branch->target);
}

/* hip.s is assembled with a line table; the line of an instruction is found in the source by its text. */
static void test_lines(const struct code *code) {
    char file[256] = "", text[128];
    unsigned line = 0, at = 0;
    const struct insn *in = find(code, code_kernel(code, "add_bias")->entry, "v_cmp_gt_u32");
#ifdef GFX950SIM_HAVE_LIBDW
    CHECK(code_source_line(code, in, file, sizeof file, &line), "no line of %s", code_text(code, in));
    CHECK_HAS(file, "hip.s");
    FILE *source = fopen(file, "r");
    while (source != NULL && at < line && fgets(text, sizeof text, source) != NULL)
        at++;
    CHECK(source != NULL && at == line && strstr(text, "v_cmp_gt_u32") != NULL, "%s:%u is: %s", file, line, text);
    if (source != NULL)
        fclose(source);
#else
    CHECK(!code_source_line(code, in, file, sizeof file, &line), "a line without a reader of line tables");
    (void)text, (void)at;
#endif
}

static void test_data(const struct code *code) {
    uint64_t counter = 0, where = 0;
    for (unsigned i = 0; i < code->nsymbols; i++) {
        if (strcmp(code->symbols[i].name, "counter") == 0)
            counter = code->symbols[i].addr;
        if (strcmp(code->symbols[i].name, "where") == 0)
            where = code->symbols[i].addr;
    }
    CHECK(counter != 0 && where != 0, "counter at %llu, where at %llu", (unsigned long long)counter,
          (unsigned long long)where);
    uint32_t value;
    uint64_t pointer;
    memcpy(&value, code->image + counter, sizeof value);
    memcpy(&pointer, code->image + where, sizeof pointer);
    CHECK(value == 1000, "counter is %u", value);
    CHECK(pointer == (uint64_t)(uintptr_t)(code->image + counter), "the relocated pointer is 0x%llx",
          (unsigned long long)pointer);
}

static void test_targets(struct file good, struct file other) {
    check_fails(other.bytes, other.size, "for gfx942");
    check_fails("not a code object at all, but long enough to be looked at, is it not? yes, it is.", 80, "neither");
    check_fails(good.bytes, 0, "neither");
    struct file f = {malloc(good.size), good.size};
    memcpy(f.bytes, good.bytes, good.size);
    f.bytes[8] = 0; /* EI_ABIVERSION of code object v2 */
    check_fails(f.bytes, f.size, "ABI version 0");
    f.bytes[8] = 1;
    struct code *code = load(f);
    CHECK(code->version == 3, "version %u", code->version);
    code_free(code);
    f.bytes[16] = 1; /* ET_REL */
    check_fails(f.bytes, f.size, "not linked");
    f.bytes[18] = 62; /* EM_X86_64 */
    f.bytes[19] = 0;
    check_fails(f.bytes, f.size, "machine 62");
    free(f.bytes);
}

/* Metadata that claims more than there is: the claim alone would take gigabytes. */
static void test_metadata(struct file good) {
    static const char key[] = "amdhsa.kernels";
    struct file f = {malloc(good.size), good.size};
    memcpy(f.bytes, good.bytes, good.size);
    unsigned char *list = memmem(f.bytes, f.size, key, sizeof key - 1);
    CHECK(list != NULL, "no %s", key);
    if (list != NULL) {
        list += sizeof key - 1;
        CHECK(*list == 0x94, "an array of 4 begins with 0x94, not 0x%02x", *list);
        memcpy(list, "\xdf\xff\xff\xff\xff", 5); /* a map of 2^32 - 1 */
        check_fails(f.bytes, f.size, "no msgpack map");
        memcpy(list, "\xdb\x7f\xff\xff\xff", 5); /* a string */
        check_fails(f.bytes, f.size, "no msgpack map");
    }
    free(f.bytes);
}

static void put64(unsigned char *at, uint64_t value) {
    memcpy(at, &value, sizeof value);
}

/* A bundle as clang writes it, by hand: the host's empty entry, and one for each id. */
static struct file bundle(struct file elf, const char *const *ids, size_t n) {
    size_t at = 32, offset = 4096;
    struct file f = {calloc(1, 4096 + n * (elf.size + 4096)), 0};
    memcpy(f.bytes, "__CLANG_OFFLOAD_BUNDLE__", 24);
    put64(f.bytes + 24, n);
    for (size_t i = 0; i < n; i++) {
        bool host = strncmp(ids[i], "host", 4) == 0;
        put64(f.bytes + at, offset);
        put64(f.bytes + at + 8, host ? 0 : elf.size);
        put64(f.bytes + at + 16, strlen(ids[i]));
        memcpy(f.bytes + at + 24, ids[i], strlen(ids[i]));
        at += 24 + strlen(ids[i]);
        if (!host) {
            memcpy(f.bytes + offset, elf.bytes, elf.size);
            offset += (elf.size + 4095) / 4096 * 4096;
        }
    }
    f.size = offset;
    return f;
}

static void test_bundles(struct file elf) {
    static const char *const good[] = {"host-x86_64-unknown-linux-gnu-", "hipv4-amdgcn-amd-amdhsa--gfx942",
                                       "hipv4-amdgcn-amd-amdhsa--gfx950:sramecc+:xnack-"};
    static const char *const bad[] = {"host-x86_64-unknown-linux-gnu-", "hipv4-amdgcn-amd-amdhsa--gfx942",
                                      "hipv4-amdgcn-amd-amdhsa--gfx950:xnack+", "hipv4-amdgcn-amd-amdhsa--gfx9501"};
    struct file f = bundle(elf, good, 3);
    memset(f.bytes + 4096, 0xee, elf.size); /* the one for gfx942 must not be looked at */
    struct code *code = load(f);
    CHECK(code->nkernels == 4, "%u kernels", code->nkernels);
    code_free(code);
    size_t size = code_image_size(f.bytes);
    CHECK(size > 4096 + elf.size && size <= f.size, "%zu of %zu", size, f.size);
    check_fails(f.bytes, 40, "ends inside");
    check_fails(f.bytes, size - 1, "past its end");
    free(f.bytes);
    f = bundle(elf, bad, 4);
    check_fails(f.bytes, f.size, "nothing for gfx950; it has: host-x86_64-unknown-linux-gnu-, hipv4-amdgcn");
    memcpy(f.bytes, "CCOB", 4);
    check_fails(f.bytes, f.size, "compressed");
    free(f.bytes);
}

/* Loads what may be broken; a success must have sound tables. */
static int try_load(const unsigned char *bytes, size_t size) {
    char err[512] = "";
    struct code *code = code_load(bytes, size, err, sizeof err);
    if (code == NULL) {
        CHECK(err[0] != '\0', "a failure without a sentence");
        return 0;
    }
    for (unsigned i = 0; i < code->nkernels; i++)
        CHECK(code->kernels[i].entry < code->text_size, "entry of %s", code->kernels[i].name);
    for (uint32_t i = 0; i < code->ninsn; i++) {
        const struct insn *in = &code->insn[i];
        CHECK(in->target == UINT32_MAX || in->target < code->ninsn, "target of instruction %u", i);
        char file[64];
        unsigned line;
        if (i % 64 == 0)
            (void)code_source_line(code, in, file, sizeof file, &line);
    }
    code_free(code);
    return 1;
}

static void test_truncated(struct file f) {
    for (size_t size = 0; size < f.size; size++) {
        unsigned char *exact = malloc(size ? size : 1); /* so that a sanitizer sees a read past the end */
        memcpy(exact, f.bytes, size);
        try_load(exact, size);
        free(exact);
    }
}

static void test_corrupted(struct file f, int rounds) {
    unsigned char *bytes = malloc(f.size);
    int loaded = 0;
    uint32_t seed = 12345;
    /* code_image_size has only the headers to go by, which may point anywhere: nothing past these pages can be read */
    size_t room = (f.size + 4095) / 4096 * 4096, guard = (size_t)3 << 30;
    unsigned char *page = mmap(NULL, room + guard, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    CHECK(page != MAP_FAILED && mprotect(page, room, PROT_READ | PROT_WRITE) == 0, "no address space");
    for (int round = 0; round < rounds; round++) {
        memcpy(bytes, f.bytes, f.size);
        for (int flips = 1 + round % 4; flips > 0; flips--) {
            seed = seed * 1664525u + 1013904223u;
            /* every other flip into the headers, where it matters most */
            size_t at = (seed >> 8) % (round % 2 ? f.size : 1024);
            bytes[at] ^= (unsigned char)(1u << (seed >> 5 & 7));
        }
        loaded += try_load(bytes, f.size);
        memcpy(page, bytes, f.size);
        CHECK(code_image_size(page) <= room, "the size of a corrupted object reaches past what is mapped");
    }
    CHECK(loaded > 0 && loaded < rounds, "%d of %d corrupted objects load", loaded, rounds);
    munmap(page, room + guard);
    free(bytes);
}

int main(void) {
    struct file hip = read_file(HIP_CO), other = read_file(GFX942_CO);
    struct code *code = load(hip);
    test_kernels(code);
    test_instructions(code);
    test_data(code);
    test_lines(code);
    code_free(code);
    CHECK(code_image_size(hip.bytes) == hip.size, "%zu, not %zu", code_image_size(hip.bytes), hip.size);
    CHECK(code_image_size("text") == 0 && code_image_size(NULL) == 0, "no code object has a size");
    test_targets(hip, other);
    test_metadata(hip);
    test_bundles(hip);
    test_truncated(hip);
    test_corrupted(hip, 2000);
    free(hip.bytes);
    free(other.bytes);
    return check_result();
}
