/* Device memory for test programs, through the HIP library that a test names: the simulator, or a fake. */
#ifndef TESTS_SUPPORT_DEVICE_H
#define TESTS_SUPPORT_DEVICE_H

#include <stddef.h>
#include <stdint.h>

/* Open the library; the handle goes into smallm_context_options.hip_handle. Ends the program with a message if it
 * cannot. */
void *device_open(const char *hip_library);

/* Address of a function of that library, copied to the pointer to a function that `function` points to. Ends the
 * program with a message if there is none. */
void device_function(const char *name, void *function);

/* All of these end the program with a message when HIP fails. */
void *device_alloc(size_t bytes);
void device_free(void *memory);
void device_upload(void *memory, const void *host, size_t bytes);
void device_download(void *host, const void *memory, size_t bytes);

/* Wait for the launches, print what the simulator found, and say whether all went well: 0, or -1. */
int device_finish(void);

/* gfx950sim_set. Ends the program with a message when the library is no simulator or refuses. */
void device_set(const char *name, const char *value);
/* Launches that the simulator has counted. */
uint64_t device_launches(void);

#endif
