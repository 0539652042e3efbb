/* Rows come back as they were written; a later one replaces an earlier one. */
#include "unit/record/store_case.h"

#include "base/clock.h"

static int submit(struct store_case *test, const struct store_change *changes, size_t count,
	struct store_fate *fate)
{
	return store_submit(test->store, changes, count, store_fate_told, fate, NULL);
}

static void store_row(struct store_case *test, struct store_change change)
{
	struct store_fate fate = { 0 };

	assert_int_equal(0, submit(test, &change, 1, &fate));
	store_case_wait(test, &fate);
	assert_int_equal(0, fate.code);
}

static const struct store_job whole_job = {
	.id = 12,
	.name = "nightly",
	.owner = 1000,
	.state = STATE_CANCELED,
	.outcome = "canceled",
	.code = 0x80041013,
	.reason = "job_canceled",
	.message = "wrong kernel",
	.priority = 4,
	.held = true,
	.submit_order = 77,
	.attempt = 2,
	.created = { 1, 2 },
	.submitted = { 3, 4 },
	.started = { 5, 6 },
	.ended = { 7, 8 },
	.manifest_digest = "sha256:00",
	.manifest = "{\"name\":\"nightly\"}",
};

static void expect_time(struct store_time expected, struct store_time actual)
{
	assert_int_equal(expected.wall_ns, actual.wall_ns);
	assert_int_equal(expected.mono_ns, actual.mono_ns);
}

static void see_whole_job(const struct store_job *job, void *data)
{
	char boot_id[37];

	assert_int_equal(whole_job.id, job->id);
	assert_string_equal(whole_job.name, job->name);
	assert_int_equal(whole_job.owner, job->owner);
	assert_int_equal(whole_job.state, job->state);
	assert_string_equal(whole_job.outcome, job->outcome);
	assert_int_equal(whole_job.code, job->code);
	assert_string_equal(whole_job.reason, job->reason);
	assert_string_equal(whole_job.message, job->message);
	assert_int_equal(whole_job.priority, job->priority);
	assert_true(job->held);
	assert_int_equal(whole_job.submit_order, job->submit_order);
	assert_int_equal(whole_job.attempt, job->attempt);
	expect_time(whole_job.created, job->created);
	expect_time(whole_job.submitted, job->submitted);
	expect_time(whole_job.started, job->started);
	expect_time(whole_job.ended, job->ended);
	assert_string_equal(clock_boot_id(boot_id), job->boot_id);
	assert_string_equal(whole_job.manifest_digest, job->manifest_digest);
	++*(unsigned *)data;
}

static void job_comes_back_as_it_was_after_a_restart(void **state)
{
	struct store_case *test = *state;
	auto_free char *manifest = NULL;
	unsigned seen = 0;

	store_case_open(test);
	store_row(test, (struct store_change){ .kind = STORE_JOB, .job = whole_job });
	store_case_close(test);
	store_case_open(test);
	assert_int_equal(0, store_read_job(test->store, 12, see_whole_job, &seen, NULL));
	assert_int_equal(1, seen);
	assert_int_equal(0, store_read_manifest(test->store, 12, &manifest, NULL));
	assert_string_equal(whole_job.manifest, manifest);
	assert_int_equal(-ENOENT, store_read_job(test->store, 13, see_whole_job, &seen, NULL));
}

static void see_bare_job(const struct store_job *job, void *data)
{
	assert_int_equal(STATE_QUEUED, job->state);
	assert_null(job->message);
	assert_null(job->outcome);
	expect_time((struct store_time){ 0 }, job->ended);
	++*(unsigned *)data;
}

static void later_row_replaces_all_but_the_manifest(void **state)
{
	struct store_case *test = *state;
	auto_free char *manifest = NULL;
	unsigned seen = 0;

	store_case_open(test);
	store_row(test, (struct store_change){ .kind = STORE_JOB, .job = whole_job });
	store_row(test, store_case_job(12, STATE_QUEUED, NULL));
	assert_int_equal(0, store_read_job(test->store, 12, see_bare_job, &seen, NULL));
	assert_int_equal(1, seen);
	assert_int_equal(0, store_read_manifest(test->store, 12, &manifest, NULL));
	assert_string_equal(whole_job.manifest, manifest);
}

static void see_empty_message(const struct store_job *job, void *data)
{
	assert_string_equal("", job->message);
	++*(unsigned *)data;
}

static void empty_message_is_a_message(void **state)
{
	struct store_case *test = *state;
	unsigned seen = 0;

	store_case_open(test);
	store_row(test, store_case_job(1, STATE_CANCELED, ""));
	assert_int_equal(0, store_read_job(test->store, 1, see_empty_message, &seen, NULL));
	assert_int_equal(1, seen);
}

static void see_attempt(const struct store_attempt *attempt, void *data)
{
	assert_int_equal(1, attempt->number);
	assert_int_equal(STATE_FAILED, attempt->state);
	assert_string_equal("failed", attempt->outcome);
	assert_string_equal("abandoned", attempt->reason);
	assert_int_equal(9, attempt->code);
	expect_time((struct store_time){ 5, 6 }, attempt->started);
	++*(unsigned *)data;
}

static void see_assessment(const struct store_assessment *assessment, void *data)
{
	assert_int_equal(3, assessment->index);
	assert_string_equal("cpu-stress", assessment->name);
	assert_int_equal(STATE_CANCELED, assessment->state);
	assert_string_equal("task_canceled", assessment->reason);
	++*(unsigned *)data;
}

static void see_try(const struct store_try *try, void *data)
{
	unsigned *seen = data;

	assert_int_equal(3, try->assessment);
	assert_int_equal(++*seen, try->number);
	assert_int_equal(try->number == 1 ? VERDICT_TIMEOUT : VERDICT_COUNT, try->verdict);
	assert_int_equal(try->number == 1 ? 9 : -1, try->wait_status);
	expect_time(try->number == 1 ? (struct store_time){ 3, 4 } : (struct store_time){ 0 },
		try->ended);
	if (try->number == 1)
		assert_string_equal("{\"verdict\":\"timeout\"}", try->result);
	else
		assert_null(try->result);
}

static void parts_of_a_job_come_back(void **state)
{
	struct store_case *test = *state;
	const struct store_change changes[] = {
		store_case_job(1, STATE_RUNNING, NULL),
		{ .kind = STORE_ATTEMPT,
			.attempt = { 1, 1, STATE_FAILED, "failed", 9, "abandoned", { 5, 6 },
				{ 7, 8 }, NULL } },
		{ .kind = STORE_ASSESSMENT,
			.assessment = { .job = 1,
				.index = 3,
				.name = "cpu-stress",
				.state = STATE_CANCELED,
				.reason = "task_canceled" } },
		{ .kind = STORE_TRY,
			.try = { 1, 1, 3, 1, VERDICT_TIMEOUT, 7, 9, { 1, 2 }, { 3, 4 }, NULL,
				"{\"verdict\":\"timeout\"}" } },
		{ .kind = STORE_TRY,
			.try = { 1, 1, 3, 2, VERDICT_COUNT, 0, -1, { 5, 6 }, { 0 }, NULL, NULL } },
	};
	struct store_fate fate = { 0 };
	unsigned seen = 0, tries = 0;

	store_case_open(test);
	assert_int_equal(0, submit(test, changes, 5, &fate));
	store_case_wait(test, &fate);
	assert_int_equal(0, fate.code);
	assert_int_equal(0, store_read_attempts(test->store, 1, see_attempt, &seen, NULL));
	assert_int_equal(
		0, store_read_assessments(test->store, 1, 0, 0, see_assessment, &seen, NULL));
	assert_int_equal(2, seen);
	assert_int_equal(0, store_read_tries(test->store, 1, (struct store_try_key){ 0 }, 0,
				    see_try, &tries, NULL));
	assert_int_equal(2, tries);
}

static void see_task_message(const struct store_assessment *task, void *data)
{
	snprintf(data, 16, "%s", task->message ? task->message : "none");
}

/* Its own end came first, or it was queued again: they are not of what it is then. */
static void words_of_a_cancel_stay_with_a_task_that_it_ended_only(void **state)
{
	static const struct {
		enum state end;
		const char *reason, *expected;
	} ends[] = {
		{ STATE_CANCELED, "task_canceled", "too slow" },
		{ STATE_FAILED, "abandoned", "too slow" },
		{ STATE_FAILED, "failed", "none" },
		{ STATE_FINISHED, NULL, "none" },
		{ STATE_QUEUED, NULL, "none" },
	};
	struct store_case *test = *state;

	store_case_open(test);
	store_row(test, store_case_job(1, STATE_RUNNING, NULL));
	for (unsigned at = 0; at < sizeof(ends) / sizeof(*ends); at++) {
		struct store_change change = { .kind = STORE_ASSESSMENT,
			.assessment = { .job = 1, .name = "a", .state = STATE_RUNNING } };
		char seen[16] = "";

		change.assessment.message = "too slow";
		store_row(test, change);
		change.assessment.message = NULL;
		store_row(test, change);
		change.assessment.state = ends[at].end;
		change.assessment.reason = ends[at].reason;
		store_row(test, change);
		assert_int_equal(0,
			store_read_assessments(test->store, 1, 0, 1, see_task_message, seen, NULL));
		assert_string_equal(ends[at].expected, seen);
	}
}

static void expect_asked(struct store_case *test, uint64_t job, const char *expected)
{
	auto_free char *manifest = NULL, *asked = NULL;

	assert_int_equal(0, store_read_asked(test->store, job, &manifest, &asked, NULL));
	assert_string_equal(expected, asked);
}

static void the_environment_goes_when_nothing_of_the_job_can_run_again(void **state)
{
	struct store_case *test = *state;
	struct store_job job = whole_job;

	store_case_open(test);
	job.asked = "{\"environment\":[\"TOKEN=a\"],\"identity\":{\"uid\":7}}";
	for (unsigned at = 0; at < STATE_FINISHED; at++) {
		job.state = (enum state)at;
		store_row(test, (struct store_change){ .kind = STORE_JOB, .job = job });
		expect_asked(test, job.id, job.asked);
	}
	job.manifest = NULL;
	job.state = STATE_FAILED;
	store_row(test, (struct store_change){ .kind = STORE_JOB, .job = job });
	expect_asked(test, job.id, job.asked);
	job.state = STATE_FINISHED;
	store_row(test, (struct store_change){ .kind = STORE_JOB, .job = job });
	expect_asked(test, job.id, "{\"identity\":{\"uid\":7}}");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(job_comes_back_as_it_was_after_a_restart),
		STORE_TEST(later_row_replaces_all_but_the_manifest),
		STORE_TEST(empty_message_is_a_message),
		STORE_TEST(words_of_a_cancel_stay_with_a_task_that_it_ended_only),
		STORE_TEST(the_environment_goes_when_nothing_of_the_job_can_run_again),
		STORE_TEST(parts_of_a_job_come_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
