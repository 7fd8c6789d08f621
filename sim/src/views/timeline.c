/* The instructions of a wave one below the other, time to the right in slots of 4 clocks, with the
 * letters of llvm-mca's timeline view. Slots in which no row changes are drawn as one. */
#define _GNU_SOURCE
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "message.h"
#include "view.h"

enum { SLOT = 4, KEEP = 3, MOST_WIDTH = GFX950SIM_VIEW_MOST_WIDTH, MOST_ROWS = GFX950SIM_VIEW_MOST_ROWS, EVENTS = 7 };

/* --- letters --- */

/* The slot of the clock before `end`, in slots that begin where the instruction issues. */
static uint64_t last_slot(const struct gfx950sim_time_step *s, uint64_t end) {
    return s->issue / SLOT + (end - s->issue - 1) / SLOT;
}

static char letter(const struct gfx950sim_time_step *s, uint64_t slot) {
    uint64_t issue = s->issue / SLOT, done = last_slot(s, s->done), counted = last_slot(s, s->counted);
    if (slot < s->from / SLOT)
        return ' ';
    if (slot < issue)
        return '=';
    if (slot == issue)
        return 'D';
    if (slot <= done)
        return slot < done ? 'e' : 'E';
    if (slot <= counted)
        return '-';
    return slot <= last_slot(s, s->end) ? '=' : ' ';
}

/* --- columns: slots, some of which stand for a run --- */

struct column {
    uint64_t slot;
    uint64_t slots; /* > 1: drawn as ~ */
};

static int by_number(const void *a, const void *b) {
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

/* At most `width` columns from slot `from` to `to`. Between two events no row changes. */
static size_t make_columns(const struct gfx950sim_time_step *rows, size_t n, uint64_t from, uint64_t to,
                           struct column *column, size_t width) {
    uint64_t *event = malloc((EVENTS * n + 2) * sizeof *event);
    size_t events = 0, columns = 0;
    if (!event)
        return 0;
    event[events++] = from;
    event[events++] = to;
    for (size_t i = 0; i < n; i++) {
        const uint64_t at[EVENTS] = {rows[i].from / SLOT,
                                     rows[i].issue / SLOT,
                                     rows[i].issue / SLOT + 1,
                                     last_slot(&rows[i], rows[i].done),
                                     last_slot(&rows[i], rows[i].done) + 1,
                                     last_slot(&rows[i], rows[i].counted) + 1,
                                     last_slot(&rows[i], rows[i].end) + 1};
        for (unsigned k = 0; k < EVENTS; k++)
            if (at[k] > from && at[k] < to)
                event[events++] = at[k];
    }
    qsort(event, events, sizeof *event, by_number);
    for (size_t i = 0; i + 1 < events; i++) {
        uint64_t run = event[i + 1] - event[i];
        bool joined = run > 2 * KEEP;
        for (uint64_t k = 0; k < (joined ? KEEP : run) && columns < width; k++)
            column[columns++] = (struct column){event[i] + k, 1};
        if (joined && columns < width)
            column[columns++] = (struct column){event[i] + KEEP, run - KEEP};
    }
    free(event);
    return columns;
}

/* --- text --- */

/* Clocks over the first column, behind every ~ and at every tenth, where there is room. */
static void put_scale(FILE *f, const struct column *column, size_t columns) {
    char line[MOST_WIDTH + 32];
    size_t at = 0;
    for (size_t i = 0; i < columns; i++) {
        if (i < at || (i && i % 10 && column[i - 1].slots == 1))
            continue;
        at +=
            (size_t)snprintf(line + at, sizeof line - at, "%*s|%" PRIu64 " ", (int)(i - at), "", column[i].slot * SLOT);
    }
    fprintf(f, "%6s %-20s %.*s\n", "pc", "stood for", (int)at, line);
}

static void put_row(FILE *f, const struct gfx950sim_time_step *s, const struct gfx950sim_time_instruction *in,
                    const struct column *column, size_t columns) {
    char stood[32] = "", line[MOST_WIDTH + 1];
    struct gfx950sim_time_instruction waited = {.pc = 0};
    for (unsigned c = 0; c < GFX950SIM_TIME_CAUSES; c++)
        waited.clocks[c] = s->clocks[c];
    unsigned cause = view_main_cause(&waited);
    if (waited.clocks[cause])
        snprintf(stood, sizeof stood, "%s %" PRIu64, gfx950sim_time_cause_name(cause), view_stalls(&waited));
    for (size_t i = 0; i < columns; i++) {
        line[i] = letter(s, column[i].slot);
        if (column[i].slots > 1 && line[i] != ' ')
            line[i] = '~';
    }
    fprintf(f, "%6" PRIx64 " %-20s %.*s  %s\n", in->pc, stood, (int)columns, line, in->text);
}

static bool lies_in(const struct gfx950sim_time_step *s, uint64_t from, uint64_t to) {
    return s->from < to && (s->counted > from || s->end > from);
}

/* Copies those that lie in the interval; returns their number. *more: the one behind the last for which there was room.
 */
static size_t pick(const struct gfx950sim_time_step *s, size_t n, uint64_t from, uint64_t to,
                   struct gfx950sim_time_step *row, size_t most, const struct gfx950sim_time_step **more) {
    size_t rows = 0;
    *more = NULL;
    for (size_t i = 0; i < n; i++) {
        if (!lies_in(&s[i], from, to))
            continue;
        if (rows == most) {
            *more = &s[i];
            break;
        }
        row[rows++] = s[i];
    }
    return rows;
}

/* One wave. */
static void put_wave(FILE *f, const struct gfx950sim_view_timeline *o, const struct gfx950sim_time_step *s, size_t n) {
    static struct column column[MOST_WIDTH];
    static struct gfx950sim_time_step row[MOST_ROWS];
    size_t ninsn;
    const struct gfx950sim_time_instruction *list = gfx950sim_time_instructions(&ninsn);
    const struct gfx950sim_time_step *more;
    uint64_t from = o->from != UINT64_MAX ? o->from : s[0].issue, to = o->to, end = s[n - 1].end;
    for (size_t i = 0; i < n; i++)
        end = s[i].counted > end ? s[i].counted : end;
    to = to < end ? to : end;
    fprintf(f, "\nworkgroup %" PRIu64 " wave %u: clocks %" PRIu64 " to %" PRIu64 ", %zu instructions\n", s->workgroup,
            s->wave, s->from, end, n);
    size_t rows = from < to ? pick(s, n, from, to, row, o->rows, &more) : 0;
    size_t columns = rows ? make_columns(row, rows, from / SLOT, (to + SLOT - 1) / SLOT, column, o->width) : 0;
    if (!columns) {
        fprintf(f, "  it has nothing under way from clock %" PRIu64 " on; give --from and --to inside its clocks\n",
                from);
        return;
    }
    uint64_t shown = (column[columns - 1].slot + column[columns - 1].slots) * SLOT;
    while (rows > 1 && row[rows - 1].from >= shown)
        rows--;
    put_scale(f, column, columns);
    for (size_t i = 0; i < rows; i++)
        put_row(f, &row[i], &list[row[i].instruction], column, columns);
    if (shown < to)
        fprintf(f,
                "  the columns end at clock %" PRIu64 ": go on with --from %" PRIu64 ", or give --width (at most %d)\n",
                shown, shown, MOST_WIDTH);
    else if (more)
        fprintf(f, "  the rows end after %zu: go on with --from %" PRIu64 ", or give --rows (at most %d)\n", rows,
                more->from, MOST_ROWS);
}

static bool check(const struct gfx950sim_view_timeline *o) {
    if (o->from != UINT64_MAX && o->from >= o->to)
        message_printf("from %" PRIu64 " must lie before to %" PRIu64, o->from, o->to);
    else if (o->width < GFX950SIM_VIEW_LEAST_WIDTH || o->width > MOST_WIDTH)
        message_printf("width is %" PRIu64 "; it must be from %d to %d", o->width, GFX950SIM_VIEW_LEAST_WIDTH,
                       MOST_WIDTH);
    else if (o->rows < 1 || o->rows > MOST_ROWS)
        message_printf("rows is %" PRIu64 "; it must be from 1 to %d", o->rows, MOST_ROWS);
    else
        return true;
    return false;
}

int gfx950sim_view_timeline(FILE *out, const struct gfx950sim_view_about *about,
                            const struct gfx950sim_view_timeline *timeline) {
    struct gfx950sim_view_timeline o = {
        .size = sizeof o, .from = UINT64_MAX, .to = UINT64_MAX, .width = 160, .rows = 400};
    struct view v;
    size_t n;
    uint64_t dropped;
    if (timeline)
        memcpy(&o, timeline, timeline->size < sizeof o ? timeline->size : sizeof o);
    if (!view_begin(&v, out, about) || !check(&o))
        return -1;
    const struct gfx950sim_time_step *s = gfx950sim_time_steps(&n, &dropped);
    if (!n) {
        const uint32_t *b = v.launch->block;
        message_printf("there is no such wave: the launch has workgroups 0 to %" PRIu64 ", of %u waves each",
                       v.time.workgroups - 1, (b[0] * b[1] * b[2] + 63) / 64);
        return -1;
    }
    fprintf(out, "%s: modelled %.3f us (%" PRIu64 " clocks at %.0f MHz, %s caches)\n", v.launch->kernel,
            v.time.modelled_us, v.time.clocks, v.time.core_mhz, v.mode);
    fprintf(out,
            "a column is %d clocks: = the wave stands here, D issues, e executes, E its result is there, - until its "
            "counter says so;\n~ as the column before it, up to the clock that the next one names\n",
            SLOT);
    for (size_t i = 0, end; i < n; i = end) {
        for (end = i; end < n && s[end].workgroup == s[i].workgroup && s[end].wave == s[i].wave;)
            end++;
        put_wave(out, &o, s + i, end - i);
    }
    if (dropped)
        fprintf(out, "%" PRIu64 " later instructions of these waves were not kept; name one with --wave\n", dropped);
    return view_end(&v);
}
