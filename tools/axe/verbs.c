/* The verbs of axe: one table for running them and for telling what they are. */
#include "axe/verbs.h"

#include <stdarg.h>
#include <string.h>

#include "base/error.h"
#include "cli/exit_code.h"

const struct verb verbs[] = {
	{ "run", verb_run, "run a manifest, or one command, under a supervisor of its own",
		"run [OPTION...] MANIFEST\n       axe run [OPTION...] -- COMMAND [ARGUMENT...]",
		&run_options,
		"With `-- COMMAND` the command gets this standard input and environment, and axe\n"
		"ends with its exit status unless the supervisor has more to say (`man axe`).\n"
		"Ctrl-C asks the job to stop and kills it after --grace; a second one kills "
		"it.\n" },
	{ "validate", verb_validate, "check manifests without running them",
		"validate [OPTION...] MANIFEST...", &validate_options,
		"YAML or JSON; `-` is the standard input.\n" },
	{ "plan", verb_plan, "show the exact groups, commands and limits; runs nothing",
		"plan [OPTION...] MANIFEST", &plan_options, NULL },
	{ "import", verb_import, "print a manifest for a test suite that is installed here",
		"import [OPTION...] systemd-tests|installed-tests [DIRECTORY]\n"
		"       axe import [OPTION...] ltp FILE\n"
		"       axe import [OPTION...] kselftest FILE|DIRECTORY",
		&import_options,
		"FILE is a runtest file of LTP, or a kselftest-list.txt in its directory.\n" },
	{ "submit", verb_submit, "put jobs into the queue of a daemon",
		"submit [OPTION...] MANIFEST...\n       axe submit [OPTION...] -- COMMAND "
		"[ARGUMENT...]\n       axe submit [--socket PATH] JOB...",
		&submit_options,
		"Prints the number of each job; all of them are queued, or none. `axe submit "
		"JOB` queues\nwhat `--add` only stored.\n" },
	{ "list", verb_list, "list the jobs", "list [OPTION...]", &list_options,
		"Of the queue of a daemon, newest first; else of the folders below "
		"--state-dir.\n" },
	{ "show", verb_show, "show one job: who, when, states, attempts, messages, warnings",
		"show [OPTION...] JOB[/INDEX]", &show_options, NULL },
	{ "top", verb_top, "show what a daemon runs now, and what waits", "top [OPTION...]",
		&top_options, "On a terminal until Ctrl-C.\n" },
	{ "log", verb_log, "print what an assessment printed", "log [OPTION...] JOB[/INDEX[.TRY]]",
		&log_options, NULL },
	{ "trace", verb_trace, "tell the story of a job's processes",
		"trace [OPTION...] JOB[/INDEX]", &trace_options, NULL },
	{ "watch", verb_watch, "tell what happens in a job, from its first event to its end",
		"watch [OPTION...] [JOB]", &watch_options,
		"Ends as `axe run` of that job would. Without a JOB: all jobs of a daemon, from "
		"now "
		"on,\nor with --after from that event on, until it is interrupted.\nSEQ is the "
		"`seq` "
		"of -o ndjson: of the daemon while it has the job, else of the job's trace.\n" },
	{ "wait", verb_wait, "wait for the end of a job, and end as it ended",
		"wait [--timeout D] JOB", &wait_options,
		"The exit code is that of `axe run`; 124 also when the --timeout is over.\n" },
	{ "cancel", verb_cancel, "cancel a job or a task, or ask it to stop",
		"cancel [--message TEXT] JOB[/INDEX]...\n       axe cancel --soft [--grace D] "
		"JOB[/INDEX]",
		&cancel_options,
		"In the queue of a daemon: what runs is killed, and it returns when the last "
		"process is\ndead. --soft (also of jobs without a queue) only asks: nothing is "
		"killed unless --grace\nsays when.\n" },
	{ "terminate", verb_terminate, "end a job now and print the kill receipt",
		"terminate [--yes] JOB", &terminate_options, NULL },
	{ "requeue", verb_requeue, "run jobs or tasks of a queue again",
		"requeue [OPTION...] JOB[/INDEX]...\n       axe requeue [OPTION...] "
		"--failed|--all",
		&requeue_options,
		"After a cancel all tasks run again but those that finished; after a plain "
		"failure those\nthat failed or never ran.\n" },
	{ "hold", verb_hold, "keep jobs of a queue from starting", "hold [OPTION...] JOB...",
		&hold_options, NULL },
	{ "release", verb_release, "let jobs that were held start", "release [OPTION...] JOB...",
		&release_options, NULL },
	{ "purge", verb_purge, "forget jobs that have ended, with their files",
		"purge [OPTION...] JOB...", &purge_options,
		"The daemon does it by itself once TTLCompletedJobs has passed (`axe "
		"config`).\n" },
	{ "config", verb_config, "show or set the parameters of a queue",
		"config [OPTION...] [NAME[=VALUE]...]", &config_options,
		"Names in any case; durations such as 120h, sizes such as 512M.\n" },
	{ "repair", verb_repair,
		"show what a job left of the host otherwise than it was; put it back",
		"repair [--yes [--all]] JOB", &repair_options,
		"Without --yes nothing is changed. What has changed since the job is not "
		"touched.\n" },
	{ "call", verb_call, "call a Varlink method of a supervisor; replies are JSON lines",
		"call [OPTION...] METHOD [PARAMETERS]\n       axe call [OPTION...] [INTERFACE]",
		&call_options,
		"METHOD is named whole: io.axe.Engine.ListJobs. PARAMETERS are a JSON object; `-`\n"
		"reads it from the standard input. Without a method the methods are listed.\n" },
	{ "support", verb_support, "inside an assessment: report how it goes, ask whether to stop",
		"support progress PERCENT [TEXT] | remaining SECONDS [TEXT]\n"
		"       axe support message|warning|error|waiting TEXT\n"
		"       axe support heartbeat|increment|cancelling [TEXT]\n"
		"       axe support test-case NAME pass|fail\n"
		"       axe support canceled | wait-cancel [--timeout D] | parameter NAME",
		&support_options,
		"`canceled` ends with 0 when this assessment shall stop, else with 1; "
		"`wait-cancel`\n"
		"likewise, once it shall or the time is over (8: the supervisor has gone).\n"
		"`cancelling` acknowledges that it shall. Outside an assessment reports go "
		"nowhere\n"
		"and nothing is canceled.\n" },
	{ "doctor", verb_doctor, "say what this host lets the supervisor do", "doctor [OPTION...]",
		&doctor_options, NULL },
	{ "completion", verb_completion, "print what a shell completes axe by", "completion bash",
		&completion_options, "For this shell alone: `source <(axe completion bash)`.\n" },
	{ "help", verb_help, "explain axe or one of its verbs", "help [VERB|codes|manual]", NULL,
		"`codes` are the result codes, `manual` is the page axe(1): "
		"`axe help manual | man -l -`.\n" },
};

const size_t verbs_count = sizeof(verbs) / sizeof(*verbs);

const struct verb *verb_find(const char *name)
{
	for (size_t index = 0; index < verbs_count; index++)
		if (strcmp(verbs[index].name, name) == 0)
			return &verbs[index];
	return NULL;
}

void verb_print_help(const struct verb *verb, FILE *stream)
{
	fprintf(stream, "axe %s - %s\n\nusage: axe %s\n", verb->name, verb->summary, verb->usage);
	if (verb->options) {
		putc('\n', stream);
		options_describe(verb->options, stream);
	}
	if (verb->notes)
		fprintf(stream, "\n%s", verb->notes);
}

int verb_read_options(int argc, char **argv, void *values, struct operands *ret_operands)
{
	const struct verb *verb = verb_find(argv[0]);
	struct error error = { 0 };

	switch (options_read(verb->options, argc, argv, values, ret_operands, &error)) {
	case OPTIONS_READ:
		return VERB_GO_ON;
	case OPTIONS_HELP:
		verb_print_help(verb, stdout);
		return EXIT_CODE_PASSED;
	case OPTIONS_WRONG:
		break;
	}
	return verb_refuse(argv[0], "%s", error.text);
}

int verb_refuse(const char *name, const char *format, ...)
{
	va_list arguments;

	fprintf(stderr, "axe %s: ", name);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fprintf(stderr, "\nusage: axe %s\n", verb_find(name)->usage);
	return EXIT_CODE_USAGE;
}
