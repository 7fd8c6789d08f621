/* The manifest's reader. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "element.h"
#include "peer_reader.h"
#include "peer_where.h"

enum { FORMAT = 1, MOST_BYTES = 16 << 20, MOST_ARGUMENTS = 128, MOST_LAUNCHES = 8 };

const char *const peer_role_names[PEER_ROLES] = {
    [PEER_X] = "x",
    [PEER_X_SCALE] = "x_scale",
    [PEER_W] = "w",
    [PEER_W_SCALE] = "w_scale",
    [PEER_OUT] = "out",
    [PEER_WEIGHTS] = "weights",
    [PEER_SORTED_TOKEN_IDS] = "sorted_token_ids",
    [PEER_EXPERT_IDS] = "expert_ids",
    [PEER_NUM_TOKENS_POST_PADDED] = "num_tokens_post_padded",
    [PEER_WORKSPACE] = "workspace",
};

static void read_layouts(struct reader *r, const cJSON *json, struct peer_kernel *kernel) {
    static const char *const roles[] = {"x", "x_scale", "w", "w_scale", "out", NULL};
    static const char *const keys[] = {"order", "rows", "columns", NULL};
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(json, "layouts");
    if (member == NULL)
        return;
    const size_t outer = reader_enter(r, ".layouts");
    if (reader_is_object(r, member, roles))
        cJSON_ArrayForEach(member, member) {
            size_t role = 0;
            while (strcmp(roles[role], member->string) != 0)
                role++;
            const size_t inner = reader_enter(r, ".%s", roles[role]);
            if (reader_is_object(r, member, keys)) {
                const char *order = reader_text(r, member, "order", false);
                if (order != NULL && strcmp(order, "row-major") != 0 && strcmp(order, "transposed") != 0)
                    reader_wrong(r, "has the order \"%.40s\"; it must be \"row-major\" or \"transposed\"", order);
                kernel->layout[role] =
                    (struct peer_layout){.transposed = order != NULL && strcmp(order, "transposed") == 0,
                                         .rows = reader_expression_of(r, member, "rows"),
                                         .columns = reader_expression_of(r, member, "columns")};
            }
            reader_leave(r, inner);
        }
    reader_leave(r, outer);
}

static bool usable(const struct peer_kernel *kernel, size_t role) {
    if (role == PEER_WORKSPACE)
        return kernel->workspace != NULL;
    return role < PEER_LAYOUTS || (kernel->operation == PEER_MOE && role < PEER_ROLES);
}

static void read_argument(struct reader *r, cJSON *json, const struct peer_kernel *kernel,
                          struct peer_argument *argument) {
    cJSON *value = cJSON_IsObject(json) ? json->child : NULL;
    if (value == NULL || value->next != NULL) {
        reader_wrong(r, "must be an object with one key: pointer, i32, i64 or f32");
        return;
    }
    if (strcmp(value->string, "pointer") == 0) {
        const char *name = cJSON_IsString(value) ? value->valuestring : "";
        argument->kind = strcmp(name, "null") == 0 ? PEER_NULL : PEER_POINTER;
        size_t role = 0;
        while (role < PEER_ROLES && strcmp(name, peer_role_names[role]) != 0)
            role++;
        argument->role = (enum peer_role)role;
        if (argument->kind == PEER_POINTER && !usable(kernel, role))
            reader_wrong(r, "is a pointer to \"%.40s\", which is no tensor of this kernel", name);
        return;
    }
    if (strcmp(value->string, "f32") == 0 && cJSON_IsNumber(value)) {
        *argument = (struct peer_argument){.kind = PEER_F32};
        if ((value->valuestring = cJSON_malloc(32)) != NULL)
            snprintf(value->valuestring, 32, "%.9g", value->valuedouble);
        argument->value = value->valuestring;
        return;
    }
    if (strcmp(value->string, "i32") != 0 && strcmp(value->string, "i64") != 0) {
        reader_wrong(r, "has the key \"%.40s\"; it must be pointer, i32, i64 or f32 with a number", value->string);
        return;
    }
    *argument = (struct peer_argument){.kind = strcmp(value->string, "i32") == 0 ? PEER_I32 : PEER_I64,
                                       .value = reader_expression(r, value)};
}

static void read_step(struct reader *r, const cJSON *json, const struct peer_kernel *kernel, struct peer_step *step) {
    static const char *const keys[] = {"file", "symbol", "grid", "block", "lds", "arguments", NULL};
    if (!reader_is_object(r, json, keys))
        return;
    step->line = peer_line(r->text, r->path);
    step->file = reader_text(r, json, "file", true);
    step->symbol = reader_text(r, json, "symbol", true);
    reader_triple(r, json, "grid", step->grid);
    reader_triple(r, json, "block", step->block);
    step->lds = reader_expression_of(r, json, "lds");
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(json, "arguments");
    const size_t before = reader_enter(r, ".arguments");
    if (!cJSON_IsArray(list) || cJSON_GetArraySize(list) > MOST_ARGUMENTS)
        reader_wrong(r, "must be an array of at most %d arguments", MOST_ARGUMENTS);
    else if ((step->arguments = reader_memory(r, (size_t)cJSON_GetArraySize(list), sizeof *step->arguments)) != NULL) {
        cJSON *argument;
        cJSON_ArrayForEach(argument, list) {
            const size_t inner = reader_enter(r, "[%zu]", step->count);
            read_argument(r, argument, kernel, &step->arguments[step->count++]);
            reader_leave(r, inner);
        }
    }
    reader_leave(r, before);
}

static void read_steps(struct reader *r, const cJSON *json, struct peer_kernel *kernel) {
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(json, "launches");
    const size_t before = reader_enter(r, ".launches");
    const int count = cJSON_IsArray(list) ? cJSON_GetArraySize(list) : 0;
    if (count < 1 || count > MOST_LAUNCHES)
        reader_wrong(r, "must be an array of 1 to %d launches", MOST_LAUNCHES);
    else if ((kernel->steps = reader_memory(r, (size_t)count, sizeof *kernel->steps)) != NULL) {
        const cJSON *step;
        cJSON_ArrayForEach(step, list) {
            const size_t inner = reader_enter(r, "[%zu]", kernel->count);
            read_step(r, step, kernel, &kernel->steps[kernel->count++]);
            reader_leave(r, inner);
        }
    }
    reader_leave(r, before);
}

static void read_when(struct reader *r, const cJSON *json, struct peer_kernel *kernel) {
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(json, "when");
    const size_t before = reader_enter(r, ".when");
    if (list != NULL && !cJSON_IsArray(list))
        reader_wrong(r, "must be an array of conditions");
    kernel->when = reader_memory(r, (size_t)cJSON_GetArraySize(list), sizeof *kernel->when);
    for (int i = 0; i < cJSON_GetArraySize(list) && r->status == EXIT_RIGHT; i++) {
        const size_t inner = reader_enter(r, "[%d]", i);
        kernel->when[i] = reader_expression(r, cJSON_GetArrayItem(list, i));
        reader_leave(r, inner);
    }
    reader_leave(r, before);
}

static void read_kernel(struct reader *r, const cJSON *json, struct peer_kernel *kernel) {
    static const char *const keys[] = {"name", "operation", "about",  "when",     "layouts",
                                       "out",  "workspace", "zeroed", "launches", NULL};
    kernel->line = peer_line(r->text, r->path);
    if (!reader_is_object(r, json, keys))
        return;
    kernel->name = reader_text(r, json, "name", true);
    const char *operation = reader_text(r, json, "operation", true), *out = reader_text(r, json, "out", false);
    reader_text(r, json, "about", false);
    if (operation != NULL && strcmp(operation, "dense") != 0 && strcmp(operation, "moe") != 0)
        reader_wrong(r, "has the operation \"%.40s\"; it must be \"dense\" or \"moe\"", operation);
    kernel->operation = operation != NULL && strcmp(operation, "moe") == 0 ? PEER_MOE : PEER_DENSE;
    kernel->out_type = out != NULL ? element_type(out) : SMALLM_TYPE_BF16;
    if (kernel->out_type == SMALLM_TYPE_NONE)
        reader_wrong(r, "has the output \"%.40s\"; it must be \"bf16\", \"f16\" or \"f32\"", out);
    const cJSON *zeroed = cJSON_GetObjectItemCaseSensitive(json, "zeroed");
    if (zeroed != NULL && !cJSON_IsBool(zeroed))
        reader_wrong(r, "has \"zeroed\", which must be true or false");
    kernel->zeroed = cJSON_IsTrue(zeroed);
    peer_names(r->names, &(struct peer_problem){.operation = kernel->operation});
    kernel->workspace = reader_expression_of(r, json, "workspace");
    read_when(r, json, kernel);
    read_layouts(r, json, kernel);
    read_steps(r, json, kernel);
}

static void read_all(struct reader *r, cJSON *json) {
    static const char *const keys[] = {"format", "about", "kernels", NULL};
    if (!reader_is_object(r, json, keys))
        return;
    const cJSON *format = cJSON_GetObjectItemCaseSensitive(json, "format");
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(json, "kernels"), *kernel;
    if (!cJSON_IsNumber(format) || format->valuedouble != FORMAT)
        reader_wrong(r, "must have the key \"format\" with the number %d", FORMAT);
    reader_enter(r, "kernels");
    if (!cJSON_IsArray(list) || cJSON_GetArraySize(list) == 0) {
        reader_wrong(r, "must be an array of at least one kernel");
        return;
    }
    r->manifest->kernels = reader_memory(r, (size_t)cJSON_GetArraySize(list), sizeof *r->manifest->kernels);
    if (r->manifest->kernels == NULL)
        return;
    cJSON_ArrayForEach(kernel, list) {
        const size_t before = reader_enter(r, "[%zu]", r->manifest->count);
        read_kernel(r, kernel, &r->manifest->kernels[r->manifest->count++]);
        reader_leave(r, before);
    }
}

/* The file as a text for free(), NULL after saying why not. */
static char *read_file(const char *name) {
    struct stat about;
    FILE *file = fopen(name, "rb");
    char *bytes = NULL;
    if (file == NULL)
        complain(EXIT_BAD_ARGUMENTS, "%s cannot be opened: %m; a folder of peers must have it", name);
    else if (fstat(fileno(file), &about) != 0 || about.st_size > MOST_BYTES)
        complain(EXIT_BAD_ARGUMENTS, "%s is larger than %d bytes, or is no file", name, MOST_BYTES);
    else if ((bytes = calloc(1, (size_t)about.st_size + 1)) == NULL ||
             fread(bytes, 1, (size_t)about.st_size, file) != (size_t)about.st_size) {
        complain(EXIT_BAD_ARGUMENTS, "%s cannot be read", name);
        free(bytes);
        bytes = NULL;
    }
    if (file != NULL)
        fclose(file);
    return bytes;
}

enum exit_status peer_open(struct peer_manifest *manifest, const char *folder) {
    *manifest = (struct peer_manifest){.folder = strdup(folder)};
    if (manifest->folder == NULL || asprintf(&manifest->file, "%s/peers.json", folder) < 0) {
        manifest->file = NULL;
        return complain(EXIT_BAD_ARGUMENTS, "there is no memory for the name of a file in %s", folder);
    }
    struct reader reader = {.manifest = manifest, .text = read_file(manifest->file)};
    if (reader.text == NULL)
        return EXIT_BAD_ARGUMENTS;
    const char *end = NULL;
    manifest->json = cJSON_ParseWithOpts(reader.text, &end, 1);
    if (manifest->json == NULL)
        reader.status = complain(EXIT_BAD_ARGUMENTS, "%s:%zu: this is no JSON: \"%.24s\"", manifest->file,
                                 peer_line_at(reader.text, end), end);
    else
        read_all(&reader, manifest->json);
    free(reader.text);
    return reader.status;
}

void peer_close(struct peer_manifest *manifest) {
    for (size_t i = 0; i < manifest->count; i++) {
        for (size_t step = 0; step < manifest->kernels[i].count; step++)
            free(manifest->kernels[i].steps[step].arguments);
        free(manifest->kernels[i].steps);
        free(manifest->kernels[i].when);
    }
    free(manifest->kernels);
    cJSON_Delete(manifest->json);
    free(manifest->folder);
    free(manifest->file);
    *manifest = (struct peer_manifest){0};
}
