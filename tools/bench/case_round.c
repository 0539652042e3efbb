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

/* Each is held against the same bare rounds, in turns with them. */
enum { SURVEYED, UNSURVEYED, WAYS };

static const struct {
	const char *words;
	const char *residue; /* NULL: as it is without a word of the manifest */
	double goal; /* 0: the goal was set before there was a survey, and is another row's */
} ways[WAYS] = {
	[SURVEYED] = { .words = "" },
	[UNSURVEYED] = { .words = ", no survey", .residue = "ignore", .goal = 2 },
};

static json_t *manifest_for(unsigned way, unsigned parallel)
{
	json_t *manifest = manifest_of(ASSESSMENTS, parallel, command);

	if (ways[way].residue)
		json_object_set_new(
			manifest, "defaults", json_pack("{s:s}", "residue", ways[way].residue));
	return manifest;
}

/* Milliseconds an assessment, by the job's own clock: from job.begin to the outcome. */
static int run_supervised(
	struct bench *bench, unsigned way, unsigned parallel, double *ret_ms, struct error *error)
{
	auto_json answer = NULL;
	int code = supervised_run(
		bench->supervised, manifest_for(way, parallel), &answer, NULL, error);
	const json_t *summary = json_object_get(answer, "summary");

	*ret_ms = json_number_value(json_object_get(summary, "duration_ms")) / ASSESSMENTS;
	return code;
}

/* One bare round, and one of ours in each way. */
static int run_round(struct bench *bench, unsigned parallel, struct series *bare,
	struct series *ours, struct error *error)
{
	double took_ms = 0;
	int code = bare_rounds(bench->bare, ASSESSMENTS, parallel, &took_ms, error);

	if (code < 0)
		return code;
	series_add(bare, took_ms);
	for (unsigned way = 0; way < WAYS; way++) {
		code = run_supervised(bench, way, parallel, &took_ms, error);
		if (code < 0)
			return code;
		series_add(&ours[way], took_ms);
	}
	return 0;
}

static void report_way(struct bench *bench, unsigned way, unsigned parallel,
	const struct series *bare, const struct series *ours)
{
	char name[64];

	snprintf(name, sizeof(name), "b  one assessment of true, parallel %u%s", parallel,
		ways[way].words);
	report_add(bench->report, &(struct measurement){ .name = name,
					  .unit = "ms",
					  .ours = series_median(ours),
					  .reference = series_median(bare),
					  .reference_name = "mkdir, clone3, exec, wait, rmdir",
					  .goal_kind = ways[way].goal ? GOAL_RATIO : GOAL_NONE,
					  .goal = ways[way].goal,
					  .spread_low = series_minimum(ours),
					  .spread_high = series_maximum(ours) });
}

static int run_width(struct bench *bench, unsigned parallel, struct error *error)
{
	struct series bare = { .count = 0 }, ours[WAYS] = { { .count = 0 } };
	unsigned rounds = bench->quick ? ROUNDS_QUICK : ROUNDS;

	for (unsigned round = 0; round < rounds; round++) {
		int code = run_round(bench, parallel, &bare, ours, error);

		if (code < 0)
			return code;
	}
	for (unsigned way = 0; way < WAYS; way++)
		report_way(bench, way, parallel, &bare, &ours[way]);
	return 0;
}

int case_round(struct bench *bench, struct error *error)
{
	int code = run_width(bench, 1, error);

	return code < 0 ? code : run_width(bench, 2, error);
}
