/* The verbs of axe: one table for running them and for telling what they are. */
#pragma once

#include <stddef.h>
#include <stdio.h>

#include "cli/options.h"

struct verb {
	const char *name;
	int (*run)(int argc, char **argv); /* argv[0] is the verb; returns the exit code */
	const char *summary; /* one line */
	const char *usage; /* what follows `axe` */
	const struct option_table *options; /* NULL: the verb reads its own */
	const char *notes; /* further lines of its help; NULL: none */
};

extern const struct verb verbs[];
extern const size_t verbs_count;

/* NULL: there is none of that name. */
const struct verb *verb_find(const char *name);

void verb_print_help(const struct verb *verb, FILE *stream);

/*
 * Read the verb's options; argv[0] is its name. VERB_GO_ON, or the exit code with which the verb
 * ends now: its help was asked for, or an option was wrong and that was said.
 */
#define VERB_GO_ON (-1)
int verb_read_options(int argc, char **argv, void *values, struct operands *ret_operands);

/* Say what is wrong with how the verb was called, and how it is called. Returns the exit code. */
int verb_refuse(const char *name, const char *format, ...) __attribute__((format(printf, 2, 3)));

int verb_run(int argc, char **argv);
int verb_validate(int argc, char **argv);
int verb_plan(int argc, char **argv);
int verb_import(int argc, char **argv);
int verb_list(int argc, char **argv);
int verb_show(int argc, char **argv);
int verb_log(int argc, char **argv);
int verb_trace(int argc, char **argv);
int verb_watch(int argc, char **argv);
int verb_wait(int argc, char **argv);
int verb_cancel(int argc, char **argv);
int verb_terminate(int argc, char **argv);
int verb_submit(int argc, char **argv);
int verb_requeue(int argc, char **argv);
int verb_hold(int argc, char **argv);
int verb_release(int argc, char **argv);
int verb_purge(int argc, char **argv);
int verb_config(int argc, char **argv);
int verb_top(int argc, char **argv);
int verb_repair(int argc, char **argv);
int verb_call(int argc, char **argv);
int verb_support(int argc, char **argv);
int verb_doctor(int argc, char **argv);
int verb_completion(int argc, char **argv);
int verb_help(int argc, char **argv);

extern const struct option_table run_options;
extern const struct option_table validate_options;
extern const struct option_table plan_options;
extern const struct option_table import_options;
extern const struct option_table list_options;
extern const struct option_table show_options;
extern const struct option_table log_options;
extern const struct option_table trace_options;
extern const struct option_table watch_options;
extern const struct option_table wait_options;
extern const struct option_table cancel_options;
extern const struct option_table terminate_options;
extern const struct option_table submit_options;
extern const struct option_table requeue_options;
extern const struct option_table hold_options;
extern const struct option_table release_options;
extern const struct option_table purge_options;
extern const struct option_table config_options;
extern const struct option_table top_options;
extern const struct option_table repair_options;
extern const struct option_table call_options;
extern const struct option_table support_options;
extern const struct option_table doctor_options;
extern const struct option_table completion_options;
