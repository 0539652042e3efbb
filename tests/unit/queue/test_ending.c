/* What waits for the end of a job that runs: who is answered when, and with which end. */
#include "unit/queue/queue_looks.h"

static void cancel(
	struct queue_case *test, uint64_t job, const char *message, struct answer *answer)
{
	struct queue_caller caller = root_calls(answer);

	queue_cancel(test->queue, &caller, job, message, message ? strlen(message) : 0, false);
	case_dispatch(test);
}

static void an_asynchronous_cancel_answers_when_its_words_are_stored(void **state)
{
	struct queue_case *test = *state;
	auto_answer answer = { .count = 0 };
	struct queue_caller caller = root_calls(&answer);
	uint64_t job = case_queue(test, MANIFEST_ONE);
	struct job *running = case_start(test);

	queue_cancel(test->queue, &caller, job, "m", 1, true);
	assert_int_equal(0, answer.count);
	job_tells(running, "job.terminate", NULL, -1);
	expect_done(&answer);
	expect_state(test, job, "Running");
	job_dies(running);
	expect_state(test, job, "Canceled");
	assert_int_equal(1, answer.count);
}

/* Its words were stored with the end only. */
static void an_asynchronous_cancel_is_answered_by_the_end_at_the_latest(void **state)
{
	struct queue_case *test = *state;
	auto_answer answer = { .count = 0 };
	struct queue_caller caller = root_calls(&answer);
	uint64_t job = case_queue(test, MANIFEST_ONE);
	struct job *running = case_start(test);

	queue_cancel(test->queue, &caller, job, "m", 1, true);
	assert_int_equal(0, answer.count);
	job_dies(running);
	expect_done(&answer);
}

static void abandoned_processes_make_the_job_failed(void **state)
{
	struct queue_case *test = *state;
	auto_answer answer = { .count = 0 };
	auto_json summary =
		json_pack("{s:s, s:[{s:i}]}", "outcome", "abandoned", "survivors", "pid", 7);
	uint64_t job = case_queue(test, MANIFEST_ONE);
	struct job *running = case_start(test);
	struct store_change end;

	cancel(test, job, "m", &answer);
	end = job_change(running, STATE_FAILED);
	assert_int_equal(0, store_submit(test->store, &end, 1, NULL, NULL, NULL));
	case_dispatch(test);
	running->observer.ended(running, AXE_E_TERMINATE_FAILED, summary, running->observer.data);
	expect_refused(&answer, "TerminateFailed", AXE_E_TERMINATE_FAILED);
	assert_int_equal(1, json_array_size(json_object_get(answer.parameters, "survivors")));
	expect_state(test, job, "Failed");
}

static void a_natural_end_that_was_sealed_first_wins(void **state)
{
	struct queue_case *test = *state;
	auto_answer answer = { .count = 0 };
	uint64_t job = case_queue(test, MANIFEST_ONE);
	struct job *running = case_start(test);

	running->sealed = true;
	cancel(test, job, "late", &answer);
	assert_int_equal(0, answer.count);
	job_finishes(running);
	expect_refused(&answer, "InvalidState", AXE_E_INVALID_STATE);
	assert_string_equal("Finished", text_in(answer.parameters, "state"));
}

/* Of TerminateJob, a cancel of the engine's face, a runtime that ran out: S_OK would promise a
 * message that nobody finds. */
static void a_cancel_behind_the_seal_is_refused_though_the_job_ends_as_canceled(void **state)
{
	static const char *const outcomes[] = { "terminated", "canceled" };
	struct queue_case *test = *state;

	for (unsigned at = 0; at < 4; at++) {
		bool asynchronous = at % 2;
		auto_answer answer = { .count = 0 };
		struct queue_caller caller = root_calls(&answer);
		uint64_t job = case_queue(test, MANIFEST_ONE);
		struct job *running = case_start(test);
		auto_json about = NULL;

		running->sealed = true;
		queue_cancel(test->queue, &caller, job, "lost", 4, asynchronous);
		assert_int_equal(0, answer.count);
		job_ends(running, outcomes[at / 2], STATE_CANCELED, NULL);
		expect_refused(&answer, "InvalidState", AXE_E_INVALID_STATE);
		assert_string_equal("Canceled", text_in(answer.parameters, "state"));
		about = case_get(test, job);
		assert_string_equal("", text_in(about, "message"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		QUEUE_TEST(an_asynchronous_cancel_answers_when_its_words_are_stored),
		QUEUE_TEST(an_asynchronous_cancel_is_answered_by_the_end_at_the_latest),
		QUEUE_TEST(abandoned_processes_make_the_job_failed),
		QUEUE_TEST(a_natural_end_that_was_sealed_first_wins),
		QUEUE_TEST(a_cancel_behind_the_seal_is_refused_though_the_job_ends_as_canceled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
