/* The cost model: about how long would a kernel take? It ranks kernels and is shown in explanations; it is not a
 * measurement. */
#ifndef SMALLM_SRC_DENSE_COST_H
#define SMALLM_SRC_DENSE_COST_H

#include "kernel_info.h"
#include "machine.h"

struct smallm_dense_cost {
    uint32_t workgroups;
    uint32_t busiest_cu;    /* workgroups of the CU that has most */
    uint32_t k_steps;       /* of a wave */
    uint32_t rounds;        /* latencies that a CU sees one after the other, were bandwidth unlimited */
    double evenness;        /* workgroups of the average CU over those of the busiest */
    double idle_lanes;      /* share of all lanes over all K steps that lie past K */
    double bytes_in_flight; /* of W, per CU */
    double stream_us;       /* moving W at the rate that memory, latency and L1 allow */
    double math_us;         /* multiplying at the f32 rate */
    double microseconds;    /* dispatch + latency + the longer of the two */
};

void smallm_dense_cost(struct smallm_dense_cost *cost, const struct smallm_kernel_info *kernel,
                       const struct smallm_machine *machine, uint32_t m, uint32_t n, uint32_t k);

#endif
