/* (a) TerminateJob: from the request to the empty group, and the whole call. */
#include <stdio.h>

#include "base/error.h"
#include "bench/bare.h"
#include "bench/cases.h"
#include "bench/report.h"
#include "bench/series.h"
#include "bench/supervised.h"

/*
 * With the survey: while all is frozen a thread looks at what each process has open, which is what
 * the half millisecond is for. Without it there is nothing between the freeze and the kill.
 */
struct goal {
	double more_ms; /* below CROWD processes */
	double ratio;
};

#define CROWD 100

static const struct goal surveyed = { .more_ms = 0.5, .ratio = 1.5 };
static const struct goal unsurveyed = { .more_ms = 0.15, .ratio = 1.3 };

struct size {
	struct crowd crowd;
	unsigned rounds;
	unsigned quick_rounds; /* 0: not in a quick run */
};

#define MANY_FILES 97 /* beside the three that everybody has */

/* The crowds at the end: the kernel takes them apart for a while yet, beside whoever is next. */
static const struct size sizes[] = {
	{ { .processes = 1 }, 50, 5 },
	{ { .processes = 1, .files = MANY_FILES }, 50, 5 },
	{ { .processes = 10 }, 50, 5 },
	{ { .processes = 10, .files = MANY_FILES }, 50, 5 },
	{ { .processes = 100 }, 30, 5 },
	{ { .processes = 1, .unsurveyed = true }, 50, 5 },
	{ { .processes = 10, .unsurveyed = true }, 50, 5 },
	{ { .processes = 100, .unsurveyed = true }, 30, 5 },
	{ { .processes = 1000 }, 10, 3 },
	{ { .processes = 1000, .unsurveyed = true }, 10, 3 },
	{ { .processes = 10000 }, 5, 0 },
	{ { .processes = 10000, .unsurveyed = true }, 5, 0 },
};

/*
 * A daemon loads its way of looking at frozen processes in a thread, 100 ms after its first
 * picture; what is ended before is looked at by way of /proc. That is a row of its own.
 */
#define COLD_ROUNDS 5

struct ends {
	struct series bare[BARE_WAITS], bare_kill[BARE_WAITS], engine, call;
};

static int measure_bare(
	struct bench *bench, struct crowd crowd, struct ends *ends, struct error *error)
{
	for (enum bare_wait wait = 0; wait < BARE_WAITS; wait++) {
		double bare_ms = 0, kill_ms = 0;
		int code = bare_terminate(bench->bare, crowd, wait, &bare_ms, error);

		if (code == 0)
			code = bare_kill(bench->bare, crowd, wait, &kill_ms, error);
		if (code < 0)
			return code;
		series_add(&ends->bare[wait], bare_ms);
		series_add(&ends->bare_kill[wait], kill_ms);
	}
	return 0;
}

/* They take turns, so that a machine that is busier for a while is busier for all. */
static int measure(struct bench *bench, struct crowd crowd, unsigned rounds, struct ends *ends,
	struct error *error)
{
	for (unsigned round = 0; round < rounds; round++) {
		struct termination termination;
		int code = measure_bare(bench, crowd, ends, error);

		if (code == 0)
			code = supervised_terminate(bench->supervised, crowd, &termination, error);
		if (code < 0)
			return code;
		if (termination.killed != crowd.processes)
			return fail_plain(error, EIO, "TerminateJob says that it killed %u of %u",
				termination.killed, crowd.processes);
		series_add(&ends->engine, termination.engine_ms);
		series_add(&ends->call, termination.call_ms);
	}
	return 0;
}

static const struct series *faster(const struct series waits[BARE_WAITS])
{
	const struct series *spin = &waits[BARE_SPIN], *nap = &waits[BARE_NAP];

	return series_median(spin) < series_median(nap) ? spin : nap;
}

/* Without a goal: beside the rows that have one. */
static void add_beside(struct bench *bench, const char *name, const struct series *ours,
	const struct series *reference, const char *reference_name)
{
	report_add(bench->report, &(struct measurement){ .name = name,
					  .unit = "ms",
					  .ours = series_median(ours),
					  .reference = series_median(reference),
					  .reference_name = reference_name,
					  .spread_low = series_minimum(ours),
					  .spread_high = series_maximum(ours) });
}

static void describe(const struct crowd *crowd, char text[static 40])
{
	int used = snprintf(text, 40, "%u", crowd->processes);

	if (crowd->files)
		used += snprintf(
			text + used, 40 - (size_t)used, " with %u files", crowd->files + 3);
	if (crowd->unsurveyed)
		snprintf(text + used, 40 - (size_t)used, ", no survey");
}

static void add_emptied(
	struct bench *bench, const struct crowd *crowd, const char *name, const struct ends *ends)
{
	const struct goal *goal = crowd->unsurveyed ? &unsurveyed : &surveyed;
	bool many = crowd->processes >= CROWD;

	report_add(bench->report, &(struct measurement){ .name = name,
					  .unit = "ms",
					  .ours = series_median(&ends->engine),
					  .reference = series_median(faster(ends->bare)),
					  .reference_name = "bare freeze + kill",
					  .goal_kind = many ? GOAL_RATIO : GOAL_MORE,
					  .goal = many ? goal->ratio : goal->more_ms,
					  .spread_low = series_minimum(&ends->engine),
					  .spread_high = series_maximum(&ends->engine) });
}

static int run_size(struct bench *bench, const struct size *size, struct error *error)
{
	unsigned rounds = bench->quick ? size->quick_rounds : size->rounds;
	struct ends ends = { .engine = { .count = 0 } };
	char name[96], who[40];
	int code;

	if (!rounds)
		return 0;
	code = measure(bench, size->crowd, rounds, &ends, error);
	if (code < 0)
		return code;
	describe(&size->crowd, who);
	snprintf(name, sizeof(name), "a  TerminateJob of %s, to the empty group", who);
	add_emptied(bench, &size->crowd, name, &ends);
	snprintf(name, sizeof(name), "a  TerminateJob of %s, beside a kill alone", who);
	add_beside(bench, name, &ends.engine, faster(ends.bare_kill), "bare kill");
	snprintf(name, sizeof(name), "a  TerminateJob of %s, the whole call", who);
	add_beside(bench, name, &ends.call, faster(ends.bare), "bare freeze + kill");
	return 0;
}

static int run_cold(struct bench *bench, struct error *error)
{
	struct ends ends = { .engine = { .count = 0 } };
	int code = measure(bench, (struct crowd){ .processes = 1 }, COLD_ROUNDS, &ends, error);

	if (code == 0)
		add_beside(bench, "a  TerminateJob of 1, right behind the start", &ends.engine,
			faster(ends.bare), "bare freeze + kill");
	return code;
}

int case_terminate(struct bench *bench, struct error *error)
{
	int code = run_cold(bench, error);

	if (code == 0)
		code = supervised_warm(bench->supervised, error);

	for (size_t index = 0; code == 0 && index < sizeof(sizes) / sizeof(*sizes); index++)
		code = run_size(bench, &sizes[index], error);
	return code;
}
