/* Headline cells with the library's own choice of kernels, caches cold. */
#include "selftest_parts.h"
#include "selftest_progress.h"
#include "time_machine.h"

static const struct {
    const char *name;
    struct shape dense;   /* K = 0: none */
    struct moe_shape moe; /* experts 0: none */
} cells[] = {
    {.name = "dense K=6144 N=2304 M=1", .dense = {6144, 2304, 1}},
    {.name = "dense K=6144 N=2304 M=16", .dense = {6144, 2304, 16}},
    {.name = "dense K=6144 N=2304 M=64", .dense = {6144, 2304, 64}},
    {.name = "dense K=8192 N=6144 M=1", .dense = {8192, 6144, 1}},
    {.name = "dense K=6144 N=9216 M=1", .dense = {6144, 9216, 1}},
    {.name = "MiniMax-M3 TP8 T=1 gemm1",
     .moe = {.experts = 129,
             .n = 768,
             .k = 6144,
             .a_div = 5,
             .block_m = 64,
             .top_k = 5,
             .tokens = 1,
             .routing = ROUTE_RANDOM}},
    {.name = "MiniMax-M3 TP8 T=1 gemm2",
     .moe = {.experts = 129,
             .n = 6144,
             .k = 384,
             .a_div = 1,
             .weighted = 1,
             .combine = 1,
             .block_m = 64,
             .top_k = 5,
             .tokens = 1,
             .routing = ROUTE_RANDOM}},
};
static const unsigned count = sizeof cells / sizeof cells[0];
_Static_assert(sizeof cells / sizeof cells[0] <= SELFTEST_MOST_CELLS, "a report has room for all");

static enum exit_status one(struct time_result *result, const struct backend *backend, unsigned at) {
    const struct time_choice choice = {.caches = "cold", .determinism = SMALLM_FASTEST};
    const enum exit_status status = cells[at].dense.k != 0 ? time_dense_cell(result, backend, &cells[at].dense, &choice)
                                                           : time_moe_cell(result, backend, &cells[at].moe, &choice);
    result->roof_gbps = time_machine_roof(backend);
    return status;
}

enum exit_status selftest_cells(struct selftest_report *report) {
    enum exit_status status = EXIT_RIGHT;
    for (unsigned i = 0; i < count && status == EXIT_RIGHT; i++) {
        struct selftest_cell *cell = &report->cell[report->cells++];
        *cell = (struct selftest_cell){.name = cells[i].name};
        selftest_progress("cells", i, count);
        if (!report->backend->sim.present) {
            status = one(&cell->hardware, report->backend, i);
            cell->on_hardware = status == EXIT_RIGHT;
        }
        if (report->model != NULL && status == EXIT_RIGHT) {
            status = one(&cell->modelled, report->model, i);
            cell->in_model = status == EXIT_RIGHT;
        }
    }
    selftest_progress_end();
    return status;
}
