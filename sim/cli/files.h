/* Whole files in and out. */
#ifndef GFX950SIM_CLI_FILES_H
#define GFX950SIM_CLI_FILES_H

#include <stdbool.h>
#include <stddef.h>

/* The file's bytes with a zero behind them, to be freed; NULL and a sentence in err when it cannot be read. */
void *file_read(const char *path, size_t *size, char *err, size_t err_size);
bool file_write(const char *path, const void *bytes, size_t size, char *err, size_t err_size);

#endif
