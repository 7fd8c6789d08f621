/* smallm: MXFP8 decode kernels for gfx950 (MI350X, MI355X). This header includes all the others.
 *
 *   smallm_context *context;                 one per device: finds HIP, checks the device, loads every kernel
 *   smallm_plan *plan;                       one per problem: the kernel, the grid, the workspace, and why
 *   smallm_dense_execute(plan, ...);         one kernel launch on a stream; nothing else happens
 *
 * smallm_dense() does the last two in one call and keeps the plans. smallm/moe.h has the same for mixtures of experts,
 * and smallm_moe_sort for their routes; smallm_quantise makes MXFP8 of activations.
 *
 * Every function that can fail returns a smallm_status; smallm_last_error() then holds a sentence that names the
 * argument, its value and the rule. Every struct that crosses the interface starts with its own size and has an init
 * function that fills in the defaults.
 */
#ifndef SMALLM_SMALLM_H
#define SMALLM_SMALLM_H

#include "smallm/context.h"
#include "smallm/dense.h"
#include "smallm/log.h"
#include "smallm/moe.h"
#include "smallm/plan.h"
#include "smallm/quantise.h"
#include "smallm/status.h"
#include "smallm/table.h"
#include "smallm/types.h"
#include "smallm/version.h"
#include "smallm/workspace.h"

#endif
