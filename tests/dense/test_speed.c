/* How long the simulator takes to time a decode kernel: 1,024 waves of about 1,000 instructions each in less than 10 s
 * of CPU time. And a large one sampled: what it says lies as near what the whole says as it says.
 *   test_dense_speed LIBRARY */
#include <math.h>
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

static int (*get_time)(struct gfx950sim_time *);
static const struct run_choice choice = {.kernel = "smallm_dense_gemv_m1_r1_l64_w1_d3"};

static struct gfx950sim_time timed(struct layer *layer, const char *sample) {
    struct gfx950sim_time t = {.size = sizeof t};
    device_set("sample", sample);
    CHECK(run_layer(layer, &choice, "timed", NULL) && get_time(&t) == 0, "%s, sample %s", choice.kernel, sample);
    return t;
}

static void test_speed(void) {
    const struct layer_shape shape = {.m = 1, .n = 1024, .k = 26624, .seed = 1};
    struct layer layer;
    layer_make(&layer, &shape);
    layer_upload(&layer);
    double before = cpu_seconds();
    struct gfx950sim_time t = timed(&layer, "off");
    double seconds = cpu_seconds() - before; /* with the plan, the transfers and the check of the result */
    CHECK(t.waves == 1024, "%llu waves", (unsigned long long)t.waves);
    CHECK(t.wave_instructions >= 1024 * 1000, "%llu wave-instructions", (unsigned long long)t.wave_instructions);
    printf("%llu waves, %llu wave-instructions: %.2f s, %.2f million a second\n", (unsigned long long)t.waves,
           (unsigned long long)t.wave_instructions, seconds, (double)t.wave_instructions / seconds / 1e6);
    CHECK(seconds < 10, "%.1f s", seconds);
    layer_free(&layer);
}

static void test_sample(void) {
    const struct layer_shape shape = {.m = 1, .n = 65536, .k = 512, .seed = 2};
    struct layer layer;
    layer_make(&layer, &shape);
    layer_upload(&layer);
    struct gfx950sim_time whole = timed(&layer, "off"), part = timed(&layer, "4");
    double miss = fabs(part.modelled_us - whole.modelled_us) / whole.modelled_us;
    printf("%.2f us, sampled %.2f us +- %.1f %%, %llu of %llu workgroups\n", whole.modelled_us, part.modelled_us,
           100 * part.sample_error, (unsigned long long)part.workgroups, (unsigned long long)part.sampled_of);
    CHECK(part.sampled_of == whole.workgroups && part.workgroups < whole.workgroups, "%llu workgroups were timed",
          (unsigned long long)part.workgroups);
    CHECK(miss <= part.sample_error && part.sample_error < 0.25, "off by %.1f %%, says %.1f %%", 100 * miss,
          100 * part.sample_error);
    layer_free(&layer);
}

int main(int argc, char **argv) {
    if (argc != 2)
        return 2;
    run_open(argv[1]);
    device_function("gfx950sim_get_time", &get_time);
    device_set("time", "cold");
    test_speed();
    test_sample();
    run_close();
    return test_result();
}
