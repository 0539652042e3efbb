/* The table of a bench: one row for each thing measured, against its reference and its goal. */
#include "bench/report.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/utsname.h>
#include <unistd.h>

struct report {
	bool json;
	unsigned missed;
	unsigned rows;
	json_t *array;
};

struct report *report_create(bool json)
{
	struct report *report = calloc(1, sizeof(*report));
	struct utsname host;

	if (!report)
		return NULL;
	report->json = json;
	report->array = json_array();
	uname(&host);
	if (!json)
		printf("%s %s, %ld processors\n%-56s %10s %10s %8s  %s\n", host.sysname,
			host.release, sysconf(_SC_NPROCESSORS_ONLN), "", "axe", "reference",
			"ratio", "goal");
	return report;
}

static bool is_met(const struct measurement *row)
{
	switch (row->goal_kind) {
	case GOAL_NONE:
		return true;
	case GOAL_RATIO:
		return row->ours <= row->goal * row->reference;
	case GOAL_MORE:
		return row->ours <= row->goal + row->reference;
	case GOAL_MOST:
		return row->ours <= row->goal;
	case GOAL_LEAST:
		return row->ours >= row->goal;
	}
	return false;
}

static void goal_text(const struct measurement *row, char *text, size_t size)
{
	switch (row->goal_kind) {
	case GOAL_NONE:
		snprintf(text, size, "-");
		return;
	case GOAL_RATIO:
		snprintf(text, size, "<= %g x", row->goal);
		return;
	case GOAL_MORE:
		snprintf(text, size, "<= + %g %s", row->goal, row->unit);
		return;
	case GOAL_MOST:
		snprintf(text, size, "<= %g %s", row->goal, row->unit);
		return;
	case GOAL_LEAST:
		snprintf(text, size, ">= %g %s", row->goal, row->unit);
		return;
	}
}

static void print_row(const struct measurement *row, bool met)
{
	char goal[64], ratio[32] = "", reference[32] = "";

	goal_text(row, goal, sizeof(goal));
	if (row->reference >= 0)
		snprintf(reference, sizeof(reference), "%.3f", row->reference);
	if (row->reference > 0)
		snprintf(ratio, sizeof(ratio), "%.2f", row->ours / row->reference);
	printf("%-56s %10.3f %10s %8s  %s%s", row->name, row->ours, reference, ratio, goal,
		row->goal_kind == GOAL_NONE ? ""
		: met                       ? "  ok"
					    : "  MISSED");
	if (row->spread_high > 0)
		printf("  (%.3f to %.3f)", row->spread_low, row->spread_high);
	printf("  %s%s%s\n", row->unit, row->reference_name ? ", reference: " : "",
		row->reference_name ? row->reference_name : "");
	fflush(stdout);
}

void report_add(struct report *report, const struct measurement *row)
{
	bool met = is_met(row);
	char goal[64];

	goal_text(row, goal, sizeof(goal));
	report->rows++;
	report->missed += !met;
	if (!report->json)
		print_row(row, met);
	json_array_append_new(report->array,
		json_pack("{s:s, s:s, s:f, s:o, s:s?, s:s, s:b, s:f, s:f}", "name", row->name,
			"unit", row->unit, "axe", row->ours, "reference",
			row->reference < 0 ? json_null() : json_real(row->reference),
			"reference_name", row->reference_name, "goal", goal, "met", met, "minimum",
			row->spread_low, "maximum", row->spread_high));
}

void report_skip(struct report *report, const char *name, const char *why)
{
	if (!report->json)
		printf("%-56s not measured: %s\n", name, why), fflush(stdout);
	json_array_append_new(
		report->array, json_pack("{s:s, s:s}", "name", name, "not_measured", why));
}

unsigned report_end(struct report *report)
{
	struct utsname host;
	json_t *whole;

	uname(&host);
	if (!report->json) {
		printf("%u rows, %u missed their goal\n", report->rows, report->missed);
		return report->missed;
	}
	whole = json_pack("{s:i, s:s, s:I, s:O}", "v", 1, "kernel", host.release, "processors",
		(json_int_t)sysconf(_SC_NPROCESSORS_ONLN), "rows", report->array);
	json_dumpf(whole, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(6));
	putchar('\n');
	json_decref(whole);
	return report->missed;
}

void report_destroy(struct report *report)
{
	if (!report)
		return;
	json_decref(report->array);
	free(report);
}
