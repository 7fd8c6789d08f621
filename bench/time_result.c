#include "time_result.h"

#include <stdio.h>
#include <string.h>

enum { PEER_WIDTH = 12 };

double time_gbps(const struct time_result *result) {
    return result->measured.us > 0 ? result->fewest_bytes / result->measured.us / 1e3 : 0;
}

double time_ratio(const struct time_result *result, const struct time_peer *peer) {
    return peer->taken && result->measured.us > 0 ? peer->us / result->measured.us : 0;
}

static int width(const char *peer) {
    const int length = (int)strlen(peer);
    return length < PEER_WIDTH ? PEER_WIDTH : length;
}

void time_print_heading(bool modelled, const char *caches, double roof_gbps, const char *const *peers, size_t count) {
    if (modelled)
        printf("Modelled for an MI355X, not measured: microseconds from the first wave to the last store, %s caches.\n",
               caches);
    else
        puts("Measured: microseconds of a launch among graph replays over rotating buffers; between events, one "
             "launch.");
    printf("GB/s of the fewest bytes that the product moves; %% of %.0f GB/s.\n", roof_gbps);
    if (count != 0)
        printf("Under a peer's name: its time over ours, above 1 where ours is faster%s.\n",
               modelled ? "; + the us between its launches, which are not in it" : "");
    printf("%-34s %-36s %6s %8s %8s %8s %7s %9s", "cell", "kernel", "splits", "MB", "us", "GB/s", "% roof",
           modelled ? "launch us" : "event us");
    for (size_t i = 0; i < count; i++)
        printf(" %*s", width(peers[i]), peers[i]);
    puts("");
}

static void print_peer(const struct time_result *r, const struct time_peer *peer) {
    char text[48] = "-";
    if (peer->taken && peer->gap_us > 0)
        snprintf(text, sizeof text, "%.2f +%.1f us", time_ratio(r, peer), peer->gap_us);
    else if (peer->taken)
        snprintf(text, sizeof text, "%.2f", time_ratio(r, peer));
    printf(" %*s", width(peer->name), text);
}

void time_print(const struct time_result *r) {
    printf("%-34s ", r->cell);
    if (r->kernel[0] == '\0') {
        printf("no plan: %s\n", r->refused);
        return;
    }
    const struct measurement *m = &r->measured;
    printf("%-36s %6u %8.2f %8.3f %8.1f %7.1f %9.3f", r->kernel, r->k_splits, r->fewest_bytes / 1e6, m->us,
           time_gbps(r), 100 * time_gbps(r) / r->roof_gbps, m->modelled ? m->time.launch_us : m->event_us);
    for (size_t i = 0; i < r->peers; i++)
        print_peer(r, &r->peer[i]);
    puts("");
}
