/* The table of a bench: one row for each thing measured, against its reference and its goal. */
#pragma once

#include <jansson.h>
#include <stdbool.h>

enum goal_kind {
	GOAL_NONE,
	GOAL_RATIO, /* at most `goal` times the reference */
	GOAL_MORE, /* at most `goal` more than the reference */
	GOAL_MOST, /* at most `goal` */
	GOAL_LEAST, /* at least `goal` */
};

struct measurement {
	const char *name;
	const char *unit;
	double ours;
	double reference; /* measured in the same run; negative: there is none */
	const char *reference_name; /* "bare kernel" */
	enum goal_kind goal_kind;
	double goal;
	double spread_low, spread_high; /* of ours; both 0: one value only */
};

struct report;

/* NULL: out of memory. */
struct report *report_create(bool json);

/* A row is printed as it comes, so that a long bench shows what it has. */
void report_add(struct report *report, const struct measurement *measurement);

/* Something that could not be measured, and why. */
void report_skip(struct report *report, const char *name, const char *why);

/* How many rows missed their goal. Prints the end. */
unsigned report_end(struct report *report);

void report_destroy(struct report *report);
