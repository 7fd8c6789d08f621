#include "tune_kind.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int cell_compare(const struct cell *a, const struct cell *b) {
    for (int i = 0; i < MOST_KEYS; i++)
        if (a->key[i] != b->key[i])
            return a->key[i] < b->key[i] ? -1 : 1;
    return 0;
}

const char *cell_text(char text[CELL_TEXT], const struct tune_kind *kind, const struct cell *cell) {
    const char *column = kind->columns;
    int at = 0;
    for (unsigned i = 0; i < kind->keys; i++) {
        const int length = (int)strcspn(column, ",");
        at +=
            snprintf(text + at, (size_t)(CELL_TEXT - at), "%s%.*s=%u", i == 0 ? "" : " ", length, column, cell->key[i]);
        column += length + 1;
    }
    return text;
}

void cells_free(struct cells *cells) {
    free(cells->cell);
    free(cells->problem);
}
