/* (a) TerminateJob: from the request to the empty group, and the whole call. */
#include <stdio.h>

#include "base/error.h"
#include "bench/bare.h"
#include "bench/cases.h"
#include "bench/report.h"
#include "bench/series.h"
#include "bench/supervised.h"

/*
 * The survey is on: while all is frozen a thread looks at what each process has open, which is what
 * the half millisecond is for.
 */
struct size {
	unsigned processes;
	unsigned rounds;
	unsigned quick_rounds; /* 0: not in a quick run */
};

static const struct size sizes[] = {
	{ 1, 50, 5 },
	{ 10, 50, 5 },
	{ 100, 30, 5 },
	{ 1000, 10, 3 },
	{ 10000, 5, 0 },
};

/* The two take turns, so that a machine that is busier for a while is busier for both. */
static int measure(struct bench *bench, unsigned processes, unsigned rounds, struct series *bare,
	struct series *engine, struct series *call, struct error *error)
{
	for (unsigned round = 0; round < rounds; round++) {
		struct termination termination;
		double bare_ms = 0;
		int code = bare_terminate(bench->bare, processes, &bare_ms, error);

		if (code == 0)
			code = supervised_terminate(
				bench->supervised, processes, &termination, error);
		if (code < 0)
			return code;
		if (termination.killed != processes)
			return fail_plain(error, EIO, "TerminateJob says that it killed %u of %u",
				termination.killed, processes);
		series_add(bare, bare_ms);
		series_add(engine, termination.engine_ms);
		series_add(call, termination.call_ms);
	}
	return 0;
}

static int run_size(struct bench *bench, const struct size *size, struct error *error)
{
	unsigned rounds = bench->quick ? size->quick_rounds : size->rounds;
	struct series bare = { .count = 0 }, engine = { .count = 0 }, call = { .count = 0 };
	char name[64];
	int code;

	if (!rounds)
		return 0;
	code = measure(bench, size->processes, rounds, &bare, &engine, &call, error);
	if (code < 0)
		return code;
	snprintf(name, sizeof(name), "a  TerminateJob of %u, to the empty group", size->processes);
	report_add(
		bench->report, &(struct measurement){ .name = name,
				       .unit = "ms",
				       .ours = series_median(&engine),
				       .reference = series_median(&bare),
				       .reference_name = "bare freeze + kill",
				       .goal_kind = size->processes < 100 ? GOAL_MORE : GOAL_RATIO,
				       .goal = size->processes < 100 ? 0.5 : 1.5,
				       .spread_low = series_minimum(&engine),
				       .spread_high = series_maximum(&engine) });
	snprintf(name, sizeof(name), "a  TerminateJob of %u, the whole call", size->processes);
	report_add(bench->report, &(struct measurement){ .name = name,
					  .unit = "ms",
					  .ours = series_median(&call),
					  .reference = series_median(&bare),
					  .reference_name = "bare freeze + kill",
					  .spread_low = series_minimum(&call),
					  .spread_high = series_maximum(&call) });
	return 0;
}

int case_terminate(struct bench *bench, struct error *error)
{
	int code = 0;

	for (size_t index = 0; code == 0 && index < sizeof(sizes) / sizeof(*sizes); index++)
		code = run_size(bench, &sizes[index], error);
	return code;
}
