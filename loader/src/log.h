#ifndef SMALLM_SRC_LOG_H
#define SMALLM_SRC_LOG_H

#include "smallm/log.h"

struct smallm_logger {
    smallm_log_function function;
    void *user;
};

__attribute__((format(printf, 3, 4))) void smallm_log(const struct smallm_logger *logger, smallm_log_level level,
                                                      const char *format, ...);

#endif
