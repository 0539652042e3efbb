/* What users may have who steer their own jobs only, that admins are not bounded so, and what all
 * may. */
#include "unit/queue/queue_looks.h"

#define ALICE 1000
#define BOB   1001

static void set(struct queue_case *test, const char *name, int64_t value)
{
	auto_answer answer = { .count = 0 };
	struct queue_caller caller = root_calls(&answer);

	queue_set_parameter(test->queue, &caller, name, value);
	case_dispatch(test);
	expect_done(&answer);
}

static uint64_t queue_as(struct queue_case *test, uid_t uid)
{
	auto_answer answer = { .count = 0 };
	struct queue_caller caller = user_calls(uid, &answer);

	return case_queue_with(test, &caller, MANIFEST_ONE, &JOB_WISHES_NONE);
}

static void expect_refused_as(struct queue_case *test, uid_t uid, const char *bound)
{
	auto_answer answer = { .count = 0 };
	struct queue_caller caller = user_calls(uid, &answer);
	struct queue_new job = { case_manifest(MANIFEST_ONE), JOB_WISHES_NONE };

	queue_add(test->queue, &caller, &job, 1);
	expect_refused(&answer, "LimitReached", AXE_E_LIMIT_REACHED);
	assert_string_equal(bound, text_in(answer.parameters, "name"));
}

/* A job of that user that has left so much. */
static uint64_t write_as(struct queue_case *test, uid_t uid, unsigned out, unsigned err)
{
	uint64_t id = queue_as(test, uid);
	struct job *job = case_start(test);
	char result[160];
	struct store_change change = { .kind = STORE_TRY,
		.try = { .job = id,
			.attempt = 1,
			.number = 1,
			.verdict = VERDICT_FAILED,
			.result = result } };

	snprintf(result, sizeof(result),
		"{\"output\": {\"stdout\": {\"kept\": %u}, \"stderr\": {\"kept\": %u}}}", out, err);
	task_begins(job, 0);
	assert_int_equal(0, store_submit(test->store, &change, 1, NULL, NULL, NULL));
	task_ends(job, 0, STATE_FAILED, "failed");
	job_ends(job, "failed", STATE_FAILED, NULL);
	return id;
}

static const char *refused_beside(struct queue_case *test, uid_t uid)
{
	int64_t limit;

	return queue_refuses_user(test->queue, uid, &limit);
}

static void who_has_written_enough_adds_no_more_until_it_is_purged(void **state)
{
	struct queue_case *test = *state;
	auto_answer answer = { .count = 0 }, again = { .count = 0 }, purged = { .count = 0 };
	struct queue_caller caller = user_calls(ALICE, &answer), root = root_calls(&purged);
	uint64_t job = write_as(test, ALICE, 700, 300);

	set(test, "UserOutputBytes", 1000);
	/* What was counted holds for twenty times as long as the counting took. */
	while (!refused_beside(test, ALICE))
		;
	set(test, "UserOutputBytes", 1001);
	queue_as(test, ALICE);
	set(test, "UserOutputBytes", 1000);
	expect_refused_as(test, ALICE, "UserOutputBytes");
	queue_requeue(test->queue, &caller, job, false);
	expect_refused(&answer, "LimitReached", AXE_E_LIMIT_REACHED);
	caller.data = &again;
	queue_requeue_task(test->queue, &caller, job, 0);
	expect_refused(&again, "LimitReached", AXE_E_LIMIT_REACHED);
	expect_state(test, job, "Failed");
	assert_string_equal("UserOutputBytes", refused_beside(test, ALICE));
	/* Others have their own, and what is in the queue runs. */
	queue_as(test, BOB);
	assert_non_null(case_start(test));
	case_queue(test, MANIFEST_ONE);
	queue_purge(test->queue, &root, job);
	case_dispatch(test);
	expect_done(&purged);
	while (refused_beside(test, ALICE))
		;
	queue_as(test, ALICE);
}

static void what_was_accepted_runs_though_its_owner_has_written_enough_since(void **state)
{
	struct queue_case *test = *state;
	uint64_t accepted;

	write_as(test, ALICE, 700, 300);
	accepted = queue_as(test, ALICE);
	set(test, "UserOutputBytes", 1000);
	while (!refused_beside(test, ALICE))
		;
	expect_refused_as(test, ALICE, "UserOutputBytes");
	case_restart(test);
	expect_refused_as(test, ALICE, "UserOutputBytes");
	assert_int_equal(accepted, case_start(test)->row.id);
}

static void jobs_with_a_connection_count_as_running(void **state)
{
	struct queue_case *test = *state;

	set(test, "UserRunningJobs", 2);
	queue_as(test, ALICE);
	queue_as(test, ALICE);
	test->beside = 1;
	assert_null(refused_beside(test, ALICE));
	assert_non_null(case_start(test));
	assert_string_equal("UserRunningJobs", refused_beside(test, ALICE));
	assert_null(refused_beside(test, BOB));
	assert_null(case_start(test));
	test->beside = 0;
	assert_null(refused_beside(test, ALICE));
	assert_non_null(case_start(test));
	assert_string_equal("UserRunningJobs", refused_beside(test, ALICE));
}

static void expect_full(struct queue_case *test, uid_t uid, uint64_t ended)
{
	auto_answer one = { .count = 0 }, two = { .count = 0 };
	struct queue_caller caller = root_calls(&one);
	struct queue_new job = { case_manifest(MANIFEST_ONE), JOB_WISHES_NONE };

	expect_refused_as(test, uid, "QueuedJobs");
	queue_add(test->queue, &caller, &job, 1);
	expect_refused(&one, "LimitReached", AXE_E_LIMIT_REACHED);
	assert_string_equal("QueuedJobs", text_in(one.parameters, "name"));
	caller.data = &two;
	queue_requeue(test->queue, &caller, ended, false);
	expect_refused(&two, "LimitReached", AXE_E_LIMIT_REACHED);
	expect_state(test, ended, "Failed");
}

static void full_queue_takes_nobodys_jobs_and_is_named(void **state)
{
	struct queue_case *test = *state;
	auto_answer answer = { .count = 0 };
	struct queue_caller root = root_calls(&answer);
	uint64_t ended = write_as(test, ALICE, 1, 1);

	set(test, "QueuedJobs", 2);
	case_queue(test, MANIFEST_ONE);
	queue_as(test, BOB);
	expect_full(test, ALICE, ended);
	case_restart(test);
	expect_full(test, ALICE, ended);
	set(test, "QueuedJobs", 3);
	queue_requeue(test->queue, &root, ended, false);
	case_dispatch(test);
	expect_done(&answer);
	expect_state(test, ended, "Queued");
	expect_refused_as(test, BOB, "QueuedJobs");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		QUEUE_TEST(who_has_written_enough_adds_no_more_until_it_is_purged),
		QUEUE_TEST(what_was_accepted_runs_though_its_owner_has_written_enough_since),
		QUEUE_TEST(jobs_with_a_connection_count_as_running),
		QUEUE_TEST(full_queue_takes_nobodys_jobs_and_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
