/*
 * A job that runs again, against what else is done to it, many times: each attempt has its own end.
 * AXE_ROUNDS sets how many times.
 */
#include "support/unit.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "race.h"

#define ROUNDS_DEFAULT 20

static axe_result requeue(struct station *station, uint64_t number)
{
	return axe_cluster_requeue_job_async(station->cluster, number, NULL);
}

static axe_result purge(struct station *station, uint64_t number)
{
	return axe_cluster_purge_job(station->cluster, number);
}

static void requeue_against_purge(void **state)
{
	struct station *station = *state;
	struct tally tally = { 0 };

	for (unsigned round = 0; round < rounds(ROUNDS_DEFAULT); round++) {
		uint64_t number = queue_line(station, "true", true);
		struct pair pair;

		if (cancel(station, number) != S_OK)
			assert_failure(station->cluster, "no failure at all");
		pair = race(station, number, round, requeue, purge);
		if (pair.one == S_OK) {
			tally.one++;
			assert_int_equal(AXE_E_INVALID_STATE, pair.other);
			expect(station, number, AXE_STATE_FINISHED, "");
		} else {
			tally.other++;
			assert_int_equal(S_OK, pair.other);
			assert_int_equal(AXE_E_NOT_FOUND, pair.one);
		}
	}
	tally_tell(&tally);
	judge_store(station, rounds(ROUNDS_DEFAULT));
}

/* A line that stays in the first attempt and ends well in the second. */
static uint64_t queue_stayer(struct station *station, unsigned round)
{
	char line[256];

	snprintf(line, sizeof(line),
		"mkdir %s/first-%u 2>/dev/null || exit 0; for i in 1 2 3 4 5 6 7 8; do"
		" (trap '' TERM; sleep 1000) & done; exec sleep 1000",
		station->folder, round);
	return queue_line(station, line, false);
}

static void await_first(const struct station *station, unsigned round)
{
	char name[32], *path;

	snprintf(name, sizeof(name), "first-%u", round);
	path = station_path(station, name);
	while (access(path, F_OK) < 0)
		poll(NULL, 0, 1);
	free(path);
}

static axe_result requeue_and_wait(struct station *station, uint64_t number)
{
	return axe_cluster_requeue_job(station->cluster, number, NULL);
}

/* A cancel that comes after the requeue means the second attempt, or is too late for it. */
static void requeue_against_cancel(void **state)
{
	struct station *station = *state;
	struct tally tally = { 0 };

	for (unsigned round = 0; round < rounds(ROUNDS_DEFAULT); round++) {
		uint64_t number = queue_stayer(station, round);
		struct pair pair;

		await_first(station, round);
		pair = race(station, number, round, requeue_and_wait, cancel);
		tally.one += pair.one == S_OK;
		tally.other += pair.other == S_OK;
		assert_true(pair.one == S_OK || pair.one == AXE_E_INVALID_STATE);
		assert_true(pair.other == S_OK || pair.other == AXE_E_INVALID_STATE);
		assert_int_equal(
			S_OK, axe_cluster_wait_job(station->cluster, number, AXE_FOREVER, NULL));
		if (pair.one != S_OK)
			expect(station, number, AXE_STATE_CANCELED, "first");
		else if (pair.other != S_OK)
			expect(station, number, AXE_STATE_FINISHED, "");
	}
	tally_tell(&tally);
	judge_store(station, tally.other);
}

static uint32_t attempt_of(struct station *station, uint64_t number)
{
	axe_job_info *info = NULL;
	uint32_t attempt;

	assert_int_equal(S_OK, axe_cluster_get_job(station->cluster, number, &info));
	attempt = axe_job_info_attempt(info);
	axe_job_info_free(info);
	return attempt;
}

/* The first attempt leaves processes that do not go when they are asked. */
static void a_late_exit_of_one_attempt_does_not_end_the_next(void **state)
{
	struct station *station = *state;

	for (unsigned round = 0; round < rounds(ROUNDS_DEFAULT); round++) {
		uint64_t number = queue_stayer(station, round);
		uint32_t attempt = 0;

		await_first(station, round);
		linger(round, 5000);
		assert_int_equal(S_OK,
			round % 2 ? axe_cluster_requeue_job(station->cluster, number, &attempt)
				  : axe_cluster_requeue_job_async(
					    station->cluster, number, &attempt));
		assert_int_equal(2, attempt);
		while (attempt_of(station, number) != 2)
			poll(NULL, 0, 1);
		expect(station, number, AXE_STATE_FINISHED, "");
	}
	judge_store(station, 0);
}

static void who_waits_after_an_asynchronous_requeue_hears_how_the_last_attempt_ended(void **state)
{
	struct station *station = *state;

	for (unsigned round = 0; round < rounds(ROUNDS_DEFAULT); round++) {
		uint64_t number = queue_stayer(station, round);
		axe_job_info *info = NULL;
		uint32_t attempt = 0;

		await_first(station, round);
		linger(round, 5000);
		assert_int_equal(
			S_OK, axe_cluster_requeue_job_async(station->cluster, number, &attempt));
		assert_int_equal(
			S_OK, axe_cluster_wait_job(station->cluster, number, AXE_FOREVER, &info));
		assert_int_equal(attempt, axe_job_info_attempt(info));
		assert_int_equal(AXE_STATE_FINISHED, axe_job_info_state(info));
		assert_false(axe_job_info_runs_again(info));
		axe_job_info_free(info);
	}
	judge_store(station, 0);
}

#define STATION(test) cmocka_unit_test_setup_teardown(test, station_setup, station_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		STATION(requeue_against_purge),
		STATION(requeue_against_cancel),
		STATION(a_late_exit_of_one_attempt_does_not_end_the_next),
		STATION(who_waits_after_an_asynchronous_requeue_hears_how_the_last_attempt_ended),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
