/* One assessment's result in words: its verdict, why, and what it left behind. */
#include "cli/result_text.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "cli/cure_text.h"
#include "cli/field.h"
#include "model/verdict.h"

#define LEAKS_SHOWN_MAX 10

static const enum paint verdict_paints[VERDICT_COUNT] = {
	[VERDICT_ERROR] = PAINT_BAD,
	[VERDICT_ABANDONED] = PAINT_BAD,
	[VERDICT_TERMINATED] = PAINT_BAD,
	[VERDICT_OOM] = PAINT_BAD,
	[VERDICT_TIMEOUT] = PAINT_BAD,
	[VERDICT_CANCELED] = PAINT_WARNING,
	[VERDICT_CRASHED] = PAINT_BAD,
	[VERDICT_BROKEN] = PAINT_BAD,
	[VERDICT_FAILED] = PAINT_BAD,
	[VERDICT_SKIPPED] = PAINT_WARNING,
	[VERDICT_PASSED] = PAINT_GOOD,
	[VERDICT_LEAKED] = PAINT_BAD,
	[VERDICT_NOT_RUN] = PAINT_FAINT,
};

static enum verdict verdict_of(const json_t *result)
{
	const char *name = field_text(result, "verdict");
	enum verdict verdict;

	return name && verdict_from_name(name, &verdict) ? verdict : VERDICT_ERROR;
}

enum paint result_paint(const char *verdict)
{
	enum verdict found;

	return verdict && verdict_from_name(verdict, &found) ? verdict_paints[found] : PAINT_BAD;
}

static void describe_exit(const json_t *exit, char *buffer, size_t size)
{
	int signal = (int)field_integer(exit, "signal");
	const char *name = sigabbrev_np(signal);

	if (!signal)
		snprintf(buffer, size, "exit status %d", (int)field_integer(exit, "status"));
	else
		snprintf(buffer, size, "SIG%s%s", name ? name : "?",
			json_is_true(json_object_get(exit, "core")) ? ", core dumped" : "");
}

/* " from `bash` (pid 12, uid 0)" */
static void describe_killer(const json_t *killer, char *buffer, size_t size)
{
	const char *origin = field_text(killer, "origin");
	auto_free char *comm = NULL;

	buffer[0] = '\0';
	if (!origin)
		return;
	if (strcmp(origin, "process") != 0) {
		snprintf(buffer, size, " from %.20s", origin);
		return;
	}
	comm = terminal_safe(field_text(killer, "comm"));
	snprintf(buffer, size, " from `%.80s` (pid %lld, uid %lld)", comm ? comm : "?",
		(long long)field_integer(killer, "pid"), (long long)field_integer(killer, "uid"));
}

static void describe_death(const json_t *result, char *buffer, size_t size)
{
	char exit[80], killer[160];

	describe_exit(json_object_get(result, "exit"), exit, sizeof(exit));
	describe_killer(json_object_get(result, "killer"), killer, sizeof(killer));
	snprintf(buffer, size, "%s%s", exit, killer);
}

static void describe_error(const json_t *result, char *buffer, size_t size)
{
	auto_free char *text = terminal_safe(field_text(json_object_get(result, "error"), "text"));

	snprintf(buffer, size, "%s", text ? text : "");
}

static size_t count_leaks(const json_t *result)
{
	size_t listed = json_array_size(json_object_get(result, "leaks"));
	size_t told = (size_t)field_integer(result, "leaked");

	return told > listed ? told : listed;
}

static void describe_count(size_t count, const char *what, char *buffer, size_t size)
{
	snprintf(buffer, size, "%zu process%s %s", count, count == 1 ? "" : "es", what);
}

const char *result_reason(const json_t *result, char buffer[static RESULT_REASON_SIZE])
{
	size_t size = RESULT_REASON_SIZE;

	buffer[0] = '\0';
	switch (verdict_of(result)) {
	case VERDICT_ERROR:
		describe_error(result, buffer, size);
		break;
	case VERDICT_ABANDONED:
		/* Where they are not listed their number is not known. */
		if (json_array_size(json_object_get(result, "survivors")))
			describe_count(json_array_size(json_object_get(result, "survivors")),
				"could not be killed", buffer, size);
		else
			snprintf(buffer, size, "something in it could not be killed");
		break;
	case VERDICT_TERMINATED:
		snprintf(buffer, size, "killed by the supervisor");
		break;
	case VERDICT_OOM:
		snprintf(buffer, size, "killed by the kernel: out of memory");
		break;
	case VERDICT_TIMEOUT:
		snprintf(buffer, size, "its time ran out");
		break;
	case VERDICT_LEAKED:
		if (count_leaks(result) == 0) {
			snprintf(buffer, size, "what it changed of the host stayed behind");
			break;
		}
		describe_count(count_leaks(result), "leaked", buffer, size);
		break;
	case VERDICT_CANCELED:
	case VERDICT_CRASHED:
	case VERDICT_BROKEN:
	case VERDICT_FAILED:
		describe_death(result, buffer, size);
		break;
	case VERDICT_SKIPPED:
	case VERDICT_PASSED:
	case VERDICT_NOT_RUN:
	case VERDICT_COUNT:
		break;
	}
	return buffer;
}

char *result_title(const json_t *result)
{
	auto_free char *name = terminal_safe(field_text(result, "name"));
	int try_number = (int)field_integer(result, "try");
	char *title;
	int size;

	if (try_number > 1)
		size = asprintf(&title, "%d.%d %s", (int)field_integer(result, "index"), try_number,
			name ? name : "?");
	else
		size = asprintf(
			&title, "%d %s", (int)field_integer(result, "index"), name ? name : "?");
	return size < 0 ? NULL : title;
}

static void format_age(const json_t *leak, char *buffer, size_t size)
{
	uint64_t age_ns = field_ms_as_ns(leak, "forked_ms");
	char text[TEXT_DURATION_SIZE];

	if (age_ns < 10 * NS_PER_SEC)
		snprintf(buffer, size, "+%llu ms", (unsigned long long)(age_ns / NS_PER_MS));
	else
		snprintf(buffer, size, "+%s", text_format_duration(age_ns, text));
}

/* A process that was forked and did not exec has no argv of its own. */
static char *leak_command(const json_t *leak)
{
	const json_t *argv = json_object_get(leak, "argv");

	return json_array_size(argv) ? terminal_safe_argv(argv, 200)
				     : terminal_safe(field_text(leak, "comm"));
}

static void print_leak(const json_t *leak, const struct terminal *terminal)
{
	auto_free char *command = leak_command(leak);
	auto_free char *parent = terminal_safe(field_text(json_object_get(leak, "parent"), "comm"));
	char age[TEXT_DURATION_SIZE + 1];

	format_age(leak, age, sizeof(age));
	fprintf(terminal->stream, "`%s` (pid %lld, forked by `%s` at %s)", command ? command : "?",
		(long long)field_integer(leak, "pid"), parent ? parent : "?", age);
}

/* What the program itself said, where `leaked` replaces that. */
static const char *verdict_of_program(const json_t *result)
{
	const json_t *exit = json_object_get(result, "exit");

	if (verdict_of(result) != VERDICT_LEAKED)
		return field_text(result, "verdict");
	return field_integer(exit, "status") || field_integer(exit, "signal") ? "skipped"
									      : "passed";
}

void result_print_leaks(const json_t *result, const char *prefix, const struct terminal *terminal)
{
	const json_t *leaks = json_object_get(result, "leaks");
	size_t count = count_leaks(result), index;
	json_t *leak;

	if (count == 0)
		return;
	fprintf(terminal->stream, "%s%s, but %zu process%s leaked", prefix,
		verdict_of_program(result), count, count == 1 ? "" : "es");
	if (count == 1 && json_array_size(leaks) == 1) {
		fputs(": ", terminal->stream);
		print_leak(json_array_get(leaks, 0), terminal);
		fputs("; killed\n", terminal->stream);
		return;
	}
	fputs("; killed:\n", terminal->stream);
	json_array_foreach ((json_t *)leaks, index, leak) {
		if (index == LEAKS_SHOWN_MAX)
			break;
		fprintf(terminal->stream, "%s  ", prefix);
		print_leak(leak, terminal);
		putc('\n', terminal->stream);
	}
	if (count > index)
		fprintf(terminal->stream, "%s  and %zu more\n", prefix, count - index);
}

static void print_survivor(
	const json_t *survivor, const char *prefix, const struct terminal *terminal)
{
	auto_free char *comm = terminal_safe(field_text(survivor, "comm"));
	auto_free char *reason = terminal_safe(field_text(survivor, "reason"));

	terminal_paint(terminal, PAINT_BAD, "%ssurvived: `%s` (pid %lld): %s\n", prefix,
		comm ? comm : "?", (long long)field_integer(survivor, "pid"),
		reason ? reason : "unknown");
	cure_print(survivor, prefix, terminal);
}

void result_print_survivors(
	const json_t *survivors, const char *prefix, const struct terminal *terminal)
{
	json_t *survivor;
	size_t index;

	json_array_foreach ((json_t *)survivors, index, survivor)
		print_survivor(survivor, prefix, terminal);
}

bool result_names_nobody(const json_t *warning)
{
	const char *certainty = field_text(warning, "certainty");

	return certainty && strcmp(certainty, "unattributed") == 0 && field_text(warning, "key");
}

void result_print_warnings(
	const json_t *result, const char *prefix, const struct terminal *terminal)
{
	const json_t *integrity = json_object_get(result, "integrity");
	json_t *item;
	size_t index;

	result_print_survivors(json_object_get(result, "survivors"), prefix, terminal);
	json_array_foreach (json_object_get(result, "warnings"), index, item) {
		auto_free char *text = terminal_safe(field_text(item, "text"));

		if (result_names_nobody(item))
			continue;
		terminal_paint(
			terminal, PAINT_WARNING, "%swarning: %s\n", prefix, text ? text : "");
	}
	if (json_is_false(json_object_get(integrity, "complete"))) {
		auto_free char *reason = terminal_safe(field_text(integrity, "reason"));

		terminal_paint(terminal, PAINT_WARNING,
			"%sthe record of its processes is incomplete: %s\n", prefix,
			reason ? reason : "unknown");
	}
}
