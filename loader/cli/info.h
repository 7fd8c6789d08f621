#ifndef SMALLM_CLI_INFO_H
#define SMALLM_CLI_INFO_H

#include "exit_status.h"

/* "smallm info". */
enum exit_status info_print(void);

#endif
