/* The cost model on a MoE problem. What the routing will be is not known: it is taken to be random. */
#ifndef SMALLM_SRC_MOE_COST_H
#define SMALLM_SRC_MOE_COST_H

#include "cost.h"
#include "moe_grid.h"

struct smallm_moe_load {
    double experts;     /* that any slot names */
    uint32_t blocks;    /* of slots, of all those experts */
    uint32_t rows;      /* slots of a block that are in use */
    double block_share; /* experts over blocks */
};

/* Slots that choose their experts at random leave each of E untouched with the chance (1 - 1/E)^slots. */
struct smallm_moe_load smallm_moe_load(const smallm_moe_problem *problem);

void smallm_moe_cost(struct smallm_cost *cost, const struct smallm_kernel_info *kernel,
                     const struct smallm_moe_grid *grid, const struct smallm_machine *machine,
                     const smallm_moe_problem *problem);

#endif
