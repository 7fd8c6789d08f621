#include "smallm/version.h"

#define TEXT_OF(number) #number
#define TEXT(number) TEXT_OF(number)

uint32_t smallm_version(void) {
    return SMALLM_VERSION;
}

const char *smallm_version_string(void) {
    return TEXT(SMALLM_VERSION_MAJOR) "." TEXT(SMALLM_VERSION_MINOR) "." TEXT(SMALLM_VERSION_PATCH);
}
