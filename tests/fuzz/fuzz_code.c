#define _GNU_SOURCE
/* A fuzzer over code objects. Each case mutates a seed object (cut short, bytes changed anywhere, or in the ELF tables,
 * the metadata, a kernel descriptor, the instructions), loads it, lints it, and runs kernels of it through HIP's
 * functions. Any error is right as long as it comes with a sentence; a crash, a sanitizer's complaint or a case of more
 * than 30 seconds is not.
 *
 *   fuzz_code [--seconds N] [--seed S] [--case N] OBJECT.co...
 *
 * Cases run in a child process: however one ends, the parent names it, and --seed S --case N runs it again, alone, in
 * the process itself (for a debugger). Compiled with -DFUZZ_WITHOUT_MAIN -fsanitize=fuzzer it is a libFuzzer target. */
#include <elf.h>
#include <hip/hip_runtime_api.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "check/lint.h"
#include "code.h"
#include "fuzz.h"
#include "gfx950sim/gfx950sim.h"

enum { MAX_KERNELS = 3, BUFFERS = 4, BUFFER_BYTES = 1 << 16, KERNARG_BYTES = 512, LARGE = 1 << 15 };

/* What cases did, and which one runs: shared with the parent. */
struct progress {
    _Atomic uint64_t now, cases, loaded, launches, ran, faults, refused;
};
static struct progress alone, *progress = &alone;

_Noreturn static void wrong(const char *what) {
    fprintf(stderr, "fuzz_code: %s\n", what);
    abort();
}

/* --- one object --- */

static void *buffers[BUFFERS];

static void set_up(void) {
    if (buffers[0])
        return;
    if (gfx950sim_set("budget", "3000") != 0)
        wrong(gfx950sim_message());
    for (int i = 0; i < BUFFERS; i++)
        if (hipMalloc(&buffers[i], BUFFER_BYTES) != hipSuccess || hipMemset(buffers[i], i, BUFFER_BYTES) != hipSuccess)
            wrong("no memory for the arguments");
}

/* Arguments: pointers to memory, small numbers, and anything. */
static void fill_kernarg(uint8_t *kernarg) {
    for (size_t at = 0; at < KERNARG_BYTES; at += 8) {
        uint64_t value = fuzz_next();
        switch (fuzz_below(8)) {
        case 0:
            break;
        case 1:
            value = value % 64 | (value >> 32) % 64 << 32;
            break;
        default:
            value = (uint64_t)(uintptr_t)buffers[value % BUFFERS];
        }
        memcpy(kernarg + at, &value, 8);
    }
}

static void launch(hipFunction_t function) {
    static const unsigned blocks[] = {1, 64, 100, 256, 1024};
    static const char *const orders[] = {"run-to-barrier", "reversed", "lock-step", "shuffle"};
    uint8_t kernarg[KERNARG_BYTES];
    size_t size = KERNARG_BYTES;
    fill_kernarg(kernarg);
    gfx950sim_set("order", orders[fuzz_below(4)]);
    gfx950sim_set("threads", fuzz_below(8) ? "1" : "2");
    void *extra[] = {HIP_LAUNCH_PARAM_BUFFER_POINTER, kernarg, HIP_LAUNCH_PARAM_BUFFER_SIZE, &size,
                     HIP_LAUNCH_PARAM_END};
    unsigned lds = fuzz_below(4) ? 0 : (unsigned)fuzz_below(1 << 17);
    hipError_t started = hipModuleLaunchKernel(function, 1 + (unsigned)fuzz_below(4), 1 + (unsigned)fuzz_below(2), 1,
                                               blocks[fuzz_below(5)], 1, 1, lds, NULL, NULL, extra);
    progress->launches++;
    if (started == hipSuccess)
        progress->ran++;
    else if (started == hipErrorLaunchFailure)
        progress->faults++;
    else
        progress->refused++;
    if (started != hipSuccess && gfx950sim_message()[0] == '\0')
        wrong("a launch failed without a sentence");
    (void)hipGetLastError(); /* forgets it */
}

/* The image ends where the readable memory ends: hipModuleLoadData is told no size. */
static void run_image(const uint8_t *bytes, size_t size, char names[][256], unsigned n) {
    size_t page = (size_t)sysconf(_SC_PAGESIZE), room = (size + page - 1) / page * page;
    uint8_t *map = mmap(NULL, room + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (map == MAP_FAILED || mprotect(map + room, page, PROT_NONE) != 0)
        wrong("no memory for the image");
    uint8_t *image = map + room - size;
    memcpy(image, bytes, size);
    hipModule_t module = NULL;
    if (hipModuleLoadData(&module, image) == hipSuccess) {
        for (unsigned i = 0; i < n; i++) {
            hipFunction_t function = NULL;
            if (hipModuleGetFunction(&function, module, names[i]) == hipSuccess)
                launch(function);
        }
        if (hipModuleUnload(module) != hipSuccess)
            wrong("a module cannot be unloaded");
    } else if (gfx950sim_message()[0] == '\0') {
        wrong("hipModuleLoadData failed without a sentence");
    }
    munmap(map, room + page);
}

static void run_one(const uint8_t *bytes, size_t size) {
    char err[512] = "", names[MAX_KERNELS][256];
    set_up();
    struct code *code = code_load(bytes, size, err, sizeof err);
    if (code == NULL && err[0] == '\0')
        wrong("code_load failed without a sentence");
    unsigned n = 0;
    if (code != NULL) {
        progress->loaded++;
        lint_code(code, NULL);
        for (; n < code->nkernels && n < MAX_KERNELS; n++)
            memcpy(names[n], code->kernels[n].name, sizeof names[n]);
        (void)gfx950sim_findings();
        gfx950sim_reset();
        code_free(code);
    }
    run_image(bytes, size, names, n);
    (void)gfx950sim_findings();
    gfx950sim_reset();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    uint64_t seed = size;
    for (size_t i = 0; i < size; i++)
        seed = (seed ^ data[i]) * 0x100000001b3ull;
    fuzz_seed(seed, 0);
    run_one(data, size);
    return 0;
}

#ifndef FUZZ_WITHOUT_MAIN
/* --- mutations --- */

struct span {
    size_t at, size;
};
struct object {
    uint8_t *bytes;
    size_t size;
    struct span tables[2], text, rodata, note; /* of size 0 where the object has none */
};
static struct object *objects;
static size_t nobjects;

static struct span section(const struct object *o, const char *name) {
    Elf64_Ehdr header;
    Elf64_Shdr names, s;
    memcpy(&header, o->bytes, sizeof header);
    const uint8_t *table = o->bytes + header.e_shoff;
    memcpy(&names, table + header.e_shstrndx * sizeof names, sizeof names);
    for (unsigned i = 0; i < header.e_shnum; i++) {
        memcpy(&s, table + i * sizeof s, sizeof s);
        if (strcmp((const char *)o->bytes + names.sh_offset + s.sh_name, name) == 0)
            return (struct span){s.sh_offset, s.sh_size};
    }
    return (struct span){0, 0};
}

static void read_object(struct object *o, const char *name) {
    FILE *f = fopen(name, "rb");
    long size = -1;
    if (f != NULL && fseek(f, 0, SEEK_END) == 0)
        size = ftell(f);
    if (size < (long)sizeof(Elf64_Ehdr)) {
        fprintf(stderr, "fuzz_code: %s cannot be read or is no object\n", name);
        exit(2);
    }
    rewind(f);
    o->size = (size_t)size;
    o->bytes = malloc(o->size);
    Elf64_Ehdr header;
    if (o->bytes == NULL || fread(o->bytes, 1, o->size, f) != o->size || memcmp(o->bytes, ELFMAG, SELFMAG) != 0) {
        fprintf(stderr, "fuzz_code: %s cannot be read or is no ELF file\n", name);
        exit(2);
    }
    fclose(f);
    memcpy(&header, o->bytes, sizeof header);
    o->tables[0] = (struct span){header.e_phoff, (size_t)header.e_phnum * sizeof(Elf64_Phdr)};
    o->tables[1] = (struct span){header.e_shoff, (size_t)header.e_shnum * sizeof(Elf64_Shdr)};
    o->text = section(o, ".text");
    o->rodata = section(o, ".rodata");
    o->note = section(o, ".note");
}

/* A number of 1, 2, 4 or 8 bytes somewhere in the span becomes one that programs trip over. */
static void put_number(uint8_t *bytes, struct span s) {
    static const uint64_t numbers[] = {
        0, 1,  0x7f, 0x80, 0xff,      0x7fff,     0x8000, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff,    0x100000000,
        3, 64, 256,  4096, INT64_MAX, 1ull << 63, ~0ull,  ~15ull, 0xfffffffc, 0x00ffffff, 0xffffffff000, 0x10000};
    size_t width = (size_t)1 << fuzz_below(4);
    if (s.size < width)
        return;
    size_t at = s.at + fuzz_below(s.size / width) * width;
    uint64_t value = numbers[fuzz_below(sizeof numbers / sizeof *numbers)], was = 0;
    memcpy(&was, bytes + at, width);
    switch (fuzz_below(4)) {
    case 0:
        value = was + 1 + fuzz_below(16);
        break;
    case 1:
        value = was - 1 - fuzz_below(16);
        break;
    default:
        break;
    }
    memcpy(bytes + at, &value, width);
}

static void flip_bits(uint8_t *bytes, struct span s) {
    for (uint64_t n = 1 + fuzz_below(8); n && s.size; n--)
        bytes[s.at + fuzz_below(s.size)] ^= (uint8_t)(1u << fuzz_below(8));
}

static void put_noise(uint8_t *bytes, struct span s) {
    if (s.size == 0)
        return;
    size_t at = fuzz_below(s.size), n = 1 + fuzz_below(32);
    for (size_t i = at; i < at + n && i < s.size; i++)
        bytes[s.at + i] = (uint8_t)fuzz_next();
}

/* Instructions of any seed over those here. */
static void put_instructions(uint8_t *bytes, struct span s) {
    const struct object *from = &objects[fuzz_below(nobjects)];
    size_t n = 4 * (1 + fuzz_below(8));
    if (s.size < n || from->text.size < n)
        return;
    memcpy(bytes + s.at + 4 * fuzz_below((s.size - n) / 4 + 1),
           from->bytes + from->text.at + 4 * fuzz_below((from->text.size - n) / 4 + 1), n);
}

static void mutate(const struct object *o, uint8_t *bytes, size_t *size) {
    static void (*const ways[])(uint8_t *, struct span) = {put_number, flip_bits, put_noise};
    const struct span places[] = {{0, sizeof(Elf64_Ehdr)},
                                  o->tables[0],
                                  o->tables[1],
                                  o->note,
                                  o->rodata,
                                  o->text,
                                  o->text,
                                  o->text,
                                  o->text,
                                  {0, o->size}};
    uint64_t rounds = 1 + fuzz_below(4);
    while (rounds--) {
        struct span place = places[fuzz_below(sizeof places / sizeof *places)];
        if (place.at == o->text.at && fuzz_below(3) == 0)
            put_instructions(bytes, place);
        else
            ways[fuzz_below(3)](bytes, place);
    }
    if (fuzz_below(12) == 0)
        *size = fuzz_below(*size);
}

static void run_case(uint64_t seed, uint64_t n) {
    fuzz_seed(seed, n);
    const struct object *o = &objects[fuzz_below(nobjects)];
    if (o->size > LARGE && fuzz_below(16))
        o = &objects[fuzz_below(nobjects)];
    size_t size = o->size;
    uint8_t *bytes = malloc(size);
    if (bytes == NULL)
        wrong("no memory");
    memcpy(bytes, o->bytes, size);
    mutate(o, bytes, &size);
    uint8_t *exact = malloc(size + !size);
    if (exact == NULL)
        wrong("no memory");
    memcpy(exact, bytes, size);
    free(bytes);
    run_one(exact, size);
    free(exact);
    progress->cases++;
}

/* --- the two processes --- */

static void free_objects(void) {
    for (size_t i = 0; i < nobjects; i++)
        free(objects[i].bytes);
    free(objects);
}

static int work(uint64_t seed, double until) {
    for (uint64_t n = 0; fuzz_seconds() < until; n++) {
        progress->now = n;
        run_case(seed, n);
    }
    free_objects();
    return 0;
}

static int usage(void) {
    fputs("usage: fuzz_code [--seconds N] [--seed S] [--case N] OBJECT.co...\n", stderr);
    return 2;
}

int main(int argc, char **argv) {
    uint64_t seed = 1, single = UINT64_MAX;
    double budget = 10;
    objects = calloc((size_t)argc, sizeof *objects);
    for (int i = 1; i < argc && objects; i++) {
        if (strncmp(argv[i], "--", 2) != 0) {
            read_object(&objects[nobjects++], argv[i]);
            continue;
        }
        if (i + 1 == argc)
            return usage();
        if (strcmp(argv[i], "--seconds") == 0)
            budget = strtod(argv[++i], NULL);
        else if (strcmp(argv[i], "--seed") == 0)
            seed = strtoull(argv[++i], NULL, 0);
        else if (strcmp(argv[i], "--case") == 0)
            single = strtoull(argv[++i], NULL, 0);
        else
            return usage();
    }
    if (nobjects == 0)
        return usage();
    if (single != UINT64_MAX) {
        run_case(seed, single);
        free_objects();
        return 0;
    }
    progress = mmap(NULL, sizeof *progress, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (progress == MAP_FAILED)
        wrong("no shared memory");
    fflush(NULL);
    pid_t child = fork();
    if (child < 0)
        wrong("no child process");
    if (child == 0)
        exit(work(seed, fuzz_seconds() + budget));
    bool stuck;
    int status = fuzz_supervise(child, &progress->now, &stuck);
    printf(
        "seed %llu: %llu cases, %llu objects loaded; of %llu launches %llu ended well, %llu with findings, %llu were "
        "refused\n",
        (unsigned long long)seed, (unsigned long long)progress->cases, (unsigned long long)progress->loaded,
        (unsigned long long)progress->launches, (unsigned long long)progress->ran, (unsigned long long)progress->faults,
        (unsigned long long)progress->refused);
    bool useful = progress->loaded && progress->ran && progress->faults && progress->loaded < progress->cases;
    free_objects();
    if (status != 0 || stuck)
        fprintf(stderr,
                "fuzz_code: case %llu %s (status 0x%x); again: fuzz_code --seed %llu --case %llu OBJECT.co...\n",
                (unsigned long long)progress->now, stuck ? "does not end" : "failed", (unsigned)status,
                (unsigned long long)seed, (unsigned long long)progress->now);
    else if (!useful)
        fputs("fuzz_code: no mixture of objects that load and fail, run and fault: the mutations are useless\n",
              stderr);
    return status != 0 || stuck || !useful;
}
#endif
