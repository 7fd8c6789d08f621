/* Simulated device memory. A device address is the host address of an mmap-ed range, so memory never written costs
 * nothing and 64-bit pointers are exact. Every byte has a shadow byte beside it whose set bits are *defined* bits, so
 * that fresh memory is undefined. Red zones of at least MEM_RED_ZONE bytes separate allocations. Thread-safe. */
#ifndef GFX950SIM_MEM_H
#define GFX950SIM_MEM_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MEM_RED_ZONE = 4096 };

enum mem_kind { MEM_DEVICE, MEM_HOST, MEM_MANAGED, MEM_CODE, MEM_KERNARG, MEM_SCRATCH };

struct mem_alloc {
    uintptr_t base;
    size_t size;
    uint8_t *defined; /* shadow of base[0]; NULL: all defined (host memory that was registered) */
    enum mem_kind kind;
    int device;
    uint32_t id; /* unique, in order of allocation */
    atomic_uint_fast64_t bytes_read, bytes_written;
    atomic_uint_fast64_t peak_in_flight; /* bytes of it that some wave had asked for and not waited for (flight.h) */
    uint64_t place;                      /* in the timing model's memory, 0: not touched yet */
    uint32_t places;                     /* ... since places were dealt out for the so-many-th time */
    bool owned;                          /* false: registered host memory */
};

/* NULL when the host has no room. Alignment of the result is at least 256 bytes. size 0 is one byte. */
struct mem_alloc *mem_alloc(size_t size, enum mem_kind kind, int device);
/* Makes memory that the program owns addressable (hipHostRegister, code images). All its bytes count as defined. */
struct mem_alloc *mem_register(void *base, size_t size, enum mem_kind kind, int device);
/* False when ptr is not the base of a live allocation. */
bool mem_free(void *ptr);
/* The allocation that holds addr, or NULL. A hit stays valid until it is freed. */
struct mem_alloc *mem_find(uintptr_t addr);
/* The nearest allocation below or above addr, for messages; NULL when there is none. */
struct mem_alloc *mem_nearest(uintptr_t addr);
/* Address was part of an allocation that has been freed. */
bool mem_was_freed(uintptr_t addr);

void mem_define(struct mem_alloc *a, uintptr_t addr, size_t n, bool defined);
/* First undefined byte in [addr, addr + n), or n. */
size_t mem_first_undefined(const struct mem_alloc *a, uintptr_t addr, size_t n);
/* Copies bytes together with their shadow; either side may be plain host memory (then defined, or only read). */
void mem_copy(uintptr_t dst, uintptr_t src, size_t n);
void mem_fill(uintptr_t dst, unsigned char value, size_t n);

/* Zeroes the counters of all live allocations. */
void mem_reset_counters(void);

#endif
