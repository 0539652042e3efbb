/* (h) Whether it gets slower with the number of jobs in the store. */
#include <stdio.h>

#include "base/error.h"
#include "base/json.h"
#include "bench/cases.h"
#include "bench/report.h"
#include "bench/series.h"
#include "bench/supervised.h"

#define ROUNDS    25
#define PROCESSES 10
/* Flat: within the noise of medians that were taken in turns. */
#define GOAL_GROWTH 1.1

static const char *const command[] = { "/bin/true", NULL };

struct growth {
	struct supervised *empty; /* the reference; that of the bench grows */
	struct series terminate, run;
	struct series terminate_empty, run_empty;
};

static int take_one(struct supervised *supervised, struct series *terminate, struct series *run,
	struct error *error)
{
	struct termination termination = { 0 };
	double begin = bench_now_ms();
	int code = supervised_run(supervised, manifest_of(1, 1, command), NULL, NULL, error);

	series_add(run, bench_now_ms() - begin);
	if (code == 0)
		code = supervised_terminate(
			supervised, (struct crowd){ .processes = PROCESSES }, &termination, error);
	series_add(terminate, termination.engine_ms);
	return code;
}

static int start_empty(struct supervised *empty, struct error *error)
{
	int code;

	supervised_clear(empty);
	code = supervised_start(empty, error);
	/* While its programs are loaded it is slower: that would hide a growth. */
	return code < 0 ? code : supervised_warm(empty, error);
}

/*
 * In turns, and on one disk: ext4 gives nobody an inode that was deleted within the last minute,
 * and looks at all of them first. What was removed of a run before makes each job some ms slower.
 */
static int measure(struct bench *bench, struct growth *growth, struct error *error)
{
	int code = start_empty(growth->empty, error);

	growth->terminate.count = growth->run.count = 0;
	growth->terminate_empty.count = growth->run_empty.count = 0;
	for (unsigned round = 0; code == 0 && round < ROUNDS; round++) {
		code = take_one(growth->empty, &growth->terminate_empty, &growth->run_empty, error);
		if (code == 0)
			code = take_one(bench->supervised, &growth->terminate, &growth->run, error);
	}
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

static void add_row(struct bench *bench, const char *what, unsigned jobs, struct series *ours,
	struct series *reference)
{
	char name[64];

	snprintf(name, sizeof(name), "h  %s, %u jobs in the store", what, jobs);
	report_add(bench->report, &(struct measurement){ .name = name,
					  .unit = "ms",
					  .ours = series_median(ours),
					  .reference = series_median(reference),
					  .reference_name = "an empty store",
					  .goal_kind = GOAL_RATIO,
					  .goal = GOAL_GROWTH });
}

static int measure_all(struct bench *bench, struct growth *growth, struct error *error)
{
	static const unsigned sizes[] = { 100, 1000 };
	unsigned jobs = 0;
	int code = 0;

	for (size_t index = 0; code == 0 && index < (bench->quick ? 1 : 2); index++) {
		code = grow(bench, sizes[index] - jobs, error);
		jobs = sizes[index];
		if (code == 0)
			code = measure(bench, growth, error);
		if (code < 0)
			break;
		add_row(bench, "TerminateJob of 10", jobs, &growth->terminate,
			&growth->terminate_empty);
		add_row(bench, "a job of true", jobs, &growth->run, &growth->run_empty);
	}
	return code;
}

int case_growth(struct bench *bench, struct error *error)
{
	struct growth growth = { .empty = NULL };
	int code = supervised_create(&growth.empty, error);

	supervised_clear(bench->supervised);
	if (code == 0)
		code = supervised_start(bench->supervised, error);
	if (code == 0)
		code = measure_all(bench, &growth, error);
	supervised_destroy(growth.empty);
	return code;
}
