/* Checks and findings. Check numbers are rows of configs/checks.csv, then rows of configs/hazards.csv. */
#ifndef GFX950SIM_REPORT_H
#define GFX950SIM_REPORT_H

#include "settings.h"

struct wave;
struct insn;

enum check {
#define CHECK(id, name, own, compiled, foreign, source, text) id,
#include "checks.inc" /* generated from configs/checks.csv */
#undef CHECK
    CHECK_HAZARD0, /* first row of configs/hazards.csv */
};

const char *check_name(unsigned check);
const char *check_source(unsigned check);
enum severity check_severity(unsigned check);
/* False for an unknown name. */
bool check_set_severity(const char *name, enum severity severity);
void check_set_preset(enum preset preset);

/* Adds a finding, or counts it again when the same check was found at the same PC of the same kernel. `other` is the
 * earlier instruction concerned or NULL; lanes the lanes concerned (0: the whole wave). The text says what happened,
 * with values; kernel, workgroup, wave, PC, disassembly, rule and source are added. Off checks return at once. */
void report(struct wave *w, const struct insn *in, unsigned check, const struct insn *other, uint64_t lanes,
            const char *fmt, ...) __attribute__((format(printf, 6, 7)));

/* Errors found since the process started or the last reset. */
uint64_t report_errors(void);
uint64_t report_warnings(void);
size_t report_count(void);
void report_reset(void);

#endif
