/* CancelJob, CancelTask and RequeueJob over the C API: states, messages, attempts. */
#include "support/unit.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "station.h"

#define EMOJI    "\xf0\x9f\x98\x80"
#define COMBINED "\xcc\x81"

/* So many times the character; the caller frees it. */
static char *repeat(const char *character, size_t count)
{
	char *text = calloc(count + 1, strlen(character));

	assert_non_null(text);
	for (size_t at = 0; at < count; at++)
		memcpy(text + at * strlen(character), character, strlen(character));
	return text;
}

static void a_message_of_320_characters_is_kept_and_one_more_refused(void **state)
{
	static const char *const characters[] = { "a", EMOJI, COMBINED };
	struct station *station = *state;

	for (size_t at = 0; at < sizeof(characters) / sizeof(*characters); at++) {
		char *most = repeat(characters[at], AXE_MESSAGE_MAX);
		char *more = repeat(characters[at], AXE_MESSAGE_MAX + 1);
		uint64_t number = queue_line(station, "true", true);

		assert_int_equal(AXE_E_MESSAGE_TOO_LONG,
			axe_cluster_cancel_job(station->cluster, number, more, AXE_TEXT));
		assert_failure(station->cluster, "321 characters");
		assert_int_equal(AXE_STATE_QUEUED, state_of(station, number));
		assert_int_equal(
			S_OK, axe_cluster_cancel_job(station->cluster, number, most, AXE_TEXT));
		assert_int_equal(AXE_STATE_CANCELED, state_of(station, number));
		assert_message(station, number, most);
		free(most);
		free(more);
	}
}

static void a_message_that_is_no_text_changes_nothing(void **state)
{
	struct station *station = *state;
	uint64_t number = queue_line(station, "true", true);

	assert_int_equal(AXE_E_INVALID_ARGUMENT,
		axe_cluster_cancel_job(station->cluster, number, "a\0b", 3));
	assert_failure(station->cluster, "NUL");
	assert_int_equal(AXE_E_INVALID_ARGUMENT,
		axe_cluster_cancel_job(station->cluster, number, "\xed\xa0\x80", AXE_TEXT));
	assert_failure(station->cluster, "UTF-8");
	assert_int_equal(AXE_STATE_QUEUED, state_of(station, number));
	assert_message(station, number, "");
}

static void the_first_message_stands_and_an_empty_one_replaces_it_after_a_requeue(void **state)
{
	struct station *station = *state;
	uint64_t number = queue_line(station, "sleep 999", true);
	uint32_t attempt = 0;

	assert_int_equal(S_OK, axe_cluster_cancel_job(station->cluster, number, "first", AXE_TEXT));
	assert_int_equal(AXE_E_INVALID_STATE,
		axe_cluster_cancel_job(station->cluster, number, "second", AXE_TEXT));
	assert_failure(station->cluster, "is Canceled");
	assert_message(station, number, "first");
	assert_int_equal(S_OK, axe_cluster_requeue_job(station->cluster, number, &attempt));
	assert_true(attempt >= 1);
	assert_message(station, number, "");
	assert_int_equal(S_OK, axe_cluster_cancel_job(station->cluster, number, "", AXE_TEXT));
	assert_message(station, number, "");
	/* The handle's failure is another text than the job's message. */
	assert_failure(station->cluster, "is Canceled");
}

static void a_canceled_job_has_no_process_left_when_the_call_returns(void **state)
{
	static const char *const lines[] = { "true", "sleep 999", "true" };
	struct station *station = *state;
	axe_job *job = job_of_lines(lines, 3);
	axe_job_info *info = NULL;
	uint64_t number = 0;
	uint32_t attempt = 0;

	assert_int_equal(S_OK, axe_cluster_queue_job(station->cluster, job, NULL, &number));
	assert_int_equal(number, axe_job_number(job));
	axe_job_free(job);
	await_task(station, number, 1, AXE_STATE_RUNNING);
	assert_int_equal(
		S_OK, axe_cluster_cancel_job(station->cluster, number, "enough", AXE_TEXT));
	assert_int_equal(AXE_STATE_CANCELED, state_of(station, number));
	assert_int_equal(AXE_STATE_FINISHED, task_state_of(station, number, 0));
	assert_int_equal(AXE_STATE_FAILED, task_state_of(station, number, 1));
	assert_int_equal(AXE_STATE_CANCELED, task_state_of(station, number, 2));
	assert_int_equal(S_OK, axe_cluster_get_job(station->cluster, number, &info));
	assert_string_equal("job_canceled", axe_job_info_reason(info));
	assert_non_null(axe_job_info_time(info, AXE_MOMENT_ENDED));
	axe_job_info_free(info);
	assert_int_equal(S_OK, axe_cluster_requeue_job(station->cluster, number, &attempt));
	assert_int_equal(2, attempt);
	await_task(station, number, 1, AXE_STATE_RUNNING);
	assert_int_equal(AXE_STATE_FINISHED, task_state_of(station, number, 0));
	assert_int_equal(S_OK, axe_cluster_cancel_job(station->cluster, number, NULL, AXE_TEXT));
}

static void an_asynchronous_cancel_is_waited_for_apart(void **state)
{
	struct station *station = *state;
	uint64_t number = queue_line(station, "sleep 999", false);
	axe_job_info *info = NULL;

	await_task(station, number, 0, AXE_STATE_RUNNING);
	assert_int_equal(AXE_E_TIMEOUT, axe_cluster_wait_job(station->cluster, number, 1, &info));
	assert_null(info);
	assert_int_equal(
		S_OK, axe_cluster_cancel_job_async(station->cluster, number, "later", AXE_TEXT));
	assert_int_equal(S_OK, axe_cluster_wait_job(station->cluster, number, AXE_FOREVER, &info));
	assert_int_equal(AXE_STATE_CANCELED, axe_job_info_state(info));
	assert_string_equal("later", axe_job_error_message(info));
	axe_job_info_free(info);
}

static void a_canceled_task_is_canceled_and_the_job_goes_on(void **state)
{
	static const char *const lines[] = { "sleep 999", "true" };
	struct station *station = *state;
	axe_job *job = job_of_lines(lines, 2);
	uint64_t number = 0;
	uint32_t attempt = 0;

	assert_int_equal(S_OK, axe_cluster_queue_job(station->cluster, job, NULL, &number));
	axe_job_free(job);
	await_task(station, number, 0, AXE_STATE_RUNNING);
	assert_int_equal(AXE_E_INVALID_INDEX,
		axe_cluster_cancel_task(station->cluster, number, 7, NULL, AXE_TEXT));
	assert_int_equal(
		S_OK, axe_cluster_cancel_task(station->cluster, number, 0, "skip", AXE_TEXT));
	assert_int_equal(S_OK, axe_cluster_wait_job(station->cluster, number, AXE_FOREVER, NULL));
	assert_int_equal(AXE_STATE_CANCELED, state_of(station, number));
	assert_int_equal(AXE_STATE_CANCELED, task_state_of(station, number, 0));
	assert_int_equal(AXE_STATE_FINISHED, task_state_of(station, number, 1));
	assert_int_equal(S_OK, axe_cluster_requeue_task(station->cluster, number, 0, &attempt));
	assert_int_equal(2, attempt);
	await_task(station, number, 0, AXE_STATE_RUNNING);
	assert_int_equal(S_OK, axe_cluster_cancel_job(station->cluster, number, NULL, AXE_TEXT));
}

static void a_batch_stops_at_the_first_failure_and_says_how_far_it_came(void **state)
{
	struct station *station = *state;
	uint64_t numbers[] = { queue_line(station, "true", true), 0,
		queue_line(station, "true", true) };
	size_t done = 9;

	numbers[1] = numbers[2] + 1000;
	assert_int_equal(AXE_E_NOT_FOUND,
		axe_cluster_cancel_jobs(station->cluster, numbers, 3, "batch", AXE_TEXT, &done));
	assert_int_equal(1, done);
	assert_int_equal(AXE_STATE_CANCELED, state_of(station, numbers[0]));
	assert_int_equal(AXE_STATE_QUEUED, state_of(station, numbers[2]));
	assert_message(station, numbers[0], "batch");
	assert_int_equal(S_OK, axe_cluster_requeue_jobs(station->cluster, numbers, 1, &done));
	assert_int_equal(1, done);
}

static void what_must_not_run_again_is_named(void **state)
{
	static const char text[] = "{\"name\":\"once\",\"assessments\":[{\"name\":\"flash\","
				   "\"command\":[\"false\"],\"rerunnable\":false}]}";
	struct station *station = *state;
	axe_job *job = NULL;
	uint64_t number = 0;

	assert_int_equal(S_OK, axe_job_parse(text, strlen(text), &job, NULL));
	assert_int_equal(S_OK, axe_cluster_queue_job(station->cluster, job, NULL, &number));
	axe_job_free(job);
	assert_int_equal(S_OK, axe_cluster_wait_job(station->cluster, number, AXE_FOREVER, NULL));
	assert_int_equal(
		AXE_E_NOT_RERUNNABLE, axe_cluster_requeue_job(station->cluster, number, NULL));
	assert_failure(station->cluster, "task 0 (`flash`)");
	assert_int_equal(AXE_STATE_FAILED, state_of(station, number));
}

#define STATION(test) cmocka_unit_test_setup_teardown(test, station_setup, station_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		STATION(a_message_of_320_characters_is_kept_and_one_more_refused),
		STATION(a_message_that_is_no_text_changes_nothing),
		STATION(the_first_message_stands_and_an_empty_one_replaces_it_after_a_requeue),
		STATION(a_canceled_job_has_no_process_left_when_the_call_returns),
		STATION(an_asynchronous_cancel_is_waited_for_apart),
		STATION(a_canceled_task_is_canceled_and_the_job_goes_on),
		STATION(a_batch_stops_at_the_first_failure_and_says_how_far_it_came),
		STATION(what_must_not_run_again_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
