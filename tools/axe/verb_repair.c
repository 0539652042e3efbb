/* axe repair: show what a job left of the host otherwise than it was, and put it back. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "axe/client.h"
#include "axe/job_operand.h"
#include "axe/output.h"
#include "axe/repair_check.h"
#include "axe/repair_run.h"
#include "axe/verbs.h"
#include "base/error.h"
#include "base/json.h"
#include "cli/exit_code.h"
#include "cli/field.h"
#include "cli/terminal.h"

struct repair_values {
	const char *state_dir;
	bool yes, all;
	unsigned format; /* enum output_format */
};

static const struct option_row rows[] = {
	{ "yes", 'y', OPTION_FLAG, offsetof(struct repair_values, yes), NULL,
		"run the safe commands; without it they are only shown", NULL },
	{ "all", 0, OPTION_FLAG, offsetof(struct repair_values, all), NULL,
		"the others, too: what they undo may be somebody else's", NULL },
	{ "state-dir", 0, OPTION_TEXT, offsetof(struct repair_values, state_dir), "DIR",
		"where the jobs are (/var/lib/axe)", NULL },
	{ "output", 'o', OPTION_CHOICE, offsetof(struct repair_values, format), "FORMAT",
		"table, json or ndjson", output_format_names },
};
const struct option_table repair_options = OPTION_TABLE(rows);

/* What becomes of one thing that was left. */
enum outcome {
	OUTCOME_REPAIRED,
	OUTCOME_FAILED,
	OUTCOME_SAFE, /* --yes would run its command */
	OUTCOME_UNSAFE, /* only --all would */
	OUTCOME_HELPLESS, /* there is no command */
	OUTCOME_CHANGED, /* it is not as it was left: nothing is touched */
	OUTCOME_UNKNOWN,
};

static const struct outcome_row {
	const char *name;
	enum paint paint;
} outcome_rows[] = {
	[OUTCOME_REPAIRED] = { "repaired", PAINT_GOOD },
	[OUTCOME_FAILED] = { "failed", PAINT_BAD },
	[OUTCOME_SAFE] = { "safe", PAINT_WARNING },
	[OUTCOME_UNSAFE] = { "unsafe", PAINT_WARNING },
	[OUTCOME_HELPLESS] = { "helpless", PAINT_WARNING },
	[OUTCOME_CHANGED] = { "changed", PAINT_FAINT },
	[OUTCOME_UNKNOWN] = { "unknown", PAINT_BAD },
};

static enum outcome judge(const json_t *finding, const json_t *state, bool all)
{
	const char *name = field_text(state, "state");

	if (name && strcmp(name, "changed") == 0)
		return OUTCOME_CHANGED;
	if (json_array_size(json_object_get(finding, "remedy")) == 0)
		return OUTCOME_HELPLESS;
	if (!name || strcmp(name, "left") != 0)
		return OUTCOME_UNKNOWN;
	return all || json_is_true(json_object_get(finding, "safe")) ? OUTCOME_SAFE
								     : OUTCOME_UNSAFE;
}

/* What is still as it was left after its command ran was not put right by it. */
static bool is_still_left(const json_t *finding)
{
	auto_json one = json_pack("[O]", finding);
	auto_json states = NULL;
	struct error error = { 0 };

	if (repair_check(one, &states, &error) < 0)
		return true;
	return judge(finding, json_array_get(states, 0), true) != OUTCOME_CHANGED;
}

static enum outcome repair(const json_t *finding, struct error *error)
{
	if (repair_run(json_object_get(finding, "remedy"), error) < 0)
		return OUTCOME_FAILED;
	if (!is_still_left(finding))
		return OUTCOME_REPAIRED;
	fail_plain(error, EBUSY, "the command succeeded, but it is as before");
	return OUTCOME_FAILED;
}

static json_t *make_row(const json_t *finding, enum outcome outcome, const char *text)
{
	static const char *const kept[] = { "kind", "object", "certainty", "assessment", "pid",
		"evidence", "remedy", "safe" };
	json_t *row = json_pack("{s:s}", "outcome", outcome_rows[outcome].name);

	for (size_t index = 0; index < sizeof(kept) / sizeof(*kept); index++)
		json_object_set(row, kept[index], json_object_get(finding, kept[index]));
	if (*text)
		json_object_set_new(row, "error", json_text(text, strlen(text)));
	return row;
}

/* The last first: what was mounted upon another, say, has to go before it. */
static int repair_all(const struct job_folder *folder, const json_t *findings, const json_t *states,
	const struct repair_values *values, json_t *done)
{
	int worst = EXIT_CODE_PASSED;

	for (size_t index = json_array_size(findings); index-- > 0;) {
		const json_t *finding = json_array_get(findings, index);
		const json_t *state = json_array_get(states, index);
		enum outcome outcome = judge(finding, state, values->all);
		const char *why = field_text(state, "text");
		struct error error = { 0 };
		json_t *row;

		snprintf(error.text, sizeof(error.text), "%s", why ? why : "");
		if (outcome == OUTCOME_SAFE && values->yes)
			outcome = repair(finding, &error);
		row = make_row(finding, outcome, error.text);
		json_array_append_new(done, row);
		if (outcome > OUTCOME_FAILED)
			continue;
		if (outcome == OUTCOME_FAILED)
			worst = EXIT_CODE_FAILED;
		if (repair_write_down(folder, row, &error) < 0) {
			fprintf(stderr, "axe repair: %s\n", error.text);
			worst = EXIT_CODE_INFRASTRUCTURE;
		}
	}
	return worst;
}

static void print_row(const json_t *row, const struct terminal *terminal)
{
	const char *name = field_text(row, "outcome");
	auto_free char *object = terminal_safe(field_text(row, "object"));
	auto_free char *evidence = terminal_safe(field_text(row, "evidence"));
	auto_free char *error = terminal_safe(field_text(row, "error"));
	auto_free char *command = terminal_safe_argv(json_object_get(row, "remedy"), 1000);

	for (size_t index = 0; index < sizeof(outcome_rows) / sizeof(*outcome_rows); index++)
		if (strcmp(outcome_rows[index].name, name) == 0)
			terminal_paint(terminal, outcome_rows[index].paint, "%-9s", name);
	fprintf(terminal->stream, "%s %s: %s (%s)\n", field_text(row, "kind"), object, evidence,
		field_text(row, "certainty"));
	if (json_array_size(json_object_get(row, "remedy")))
		fprintf(terminal->stream, "         %s\n", command);
	if (field_text(row, "error"))
		fprintf(terminal->stream, "         %s\n", error);
}

static void print_rows(const json_t *done, const struct repair_values *values)
{
	struct terminal terminal;
	unsigned safe = 0;
	json_t *row;
	size_t index;

	terminal_init(&terminal, stdout);
	if (json_array_size(done) == 0)
		puts("nothing was left behind");
	json_array_foreach ((json_t *)done, index, row) {
		print_row(row, &terminal);
		safe += strcmp(field_text(row, "outcome"), "safe") == 0;
	}
	if (safe && !values->yes)
		printf("%u can be put right: say --yes\n", safe);
}

/* What was only warned of is nothing that could be put back. */
static json_t *choose(const json_t *job)
{
	json_t *chosen = json_array(), *warning;
	size_t index;

	json_array_foreach (json_object_get(job, "warnings"), index, warning)
		if (field_text(warning, "source") && field_text(warning, "key"))
			json_array_append(chosen, warning);
	return chosen;
}

/* Commands are run as they stand there. */
static bool is_trusted(const struct job_folder *folder)
{
	struct stat info;

	return fstatat(folder->directory, "results.json", &info, AT_SYMLINK_NOFOLLOW) == 0 &&
	       S_ISREG(info.st_mode) && (info.st_uid == 0 || info.st_uid == geteuid()) &&
	       !(info.st_mode & (S_IWGRP | S_IWOTH));
}

static int work(const struct job_folder *folder, const struct repair_values *values)
{
	auto_json job = job_folder_read(folder, NULL);
	auto_json findings = choose(job);
	auto_json done = json_array();
	auto_json states = NULL;
	struct error error = { 0 };
	int code;

	if (!field_text(job, "outcome") || !is_trusted(folder)) {
		fprintf(stderr,
			"axe repair: `%s` has no results yet, or others than root may write them\n",
			folder->path);
		return EXIT_CODE_INFRASTRUCTURE;
	}
	if (repair_check(findings, &states, &error) < 0) {
		fprintf(stderr, "axe repair: %s\n", error.text);
		return EXIT_CODE_INFRASTRUCTURE;
	}
	code = repair_all(folder, findings, states, values, done);
	if (values->format == OUTPUT_TABLE)
		print_rows(done, values);
	else
		output_json(done, (enum output_format)values->format);
	return code;
}

int verb_repair(int argc, char **argv)
{
	const struct client_options here = { .socket = NULL };
	struct repair_values values = { .format = OUTPUT_TABLE };
	struct job_operand operand;
	struct operands operands;
	int code = verb_read_options(argc, argv, &values, &operands);

	if (code != VERB_GO_ON)
		return code;
	code = values.yes ? client_check_root("repair", &here) : -1;
	if (code >= 0)
		return code;
	code = job_operand_open("repair", &operands, values.state_dir, NULL, &operand);
	if (code)
		return code;
	if (operand.folder && !operand.name.has_index)
		code = work(operand.folder, &values);
	else
		code = verb_refuse("repair", "name a whole job that has ended");
	job_operand_finish(&operand);
	return code;
}
