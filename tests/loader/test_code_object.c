/* SMALLM_CO_DIR: files that replace the built-in code objects, each checked before HIP sees it. */
#include <sys/stat.h>
#include <unistd.h>

#include "fake_context.h"

static const char *library, *kernels, *name;
static char folder[256];
static unsigned char image[1 << 20];
static size_t image_bytes;

static void path_of(char *path, size_t bytes) {
    snprintf(path, bytes, "%s/%s.co", folder, name);
}

static void write_image(const void *data, size_t bytes) {
    char path[1024];
    path_of(path, sizeof path);
    FILE *file = fopen(path, "wb");
    CHECK(file != NULL && fwrite(data, 1, bytes, file) == bytes && fclose(file) == 0, "cannot write %s", path);
}

static smallm_status create(void) {
    smallm_context_options options;
    smallm_context_options_init(&options, sizeof options);
    options.hip_library = library;
    options.code_object_dir = folder;
    smallm_context *context;
    smallm_status status = smallm_context_create(&context, &options);
    smallm_context_destroy(context);
    return status;
}

/* The image with `bytes` bytes at `offset` changed. */
static void write_changed(size_t offset, const void *change, size_t bytes) {
    unsigned char changed[sizeof image];
    memcpy(changed, image, image_bytes);
    memcpy(changed + offset, change, bytes);
    write_image(changed, image_bytes);
}

static void test_faults(void) {
    char path[1024];
    path_of(path, sizeof path);
    CHECK_OK(create());
    write_image(image, image_bytes);
    CHECK_OK(create());
    write_image("", 0);
    CHECK_FAILS(create(), SMALLM_ERROR_CODE_OBJECT, path, "empty");
    write_image("ELF?", 4);
    CHECK_FAILS(create(), SMALLM_ERROR_CODE_OBJECT, path, "shorter than an ELF header");
    write_image(kernels, 64);
    CHECK_FAILS(create(), SMALLM_ERROR_CODE_OBJECT, path, "not an ELF file");
    write_changed(4, "\1", 1);
    CHECK_FAILS(create(), SMALLM_ERROR_CODE_OBJECT, path, "64-bit little-endian");
    write_changed(18, "\x3e", 1);
    CHECK_FAILS(create(), SMALLM_ERROR_CODE_OBJECT, path, "not for an AMD GPU");
    write_changed(48, "\x4c", 1);
    CHECK_FAILS(create(), SMALLM_ERROR_CODE_OBJECT, path, "another GPU than gfx950");
    write_changed(16, "\1", 1);
    CHECK_FAILS(create(), SMALLM_ERROR_CODE_OBJECT, path, "not linked");
    for (size_t bytes = 64; bytes < image_bytes; bytes += 61) {
        write_image(image, bytes);
        CHECK_FAILS(create(), SMALLM_ERROR_CODE_OBJECT, path, "outside the file");
    }
}

static void test_symbol(void) {
    char path[1024];
    path_of(path, sizeof path);
    /* Another kernel's file under this kernel's name. */
    const char *mine = name;
    char other[1024];
    snprintf(other, sizeof other, "%s/%s.co", kernels, smallm_kernel_name(1));
    FILE *file = fopen(other, "rb");
    CHECK(file != NULL, "cannot open %s", other);
    unsigned char data[sizeof image];
    size_t bytes = fread(data, 1, sizeof data, file);
    fclose(file);
    write_image(data, bytes);
    CHECK_FAILS(create(), SMALLM_ERROR_CODE_OBJECT, path, "no dynamic symbol", mine);
    unlink(path);
}

static void test_folder(void) {
    char kept[sizeof folder];
    strcpy(kept, folder);
    strcpy(folder, "/no/such/folder");
    CHECK_FAILS(create(), SMALLM_ERROR_CODE_OBJECT, "/no/such/folder", "SMALLM_CO_DIR");
    strcpy(folder, kept);
    char path[1024];
    path_of(path, sizeof path);
    mkdir(path, 0700);
    CHECK_FAILS(create(), SMALLM_ERROR_CODE_OBJECT, path);
    rmdir(path);
    CHECK_OK(create());
}

int main(int argc, char **argv) {
    if (argc != 3)
        return 2;
    library = argv[1];
    kernels = argv[2];
    name = smallm_kernel_name(0);
    snprintf(folder, sizeof folder, "smallm_co_dir_XXXXXX");
    if (mkdtemp(folder) == NULL)
        return 2;
    char path[1024];
    snprintf(path, sizeof path, "%s/%s.co", kernels, name);
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return 2;
    image_bytes = fread(image, 1, sizeof image, file);
    fclose(file);
    test_faults();
    test_symbol();
    test_folder();
    rmdir(folder);
    return test_result();
}
