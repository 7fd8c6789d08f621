#include "code_parts.h"

#include <stdio.h>
#include <string.h>

static const char magic[] = "__CLANG_OFFLOAD_BUNDLE__";
static const char compressed_magic[] = "CCOB";
enum { MAGIC = sizeof magic - 1, ENTRY = 24, MAX_ENTRIES = 4096, MAX_ID = 1024 };

static uint64_t u64_at(const uint8_t *p) {
    uint64_t v;
    memcpy(&v, p, sizeof v);
    return v;
}

/* How well an entry's target fits an MI355X (sramecc+, xnack-): 0 not at all, the most specific highest. The id is
 * <kind>-<triple>-<environment>-<processor>[:feature...]. */
static int fit(const uint8_t *id, size_t n) {
    char text[MAX_ID + 1];
    memcpy(text, id, n);
    text[n] = '\0';
    if (strstr(text, "amdgcn") == NULL || strstr(text, ":xnack+") != NULL || strstr(text, ":sramecc-") != NULL)
        return 0;
    char *features = strchr(text, ':');
    if (features != NULL)
        *features = '\0';
    const char *generic = strstr(text, "gfx9-4-generic"), *exact = strstr(text, "gfx950");
    if (generic != NULL && generic[sizeof "gfx9-4-generic" - 1] == '\0')
        return 1;
    if (exact == NULL || exact[sizeof "gfx950" - 1] != '\0')
        return 0;
    return features != NULL ? 3 : 2;
}

bool code_unbundle(const uint8_t **elf, size_t *size, struct code_err err) {
    const uint8_t *bytes = *elf;
    if (*size >= 4 && memcmp(bytes, compressed_magic, 4) == 0)
        return code_fail(err, "the offload bundle is compressed; unpack it with clang-offload-bundler -unbundle, or "
                              "compile with -no-offload-compress");
    if (*size < MAGIC || memcmp(bytes, magic, MAGIC) != 0)
        return true;
    if (*size < MAGIC + 8)
        return code_fail(err, "the offload bundle ends inside its header, at byte %zu", *size);
    uint64_t entries = u64_at(bytes + MAGIC);
    size_t at = MAGIC + 8;
    int best = 0;
    uint64_t best_offset = 0, best_size = 0;
    char seen[256] = "";
    for (uint64_t i = 0; i < entries; i++) {
        if (i >= MAX_ENTRIES || *size - at < ENTRY)
            return code_fail(err, "the offload bundle claims %llu entries, but ends inside entry %llu",
                             (unsigned long long)entries, (unsigned long long)i);
        uint64_t offset = u64_at(bytes + at), bytes_in = u64_at(bytes + at + 8), id = u64_at(bytes + at + 16);
        at += ENTRY;
        if (id > MAX_ID || id > *size - at)
            return code_fail(err, "entry %llu of the offload bundle has a target name of %llu bytes, past its end",
                             (unsigned long long)i, (unsigned long long)id);
        size_t used = strlen(seen);
        if (used + id + sizeof ", " <= sizeof seen)
            snprintf(seen + used, sizeof seen - used, "%s%.*s", used ? ", " : "", (int)id, (const char *)bytes + at);
        int f = fit(bytes + at, id);
        if (f > best) {
            if (offset > *size || bytes_in > *size - offset)
                return code_fail(err, "entry %llu of the offload bundle (%llu bytes at %llu) lies past its end, %zu",
                                 (unsigned long long)i, (unsigned long long)bytes_in, (unsigned long long)offset,
                                 *size);
            best = f;
            best_offset = offset;
            best_size = bytes_in;
        }
        at += id;
    }
    if (best == 0)
        return code_fail_as(err, CODE_OTHER_TARGET, "the offload bundle holds nothing for gfx950; it has: %s", seen);
    *elf = bytes + best_offset;
    *size = best_size;
    return true;
}

size_t code_bundle_size(const uint8_t *bytes) {
    /* byte by byte to the first difference: there may be no more of it */
    if (strncmp((const char *)bytes, compressed_magic, 4) == 0)
        return 4; /* enough for code_load to say that it is compressed */
    if (strncmp((const char *)bytes, magic, MAGIC) != 0)
        return 0;
    uint64_t entries = u64_at(bytes + MAGIC), at = MAGIC + 8, end = at;
    for (uint64_t i = 0; i < entries && i < MAX_ENTRIES; i++) {
        uint64_t offset = u64_at(bytes + at), size = u64_at(bytes + at + 8), id = u64_at(bytes + at + 16);
        if (id > MAX_ID)
            break;
        at += ENTRY + id;
        if (offset <= CODE_MAX_IMAGE && size <= CODE_MAX_IMAGE && offset + size > end)
            end = offset + size;
        if (at > end)
            end = at;
    }
    return end;
}
