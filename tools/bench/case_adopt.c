/* (j) A supervisor that dies: how long until the next one goes on; and what telling events costs.
 */
#include <jansson.h>
#include <stdio.h>

#include "base/error.h"
#include "base/json.h"
#include "bench/cases.h"
#include "bench/report.h"
#include "bench/series.h"
#include "bench/supervised.h"

#define PROCESSES       10000
#define PROCESSES_QUICK 1000
#define ROUNDS          5
#define ROUNDS_QUICK    1
#define TASKS           400
#define TASKS_QUICK     20
#define AT_ONCE         8

#define MOST_MS 250

static const char *const true_command[] = { "/bin/true", NULL };

static int adopt(struct bench *bench, struct error *error)
{
	unsigned processes = bench->quick ? PROCESSES_QUICK : PROCESSES;
	unsigned rounds = bench->quick ? ROUNDS_QUICK : ROUNDS;
	struct series series = { .count = 0 };
	char name[80];

	for (unsigned round = 0; round < rounds; round++) {
		double ms;
		int code = supervised_adopt(bench->supervised, processes, &ms, error);

		if (code < 0)
			return code;
		series_add(&series, ms);
	}
	snprintf(name, sizeof(name), "j  start after kill -9 to adopted, %u processes", processes);
	report_add(bench->report, &(struct measurement){ .name = name,
					  .unit = "ms",
					  .ours = series_median(&series),
					  .reference = -1,
					  .goal_kind = GOAL_MOST,
					  .goal = MOST_MS,
					  .spread_low = series_minimum(&series),
					  .spread_high = series_maximum(&series) });
	return 0;
}

/*
 * Each begin and each end is written to the trace, stored and only then told. The store syncs once
 * for each transaction, and takes into one what came meanwhile; the trace is not synced.
 */
static int tell(struct bench *bench, struct error *error)
{
	unsigned tasks = bench->quick ? TASKS_QUICK : TASKS;
	double begin = bench_now_ms(), seconds;
	int code = supervised_run(
		bench->supervised, manifest_of(tasks, AT_ONCE, true_command), NULL, NULL, error);

	if (code < 0)
		return code;
	seconds = (bench_now_ms() - begin) / 1e3;
	report_add(bench->report,
		&(struct measurement){
			.name = "j  events through trace (no sync) and store (fdatasync a group)",
			.unit = "events/s",
			.ours = (2 * tasks + 2) / seconds,
			.reference = -1,
		});
	return 0;
}

int case_adopt(struct bench *bench, struct error *error)
{
	int code = adopt(bench, error);

	return code < 0 ? code : tell(bench, error);
}
