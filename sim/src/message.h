/* The sentence behind an error code, one per thread: gfx950sim_message returns it. */
#ifndef GFX950SIM_MESSAGE_H
#define GFX950SIM_MESSAGE_H

#include <stdarg.h>

void message_vprintf(const char *fmt, va_list args) __attribute__((format(printf, 1, 0)));
void message_printf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void message_clear(void);

#endif
