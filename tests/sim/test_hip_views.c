/* gfx950sim/views.h from a program: without a launch, with wrong arguments, and that each view is of the last launch.
 */
#include "gfx950sim/views.h"

#include <string.h>

#include "hip_check.h"

enum { WORDS = 256, ROOM = 1 << 20 };

static char text[ROOM];

#define VIEW(call)                                                                                                     \
    do {                                                                                                               \
        FILE *out = fmemopen(text, sizeof text, "w");                                                                  \
        CHECK((call) == 0, "%s", gfx950sim_message());                                                                 \
        CHECK(fclose(out) == 0, "the text is too long");                                                               \
    } while (0)
#define REFUSED(call, part)                                                                                            \
    do {                                                                                                               \
        FILE *out = fmemopen(text, sizeof text, "w");                                                                  \
        CHECK((call) == -1, "it was written");                                                                         \
        CHECK(strstr(gfx950sim_message(), part) != NULL, "the message is: %s", gfx950sim_message());                   \
        fclose(out);                                                                                                   \
    } while (0)
#define HAS(part) CHECK(strstr(text, part) != NULL, "there is no %s in %.300s", part, text)

static void test_before(void) {
    REFUSED(gfx950sim_view_time(out, NULL, 0), "no launch has been timed");
    REFUSED(gfx950sim_view_annotate(out, NULL, 0), "no launch has been timed");
    REFUSED(gfx950sim_view_timeline(out, NULL, NULL), "no launch has been timed");
    REFUSED(gfx950sim_view_trace(out, NULL, NULL), "no launch has been timed");
    REFUSED(gfx950sim_view_report(out, NULL), "no launch has been timed");
}

static void test_after(const char *kernel) {
    const struct gfx950sim_view_about about = {.size = sizeof about, .file = "some.co", .problem = "a <sum>"};
    struct gfx950sim_time time = {.size = sizeof time};
    char words[64];
    uint64_t events = 0;
    CHECK(gfx950sim_get_time(&time) == 0, "no time");
    snprintf(words, sizeof words, "modelled %.3f us", time.modelled_us);
    VIEW(gfx950sim_view_time(out, NULL, 0));
    HAS(words);
    VIEW(gfx950sim_view_annotate(out, NULL, 0));
    HAS(words);
    HAS(kernel);
    VIEW(gfx950sim_view_timeline(out, NULL, NULL));
    HAS(words);
    HAS("workgroup 1 wave 0");
    VIEW(gfx950sim_view_trace(out, &about, &events));
    HAS("\"file\":\"some.co\"");
    HAS(kernel);
    CHECK(events > 20, "%llu events", (unsigned long long)events);
    VIEW(gfx950sim_view_report(out, &about));
    HAS("a &lt;sum&gt;: some.co: grid 4 ");
    HAS(kernel);
    VIEW(gfx950sim_view_time(out, &about, 1));
    HAS("\"problem\":\t\"a <sum>\"");
    VIEW(gfx950sim_view_annotate(out, NULL, 1));
    HAS("\"lines\":");
    CHECK(strstr(text, "\"file\"") == NULL, "nobody said a file");
}

static void test_wrong(void) {
    struct gfx950sim_view_timeline t = {.size = sizeof t, .from = 8, .to = 8, .width = 80, .rows = 10};
    REFUSED(gfx950sim_view_timeline(out, NULL, &t), "from 8 must lie before to 8");
    t = (struct gfx950sim_view_timeline){.size = sizeof t, .to = 9, .width = 19, .rows = 10};
    REFUSED(gfx950sim_view_timeline(out, NULL, &t), "width is 19");
    t.width = 2001;
    REFUSED(gfx950sim_view_timeline(out, NULL, &t), "width is 2001");
    t.width = 80;
    t.rows = 0;
    REFUSED(gfx950sim_view_timeline(out, NULL, &t), "rows is 0");
    FILE *full = fopen("/dev/full", "w");
    CHECK(full != NULL, "no /dev/full");
    CHECK(gfx950sim_view_report(full, NULL) == -1, "/dev/full took it");
    CHECK(strstr(gfx950sim_message(), "No space left") != NULL, "%s", gfx950sim_message());
    fclose(full);
}

int main(void) {
    struct kernels k;
    load_kernels(&k);
    uint32_t *in = filled_words(WORDS, 3), *sum = device_words(WORDS);
    CHECK_HIP(launch_add(&k, NULL, sum, in, WORDS, 4));
    CHECK_HIP(hipDeviceSynchronize());
    test_before();
    const struct gfx950sim_time_follow follow = {.size = sizeof follow, .workgroup = 1, .workgroups = 1, .wave = -1};
    CHECK(gfx950sim_set("time", "cold") == 0, "%s", gfx950sim_message());
    CHECK(gfx950sim_time_follow(&follow) == 0, "it cannot be followed");
    CHECK_HIP(launch_add(&k, NULL, sum, in, WORDS, 4));
    CHECK_HIP(hipDeviceSynchronize());
    CHECK(word_at(sum, WORDS - 1) == 7, "the sum is %u", word_at(sum, WORDS - 1));
    CHECK_HIP(hipModuleUnload(k.module)); /* the views do not need it */
    test_after("add_bias");
    test_wrong();
    return check_result();
}
