/* Subcommands of gfx950sim. Each returns the exit status: 0 clean, 1 findings or failures, 2 could not run. */
#ifndef GFX950SIM_CLI_H
#define GFX950SIM_CLI_H

enum { EXIT_CLEAN = 0, EXIT_FINDINGS = 1, EXIT_CANNOT_RUN = 2 };

/* argv[0] is the subcommand's name. */
int cmd_run(int argc, char **argv);
int cmd_time(int argc, char **argv);
int cmd_annotate(int argc, char **argv);
int cmd_timeline(int argc, char **argv);
int cmd_trace(int argc, char **argv);
int cmd_report(int argc, char **argv);
int cmd_lint(int argc, char **argv);
int cmd_conform(int argc, char **argv);
int cmd_isa(int argc, char **argv);

/* Prints "gfx950sim: ..." to stderr; always EXIT_CANNOT_RUN. */
int cli_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
