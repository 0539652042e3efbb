/* What the C API tells of a job and its tasks, asked of a daemon that has run it; and batches. */
#include "support/unit.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "station.h"

#define TIMEOUT_MS 60000

static void several_jobs_are_added_and_submitted_whole_or_not_at_all(void **state)
{
	struct station *station = *state;
	const char *line = "true";
	axe_job *one = job_of_lines(&line, 1), *other = job_of_lines(&line, 1);
	const axe_job *jobs[] = { one, other };
	uint64_t numbers[3] = { 0 };

	assert_int_equal(S_OK, axe_cluster_add_jobs(station->cluster, jobs, NULL, 2, numbers));
	assert_int_equal(numbers[0], axe_job_number(one));
	assert_int_equal(numbers[1], axe_job_number(other));
	axe_job_free(one);
	axe_job_free(other);

	numbers[2] = numbers[1] + 1000;
	assert_int_equal(AXE_E_NOT_FOUND, axe_cluster_submit_jobs(station->cluster, numbers, 3));
	for (size_t at = 0; at < 2; at++)
		assert_int_equal(AXE_STATE_NOT_SUBMITTED, state_of(station, numbers[at]));
	assert_int_equal(S_OK, axe_cluster_submit_jobs(station->cluster, numbers, 2));
	for (size_t at = 0; at < 2; at++)
		assert_int_equal(S_OK,
			axe_cluster_wait_job(station->cluster, numbers[at], AXE_FOREVER, NULL));
}

static void a_job_that_ran_tells_how(void **state)
{
	struct station *station = *state;
	uint64_t number = queue_line(station, "exit 3", false);
	char *folder = station_path(station, "state/jobs/");
	axe_job_info *info = NULL;

	assert_int_equal(S_OK, axe_cluster_wait_job(station->cluster, number, AXE_FOREVER, &info));
	assert_string_equal("failed", axe_job_info_outcome(info));
	assert_string_equal("root", axe_job_info_owner_name(info));
	assert_int_equal(1, axe_job_info_processors(info));
	assert_int_equal(0, access(axe_job_info_directory(info), R_OK));
	assert_int_equal(0, strncmp(folder, axe_job_info_directory(info), strlen(folder)));
	assert_non_null(strstr(axe_job_info_json(info), "\"outcome\":\"failed\""));
	free(folder);
	axe_job_info_free(info);
}

static const axe_task_info *only_task(axe_task_list *list)
{
	const axe_task_info *info = NULL;

	assert_int_equal(S_OK, axe_task_list_next(list, &info));
	assert_non_null(info);
	return info;
}

static void a_task_that_ran_tells_how(void **state)
{
	struct station *station = *state;
	uint64_t number = queue_line(station, "exit 3", false);
	axe_task_list *list = NULL;
	const axe_task_info *task;
	int status = 0, signal = 0;

	assert_int_equal(S_OK, axe_cluster_wait_job(station->cluster, number, AXE_FOREVER, NULL));
	assert_int_equal(
		S_OK, axe_cluster_list_tasks(station->cluster, number, AXE_ALL_STATES, &list));
	task = only_task(list);
	assert_string_equal("t0", axe_task_info_name(task));
	assert_string_equal("failed", axe_task_info_verdict(task));
	assert_string_equal("failed", axe_task_info_reason(task));
	assert_int_equal(1, axe_task_info_attempt(task));
	assert_int_equal(1, axe_task_info_tries(task));
	assert_true(axe_task_info_is_rerunnable(task));
	assert_true(axe_task_info_exit(task, &status, &signal));
	assert_int_equal(3, status);
	assert_int_equal(0, signal);
	assert_non_null(strstr(axe_task_info_json(task), "\"verdict\":\"failed\""));
	axe_task_list_free(list);
}

/* An asynchronous call has its own answer within the timeout, the wait behind it its own bound. */
static void a_wait_is_bounded_apart_from_the_handle(void **state)
{
	struct station *station = *state;
	uint64_t number = queue_line(station, "sleep 1000", false);

	assert_int_equal(S_OK, axe_cluster_set_timeout(station->cluster, TIMEOUT_MS));
	assert_int_equal(TIMEOUT_MS, axe_cluster_get_timeout(station->cluster));
	assert_int_equal(AXE_E_TIMEOUT, axe_cluster_wait_job(station->cluster, number, 20, NULL));
	await_task(station, number, 0, AXE_STATE_RUNNING);
	assert_int_equal(
		S_OK, axe_cluster_cancel_job_async(station->cluster, number, "enough", AXE_TEXT));
	assert_int_equal(S_OK, axe_cluster_wait_job(station->cluster, number, TIMEOUT_MS, NULL));
	assert_int_equal(AXE_STATE_CANCELED, state_of(station, number));
	assert_message(station, number, "enough");
}

#define STATION(test) cmocka_unit_test_setup_teardown(test, station_setup, station_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		STATION(several_jobs_are_added_and_submitted_whole_or_not_at_all),
		STATION(a_job_that_ran_tells_how),
		STATION(a_task_that_ran_tells_how),
		STATION(a_wait_is_bounded_apart_from_the_handle),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
