/* What `axe run` was asked to do: the options, the manifest, and what the command reads. */
#include "axe/run_request.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "axe/manifest_operand.h"
#include "axe/verbs.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/text.h"
#include "cli/exit_code.h"

static int make_manifest(struct run *run)
{
	bool private = !client_socket(&run->values.client);
	struct error error = { 0 };

	run->manifest = request_command(run->operands.words, run->operands.count, private, &error);
	if (run->manifest) {
		request_change(run->manifest, &run->values.changes);
		return 0;
	}
	fprintf(stderr, "axe run: %s\n", error.text);
	return EXIT_CODE_USAGE;
}

int run_read_operands(struct run *run)
{
	const struct operands *operands = &run->operands;
	const char *selected = run_select_given(&run->values.selection);

	run->command = operands->dashes;
	if (run->command && operands->after_dashes != operands->count)
		return verb_refuse("run",
			"`%s` before `--`: expected either a manifest or a command",
			operands->words[0]);
	if (run->command && operands->count == 0)
		return verb_refuse("run", "expected a command after `--`");
	if (run->command && selected)
		return verb_refuse(
			"run", "`%s` is for a manifest; a command has nothing to choose", selected);
	if (!run->command && operands->count != 1)
		return verb_refuse("run", operands->count
						  ? "expected one manifest; a command "
						    "stands behind `--`"
						  : "expected a manifest, or `--` and a command");
	return 0;
}

int run_read_wait(struct run *run)
{
	const char *wait = run->values.wait;

	if (!wait)
		return 0;
	if (!client_socket(&run->values.client))
		return verb_refuse("run",
			"--wait is for a slot of a daemon: name it with --socket; a supervisor of "
			"one's own always has one");
	if (strcmp(wait, "forever") == 0)
		return 0;
	if (text_parse_duration(wait, &run->wait.ns) < 0)
		return verb_refuse("run",
			"--wait: expected a duration such as 30s, or `forever`, found `%s`", wait);
	run->wait.set = true;
	return 0;
}

int run_read_manifest(struct run *run)
{
	struct error error = { 0 };
	size_t endless;

	if (run->command)
		return make_manifest(run);
	run->manifest = manifest_operand_load("run", run->operands.words[0]);
	if (!run->manifest)
		return EXIT_CODE_USAGE;
	if (run_select(run->manifest, &run->values.selection, run->values.client.state_dir,
		    &error) < 0) {
		fprintf(stderr, "axe run: %s\n", error.text);
		return EXIT_CODE_USAGE;
	}
	request_change(run->manifest, &run->values.changes);
	endless = request_count_endless(run->manifest);
	if (endless && !run->values.quiet)
		fprintf(stderr,
			"axe: no timeout for %zu of %zu assessments: they may run for ever; "
			"`timeout:` or --timeout sets one\n",
			endless, json_array_size(json_object_get(run->manifest, "assessments")));
	return 0;
}

static void set_duration(json_t *options, const char *name, const struct option_duration *duration)
{
	if (duration->set)
		json_object_set_new(options, name, json_integer((json_int_t)duration->ns));
}

json_t *run_make_parameters(const struct run *run)
{
	json_t *options = json_object();
	unsigned left_out = 0;
	auto_free char *state_dir = client_absolute(run->values.client.state_dir);

	/* One of our own was told when it was started. */
	if (state_dir && client_socket(&run->values.client))
		json_object_set_new(options, "state_dir", json_string(state_dir));
	set_duration(options, "kill_deadline_ns", &run->values.kill_deadline);
	set_duration(options, "picture_budget_ns", &run->values.picture_budget);
	set_duration(options, "core_grace_ns", &run->values.core_grace);
	set_duration(options, "abandon_after_ns", &run->values.abandon_after);
	set_duration(options, "wait_ns", &run->wait);
	if (run->command)
		json_object_set_new(
			options, "environment", request_environment(environ, &left_out));
	if (left_out && !run->values.quiet)
		fprintf(stderr,
			"axe: %u variables of the environment are left out: not UTF-8, or without "
			"a name\n",
			left_out);
	return json_pack("{s:O, s:o}", "manifest", run->manifest, "options", options);
}

/* The command is in another session and cannot read our terminal: its lines go through a pipe. */
int run_open_stdin(struct run *run)
{
	int pair[2];

	if (!run->command || client_socket(&run->values.client))
		return 0;
	if (!isatty(STDIN_FILENO)) {
		run->program_stdin = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	} else if (pipe2(pair, O_CLOEXEC) == 0) {
		run->program_stdin = pair[0];
		run->terminal_pipe = pair[1];
	}
	if (run->program_stdin >= 0)
		return 0;
	fprintf(stderr, "axe run: pass on the standard input: %s\n", strerror(errno));
	return EXIT_CODE_INFRASTRUCTURE;
}
