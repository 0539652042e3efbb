/*
 * Two things at once to one job of the queue, many times: one outcome, one end of each attempt, and
 * a store that says the same in rows and events. AXE_ROUNDS sets how many times.
 */
#include "support/unit.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "race.h"

#define ROUNDS_DEFAULT   20
#define SHUTDOWN_DEFAULT 5
#define LONG             "sleep 1000"

static axe_result cancel_too(struct station *station, uint64_t number)
{
	return axe_cluster_cancel_job(station->cluster, number, "second", AXE_TEXT);
}

static axe_result release(struct station *station, uint64_t number)
{
	return axe_cluster_release_job(station->cluster, number);
}

static void await_running(struct station *station, uint64_t number)
{
	await_task(station, number, 0, AXE_STATE_RUNNING);
}

static void cancel_against_natural_end(void **state)
{
	struct station *station = *state;
	struct tally tally = { 0 };

	for (unsigned round = 0; round < rounds(ROUNDS_DEFAULT); round++) {
		uint64_t number = queue_line(station, "true", false);
		axe_result answer;

		linger(round, 50000);
		answer = cancel(station, number);
		if (answer == S_OK) {
			tally.one++;
			expect(station, number, AXE_STATE_CANCELED, "first");
		} else {
			tally.other++;
			assert_int_equal(AXE_E_INVALID_STATE, answer);
			expect(station, number, AXE_STATE_FINISHED, "");
		}
	}
	tally_tell(&tally);
	judge_store(station, tally.one);
}

/* What was released is started in the same moment. */
static void cancel_against_start(void **state)
{
	struct station *station = *state;
	struct tally tally = { 0 };

	for (unsigned round = 0; round < rounds(ROUNDS_DEFAULT); round++) {
		uint64_t number = queue_line(station, LONG, true);
		struct pair pair = race(station, number, round, release, cancel);

		assert_int_equal(S_OK, pair.other);
		assert_true(pair.one == S_OK || pair.one == AXE_E_INVALID_STATE);
		tally.one += pair.one == S_OK;
		tally.other += pair.one != S_OK;
		expect(station, number, AXE_STATE_CANCELED, "first");
	}
	tally_tell(&tally);
	judge_store(station, rounds(ROUNDS_DEFAULT));
}

static void two_cancels(void **state)
{
	struct station *station = *state;
	struct tally tally = { 0 };

	for (unsigned round = 0; round < rounds(ROUNDS_DEFAULT); round++) {
		bool waits = round % 4 == 0;
		uint64_t number = queue_line(station, LONG, waits);
		struct pair pair;

		if (!waits)
			await_running(station, number);
		pair = race(station, number, round, cancel, cancel_too);
		assert_true((pair.one == S_OK) != (pair.other == S_OK));
		assert_int_equal(AXE_E_INVALID_STATE, pair.one == S_OK ? pair.other : pair.one);
		tally.one += pair.one == S_OK;
		tally.other += pair.other == S_OK;
		expect(station, number, AXE_STATE_CANCELED, pair.one == S_OK ? "first" : "second");
	}
	tally_tell(&tally);
	judge_store(station, tally.one + tally.other);
}

static void terminate_against_cancel(void **state)
{
	struct station *station = *state;
	struct tally tally = { 0 };

	for (unsigned round = 0; round < rounds(ROUNDS_DEFAULT); round++) {
		uint64_t number = queue_line(station, LONG, false);
		struct pair pair;

		await_running(station, number);
		pair = race(station, number, round, terminate_number, cancel);
		assert_true(pair.one == S_OK || pair.one == AXE_E_NO_JOB_RUNNING);
		if (pair.other == S_OK) {
			tally.one++;
			expect(station, number, AXE_STATE_CANCELED, "first");
		} else {
			tally.other++;
			assert_int_equal(AXE_E_INVALID_STATE, pair.other);
			assert_int_equal(S_OK, pair.one);
			expect(station, number, AXE_STATE_CANCELED, "");
		}
	}
	tally_tell(&tally);
	judge_store(station, tally.one);
}

/* Until the daemon is gone; the last number that was answered. */
struct submitter {
	struct station *station;
	atomic_uint accepted;
	uint64_t last;
	axe_result end;
};

static void *submit(void *data)
{
	static const axe_job_options held = {
		.size = sizeof(held), .given = AXE_OPTION_HOLD, .hold = true
	};
	struct submitter *submitter = data;
	const char *line = "true";
	axe_job *job = job_of_lines(&line, 1);
	uint64_t number = 0;

	while ((submitter->end = axe_cluster_queue_job(
			submitter->station->cluster, job, &held, &number)) == S_OK) {
		submitter->last = number;
		submitter->accepted++;
	}
	axe_job_free(job);
	return NULL;
}

/* What was answered is there in the next life. */
static void submit_against_shutdown(void **state)
{
	struct station *station = *state;

	for (unsigned round = 0; round < rounds(SHUTDOWN_DEFAULT); round++) {
		struct submitter submitter = { .station = station };
		pthread_t thread;

		assert_int_equal(0, pthread_create(&thread, NULL, submit, &submitter));
		while (!submitter.accepted)
			linger(1, 100);
		linger(round, 5000);
		station_stop(station, round % 2 ? SIGTERM : SIGKILL);
		assert_int_equal(0, pthread_join(thread, NULL));
		assert_int_equal(AXE_E_ENGINE_NOT_RUNNING, submitter.end);
		station_start(station);
		assert_int_equal(AXE_STATE_QUEUED, state_of(station, submitter.last));
	}
	judge_store(station, 0);
}

#define STATION(test) cmocka_unit_test_setup_teardown(test, station_setup, station_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		STATION(cancel_against_natural_end),
		STATION(cancel_against_start),
		STATION(two_cancels),
		STATION(terminate_against_cancel),
		STATION(submit_against_shutdown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
