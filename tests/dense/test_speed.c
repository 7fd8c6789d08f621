/* How long the simulator takes to time a decode kernel: 1,024 waves of about 1,000 instructions each in less than 10 s
 * of CPU time.
 *   test_dense_speed LIBRARY */
#include <time.h>

#include "device.h"
#include "gfx950sim/time.h"
#include "run.h"
#include "test.h"

static double cpu_seconds(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int main(int argc, char **argv) {
    if (argc != 2)
        return 2;
    run_open(argv[1]);
    int (*get_time)(struct gfx950sim_time *);
    device_function("gfx950sim_get_time", &get_time);
    const struct run_choice choice = {.kernel = "smallm_dense_gemv_m1_r1_l64_w1_d3"};
    const struct layer_shape shape = {.m = 1, .n = 1024, .k = 26624, .seed = 1};
    struct layer layer;
    layer_make(&layer, &shape);
    layer_upload(&layer);
    device_set("time", "cold");
    double before = cpu_seconds();
    CHECK(run_layer(&layer, &choice, "timed", NULL), "%s", choice.kernel);
    double seconds = cpu_seconds() - before; /* with the plan, the transfers and the check of the result */
    struct gfx950sim_time t = {.size = sizeof t};
    CHECK(get_time(&t) == 0 && t.waves == 1024, "%llu waves", (unsigned long long)t.waves);
    CHECK(t.wave_instructions >= 1024 * 1000, "%llu wave-instructions", (unsigned long long)t.wave_instructions);
    printf("%llu waves, %llu wave-instructions: %.2f s, %.2f million a second\n", (unsigned long long)t.waves,
           (unsigned long long)t.wave_instructions, seconds, (double)t.wave_instructions / seconds / 1e6);
    CHECK(seconds < 10, "%.1f s", seconds);
    layer_free(&layer);
    run_close();
    return test_result();
}
