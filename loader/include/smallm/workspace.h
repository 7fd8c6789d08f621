/* Scratch memory on the device for launches whose plan says workspace_bytes > 0: tickets of the workgroups that share a
 * tile, then their partial sums.
 *
 * A workspace is initialised once, and again after a launch that uses it was aborted. Every finished launch leaves it
 * ready for the next, of the same plan or of any other: no memset between launches or replays of a graph. It serves one
 * stream (or chain of dependent graph nodes) at a time.
 *
 * The host cannot see what is in device memory: a launch on a workspace that was never initialised, or on one that an
 * aborted launch left half counted, is not refused and leaves tiles of out unwritten. */
#ifndef SMALLM_WORKSPACE_H
#define SMALLM_WORKSPACE_H

#include <stdint.h>

#include "smallm/context.h"
#include "smallm/export.h"
#include "smallm/status.h"

SMALLM_BEGIN_DECLS

/* Initialise `bytes` bytes of device memory, 256-byte aligned, as a workspace, by a memset queued on `stream` (NULL:
 * the default stream of the calling thread's current device, which must be the context's). May be captured into a
 * graph, as a memset node, which is not needed for replays. `bytes` must be at least the largest workspace_bytes of the
 * plans that will use it.
 *
 * Errors: NULL_POINTER, ALIGNMENT, WORKSPACE (smaller than any plan's), HIP. Any thread. */
SMALLM_API smallm_status smallm_workspace_init(smallm_context *context, void *workspace, uint64_t bytes, void *stream);

SMALLM_END_DECLS

#endif
