#include "message.h"

#include <stdio.h>

#include "gfx950sim/gfx950sim.h"

static _Thread_local char message[768];

void message_vprintf(const char *fmt, va_list args) {
    vsnprintf(message, sizeof message, fmt, args);
}

void message_printf(const char *fmt, ...) {
    va_list args;
    va_start(args, fmt);
    message_vprintf(fmt, args);
    va_end(args);
}

void message_clear(void) {
    message[0] = '\0';
}

const char *gfx950sim_message(void) {
    return message;
}
