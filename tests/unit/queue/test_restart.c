/* What a new supervisor makes of what the last one left running, and what the last one leaves. */
#include "unit/queue/queue_looks.h"

#include <sqlite3.h>

static void see_kept(const struct store_job *row, void *data)
{
	*(unsigned *)data += 1;
}

/* What was kept with an end goes with the attempt that follows it. */
static void expect_nothing_kept(struct queue_case *test)
{
	unsigned kept = 0;

	assert_int_equal(0, store_read_requeues(test->store, see_kept, &kept, NULL));
	assert_int_equal(0, kept);
}

static void what_ran_is_queued_again_as_often_as_allowed(void **state)
{
	struct queue_case *test = *state;
	uint64_t job = case_queue(test, MANIFEST_THREE);

	for (unsigned life = 1; life <= 3; life++) {
		struct job *running = case_start(test);

		assert_int_equal(life, running->row.attempt);
		if (life == 1) {
			store_task(running, 0, STATE_FINISHED, NULL);
			store_task(running, 1, STATE_FAILED, "failed");
		}
		case_restart(test);
		expect_state(test, job, "Queued");
		/* A test's own failure is not tried again for the host's sake. */
		expect_tasks(test, job, "Finished Failed/failed Queued");
		expect_nothing_kept(test);
	}
	assert_int_equal(4, case_start(test)->row.attempt);
	case_restart(test);
	expect_state(test, job, "Failed");
	expect_nothing_kept(test);
	assert_null(case_start(test));
}

static void each_attempt_has_one_end(void **state)
{
	struct queue_case *test = *state;
	uint64_t job = case_queue(test, MANIFEST_ONE);

	case_start(test);
	case_restart(test);
	assert_int_equal(1, case_count(test, job).ends);
	case_start(test);
	case_restart(test);
	assert_int_equal(2, case_count(test, job).ends);
}

static void what_may_not_run_again_has_failed(void **state)
{
	struct queue_case *test = *state;
	uint64_t job =
		case_queue(test, "{'name': 'j', 'assessments':"
				 " [{'name': 'once', 'command': 'true', 'rerunnable': false}]}");

	case_start(test);
	case_restart(test);
	expect_state(test, job, "Failed");
}

static void a_job_that_the_host_goes_on_with_is_steered_as_before(void **state)
{
	struct queue_case *test = *state;
	auto_answer answer = { .count = 0 };
	struct queue_caller caller = root_calls(&answer);
	uint64_t job = case_queue(test, MANIFEST_ONE);
	struct job *running = case_start(test);

	test->adopted = running;
	case_restart(test);
	expect_state(test, job, "Running");
	assert_null(case_start(test));
	queue_cancel(test->queue, &caller, job, "m", 1, false);
	assert_string_equal("job_canceled", running->killed);
	job_dies(running);
	expect_done(&answer);
	expect_state(test, job, "Canceled");
}

/* What the store says was done before the host restarted. */
static void case_reboot(struct queue_case *test)
{
	char path[4096];
	sqlite3 *db;

	case_close(test);
	snprintf(path, sizeof(path), "%s/axe.db", test->folder->path);
	assert_int_equal(SQLITE_OK, sqlite3_open(path, &db));
	assert_int_equal(SQLITE_OK,
		sqlite3_exec(db, "UPDATE boots SET boot_id = 'before ' || id", NULL, NULL, NULL));
	assert_int_equal(SQLITE_OK, sqlite3_close(db));
	case_open(test);
}

static void what_ran_when_the_host_restarted_has_failed(void **state)
{
	struct queue_case *test = *state;
	uint64_t job = case_queue(test, MANIFEST_ONE);
	auto_json about = NULL;

	case_start(test);
	case_reboot(test);
	expect_state(test, job, "Failed");
	about = case_get(test, job);
	assert_string_equal(REASON_RESTARTED, text_in(about, "reason"));
	assert_null(case_start(test));
}

static void what_ran_at_a_reboot_is_queued_again_if_asked_for(void **state)
{
	struct queue_case *test = *state;
	uint64_t job = case_queue(test, "{'name': 'j', 'on_reboot': 'requeue', 'assessments': ["
					" {'name': 'a', 'command': 'true'},"
					" {'name': 'b', 'command': 'true'}]}");

	for (unsigned life = 1; life <= 3; life++) {
		struct job *running = case_start(test);

		assert_int_equal(life, running->row.attempt);
		store_task(running, 0, STATE_FINISHED, NULL);
		task_begins(running, 1);
		case_reboot(test);
		expect_state(test, job, "Queued");
		expect_tasks(test, job, "Finished Queued");
	}
	/* A job that brings its host down does not do so for ever. */
	case_start(test);
	case_reboot(test);
	expect_state(test, job, "Failed");
}

static void a_job_that_the_store_has_as_queued_may_run_already(void **state)
{
	struct queue_case *test = *state;
	auto_answer answer = { .count = 0 };
	struct queue_caller caller = root_calls(&answer);
	uint64_t job = case_queue(test, MANIFEST_ONE);

	/* Its beginning was never stored. */
	assert_true(queue_start_next(test->queue));
	test->adopted = test->jobs[0];
	case_restart(test);
	assert_null(case_start(test));
	queue_cancel(test->queue, &caller, job, "m", 1, false);
	assert_string_equal("job_canceled", test->jobs[0]->killed);
	job_dies(test->jobs[0]);
	expect_done(&answer);
	expect_state(test, job, "Canceled");
}

static void a_requeue_under_way_is_completed(void **state)
{
	struct queue_case *test = *state;
	uint64_t job = case_queue(test, MANIFEST_ONE);
	struct job *running = case_start(test);

	snprintf(running->killed, sizeof(running->killed), "%s", REASON_REQUEUED);
	test->adopted = running;
	case_restart(test);
	job_dies(running);
	expect_state(test, job, "Queued");
	assert_int_equal(2, case_start(test)->row.attempt);
}

static void a_cancel_under_way_is_not_accepted_twice(void **state)
{
	struct queue_case *test = *state;
	auto_answer answer = { .count = 0 };
	struct queue_caller caller = root_calls(&answer);
	uint64_t job = case_queue(test, MANIFEST_ONE);
	struct job *running = case_start(test);

	assert_int_equal(S_OK, job_kill(running, REASON_JOB_CANCELED, "the first message"));
	test->adopted = running;
	case_restart(test);
	queue_cancel(test->queue, &caller, job, "the second", 10, false);
	expect_refused(&answer, "InvalidState", AXE_E_INVALID_STATE);
	job_dies(running);
	expect_state(test, job, "Canceled");
}

static void a_supervisor_that_stops_queues_again_what_it_ran(void **state)
{
	struct queue_case *test = *state;
	auto_json about = NULL;
	uint64_t first = case_queue(test, MANIFEST_ONE), second = case_queue(test, MANIFEST_ONE);
	struct job *running = case_start(test);

	queue_leave(test->queue, false);
	assert_string_equal(REASON_HOST, running->killed);
	job_dies(running);
	assert_false(queue_start_next(test->queue));
	case_restart(test);
	assert_int_equal(first, case_start(test)->row.id);
	assert_int_equal(second, case_start(test)->row.id);
	about = case_get(test, first);
	assert_int_equal(2, number_in(about, "attempt"));
}

static void one_hundred_thousand_jobs_are_read_at_once(void **state)
{
	static const char *const texts[] = { "{}", NULL };
	struct queue_case *test = *state;
	enum { JOBS = 100000, BATCH = 1000 };
	static struct store_change changes[BATCH];
	uint64_t begun_ns;

	for (uint64_t id = 1; id <= JOBS; id += BATCH) {
		for (uint64_t at = 0; at < BATCH; at++)
			changes[at] = (struct store_change){ .kind = STORE_JOB,
				.job = { .id = id + at,
					.name = "nightly",
					.state = STATE_QUEUED,
					.priority = (unsigned)(id + at) % 5,
					.submit_order = id + at,
					.manifest = texts[0] } };
		assert_int_equal(0, store_submit(test->store, changes, BATCH, NULL, NULL, NULL));
		case_dispatch(test);
	}
	case_close(test);
	begun_ns = clock_monotonic_ns();
	case_open(test);
	print_message("opened in %" PRIu64 " ms\n", (clock_monotonic_ns() - begun_ns) / NS_PER_MS);
	/* Under a sanitizer and on a loaded machine: the bench holds it to 500 ms. */
	assert_true(clock_monotonic_ns() - begun_ns < 20 * NS_PER_SEC);
}

/* "1/error 2/not_run": what the job's newest results.json says. */
static void expect_results(struct queue_case *test, uint64_t job, const char *expected)
{
	char path[160], text[256] = "";
	auto_json summary = NULL;
	json_t *result;
	size_t at;

	snprintf(path, sizeof(path), "%s/jobs/%" PRIu64 "/results.json", test->folder->path, job);
	summary = json_load_file(path, 0, NULL);
	json_array_foreach (json_object_get(summary, "assessments"), at, result)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%lld/%s",
			at ? " " : "", number_in(result, "index"), text_in(result, "verdict"));
	assert_string_equal(expected, text);
}

static void what_an_earlier_attempt_finished_is_not_told_as_not_run(void **state)
{
	struct queue_case *test = *state;
	auto_answer answer = { .count = 0 };
	struct queue_caller caller = root_calls(&answer);
	uint64_t job = case_queue(test, MANIFEST_THREE);
	struct job *first = case_start(test), *second;

	task_begins(first, 0);
	task_ends(first, 0, STATE_FINISHED, NULL);
	task_begins(first, 1);
	task_ends(first, 1, STATE_FAILED, "failed");
	job_ends(first, "failed", STATE_FAILED, NULL);
	queue_requeue(test->queue, &caller, job, false);
	case_dispatch(test);
	expect_done(&answer);
	second = case_start(test);
	task_begins(second, 1);
	case_restart(test);
	expect_results(test, job, "1/error 2/not_run");
	expect_tasks(test, job, "Finished Queued Queued");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		QUEUE_TEST(what_ran_is_queued_again_as_often_as_allowed),
		QUEUE_TEST(each_attempt_has_one_end),
		QUEUE_TEST(what_may_not_run_again_has_failed),
		QUEUE_TEST(a_job_that_the_host_goes_on_with_is_steered_as_before),
		QUEUE_TEST(what_ran_when_the_host_restarted_has_failed),
		QUEUE_TEST(what_ran_at_a_reboot_is_queued_again_if_asked_for),
		QUEUE_TEST(a_job_that_the_store_has_as_queued_may_run_already),
		QUEUE_TEST(a_requeue_under_way_is_completed),
		QUEUE_TEST(a_cancel_under_way_is_not_accepted_twice),
		QUEUE_TEST(a_supervisor_that_stops_queues_again_what_it_ran),
		QUEUE_TEST(one_hundred_thousand_jobs_are_read_at_once),
		QUEUE_TEST(what_an_earlier_attempt_finished_is_not_told_as_not_run),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
