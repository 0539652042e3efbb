/* TTLCompletedJobs: never early, whatever clocks and supervisors do; never what somebody needs. */
#include "unit/queue/queue_looks.h"

#include <sqlite3.h>

#define HOUR_NS (3600 * NS_PER_SEC)

/* Long enough after the machine's own beginning that every clock of a test goes forward. */
static void start_clock(struct queue_case *test)
{
	test->now_ns = clock_monotonic_ns() + DAY_NS;
}

static uint64_t ended_job(struct queue_case *test)
{
	uint64_t job = case_queue(test, MANIFEST_ONE);

	job_finishes(case_start(test));
	expect_state(test, job, "Finished");
	return job;
}

static void retain(struct queue_case *test)
{
	queue_retain(test->queue);
	case_dispatch(test);
}

static bool has_folder(struct queue_case *test, uint64_t job)
{
	char path[96];

	snprintf(path, sizeof(path), "%s/jobs/%" PRIu64, test->folder->path, job);
	return access(path, F_OK) == 0;
}

static void a_job_stays_for_five_days_and_not_a_moment_less(void **state)
{
	struct queue_case *test = *state;
	uint64_t job, ended_ns;

	start_clock(test);
	ended_ns = test->now_ns;
	job = ended_job(test);
	test->now_ns = ended_ns + 5 * DAY_NS - 1;
	retain(test);
	expect_state(test, job, "Finished");
	assert_true(has_folder(test, job));
	test->now_ns = ended_ns + 5 * DAY_NS;
	retain(test);
	expect_no_job(test, job);
	assert_false(has_folder(test, job));
	assert_int_equal(1, case_count(test, job).purges);
}

static void failed_and_canceled_jobs_are_kept_as_long(void **state)
{
	struct queue_case *test = *state;
	auto_answer answer = { .count = 0 };
	struct queue_caller caller = root_calls(&answer);
	uint64_t failed, canceled;

	start_clock(test);
	failed = case_queue(test, MANIFEST_ONE);
	job_ends(case_start(test), "failed", STATE_FAILED, NULL);
	canceled = case_queue(test, MANIFEST_ONE);
	queue_cancel(test->queue, &caller, canceled, NULL, 0, false);
	case_dispatch(test);
	test->now_ns += 5 * DAY_NS - HOUR_NS;
	retain(test);
	expect_state(test, failed, "Failed");
	expect_state(test, canceled, "Canceled");
	test->now_ns += HOUR_NS;
	retain(test);
	expect_no_job(test, failed);
	expect_no_job(test, canceled);
}

static void what_has_not_ended_is_never_purged(void **state)
{
	struct queue_case *test = *state;
	uint64_t added, queued, running;

	start_clock(test);
	running = case_queue(test, MANIFEST_ONE);
	case_start(test);
	added = case_add(test, MANIFEST_ONE);
	queued = case_queue(test, MANIFEST_ONE);
	test->now_ns += 1000 * DAY_NS;
	retain(test);
	expect_state(test, added, "NotSubmitted");
	expect_state(test, queued, "Queued");
	expect_state(test, running, "Running");
}

static void the_parameter_decides_and_may_be_changed(void **state)
{
	struct queue_case *test = *state;
	auto_answer answer = { .count = 0 };
	struct queue_caller caller = root_calls(&answer);
	uint64_t job;

	start_clock(test);
	job = ended_job(test);
	queue_set_parameter(test->queue, &caller, "TTLCOMPLETEDJOBS", (int64_t)HOUR_NS);
	case_dispatch(test);
	expect_done(&answer);
	test->now_ns += HOUR_NS - 1;
	retain(test);
	expect_state(test, job, "Finished");
	case_restart(test);
	test->now_ns += 1;
	retain(test);
	expect_no_job(test, job);
}

static void run_sql(struct queue_case *test, const char *text)
{
	char path[96], *wrong = NULL;
	sqlite3 *db;

	snprintf(path, sizeof(path), "%s/axe.db", test->folder->path);
	assert_int_equal(SQLITE_OK, sqlite3_open(path, &db));
	if (sqlite3_exec(db, text, NULL, NULL, &wrong) != SQLITE_OK)
		fail_msg("%s", wrong);
	sqlite3_close(db);
}

/* The wall clock of what is stored jumps years; nothing in the decision looks at it. */
static void a_step_of_the_wall_clock_makes_nothing_older(void **state)
{
	struct queue_case *test = *state;
	uint64_t job;

	start_clock(test);
	job = ended_job(test);
	case_close(test);
	run_sql(test, "UPDATE jobs SET ended_wall_ns = 1");
	case_open(test);
	test->now_ns += DAY_NS;
	retain(test);
	expect_state(test, job, "Finished");
	case_close(test);
	run_sql(test, "UPDATE jobs SET ended_wall_ns = 9000000000000000000");
	case_open(test);
	test->now_ns += 4 * DAY_NS;
	retain(test);
	expect_no_job(test, job);
}

/*
 * A new boot begins its clock anew. Time that no supervisor saw is not counted: the job is older
 * than it is taken for, never younger.
 */
static void a_boot_between_makes_nothing_older_than_it_is(void **state)
{
	struct queue_case *test = *state;
	uint64_t job, seen_ns;
	char text[160];

	start_clock(test);
	job = ended_job(test);
	/* It ended so long after its boot began, and was seen two days more. */
	seen_ns = test->now_ns + 2 * DAY_NS;
	case_close(test);
	snprintf(text, sizeof(text),
		"UPDATE boots SET boot_id = 'the one before', seen_ns = %" PRIu64, seen_ns);
	run_sql(test, text);
	test->now_ns = HOUR_NS;
	case_open(test);
	/* The first row of a boot makes its clock. */
	case_add(test, MANIFEST_ONE);
	retain(test);
	expect_state(test, job, "Finished");
	test->now_ns = 3 * DAY_NS - 1;
	retain(test);
	expect_state(test, job, "Finished");
	test->now_ns = 3 * DAY_NS;
	retain(test);
	expect_no_job(test, job);
}

static void a_job_that_is_queued_again_is_not_purged_and_starts_anew(void **state)
{
	struct queue_case *test = *state;
	auto_answer answer = { .count = 0 };
	struct queue_caller caller = root_calls(&answer);
	uint64_t job;

	start_clock(test);
	job = case_queue(test, MANIFEST_ONE);
	job_ends(case_start(test), "failed", STATE_FAILED, NULL);
	test->now_ns += 6 * DAY_NS;
	queue_requeue(test->queue, &caller, job, false);
	queue_retain(test->queue);
	case_dispatch(test);
	expect_done(&answer);
	expect_state(test, job, "Queued");
	store_task(case_start(test), 0, STATE_FINISHED, NULL);
	job_ends(test->jobs[1], "finished", STATE_FINISHED, NULL);
	retain(test);
	expect_state(test, job, "Finished");
}

static void a_job_that_is_watched_is_not_purged(void **state)
{
	struct queue_case *test = *state;
	uint64_t job;

	start_clock(test);
	job = ended_job(test);
	test->now_ns += 6 * DAY_NS;
	test->watched = job;
	retain(test);
	expect_state(test, job, "Finished");
	test->watched = 0;
	retain(test);
	expect_no_job(test, job);
}

static void purge_removes_record_and_files_and_leaves_one_line(void **state)
{
	struct queue_case *test = *state;
	auto_answer answer = { .count = 0 }, again = { .count = 0 };
	struct queue_caller callers[] = { root_calls(&answer), root_calls(&again) };
	uint64_t job = ended_job(test);

	queue_purge(test->queue, &callers[0], job);
	case_dispatch(test);
	expect_done(&answer);
	expect_no_job(test, job);
	assert_false(has_folder(test, job));
	assert_int_equal(1, case_count(test, job).purges);
	queue_purge(test->queue, &callers[1], job);
	expect_refused(&again, "NotFound", AXE_E_NOT_FOUND);
	/* Its number is not given again. */
	assert_true(case_add(test, MANIFEST_ONE) > job);
}

static void a_job_that_has_not_ended_is_not_purged_when_asked(void **state)
{
	struct queue_case *test = *state;
	auto_answer answer = { .count = 0 };
	struct queue_caller caller = root_calls(&answer);
	uint64_t job = case_queue(test, MANIFEST_ONE);

	queue_purge(test->queue, &caller, job);
	expect_refused(&answer, "InvalidState", AXE_E_INVALID_STATE);
	expect_state(test, job, "Queued");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		QUEUE_TEST(a_job_stays_for_five_days_and_not_a_moment_less),
		QUEUE_TEST(failed_and_canceled_jobs_are_kept_as_long),
		QUEUE_TEST(what_has_not_ended_is_never_purged),
		QUEUE_TEST(the_parameter_decides_and_may_be_changed),
		QUEUE_TEST(a_step_of_the_wall_clock_makes_nothing_older),
		QUEUE_TEST(a_boot_between_makes_nothing_older_than_it_is),
		QUEUE_TEST(a_job_that_is_queued_again_is_not_purged_and_starts_anew),
		QUEUE_TEST(a_job_that_is_watched_is_not_purged),
		QUEUE_TEST(purge_removes_record_and_files_and_leaves_one_line),
		QUEUE_TEST(a_job_that_has_not_ended_is_not_purged_when_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
