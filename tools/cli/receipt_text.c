/* A kill receipt in words. */
#include "cli/receipt_text.h"

#include <stddef.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "cli/cure_text.h"
#include "cli/field.h"
#include "cli/result_text.h"

#define PICTURE_SHOWN_MAX 10

static const struct phase_row {
	const char *name;
	const char *text;
} phase_rows[] = {
	{ "freeze_ms", "freeze" },
	{ "picture_ms", "picture" },
	{ "kill_ms", "kill" },
	{ "total_ms", "in all" },
};

/* Unknown is never shown as 0. */
static void print_count(
	const json_t *receipt, const char *name, const char *text, const struct terminal *terminal)
{
	const json_t *value = json_object_get(receipt, name);

	if (json_is_integer(value))
		fprintf(terminal->stream, "  %-18s %lld\n", text,
			(long long)json_integer_value(value));
	else
		fprintf(terminal->stream, "  %-18s unknown\n", text);
}

/* Who died without a record is not in the numbers of the killed. */
static void print_unrecorded(const json_t *receipt, const struct terminal *terminal)
{
	json_int_t count = json_integer_value(json_object_get(receipt, "unrecorded"));

	if (count > 0)
		terminal_paint(terminal, PAINT_WARNING,
			"  %-18s %lld (found no room in the kernel's table: only counted, and not "
			"above)\n",
			"without a record", (long long)count);
}

static void print_phases(const json_t *receipt, const struct terminal *terminal)
{
	const json_t *phases = json_object_get(receipt, "phases");

	fprintf(terminal->stream, "  %-18s", "times");
	for (size_t index = 0; index < sizeof(phase_rows) / sizeof(*phase_rows); index++) {
		const struct phase_row *row = &phase_rows[index];
		char text[TEXT_DURATION_SIZE] = "unknown";

		if (json_is_number(json_object_get(phases, row->name)))
			text_format_duration(field_ms_as_ns(phases, row->name), text);
		fprintf(terminal->stream, "%s%s %s", index ? ", " : " ", row->text, text);
	}
	putc('\n', terminal->stream);
}

static void print_picture(const json_t *receipt, const struct terminal *terminal)
{
	json_t *picture = json_object_get(receipt, "picture"), *process;
	size_t index;

	json_array_foreach (picture, index, process) {
		auto_free char *command = NULL;

		if (index == PICTURE_SHOWN_MAX) {
			fprintf(terminal->stream, "    and %zu more\n",
				json_array_size(picture) - index);
			break;
		}
		command = json_array_size(json_object_get(process, "argv"))
				  ? terminal_safe_argv(json_object_get(process, "argv"), 200)
				  : terminal_safe(field_text(process, "comm"));
		fprintf(terminal->stream, "    pid %-8lld %s\n",
			(long long)field_integer(process, "pid"), command ? command : "?");
	}
}

static void print_survivors(const json_t *receipt, const struct terminal *terminal)
{
	json_t *survivors = json_object_get(receipt, "survivors"), *survivor;
	size_t index;

	if (json_array_size(survivors) == 0) {
		fprintf(terminal->stream, "  %-18s none\n", "survivors");
		return;
	}
	terminal_paint(
		terminal, PAINT_BAD, "  %-18s %zu\n", "survivors", json_array_size(survivors));
	json_array_foreach (survivors, index, survivor) {
		auto_free char *comm = terminal_safe(field_text(survivor, "comm"));
		auto_free char *reason = terminal_safe(field_text(survivor, "reason"));

		fprintf(terminal->stream, "    pid %-8lld %s: %s\n",
			(long long)field_integer(survivor, "pid"), comm ? comm : "?",
			reason ? reason : "unknown");
		cure_print(survivor, "      ", terminal);
	}
}

static size_t count_unattributed(const json_t *warnings)
{
	const json_t *warning;
	size_t index, count = 0;

	json_array_foreach ((json_t *)warnings, index, warning)
		count += result_names_nobody(warning);
	return count;
}

/* What the kill left of the host otherwise than it was. */
static void print_warnings(const json_t *receipt, const struct terminal *terminal)
{
	json_t *warnings = json_object_get(receipt, "warnings"), *warning;
	size_t unattributed = count_unattributed(warnings), index;
	size_t count = json_array_size(warnings) - unattributed;

	if (!warnings)
		return;
	if (count == 0)
		fprintf(terminal->stream, "  %-18s none\n", "warnings");
	else
		terminal_paint(terminal, PAINT_WARNING, "  %-18s %zu\n", "warnings", count);
	json_array_foreach (warnings, index, warning) {
		auto_free char *text = terminal_safe(field_text(warning, "text"));

		if (!result_names_nobody(warning))
			fprintf(terminal->stream, "    %s: %s\n", field_text(warning, "kind"),
				text ? text : "?");
	}
	if (unattributed)
		fprintf(terminal->stream, "  %-18s %zu (`axe repair` lists them)\n", "unattributed",
			unattributed);
}

void receipt_print(const json_t *receipt, bool durable, const struct terminal *terminal)
{
	print_count(receipt, "seen", "processes seen", terminal);
	print_picture(receipt, terminal);
	print_count(receipt, "killed", "killed", terminal);
	print_count(receipt, "exits_observed", "exits observed", terminal);
	print_count(receipt, "unseen", "unseen", terminal);
	print_unrecorded(receipt, terminal);
	print_survivors(receipt, terminal);
	print_count(receipt, "passes", "passes", terminal);
	print_phases(receipt, terminal);
	print_warnings(receipt, terminal);
	if (json_is_false(json_object_get(receipt, "froze")))
		terminal_paint(terminal, PAINT_WARNING,
			"  the job did not freeze in time: the picture was taken while it ran\n");
	if (!durable)
		terminal_paint(terminal, PAINT_WARNING,
			"  the disk did not answer in time: the record may be lost with the "
			"host\n");
}
