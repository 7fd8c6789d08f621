#include "options_time.h"

#include "gfx950sim/views.h"

const char options_time_usage[] =
    "options of time dense and time moe, besides those of run:\n"
    "  --cold --warm --flush --first   what the launch finds in the caches: its code (default), what the last one "
    "left,\n"
    "                                  that but for the L2s, nothing\n"
    "  --repeat N                      launch N times, and tell of the last\n"
    "  --machine F.ini                 parameters of another machine, as configs/mi355x.ini\n"
    "  --set SECTION.NAME=VALUE        one of them; may be given again\n"
    "  --annotate                      the listing, with clocks and stalls by cause beside each line\n"
    "  --timeline                      a wave, instruction by instruction: --workgroup G --wave W --from CLOCK\n"
    "                                  --to CLOCK --width COLUMNS --rows N\n"
    "  --trace F.json                  the launch for Perfetto and chrome://tracing, with the instructions of its\n"
    "                                  first 16 waves (--instructions WAVES), or of those that --timeline shows\n"
    "  --report F.html                 a page: roofline, waves, bytes in flight, hottest lines, the machine\n";

void options_time_add(struct option_row *rows, struct time_request *request) {
    *request = (struct time_request){.mode = "cold",
                                     .repeat = 1,
                                     .instructions = OPTION_NOT_GIVEN,
                                     .workgroup = OPTION_NOT_GIVEN,
                                     .wave = OPTION_NOT_GIVEN,
                                     .from = OPTION_NOT_GIVEN,
                                     .to = OPTION_NOT_GIVEN,
                                     .width = OPTION_NOT_GIVEN,
                                     .rows = OPTION_NOT_GIVEN};
    const struct option_row more[] = {
        {"cold", OPTION_FLAG, &request->cold, false},
        {"warm", OPTION_FLAG, &request->warm, false},
        {"flush", OPTION_FLAG, &request->flush, false},
        {"first", OPTION_FLAG, &request->first, false},
        {"repeat", OPTION_NUMBER, &request->repeat, false},
        {"machine", OPTION_TEXT, &request->machine, false},
        {"set", OPTION_TEXTS, &request->parameters, false},
        {"annotate", OPTION_FLAG, &request->annotate, false},
        {"timeline", OPTION_FLAG, &request->timeline, false},
        {"trace", OPTION_TEXT, &request->trace, false},
        {"report", OPTION_TEXT, &request->report, false},
        {"instructions", OPTION_NUMBER, &request->instructions, false},
        {"workgroup", OPTION_NUMBER, &request->workgroup, false},
        {"wave", OPTION_NUMBER, &request->wave, false},
        {"from", OPTION_NUMBER, &request->from, false},
        {"to", OPTION_NUMBER, &request->to, false},
        {"width", OPTION_NUMBER, &request->width, false},
        {"rows", OPTION_NUMBER, &request->rows, false},
        {NULL, OPTION_FLAG, NULL, false},
    };
    while (rows->name != NULL)
        rows++;
    for (size_t i = 0; i < sizeof more / sizeof more[0]; i++)
        rows[i] = more[i];
}

static enum exit_status check_range(const char *name, int64_t value, int64_t least, int64_t most) {
    if (value == OPTION_NOT_GIVEN || (value >= least && value <= most))
        return EXIT_RIGHT;
    return complain(EXIT_BAD_ARGUMENTS, "--%s is %lld; it must be a whole number from %lld to %lld", name,
                    (long long)value, (long long)least, (long long)most);
}

/* Numbers, and whose they are. */
static enum exit_status check_numbers(const struct time_request *request) {
    const struct {
        const char *name, *of;
        int64_t value, least, most;
        bool has;
    } numbers[] = {{"repeat", NULL, request->repeat, 1, UINT32_MAX, true},
                   {"instructions", "--trace FILE", request->instructions, 0, 65536, request->trace != NULL},
                   {"workgroup", "--timeline", request->workgroup, 0, INT64_MAX, request->timeline},
                   {"wave", "--timeline", request->wave, 0, 15, request->timeline},
                   {"from", "--timeline", request->from, 0, INT64_MAX, request->timeline},
                   {"to", "--timeline", request->to, 1, INT64_MAX, request->timeline},
                   {"width", "--timeline", request->width, GFX950SIM_VIEW_LEAST_WIDTH, GFX950SIM_VIEW_MOST_WIDTH,
                    request->timeline},
                   {"rows", "--timeline", request->rows, 1, GFX950SIM_VIEW_MOST_ROWS, request->timeline}};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        if (!numbers[i].has && numbers[i].value != OPTION_NOT_GIVEN)
            return complain(EXIT_BAD_ARGUMENTS, "--%s says something of %s, which is missing", numbers[i].name,
                            numbers[i].of);
        enum exit_status status = check_range(numbers[i].name, numbers[i].value, numbers[i].least, numbers[i].most);
        if (status != EXIT_RIGHT)
            return status;
    }
    if (request->from != OPTION_NOT_GIVEN && request->to != OPTION_NOT_GIVEN && request->from >= request->to)
        return complain(EXIT_BAD_ARGUMENTS, "--from %lld must lie before --to %lld", (long long)request->from,
                        (long long)request->to);
    return EXIT_RIGHT;
}

enum exit_status options_time_complete(struct time_request *request, enum device_choice device, bool json) {
    if (device == DEVICE_GPU)
        return complain(EXIT_BAD_ARGUMENTS,
                        "--device is \"gpu\"; smallm time asks the simulator's model, so it must be "
                        "auto or sim (smallm-bench measures on a GPU)");
    if (request->cold + request->warm + request->flush + request->first > 1)
        return complain(EXIT_BAD_ARGUMENTS, "--cold, --warm, --flush and --first exclude one another; give one");
    if (json && request->timeline)
        return complain(EXIT_BAD_ARGUMENTS, "--timeline is a drawing, which --json has no place for; give one of them");
    if (request->timeline && request->instructions != OPTION_NOT_GIVEN)
        return complain(EXIT_BAD_ARGUMENTS,
                        "--instructions and --timeline both say which waves are followed; give one of them");
    request->mode = request->warm ? "warm" : request->flush ? "flush" : request->first ? "first" : "cold";
    return check_numbers(request);
}
