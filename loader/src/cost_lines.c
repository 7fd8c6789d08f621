/* The L1 takes the lines of 128 bytes that an instruction touches one by one, a clock each or the line's bytes at 64 a
 * clock, and no instruction in less than the time in which the next one issues. So 64 bytes of each of 16 rows are as
 * slow as 1,024 bytes in a row, and 16 scale bytes in 16 rows as well. gen/kernels/stages has the loads. */
#include "cost_lines.h"

#include "smallm/types.h"

/* The matrix family, for 16 rows: two data loads of 64 bytes a row in every step, and a scale load in one step of so
 * many. */
enum { DATA_LOADS = 2, STEPS_PER_SCALE_LOAD = 1, MFMA_ROWS = 16 };

static double at_least(double lines, const struct smallm_machine *machine) {
    return lines > machine->issue_clocks ? lines : machine->issue_clocks;
}

static double operand(const struct smallm_machine *machine, uint32_t rows) {
    return at_least(rows, machine) * (DATA_LOADS + 1.0 / STEPS_PER_SCALE_LOAD);
}

static double matrix_lines(const struct smallm_kernel_info *kernel, const struct smallm_machine *machine, uint32_t m) {
    double clocks = kernel->n_rows * operand(machine, MFMA_ROWS);
    for (uint32_t row = 0; row < kernel->m_tile; row += MFMA_ROWS) {
        const uint32_t left = m > row ? m - row : 0;
        clocks += operand(machine, left < MFMA_ROWS ? left : MFMA_ROWS);
    }
    return clocks;
}

/* Lanes hold a block of 32 each, in two loads. Rows of W share a wave's lanes; a row of X is the same for all of them.
 */
static double vector_lines(const struct smallm_kernel_info *kernel, const struct smallm_machine *machine) {
    const uint32_t rows = machine->lanes_per_wave / kernel->k_lanes;
    const double half = machine->lanes_per_wave * SMALLM_BLOCK_K / 2.0 / machine->cache_bytes_per_clock;
    return kernel->m_tile * (DATA_LOADS * at_least(half / rows, machine) + machine->issue_clocks) +
           kernel->n_rows * (DATA_LOADS * half + at_least(rows, machine));
}

double smallm_step_lines(const struct smallm_kernel_info *kernel, const struct smallm_machine *machine, uint32_t m) {
    return smallm_kernel_is_matrix(kernel) ? matrix_lines(kernel, machine, m) : vector_lines(kernel, machine);
}

uint32_t smallm_step_loads(const struct smallm_kernel_info *kernel) {
    const uint32_t groups = smallm_kernel_is_matrix(kernel) ? kernel->m_tile / MFMA_ROWS : kernel->m_tile;
    return (groups + kernel->n_rows) * (DATA_LOADS + 1);
}
