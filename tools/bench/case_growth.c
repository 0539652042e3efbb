/* (h) Whether it gets slower with the number of jobs in the store. */
#include <stdio.h>

#include "base/error.h"
#include "base/json.h"
#include "bench/cases.h"
#include "bench/report.h"
#include "bench/series.h"
#include "bench/supervised.h"

#define ROUNDS    9
#define PROCESSES 10
/* Flat: within the noise of medians of so few rounds. */
#define GOAL_GROWTH 1.3

static const char *const command[] = { "/bin/true", NULL };

static int measure(
	struct bench *bench, double *ret_terminate_ms, double *ret_run_ms, struct error *error)
{
	struct series terminate = { .count = 0 }, run = { .count = 0 };
	int code = 0;

	for (unsigned round = 0; code == 0 && round < ROUNDS; round++) {
		struct termination termination = { 0 };
		double begin = bench_now_ms();

		code = supervised_run(
			bench->supervised, manifest_of(1, 1, command), NULL, NULL, error);
		series_add(&run, bench_now_ms() - begin);
		if (code == 0)
			code = supervised_terminate(bench->supervised,
				(struct crowd){ .processes = PROCESSES }, &termination, error);
		series_add(&terminate, termination.engine_ms);
	}
	*ret_terminate_ms = series_median(&terminate);
	*ret_run_ms = series_median(&run);
	return code;
}

static int grow(struct bench *bench, unsigned jobs, struct error *error)
{
	int code = 0;

	for (unsigned job = 0; code == 0 && job < jobs; job++)
		code = supervised_run(
			bench->supervised, manifest_of(1, 1, command), NULL, NULL, error);
	return code;
}

static void add_row(
	struct bench *bench, const char *what, unsigned jobs, double ms, double first_ms)
{
	char name[64];

	snprintf(name, sizeof(name), "h  %s, %u jobs in the store", what, jobs);
	report_add(bench->report, &(struct measurement){ .name = name,
					  .unit = "ms",
					  .ours = ms,
					  .reference = first_ms,
					  .reference_name = "an empty store",
					  .goal_kind = GOAL_RATIO,
					  .goal = GOAL_GROWTH });
}

int case_growth(struct bench *bench, struct error *error)
{
	static const unsigned sizes[] = { 100, 1000 };
	double first_terminate, first_run, terminate, run;
	unsigned jobs = 0;
	int code;

	supervised_clear(bench->supervised);
	code = supervised_start(bench->supervised, error);
	if (code == 0)
		code = measure(bench, &first_terminate, &first_run, error);
	for (size_t index = 0; code == 0 && index < (bench->quick ? 1 : 2); index++) {
		code = grow(bench, sizes[index] - jobs, error);
		jobs = sizes[index];
		if (code == 0)
			code = measure(bench, &terminate, &run, error);
		if (code < 0)
			break;
		add_row(bench, "TerminateJob of 10", jobs, terminate, first_terminate);
		add_row(bench, "a job of true", jobs, run, first_run);
	}
	return code;
}
