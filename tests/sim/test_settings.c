/* Settings by name, their refusals, and the environment. */
#include "settings.h"

#include <stdlib.h>

#include "gfx950sim/gfx950sim.h"
#include "report.h" /* has a CHECK of its own */

#include "check.h"

static void check_refused(const char *name, const char *value, const char *part) {
    CHECK(gfx950sim_set(name, value) == -1, "%s=%s is taken", name, value ? value : "NULL");
    CHECK_HAS(gfx950sim_message(), part);
}

int main(void) {
    /* before the first use, which reads them; a wrong one is ignored with a line on stderr */
    setenv("GFX950SIM_ORDER", "lock-step", 1);
    setenv("GFX950SIM_SEED", "0x10", 1);
    setenv("GFX950SIM_CHECK", "alignment=off,trap=warning", 1);
    setenv("GFX950SIM_CHECKS", "foreign", 1);
    setenv("GFX950SIM_DEVICES", "many", 1);
    CHECK(gfx950sim_set("mfma", "pairwise") == 0, "%s", gfx950sim_message());
    CHECK(settings.order == ORDER_LOCK_STEP && settings.seed == 16 && settings.devices == 1 &&
              settings.mfma == MFMA_PAIRWISE && settings.preset == PRESET_FOREIGN,
          "order %d, seed %llu, %u devices", settings.order, (unsigned long long)settings.seed, settings.devices);
    CHECK(check_severity(CHECK_ALIGNMENT) == SEV_OFF && check_severity(CHECK_TRAP) == SEV_WARNING,
          "single severities stand over the preset: %d, %d", check_severity(CHECK_ALIGNMENT),
          check_severity(CHECK_TRAP));
    CHECK(check_severity(CHECK_UNINIT_MFMA) == SEV_WARNING, "%d", check_severity(CHECK_UNINIT_MFMA));
    CHECK(gfx950sim_set("checks", "own") == 0, "%s", gfx950sim_message());
    CHECK(check_severity(CHECK_UNINIT_MFMA) == SEV_ERROR, "%d", check_severity(CHECK_UNINIT_MFMA));
    CHECK(gfx950sim_set("check", "trans-valu=off") == 0, "a row of the hazard table: %s", gfx950sim_message());
    CHECK(gfx950sim_set("threads", "2") == 0 && settings.threads == 2, "%u", settings.threads);
    CHECK(gfx950sim_message()[0] == '\0', "a success leaves no message: %s", gfx950sim_message());
    CHECK(gfx950sim_set("budget", "1000") == 0 && settings.budget == 1000, "%llu", (unsigned long long)settings.budget);
    check_refused("budget", "-1", "budget is '-1'");
    check_refused("checks", "strict", "checks is 'strict'; it must be one of own, compiled, foreign");
    check_refused("order", "", "order is ''");
    check_refused("seed", "-1", "seed is '-1'");
    check_refused("seed", "12x", "seed is '12x'");
    check_refused("threads", "99999", "from 0 to 1024");
    check_refused("devices", "65", "from 0 to 64");
    check_refused("check", "alignment", "NAME=error");
    check_refused("check", "alignment=loud", "'loud'");
    check_refused("check", "no-such=off", "no check 'no-such'");
    check_refused("color", "blue", "no setting 'color'");
    check_refused("order", NULL, "NULL");
    return check_result();
}
