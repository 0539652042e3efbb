/* CancelJob: from which states, what becomes of the tasks, when it answers, what is kept. */
#include "unit/queue/queue_looks.h"

static void cancel(
	struct queue_case *test, uint64_t job, const char *message, struct answer *answer)
{
	struct queue_caller caller = root_calls(answer);

	queue_cancel(test->queue, &caller, job, message, message ? strlen(message) : 0, false);
	case_dispatch(test);
}

static void a_job_that_was_not_submitted_is_canceled(void **state)
{
	struct queue_case *test = *state;
	auto_answer answer = { .count = 0 };
	uint64_t job = case_add(test, MANIFEST_THREE);

	expect_tasks(test, job, "NotSubmitted NotSubmitted NotSubmitted");
	cancel(test, job, "why", &answer);
	expect_done(&answer);
	expect_state(test, job, "Canceled");
	expect_tasks(
		test, job, "Canceled/job_canceled Canceled/job_canceled Canceled/job_canceled");
}

static void a_canceled_job_leaves_the_queue_and_stays_in_the_store(void **state)
{
	struct queue_case *test = *state;
	auto_answer answer = { .count = 0 };
	auto_json about = NULL;
	uint64_t job = case_queue(test, MANIFEST_ONE);

	cancel(test, job, "wrong kernel", &answer);
	expect_done(&answer);
	assert_null(case_start(test));
	case_restart(test);
	assert_null(case_start(test));
	about = case_get(test, job);
	assert_string_equal("Canceled", text_in(about, "state"));
	assert_string_equal("wrong kernel", text_in(about, "message"));
	assert_string_equal("job_canceled", text_in(about, "reason"));
	assert_int_equal(1, case_count(test, job).ends);
}

static void running_tasks_fail_the_others_are_canceled_and_finished_ones_stay(void **state)
{
	struct queue_case *test = *state;
	auto_answer answer = { .count = 0 };
	uint64_t job = case_queue(test, MANIFEST_THREE);
	struct job *running = case_start(test);

	task_begins(running, 0);
	task_ends(running, 0, STATE_FINISHED, NULL);
	task_begins(running, 1);
	cancel(test, job, "", &answer);
	assert_int_equal(0, answer.count);
	assert_string_equal("job_canceled", running->killed);
	job_dies(running);
	expect_done(&answer);
	assert_int_equal(1, number_in(json_object_get(answer.parameters, "receipt"), "killed"));
	expect_state(test, job, "Canceled");
	expect_tasks(test, job, "Finished Failed/job_canceled Canceled/job_canceled");
}

static void cancel_returns_only_when_the_processes_are_dead(void **state)
{
	struct queue_case *test = *state;
	auto_answer answer = { .count = 0 };
	uint64_t job = case_queue(test, MANIFEST_ONE);
	struct job *running = case_start(test);

	task_begins(running, 0);
	cancel(test, job, "m", &answer);
	assert_int_equal(0, answer.count);
	expect_state(test, job, "Running");
	job_dies(running);
	expect_done(&answer);
}

static void a_cancel_says_who_asked_for_it(void **state)
{
	struct queue_case *test = *state;
	auto_answer queued = { .count = 0 }, answer = { .count = 0 };
	struct queue_caller owner = user_calls(1234, &queued), caller = user_calls(1234, &answer);
	uint64_t job = case_queue_with(test, &owner, MANIFEST_ONE, &JOB_WISHES_NONE);
	struct job *running = case_start(test);

	queue_cancel(test->queue, &caller, job, "m", 1, true);
	assert_int_equal(1234, running->asked_by);
	job_dies(running);
}

static void a_second_cancel_is_refused_and_the_first_message_stands(void **state)
{
	struct queue_case *test = *state;
	auto_answer first = { .count = 0 }, second = { .count = 0 }, third = { .count = 0 };
	uint64_t job = case_queue(test, MANIFEST_ONE);
	struct job *running = case_start(test);
	auto_json about = NULL;

	cancel(test, job, "first", &first);
	cancel(test, job, "second", &second);
	expect_refused(&second, "InvalidState", AXE_E_INVALID_STATE);
	job_dies(running);
	expect_done(&first);
	cancel(test, job, "third", &third);
	expect_refused(&third, "InvalidState", AXE_E_INVALID_STATE);
	assert_string_equal("Canceled", text_in(third.parameters, "state"));
	about = case_get(test, job);
	assert_string_equal("first", text_in(about, "message"));
}

static void two_cancels_before_the_disk_answers_are_one(void **state)
{
	struct queue_case *test = *state;
	auto_answer first = { .count = 0 }, second = { .count = 0 };
	struct queue_caller callers[] = { root_calls(&first), root_calls(&second) };
	uint64_t job = case_queue(test, MANIFEST_ONE);

	queue_cancel(test->queue, &callers[0], job, "1", 1, false);
	queue_cancel(test->queue, &callers[1], job, "2", 1, false);
	expect_refused(&second, "InvalidState", AXE_E_INVALID_STATE);
	case_dispatch(test);
	expect_done(&first);
	assert_int_equal(1, case_count(test, job).ends);
}

static void a_job_that_has_ended_cannot_be_canceled(void **state)
{
	struct queue_case *test = *state;
	auto_answer answer = { .count = 0 };
	uint64_t job = case_queue(test, MANIFEST_ONE);

	job_finishes(case_start(test));
	cancel(test, job, "late", &answer);
	expect_refused(&answer, "InvalidState", AXE_E_INVALID_STATE);
	assert_string_equal("Finished", text_in(answer.parameters, "state"));
	assert_int_equal(3, json_array_size(json_object_get(answer.parameters, "allowed")));
	expect_state(test, job, "Finished");
}

static void a_bad_message_is_refused_before_anything_changes(void **state)
{
	struct queue_case *test = *state;
	uint64_t job = case_queue(test, MANIFEST_ONE);
	char long_text[322];
	const struct {
		const char *text;
		size_t size;
		const char *error;
	} bad[] = {
		{ long_text, 321, "MessageTooLong" },
		{ "a\0b", 3, "InvalidMessage" },
		{ "\xff", 1, "InvalidMessage" },
	};

	memset(long_text, 'x', sizeof(long_text));
	for (size_t at = 0; at < sizeof(bad) / sizeof(*bad); at++) {
		auto_answer answer = { .count = 0 };
		struct queue_caller caller = root_calls(&answer);

		queue_cancel(test->queue, &caller, job, bad[at].text, bad[at].size, false);
		assert_int_equal(1, answer.count);
		assert_string_equal(bad[at].error, answer.error);
		expect_state(test, job, "Queued");
	}
}

static void a_message_of_320_characters_is_kept_whole(void **state)
{
	struct queue_case *test = *state;
	uint64_t job = case_queue(test, MANIFEST_ONE);
	auto_answer answer = { .count = 0 };
	auto_json about = NULL;
	char text[4 * 320 + 1] = "";

	for (unsigned at = 0; at < 320; at++)
		strcat(text, "\xf0\x9f\x98\x80");
	cancel(test, job, text, &answer);
	expect_done(&answer);
	about = case_get(test, job);
	assert_string_equal(text, text_in(about, "message"));
}

static void an_empty_message_is_one(void **state)
{
	struct queue_case *test = *state;
	auto_answer answer = { .count = 0 };
	uint64_t job = case_queue(test, MANIFEST_ONE);
	auto_json about = NULL;

	cancel(test, job, NULL, &answer);
	expect_done(&answer);
	about = case_get(test, job);
	assert_string_equal("", text_in(about, "message"));
	assert_non_null(json_object_get(about, "message"));
}

static void a_caller_that_hangs_up_stops_nothing(void **state)
{
	struct queue_case *test = *state;
	auto_answer answer = { .count = 0 };
	struct queue_caller caller = root_calls(&answer);
	uint64_t job = case_queue(test, MANIFEST_ONE);
	struct job *running = case_start(test);

	queue_cancel(test->queue, &caller, job, "m", 1, false);
	queue_forget(test->queue, &answer);
	job_dies(running);
	assert_int_equal(0, answer.count);
	expect_state(test, job, "Canceled");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		QUEUE_TEST(a_job_that_was_not_submitted_is_canceled),
		QUEUE_TEST(a_canceled_job_leaves_the_queue_and_stays_in_the_store),
		QUEUE_TEST(running_tasks_fail_the_others_are_canceled_and_finished_ones_stay),
		QUEUE_TEST(cancel_returns_only_when_the_processes_are_dead),
		QUEUE_TEST(a_cancel_says_who_asked_for_it),
		QUEUE_TEST(a_second_cancel_is_refused_and_the_first_message_stands),
		QUEUE_TEST(two_cancels_before_the_disk_answers_are_one),
		QUEUE_TEST(a_job_that_has_ended_cannot_be_canceled),
		QUEUE_TEST(a_bad_message_is_refused_before_anything_changes),
		QUEUE_TEST(a_message_of_320_characters_is_kept_whole),
		QUEUE_TEST(an_empty_message_is_one),
		QUEUE_TEST(a_caller_that_hangs_up_stops_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
