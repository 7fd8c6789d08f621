/* Status codes, and the sentence that goes with the last one. */
#ifndef SMALLM_STATUS_H
#define SMALLM_STATUS_H

#include "smallm/export.h"

SMALLM_BEGIN_DECLS

/* Values never change; new ones are added at the end. */
typedef enum smallm_status {
    SMALLM_OK = 0,
    /* Not an error: the arguments are valid, but this library has no kernel for them (or was told that the caller's own
     * path is faster). Use another path; smallm_last_error() has the reason. */
    SMALLM_DECLINED = 1,

    /* The caller's arguments. Nothing was launched. */
    SMALLM_ERROR_NULL_POINTER = 2, /* a pointer that must be given is NULL */
    SMALLM_ERROR_STRUCT_SIZE = 3,  /* a struct's size field fits no version of the struct */
    SMALLM_ERROR_DIMENSION = 4,    /* a number of elements out of its range, or not the multiple that is required */
    SMALLM_ERROR_K_MULTIPLE = 5,   /* k not a multiple of the 32 elements that share a scale */
    SMALLM_ERROR_LEADING_DIMENSION = 6, /* ldx, ldxs or ldo too small or not a multiple as required */
    SMALLM_ERROR_ALIGNMENT = 7,         /* a pointer is not aligned as required */
    SMALLM_ERROR_BUFFER_SIZE = 8,       /* a buffer is smaller than the problem needs */
    SMALLM_ERROR_WORKSPACE = 9,         /* the workspace is missing or smaller than the plan needs */
    SMALLM_ERROR_TYPE = 10,             /* an element type or option is not a value of its enum */
    SMALLM_ERROR_KERNEL_NAME = 11,      /* no kernel has the name that was forced */
    SMALLM_ERROR_DEVICE_INDEX = 12,     /* the device number is not below the number of devices */

    /* The machine. */
    SMALLM_ERROR_HIP_NOT_FOUND = 13,      /* no HIP library; the message lists where it was looked for */
    SMALLM_ERROR_HIP_INCOMPLETE = 14,     /* a HIP library without a function that is needed */
    SMALLM_ERROR_NO_DEVICE = 15,          /* HIP is there and shows no device */
    SMALLM_ERROR_UNSUPPORTED_ARCH = 16,   /* the device is not a gfx950 */
    SMALLM_ERROR_HIP = 17,                /* a HIP call failed; the message has the call and HIP's own words */
    SMALLM_ERROR_CODE_OBJECT = 18,        /* a code object is missing, broken or not for gfx950 */
    SMALLM_ERROR_OUT_OF_HOST_MEMORY = 19, /* malloc failed */

    SMALLM_ERROR_TABLE = 20,   /* a dispatch table cannot be read; the message has file, line, column and reason */
    SMALLM_ERROR_CAPTURE = 21, /* the stream is being captured into a graph, and the call is not prepared for that */

    SMALLM_ERROR_OPERATION = 22 /* a plan of another operation */
} smallm_status;

/* The name of a status, such as "SMALLM_ERROR_ALIGNMENT", or "unknown smallm_status". A constant. Any thread. */
SMALLM_API const char *smallm_status_string(smallm_status status);

/* What the last smallm function that did not return SMALLM_OK had to say in this thread: one or more sentences, at most
 * 2047 bytes, "" if there was none. The text stays until the next such function in the same thread. */
SMALLM_API const char *smallm_last_error(void);

SMALLM_END_DECLS

#endif
