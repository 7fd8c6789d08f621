/* The cost model: about how long would a kernel take? It ranks candidates and is shown in explanations; it is not a
 * measurement. */
#ifndef SMALLM_SRC_COST_H
#define SMALLM_SRC_COST_H

#include "grid.h"
#include "machine.h"

struct smallm_cost {
    uint32_t workgroups;    /* of the whole grid */
    uint32_t busiest_cu;    /* workgroups of the CU that has most */
    uint32_t generations;   /* in which it has them, as many at a time as its registers and LDS hold */
    uint32_t k_steps;       /* of the wave that has most */
    uint32_t rounds;        /* latencies that a CU sees one after the other, were bandwidth unlimited */
    double evenness;        /* workgroups of the average CU over those of the busiest */
    double idle_lanes;      /* share of all lanes over all K steps that lie past K */
    double bytes_in_flight; /* of W, per CU */
    /* Once a generation, and first: */
    double start_us;   /* instructions that no cache holds; the last store's retirement */
    double latency_us; /* of the first loads */
    /* These overlap; the longest counts. */
    double memory_us; /* W and X at the rate of the memory */
    double l2_us;     /* W and X at the rate of the L2s; X once for each workgroup (and row wave) */
    double cache_us;  /* lines and bytes that the loads of the busiest CU touch, one after the other through its L1 */
    double flight_us; /* the latencies of the loads in flight, after the first */
    double math_us;   /* vector or matrix instructions of the busiest CU */
    double launch_us; /* starting all workgroups */
    /* These follow. */
    double exposed_us; /* what math and moving do not overlap in */
    double reduce_us;  /* adding lanes and waves */
    double split_us;   /* adding workgroups: partial tiles written, a ticket, partial tiles read */
    double combine_us; /* the same of the rows of a token */
    double lookup_us;  /* finding out what to multiply, before all else */
    double microseconds;
};

/* m, n and k of the problem; the kernel holds m_tile rows of X. Nothing to look up, nothing to combine. */
void smallm_cost(struct smallm_cost *cost, const struct smallm_kernel_info *kernel, const struct smallm_grid *grid,
                 const struct smallm_machine *machine, uint32_t m, uint64_t n, uint32_t k);

/* microseconds from the other fields. */
void smallm_cost_sum(struct smallm_cost *cost, const struct smallm_machine *machine);

/* The longest of the overlapping parts, and its name. */
double smallm_cost_longest(const struct smallm_cost *cost, const char **name);

/* What handing results over costs, through where the L2s are coherent: a store that must have arrived, a ticket that
 * all waves learn of. Then, for who came last, the first of what it reads. */
double smallm_cost_ticket_us(const struct smallm_machine *machine);
double smallm_cost_gather_us(const struct smallm_machine *machine);

#endif
