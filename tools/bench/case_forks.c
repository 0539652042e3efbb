/* (c) and (d) A loop of forks: how much slower when supervised, and whether an exit is lost. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/error.h"
#include "base/json.h"
#include "bench/bare.h"
#include "bench/cases.h"
#include "bench/programs.h"
#include "bench/report.h"
#include "bench/series.h"
#include "bench/supervised.h"

/* Many short loops in turns: one machine is faster for some seconds than for the next. */
#define ROUNDS       21
#define ROUNDS_QUICK 2
#define LOOPS        5 /* one after the other in a turn */
#define FORKS        2000
#define FORKS_QUICK  1000
#define EXITS        1000000
#define EXITS_QUICK  5000

/* The loop as one assessment. *ret_result is its row in results.json, a new reference. */
static int run_supervised(struct supervised *supervised, unsigned forks, double *ret_ms,
	json_t **ret_result, struct error *error)
{
	auto_free char *directory = NULL;
	auto_json results = NULL;
	char number[16], path[4096], own[4096];
	ssize_t length = readlink("/proc/self/exe", own, sizeof(own) - 1);
	FILE *output;
	int code;

	own[length < 0 ? 0 : length] = '\0';
	snprintf(number, sizeof(number), "%u", forks);
	const char *const command[] = { own, "--load", "forks", number, NULL };

	code = supervised_run(supervised, manifest_of(1, 1, command), NULL, &directory, error);
	if (code < 0)
		return code;
	snprintf(path, sizeof(path), "%s/1/0.1/stdout", directory);
	output = fopen(path, "re");
	if (!output || !fgets(number, sizeof(number), output))
		code = fail_plain(error, EIO, "the loop of forks told nothing in `%s`", path);
	if (output)
		fclose(output);
	*ret_ms = atof(number) / 1e6;
	snprintf(path, sizeof(path), "%s/results.json", directory);
	results = json_load_file(path, 0, NULL);
	if (code == 0 && ret_result)
		*ret_result =
			json_incref(json_array_get(json_object_get(results, "assessments"), 0));
	return code;
}

/* Milliseconds of a loop: by the clock, and, in loops of their own, of the supervisor's programs as
 * the kernel counts them, which takes longer. */
struct loops {
	struct series alone, beside, inside;
	struct series beside_programs, inside_programs;
};

static int measure_programs(
	struct bench *bench, unsigned forks, struct loops *loops, struct error *error)
{
	pid_t supervisor = supervised_pid(bench->supervised);
	struct programs programs;
	double ignored_ms;
	int code = programs_begin(supervisor, &programs, error);

	if (code < 0)
		return code;
	code = bare_forks(bench->bare, forks, &ignored_ms, error);
	series_add(&loops->beside_programs, programs_end(&programs));
	if (code == 0)
		code = programs_begin(supervisor, &programs, error);
	if (code < 0)
		return code;
	code = run_supervised(bench->supervised, forks, &ignored_ms, NULL, error);
	series_add(&loops->inside_programs, programs_end(&programs));
	return code;
}

/*
 * The same goes before all loops of a turn: everything is at rest, a supervisor's files are synced,
 * and then one more loop. A processor that has idled is slower for a while, one that was just at
 * work is faster.
 */
static int prepare(struct bench *bench, unsigned forks, struct error *error)
{
	double ignored_ms;
	int code = supervised_rest(bench->supervised, error);

	return code < 0 ? code : bare_forks(bench->bare, forks, &ignored_ms, error);
}

typedef int loop_run(struct bench *bench, unsigned forks, double *ret_ms, struct error *error);

static int loop_bare(struct bench *bench, unsigned forks, double *ret_ms, struct error *error)
{
	return bare_forks(bench->bare, forks, ret_ms, error);
}

static int loop_inside(struct bench *bench, unsigned forks, double *ret_ms, struct error *error)
{
	return run_supervised(bench->supervised, forks, ret_ms, NULL, error);
}

static int take_turn(struct bench *bench, unsigned forks, loop_run *run, struct series *series,
	struct error *error)
{
	int code = prepare(bench, forks, error);
	double ms = 0;

	for (unsigned loop = 0; code == 0 && loop < LOOPS; loop++) {
		code = run(bench, forks, &ms, error);
		series_add(series, ms);
	}
	return code;
}

/* What is loaded for a first job stays. */
static int start_and_warm(struct bench *bench, struct error *error)
{
	int code = supervised_start(bench->supervised, error);

	return code < 0 ? code : supervised_warm(bench->supervised, error);
}

static int measure_round(
	struct bench *bench, unsigned forks, struct loops *loops, struct error *error)
{
	int code;

	/* Without any supervisor on the machine its programs are not attached. */
	supervised_clear(bench->supervised);
	code = take_turn(bench, forks, loop_bare, &loops->alone, error);
	if (code == 0)
		code = start_and_warm(bench, error);
	if (code == 0)
		code = take_turn(bench, forks, loop_bare, &loops->beside, error);
	if (code == 0)
		code = take_turn(bench, forks, loop_inside, &loops->inside, error);
	return code < 0 ? code : measure_programs(bench, forks, loops, error);
}

static void add_row(struct bench *bench, const char *name, const struct series *ours,
	const struct series *alone, double goal)
{
	report_add(bench->report, &(struct measurement){ .name = name,
					  .unit = "ms",
					  .ours = series_median(ours),
					  .reference = series_median(alone),
					  .reference_name = "no supervisor on the machine",
					  .goal_kind = GOAL_RATIO,
					  .goal = goal,
					  .spread_low = series_minimum(ours),
					  .spread_high = series_maximum(ours) });
}

int case_forks(struct bench *bench, struct error *error)
{
	unsigned rounds = bench->quick ? ROUNDS_QUICK : ROUNDS;
	unsigned forks = bench->quick ? FORKS_QUICK : FORKS;
	auto_free struct loops *loops = calloc(1, sizeof(*loops));
	int code = loops ? 0 : fail(error, ENOMEM, "measure a loop of forks");

	for (unsigned round = 0; code == 0 && round < rounds; round++)
		code = measure_round(bench, forks, loops, error);
	if (code < 0)
		return code;
	add_row(bench, "c  a loop of forks, supervised", &loops->inside, &loops->alone, 1.03);
	add_row(bench, "c  of it in BPF programs", &loops->inside_programs, &loops->alone, 0.03);
	add_row(bench, "c  a loop of forks beside a supervisor", &loops->beside, &loops->alone,
		1.01);
	add_row(bench, "c  in BPF programs, beside", &loops->beside_programs, &loops->alone, 0.01);
	return 0;
}

int case_lost(struct bench *bench, struct error *error)
{
	unsigned exits = bench->quick ? EXITS_QUICK : EXITS;
	auto_json result = NULL;
	char name[64];
	double ignored_ms;
	int code = run_supervised(bench->supervised, exits, &ignored_ms, &result, error);
	const json_t *integrity = json_object_get(result, "integrity");
	json_int_t forked = json_integer_value(json_object_get(integrity, "forks"));
	json_int_t seen = json_integer_value(json_object_get(integrity, "traced"));

	if (code < 0)
		return code;
	/* The loop's own process is one more; a sanitizer's run-time may add another. */
	if (forked < exits + 1)
		return fail_plain(error, EIO, "only %lld of %u forks were counted",
			(long long)forked, exits + 1);
	snprintf(name, sizeof(name), "d  exits lost in %u", exits);
	report_add(bench->report, &(struct measurement){ .name = name,
					  .unit = "exits",
					  .ours = (double)(forked - seen),
					  .reference = -1,
					  .goal_kind = GOAL_MOST,
					  .goal = 0 });
	return 0;
}
