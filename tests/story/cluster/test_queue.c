/* AddJob, SubmitJob, QueueJob, lists, parameters and a daemon that goes, over the C API. */
#include "support/unit.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "station.h"

#define JOBS    250 /* more than two pages */
#define THREADS 4
#define ROUNDS  25

static void a_job_is_added_submitted_and_run(void **state)
{
	struct station *station = *state;
	const char *line = "exit 3";
	axe_job *job = job_of_lines(&line, 1);
	axe_job_info *info = NULL;
	uint64_t number = 0;

	assert_int_equal(0, axe_job_number(job));
	assert_int_equal(S_OK, axe_cluster_add_job(station->cluster, job, NULL, &number));
	assert_int_equal(number, axe_job_number(job));
	axe_job_free(job);
	assert_int_equal(AXE_STATE_NOT_SUBMITTED, state_of(station, number));
	assert_int_equal(S_OK, axe_cluster_submit_job(station->cluster, number));
	assert_int_equal(S_OK, axe_cluster_wait_job(station->cluster, number, AXE_FOREVER, &info));
	assert_int_equal(AXE_STATE_FAILED, axe_job_info_state(info));
	assert_int_equal(AXE_E_JOB_ASSESSMENTS_FAILED, axe_job_info_code(info));
	assert_int_equal(getuid(), axe_job_info_owner(info));
	assert_int_equal(1, axe_job_info_task_count(info, AXE_STATE_FAILED));
	assert_string_equal("told", axe_job_info_name(info));
	axe_job_info_free(info);
	assert_int_equal(AXE_E_INVALID_STATE, axe_cluster_submit_job(station->cluster, number));
	assert_int_equal(S_OK, axe_cluster_purge_job(station->cluster, number));
	assert_int_equal(AXE_E_NOT_FOUND, axe_cluster_get_job(station->cluster, number, &info));
}

static void a_job_that_waits_can_be_changed(void **state)
{
	struct station *station = *state;
	uint64_t number = queue_line(station, "true", true);
	const axe_job_options changes = { .size = sizeof(changes),
		.given = AXE_OPTION_NAME | AXE_OPTION_PRIORITY,
		.name = "renamed",
		.priority = AXE_PRIORITY_HIGHEST };
	const axe_job_options wrong = {
		.size = sizeof(wrong), .given = AXE_OPTION_PRIORITY, .priority = (axe_priority)5
	};
	axe_job_info *info = NULL;

	assert_int_equal(S_OK, axe_cluster_modify_job(station->cluster, number, &changes));
	assert_int_equal(
		AXE_E_INVALID_ARGUMENT, axe_cluster_modify_job(station->cluster, number, &wrong));
	assert_int_equal(S_OK, axe_cluster_get_job(station->cluster, number, &info));
	assert_string_equal("renamed", axe_job_info_name(info));
	assert_int_equal(AXE_PRIORITY_HIGHEST, axe_job_info_priority(info));
	assert_true(axe_job_info_is_held(info));
	axe_job_info_free(info);
	assert_int_equal(S_OK, axe_cluster_release_job(station->cluster, number));
	assert_int_equal(S_OK, axe_cluster_wait_job(station->cluster, number, AXE_FOREVER, NULL));
	assert_int_equal(
		AXE_E_INVALID_STATE, axe_cluster_modify_job(station->cluster, number, &changes));
	assert_int_equal(AXE_E_INVALID_STATE, axe_cluster_hold_job(station->cluster, number));
}

/* Queue so many held jobs at once. */
static void queue_many(struct station *station, uint64_t *ret_numbers, size_t count)
{
	axe_job_options *options = calloc(count, sizeof(*options));
	const axe_job **jobs = calloc(count, sizeof(*jobs));
	const char *line = "true";
	axe_job *job = job_of_lines(&line, 1);

	for (size_t at = 0; at < count; at++) {
		jobs[at] = job;
		options[at] = (axe_job_options){
			.size = sizeof(*options), .given = AXE_OPTION_HOLD, .hold = true
		};
	}
	assert_int_equal(
		S_OK, axe_cluster_queue_jobs(station->cluster, jobs, options, count, ret_numbers));
	axe_job_free(job);
	free(options);
	free(jobs);
}

static void a_list_tells_each_job_once_while_others_come(void **state)
{
	struct station *station = *state;
	uint64_t numbers[JOBS], counts[AXE_STATES];
	const axe_job_info *info = NULL;
	axe_job_list *list = NULL;

	queue_many(station, numbers, JOBS);
	assert_int_equal(S_OK, axe_cluster_list_jobs(station->cluster,
				       AXE_STATE_SET(AXE_STATE_QUEUED), AXE_ALL_OWNERS, &list));
	for (size_t left = JOBS; left > 0; left--) {
		assert_int_equal(S_OK, axe_job_list_next(list, &info));
		assert_non_null(info);
		assert_int_equal(numbers[left - 1], axe_job_info_number(info));
		if (left % 50 == 0)
			queue_line(station, "true", true);
	}
	assert_int_equal(S_OK, axe_job_list_next(list, &info));
	assert_null(info);
	axe_job_list_free(list);
	assert_int_equal(
		S_OK, axe_cluster_get_job_counter(station->cluster, AXE_ALL_OWNERS, counts));
	assert_int_equal(JOBS + 5, counts[AXE_STATE_QUEUED]);
	assert_int_equal(S_OK, axe_cluster_get_job_counter(station->cluster, 65533, counts));
	assert_int_equal(0, counts[AXE_STATE_QUEUED]);
}

static void what_waits_is_told_in_the_order_of_its_start(void **state)
{
	struct station *station = *state;
	uint64_t running = queue_line(station, "sleep 1000", false);
	uint64_t first = queue_line(station, "true", true);
	uint64_t second = queue_line(station, "true", true);
	const axe_job_info *info = NULL;
	axe_job_list *list = NULL;

	await_task(station, running, 0, AXE_STATE_RUNNING);
	queue_line(station, "true", true);
	/* Those that are held wait for something else. */
	assert_int_equal(S_OK, axe_cluster_release_job(station->cluster, second));
	assert_int_equal(S_OK, axe_cluster_release_job(station->cluster, first));
	assert_int_equal(S_OK, axe_cluster_list_waiting(station->cluster, 0, &list));
	assert_int_equal(S_OK, axe_job_list_next(list, &info));
	assert_int_equal(first, axe_job_info_number(info));
	assert_int_equal(S_OK, axe_job_list_next(list, &info));
	assert_int_equal(second, axe_job_info_number(info));
	assert_int_equal(S_OK, axe_job_list_next(list, &info));
	assert_null(info);
	axe_job_list_free(list);
	assert_int_equal(S_OK, axe_cluster_cancel_job(station->cluster, running, NULL, 0));
}

static void parameters_are_read_set_and_refused(void **state)
{
	struct station *station = *state;
	const int64_t day_ns = INT64_C(86400) * 1000000000;
	axe_parameters *parameters = NULL;
	axe_parameter parameter;
	int64_t value = 0;

	assert_int_equal(
		S_OK, axe_cluster_get_parameter(station->cluster, "ttlCOMPLETEDjobs", &value));
	assert_int_equal(5 * day_ns, value);
	assert_int_equal(
		S_OK, axe_cluster_set_parameter(station->cluster, "TTLCompletedJobs", day_ns));
	assert_int_equal(AXE_E_PARAMETER_NOT_FOUND,
		axe_cluster_set_parameter(station->cluster, "TTLCompletedJob", 1));
	assert_failure(station->cluster, "did you mean `TTLCompletedJobs`");
	assert_int_equal(
		AXE_E_INVALID_ARGUMENT, axe_cluster_set_parameter(station->cluster, "Slots", 0));
	assert_failure(station->cluster, "from 1 to");
	assert_int_equal(S_OK, axe_cluster_get_parameters(station->cluster, &parameters));
	assert_true(axe_parameters_count(parameters) >= 5);
	assert_int_equal(S_OK, axe_parameters_get(parameters, 0, &parameter));
	assert_true(parameter.value >= parameter.minimum && parameter.value <= parameter.maximum);
	axe_parameters_free(parameters);
}

static void what_is_queued_outlives_the_daemon_and_the_handle_finds_it_again(void **state)
{
	struct station *station = *state;
	uint64_t number = queue_line(station, "true", true);

	station_stop(station, SIGKILL);
	assert_int_equal(
		AXE_E_ENGINE_NOT_RUNNING, axe_cluster_release_job(station->cluster, number));
	station_start(station);
	assert_int_equal(AXE_STATE_QUEUED, state_of(station, number));
	assert_int_equal(S_OK, axe_cluster_release_job(station->cluster, number));
	assert_int_equal(S_OK, axe_cluster_wait_job(station->cluster, number, AXE_FOREVER, NULL));
	assert_int_equal(AXE_STATE_FINISHED, state_of(station, number));
}

static void a_daemon_that_does_not_answer_is_not_waited_for_longer_than_asked(void **state)
{
	struct station *station = *state;
	uint64_t number = queue_line(station, "true", true);

	assert_int_equal(S_OK, axe_cluster_set_timeout(station->cluster, 50));
	kill(station->daemon, SIGSTOP);
	assert_int_equal(AXE_E_TIMEOUT, axe_cluster_hold_job(station->cluster, number));
	kill(station->daemon, SIGCONT);
	assert_int_equal(S_OK, axe_cluster_set_timeout(station->cluster, 0));
	assert_int_equal(AXE_STATE_QUEUED, state_of(station, number));
}

struct worker {
	struct station *station;
	unsigned wrong;
};

/* Queue, cancel with a message of one's own, read it back. */
static void *work(void *data)
{
	struct worker *worker = data;
	axe_cluster *cluster = worker->station->cluster;
	const axe_job_options held = {
		.size = sizeof(held), .given = AXE_OPTION_HOLD, .hold = true
	};
	const char *line = "true";
	axe_job *job = job_of_lines(&line, 1);

	for (unsigned round = 0; round < ROUNDS; round++) {
		axe_job_info *info = NULL;
		uint64_t number = 0;
		char message[40];

		worker->wrong += axe_cluster_queue_job(cluster, job, &held, &number) != S_OK;
		snprintf(message, sizeof(message), "of job %llu", (unsigned long long)number);
		worker->wrong += axe_cluster_cancel_job(cluster, number, message, AXE_TEXT) != S_OK;
		worker->wrong += axe_cluster_get_job(cluster, number, &info) != S_OK;
		worker->wrong += strcmp(axe_job_error_message(info), message) != 0;
		axe_job_info_free(info);
	}
	axe_job_free(job);
	return NULL;
}

static void several_threads_use_one_handle(void **state)
{
	struct station *station = *state;
	struct worker workers[THREADS];
	pthread_t threads[THREADS];
	uint64_t counts[AXE_STATES];

	for (size_t at = 0; at < THREADS; at++) {
		workers[at] = (struct worker){ .station = station };
		assert_int_equal(0, pthread_create(&threads[at], NULL, work, &workers[at]));
	}
	for (size_t at = 0; at < THREADS; at++) {
		pthread_join(threads[at], NULL);
		assert_int_equal(0, workers[at].wrong);
	}
	assert_int_equal(
		S_OK, axe_cluster_get_job_counter(station->cluster, AXE_ALL_OWNERS, counts));
	assert_int_equal(THREADS * ROUNDS, counts[AXE_STATE_CANCELED]);
}

#define STATION(test) cmocka_unit_test_setup_teardown(test, station_setup, station_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		STATION(a_job_is_added_submitted_and_run),
		STATION(a_job_that_waits_can_be_changed),
		STATION(a_list_tells_each_job_once_while_others_come),
		STATION(what_waits_is_told_in_the_order_of_its_start),
		STATION(parameters_are_read_set_and_refused),
		STATION(what_is_queued_outlives_the_daemon_and_the_handle_finds_it_again),
		STATION(a_daemon_that_does_not_answer_is_not_waited_for_longer_than_asked),
		STATION(several_threads_use_one_handle),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
