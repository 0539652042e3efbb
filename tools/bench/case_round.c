/* (b) One assessment of /bin/true with all its records, against a bare round. */
#include <stdio.h>

#include "base/error.h"
#include "base/json.h"
#include "bench/bare.h"
#include "bench/cases.h"
#include "bench/report.h"
#include "bench/series.h"
#include "bench/supervised.h"

#define ROUNDS       7
#define ROUNDS_QUICK 2
#define ASSESSMENTS  200

static const char *const command[] = { "/bin/true", NULL };

/* Milliseconds an assessment, by the job's own clock: from job.begin to the outcome. */
static int run_supervised(
	struct bench *bench, unsigned parallel, double *ret_ms, struct error *error)
{
	auto_json answer = NULL;
	int code = supervised_run(bench->supervised, manifest_of(ASSESSMENTS, parallel, command),
		&answer, NULL, error);
	const json_t *summary = json_object_get(answer, "summary");

	*ret_ms = json_number_value(json_object_get(summary, "duration_ms")) / ASSESSMENTS;
	return code;
}

static int run_width(struct bench *bench, unsigned parallel, struct error *error)
{
	struct series bare = { .count = 0 }, ours = { .count = 0 };
	unsigned rounds = bench->quick ? ROUNDS_QUICK : ROUNDS;
	char name[64];

	for (unsigned round = 0; round < rounds; round++) {
		double bare_ms = 0, ours_ms = 0;
		int code = bare_rounds(bench->bare, ASSESSMENTS, parallel, &bare_ms, error);

		if (code == 0)
			code = run_supervised(bench, parallel, &ours_ms, error);
		if (code < 0)
			return code;
		series_add(&bare, bare_ms);
		series_add(&ours, ours_ms);
	}
	snprintf(name, sizeof(name), "b  one assessment of true, parallel %u", parallel);
	report_add(bench->report, &(struct measurement){ .name = name,
					  .unit = "ms",
					  .ours = series_median(&ours),
					  .reference = series_median(&bare),
					  .reference_name = "mkdir, clone3, exec, wait, rmdir",
					  .goal_kind = GOAL_RATIO,
					  .goal = 2,
					  .spread_low = series_minimum(&ours),
					  .spread_high = series_maximum(&ours) });
	return 0;
}

int case_round(struct bench *bench, struct error *error)
{
	int code = run_width(bench, 1, error);

	return code < 0 ? code : run_width(bench, 2, error);
}
