#include "machine_file.h"

#include <stdlib.h>
#include <string.h>

extern const char machine_file_text[] __attribute__((visibility("hidden")));

/* "name = value | unit | confidence | source", or false. */
static bool read_line(struct machine_value *found, const char *line, size_t length, const char *name) {
    const size_t word = strlen(name);
    if (length <= word || strncmp(line, name, word) != 0 || strchr(" =", line[word]) == NULL)
        return false;
    const char *end = line + length, *sign = memchr(line, '=', length);
    const char *unit = sign == NULL ? NULL : memchr(sign, '|', (size_t)(end - sign));
    const char *confidence = unit == NULL ? NULL : memchr(unit + 1, '|', (size_t)(end - unit - 1));
    if (confidence == NULL || end - confidence < 3)
        return false;
    found->value = strtod(sign + 1, NULL);
    found->confidence = confidence[2];
    return true;
}

bool machine_file_find(struct machine_value *found, const char *name) {
    const char *dot = strchr(name, '.');
    const size_t section = dot == NULL ? 0 : (size_t)(dot - name);
    bool inside = false;
    for (const char *line = machine_file_text; dot != NULL && *line != '\0';) {
        const size_t length = strcspn(line, "\n");
        if (line[0] == '[')
            inside = length == section + 2 && strncmp(line + 1, name, section) == 0;
        else if (inside && read_line(found, line, length, dot + 1))
            return true;
        line += length + (line[length] == '\n');
    }
    return false;
}
