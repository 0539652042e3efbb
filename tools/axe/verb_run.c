/* axe run: run a manifest, or one command, and end as it ended. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "axe/run_request.h"
#include "axe/run_session.h"
#include "axe/run_signals.h"
#include "axe/verbs.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/json.h"
#include "cli/exit_code.h"
#include "cli/progress.h"

#define GRACE_DEFAULT_NS         (5 * NS_PER_SEC)
#define KILL_DEADLINE_DEFAULT_NS (10 * NS_PER_SEC)

static const char *const leak_names[] = { "fail", "warn", "allow", NULL };

/* clang-format off */
#define ROW(name, letter, kind, field, value, help, ...) \
	{ name, letter, kind, offsetof(struct run_values, field), value, help, __VA_ARGS__ }

static const struct option_row rows[] = {
	ROW("state-dir", 0, OPTION_TEXT, client.state_dir, "DIR", "keep the job here (/var/lib/axe)", NULL),
	ROW("name", 0, OPTION_TEXT, changes.name, "NAME", "the job's name", NULL),
	ROW("timeout", 0, OPTION_DURATION, changes.timeout, "D", "end each assessment after this time", NULL),
	ROW("timeout-grace", 0, OPTION_DURATION, changes.timeout_grace, "D", "between its SIGTERM and its kill (5s)", NULL),
	ROW("leaks", 0, OPTION_WORD, changes.leaks, "POLICY", "processes left over: fail, warn or allow", leak_names),
	ROW("user", 0, OPTION_TEXT, changes.user, "USER", "run the assessments as this user", NULL),
	ROW("only", 0, OPTION_LIST, selection.only, "GLOB", "run the assessments of these names; may be repeated", NULL),
	ROW("skip", 0, OPTION_LIST, selection.skip, "GLOB", "leave those of these names out; may be repeated", NULL),
	ROW("failed-of", 0, OPTION_TEXT, selection.failed_of, "JOB", "run what failed in that job", NULL),
	ROW("fail-fast", 0, OPTION_FLAG, selection.fail_fast, NULL, "start no more once one has failed", NULL),
	ROW("parallel", 0, OPTION_TEXT, selection.parallel, "N", "run this many at once", NULL),
	ROW("timeout-scale", 0, OPTION_TEXT, selection.timeout_scale, "X", "multiply every timeout by this", NULL),
	ROW("parameter", 0, OPTION_LIST, selection.parameters, "NAME=VALUE", "set a parameter of the job; may be repeated", NULL),
	ROW("wait", 0, OPTION_TEXT, wait, "D", "wait so long for a slot of the daemon; 0: not at all (forever)", NULL),
	ROW("grace", 0, OPTION_DURATION, grace, "D", "between Ctrl-C and the kill (5s)", NULL),
	ROW("kill-deadline", 0, OPTION_DURATION, kill_deadline, "D", "when a kill counts as failed (10s)", NULL),
	ROW("picture-budget", 0, OPTION_DURATION, picture_budget, "D", "how long a kill waits for the frozen picture (250ms); the host's has 2s at least", NULL),
	ROW("core-grace", 0, OPTION_DURATION, core_grace, "D", "how long a kill waits for core dumps (not at all)", NULL),
	ROW("abandon-after", 0, OPTION_DURATION, abandon_after, "D", "when a survivor is given up (60s)", NULL),
	ROW("output", 'o', OPTION_CHOICE, format, "FORMAT", "text, json or ndjson on standard output", report_format_names),
	ROW("quiet", 'q', OPTION_FLAG, quiet, NULL, "say only what went wrong", NULL),
	ROW("socket", 0, OPTION_TEXT, client.socket, "PATH", "use the supervisor there (AXE_SOCKET)", NULL),
	ROW("cgroup-root", 0, OPTION_TEXT, client.cgroup_root, "PATH", "make groups below this cgroup v2 directory", NULL),
};
#undef ROW
/* clang-format on */

const struct option_table run_options = OPTION_TABLE(rows);

static enum progress_mode choose_progress(const struct run *run)
{
	struct terminal terminal;

	if (run->command)
		return PROGRESS_NONE;
	if (run->values.quiet)
		return PROGRESS_FAILURES;
	terminal_init(&terminal, stderr);
	return terminal.interactive ? PROGRESS_LIVE : PROGRESS_LINES;
}

static void say_end_of_supervisor(const struct session_end *end)
{
	if (!end->begun)
		fprintf(stderr, "axe: the supervisor ended before the job began\n");
	else if (end->theirs)
		fprintf(stderr,
			"axe: the supervisor died before the job's end; the next one at its place "
			"goes on with job %lld or ends it: `axe wait %lld`\n",
			end->job, end->job);
	else if (end->survivors && end->error.text[0])
		fprintf(stderr, "axe: the supervisor died, and its job may live on: %s\n",
			end->error.text);
	else if (end->survivors)
		fprintf(stderr,
			"axe: the supervisor died; its job was killed by us, and %u process%s "
			"survived\n",
			end->survivors, end->survivors == 1 ? "" : "es");
	else
		fprintf(stderr, "axe: the supervisor died before the job's end; nothing of the job "
				"is left, "
				"and its results are incomplete\n");
}

/* A reader that went wanted no more, a person who scrolls misses nothing; to all others output
 * that is not whole is no success. */
static int judge_output(const struct session_end *end)
{
	if (end->output_code && end->output_code != EPIPE) {
		fprintf(stderr, "axe: the output is not whole: %s\n", strerror(end->output_code));
		return EXIT_CODE_INFRASTRUCTURE;
	}
	return end->output_cut && !isatty(STDOUT_FILENO) ? EXIT_CODE_INFRASTRUCTURE
							 : EXIT_CODE_PASSED;
}

static int judge(const struct run *run, const struct session_end *end)
{
	struct exit_facts facts;
	const json_t *results, *result;
	int code;

	if (end->lost) {
		say_end_of_supervisor(end);
		return end->survivors ? EXIT_CODE_SURVIVED : EXIT_CODE_INFRASTRUCTURE;
	}
	if (end->withdrawn)
		return EXIT_CODE_CANCELED;
	if (end->refusal < 0) {
		fprintf(stderr, "axe run: %s\n", end->error.text);
		return end->refusal == -EBUSY ? EXIT_CODE_INFRASTRUCTURE
					      : client_exit_code(end->refusal);
	}
	exit_facts_read(end->summary, &facts);
	results = json_object_get(end->summary, "assessments");
	result = json_array_get(results, 0);
	if (!run->command || !result)
		return (int)exit_code_of(&facts);
	report_command(end->summary, result, run->values.quiet);
	code = exit_code_of_command(exit_code_of(&facts), result);
	return code ? code : judge_output(end);
}

static int converse(struct run *run, struct client *client)
{
	const struct option_duration *grace = &run->values.grace;
	const struct option_duration *deadline = &run->values.kill_deadline;
	struct progress progress;
	struct session_end end;
	struct session_config config = {
		.connection = client->connection,
		.supervisor = client->supervisor,
		.socket = client_socket(&run->values.client),
		.progress = &progress,
		.format = (enum report_format)run->values.format,
		.command = run->command,
		.terminal_pipe = take_fd(&run->terminal_pipe),
		.grace_ns = grace->set ? grace->ns : GRACE_DEFAULT_NS,
		.kill_deadline_ns = deadline->set ? deadline->ns : KILL_DEADLINE_DEFAULT_NS,
	};
	struct error error = { 0 };
	int code;

	progress_init(&progress, choose_progress(run), stderr);
	code = session_run(&config, run_make_parameters(run), &end, &error);
	progress_finish(&progress);
	if (code < 0) {
		fprintf(stderr, "axe run: %s\n", error.text);
		return client_exit_code(code);
	}
	if (end.summary && (!run->command || config.format != REPORT_TEXT))
		report_job(config.format, end.summary);
	code = judge(run, &end);
	session_end_finish(&end);
	return code;
}

static int execute(struct run *run)
{
	struct client client;
	int code;

	run_signals_block();
	signal(SIGPIPE, SIG_IGN);
	code = run_open_stdin(run);
	if (code == 0)
		code = client_open("run", &run->values.client, run->program_stdin, &client);
	/* The supervisor has its own by now; ours would keep a pipe open for ever. */
	cleanup_fd(&run->program_stdin);
	if (code == 0) {
		code = converse(run, &client);
		client_close(&client);
	}
	cleanup_fd(&run->terminal_pipe);
	return code;
}

int verb_run(int argc, char **argv)
{
	struct run run = { .program_stdin = -1, .terminal_pipe = -1 };
	int code = verb_read_options(argc, argv, &run.values, &run.operands);

	if (code != VERB_GO_ON)
		return code;
	code = run_read_operands(&run);
	if (code == 0)
		code = run_read_wait(&run);
	if (code == 0)
		code = client_check_root("run", &run.values.client);
	if (code > 0)
		return code;
	code = run_read_manifest(&run);
	if (code == 0)
		code = execute(&run);
	json_decref(run.manifest);
	return code;
}
