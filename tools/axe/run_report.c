/* What a run prints on standard output, and the words about its end. */
#include "axe/run_report.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/text.h"
#include "cli/field.h"
#include "cli/result_text.h"
#include "cli/terminal.h"
#include "model/verdict.h"

#define FAILURES_SHOWN_MAX 30

const char *const report_format_names[] = {
	[REPORT_TEXT] = "text",
	[REPORT_JSON] = "json",
	[REPORT_NDJSON] = "ndjson",
	NULL,
};

static void print_json(const json_t *json, size_t flags)
{
	json_dumpf(json, stdout, flags | JSON_REAL_PRECISION(15));
	putchar('\n');
	fflush(stdout);
}

void report_event(enum report_format format, const json_t *event)
{
	if (format == REPORT_NDJSON)
		print_json(event, JSON_COMPACT | JSON_DECIMALS);
}

static void print_counts(const json_t *summary, const struct terminal *terminal)
{
	const json_t *counts = json_object_get(summary, "counts");
	bool first = true;

	/* What went well comes first. */
	for (int verdict = VERDICT_COUNT - 1; verdict >= 0; verdict--) {
		const char *name = verdict_name((enum verdict)verdict);
		long long count = (long long)field_integer(counts, name);

		if (!count)
			continue;
		fputs(first ? "" : ", ", terminal->stream);
		terminal_paint(terminal, result_paint(name), "%lld %s", count, name);
		first = false;
	}
	if (first)
		fputs("no assessments", terminal->stream);
}

static bool is_told(const json_t *result)
{
	const char *name = field_text(result, "verdict");
	enum verdict verdict;

	return name && verdict_from_name(name, &verdict) && verdict_is_failure(verdict);
}

static void print_failures(const json_t *summary, const struct terminal *terminal)
{
	json_t *results = json_object_get(summary, "assessments"), *result;
	unsigned told = 0;
	size_t index;

	json_array_foreach (results, index, result) {
		const char *verdict = field_text(result, "verdict");
		auto_free char *title = NULL;
		char reason[RESULT_REASON_SIZE];

		if (!is_told(result) || told++ >= FAILURES_SHOWN_MAX)
			continue;
		title = result_title(result);
		fputs("  ", terminal->stream);
		terminal_paint(terminal, result_paint(verdict), "%-10s", verdict);
		fprintf(terminal->stream, " %s  %s\n", title ? title : "?",
			result_reason(result, reason));
	}
	if (told > FAILURES_SHOWN_MAX)
		fprintf(terminal->stream, "  and %u more; `axe show %lld` lists all\n",
			told - FAILURES_SHOWN_MAX, (long long)field_integer(summary, "job"));
}

static void print_post(const json_t *summary, const struct terminal *terminal)
{
	const json_t *post = json_object_get(summary, "post");
	const char *verdict = field_text(post, "verdict");
	char reason[RESULT_REASON_SIZE];

	if (!is_told(post))
		return;
	fputs("  ", terminal->stream);
	terminal_paint(terminal, result_paint(verdict), "%-10s", verdict);
	fprintf(terminal->stream, " the action after the job  %s\n", result_reason(post, reason));
}

static long long count_leaks(const json_t *summary)
{
	json_t *results = json_object_get(summary, "assessments"), *result;
	long long count = 0;
	size_t index;

	json_array_foreach (results, index, result)
		count += (long long)(json_object_get(result, "leaked")
					     ? field_integer(result, "leaked")
					     : (json_int_t)json_array_size(
						       json_object_get(result, "leaks")));
	return count;
}

static void print_text(const json_t *summary)
{
	auto_free char *name = terminal_safe(field_text(summary, "name"));
	auto_free char *message = terminal_safe(field_text(summary, "message"));
	auto_free char *trouble = terminal_safe(field_text(summary, "results_error"));
	const char *outcome = field_text(summary, "outcome");
	long long leaks = count_leaks(summary);
	char time[TEXT_DURATION_SIZE];
	struct terminal terminal;

	terminal_init(&terminal, stdout);
	printf("%s: %s after %s: ", name ? name : "?", outcome ? outcome : "no end",
		text_format_duration(field_ms_as_ns(summary, "duration_ms"), time));
	print_counts(summary, &terminal);
	putchar('\n');
	print_failures(summary, &terminal);
	print_post(summary, &terminal);
	if (field_text(summary, "message"))
		printf("message: %s\n", message);
	result_print_survivors(json_object_get(summary, "survivors"), "", &terminal);
	if (leaks)
		printf("leaks: %lld process%s, killed\n", leaks, leaks == 1 ? "" : "es");
	if (field_text(summary, "results_error"))
		terminal_paint(&terminal, PAINT_BAD, "results not written: %s\n", trouble);
	printf("results: %s\n", field_text(summary, "directory"));
}

void report_job(enum report_format format, const json_t *summary)
{
	auto_json line = NULL;

	switch (format) {
	case REPORT_TEXT:
		print_text(summary);
		break;
	case REPORT_JSON:
		print_json(summary, JSON_INDENT(2) | JSON_DECIMALS);
		break;
	case REPORT_NDJSON:
		line = json_pack("{s:i, s:s, s:O}", "v", 1, "type", "summary", "data", summary);
		print_json(line, JSON_COMPACT | JSON_DECIMALS);
		break;
	}
}

/* What the program's own status does not say. */
static bool speaks_for_itself(enum verdict verdict)
{
	switch (verdict) {
	case VERDICT_PASSED:
	case VERDICT_SKIPPED:
	case VERDICT_FAILED:
	case VERDICT_BROKEN:
	case VERDICT_LEAKED:
		return true;
	case VERDICT_ERROR:
	case VERDICT_ABANDONED:
	case VERDICT_TERMINATED:
	case VERDICT_OOM:
	case VERDICT_TIMEOUT:
	case VERDICT_CANCELED:
	case VERDICT_CRASHED:
	case VERDICT_NOT_RUN:
	case VERDICT_COUNT:
		break;
	}
	return false;
}

void report_command(const json_t *summary, const json_t *result, bool quiet)
{
	const char *name = field_text(result, "verdict");
	char reason[RESULT_REASON_SIZE];
	struct terminal terminal;
	enum verdict verdict;

	terminal_init(&terminal, stderr);
	if (!name || !verdict_from_name(name, &verdict))
		return;
	if (!speaks_for_itself(verdict)) {
		result_reason(result, reason);
		fprintf(stderr, "axe: %s%s%s\n", name, reason[0] ? ": " : "", reason);
	}
	result_print_survivors(json_object_get(summary, "survivors"), "axe: ", &terminal);
	result_print_leaks(result, "axe: ", &terminal);
	if (!quiet)
		result_print_warnings(result, "axe: ", &terminal);
}
