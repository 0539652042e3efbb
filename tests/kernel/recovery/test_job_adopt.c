/* What had been decided about a job, told or not, is decided for the supervisor that goes on. */
#include "recovery/job_adopt.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "engine/watch.h"
#include "kernel/recovery/lives.h"
#include "recovery/recover.h"
#include "support/require.h"
#include "support/unit.h"

#define STUBBORN                                                                                   \
	"{'name':'j','assessments':[{'name':'a','command':"                                        \
	"['sh','-c','trap : TERM; while :; do sleep 0.02; done']},"                                \
	"{'name':'b','command':['true']}]}"

/* As killed between the decision and the line that tells of it. */
static void decide_to_terminate(struct lives *lives, struct job *job)
{
	watch_intent(job->watch)->flags |= AXE_INTENT_TERMINATE;
}

static void termination_that_nobody_was_told_of_is_told_and_done(void **state)
{
	struct lives *lives = *state;

	lives_lose(lives, STUBBORN, "assessment.begin", decide_to_terminate);
	assert_int_equal(lives_traced(lives, "job.terminate"), 0);
	lives_succeed(lives);
	lives_finish(lives);
	assert_string_equal(text_at(lives->summary, "outcome"), "terminated");
	assert_int_equal(lives_traced(lives, "job.terminate"), 1);
	assert_int_equal(lives_traced(lives, "assessment.end"), 1);
}

static void overrun(struct lives *lives, struct job *job)
{
	watch_intent(job->watch)->flags |= AXE_INTENT_OVERRUN;
}

static void runtime_that_had_run_out_ends_it(void **state)
{
	struct lives *lives = *state;

	lives_lose(lives, STUBBORN, "assessment.begin", overrun);
	lives_succeed(lives);
	lives_finish(lives);
	assert_string_equal(text_at(lives->summary, "outcome"), "canceled");
	assert_true(json_is_true(json_object_get(lives->summary, "overrun")));
	assert_int_equal(lives_traced(lives, "job.overrun"), 1);
}

static void decide_to_cancel(struct lives *lives, struct job *job)
{
	struct axe_intent *intent = watch_intent(job->watch);

	/* A grace that has run out by the time anybody looks. */
	intent->cancel_until_ns = clock_monotonic_ns();
	intent->flags |= AXE_INTENT_CANCEL_JOB;
}

static void cancel_reaches_whom_it_had_not_reached(void **state)
{
	struct lives *lives = *state;

	lives_lose(lives, STUBBORN, "assessment.begin", decide_to_cancel);
	lives_succeed(lives);
	lives_finish(lives);
	assert_string_equal(text_at(lives->summary, "outcome"), "canceled");
	assert_int_equal(lives_traced(lives, "job.cancel"), 1);
	assert_int_equal(lives_traced(lives, "assessment.end"), 1);
}

static void tell_cancel(struct lives *lives, struct job *job)
{
	job_cancel(job, 1);
}

static void cancel_that_was_told_is_not_told_again(void **state)
{
	struct lives *lives = *state;

	lives_lose(lives, STUBBORN, "assessment.begin", tell_cancel);
	lives_succeed(lives);
	lives_finish(lives);
	assert_string_equal(text_at(lives->summary, "outcome"), "canceled");
	assert_int_equal(lives_traced(lives, "job.cancel"), 1);
}

static void kill_for_a_reason(struct lives *lives, struct job *job)
{
	job_kill(job, "job_canceled", "wrong kernel");
}

static void a_kill_keeps_its_reason_and_its_message(void **state)
{
	struct lives *lives = *state;

	lives_lose(lives, STUBBORN, "assessment.begin", kill_for_a_reason);
	lives_succeed(lives);
	assert_string_equal(job_reason(lives->job), "job_canceled");
	lives_finish(lives);
	assert_string_equal(text_at(lives->summary, "reason"), "job_canceled");
	assert_string_equal(text_at(lives->summary, "message"), "wrong kernel");
}

/* Its name is not enough: what lives in another group is none of the job's. */
static void a_group_that_only_has_its_name_is_not_taken(void **state)
{
	struct lives *lives = *state;
	char path[400];

	lives_lose(lives, "{'name':'j','assessments':[{'name':'a'," AT_GATE("exit 0") "}]}",
		"assessment.begin", NULL);
	lives_open_gate(lives);
	lives_group(lives, NULL, path);
	assert_int_equal(test_groups_wait(path, "populated", 0), 0);
	lives_group(lives, "1.0.1", path);
	assert_return_code(rmdir(path), errno);
	lives_group(lives, NULL, path);
	assert_return_code(rmdir(path), errno);
	assert_return_code(mkdir(path, 0755), errno);
	lives_succeed(lives);
	assert_int_equal(lives->adopted, 0);
	assert_false(recover_knows(lives->engine, 1));
}

/* One that has gone was empty: what follows is born in a new one. */
static void a_group_that_has_gone_is_made_again(void **state)
{
	struct lives *lives = *state;
	char path[400];

	lives_lose(lives,
		"{'name':'j','assessments':[{'name':'a'," AT_GATE(
			"exit 0") "},{'name':'b','command':['sh','-c','exit 4']}]}",
		"assessment.begin", NULL);
	lives_open_gate(lives);
	lives_group(lives, NULL, path);
	assert_int_equal(test_groups_wait(path, "populated", 0), 0);
	lives_group(lives, "1.0.1", path);
	assert_return_code(rmdir(path), errno);
	/* Laid for the one behind it. */
	lives_group(lives, "1.1.1", path);
	assert_return_code(rmdir(path), errno);
	lives_group(lives, NULL, path);
	assert_return_code(rmdir(path), errno);
	lives_succeed(lives);
	lives_finish(lives);
	assert_string_equal(text_at(lives_result(lives, 0), "verdict"), "passed");
	assert_int_equal(number_at(lives_result(lives, 1), "exit.status"), 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		LIVES_TEST(termination_that_nobody_was_told_of_is_told_and_done),
		LIVES_TEST(runtime_that_had_run_out_ends_it),
		LIVES_TEST(cancel_reaches_whom_it_had_not_reached),
		LIVES_TEST(cancel_that_was_told_is_not_told_again),
		LIVES_TEST(a_kill_keeps_its_reason_and_its_message),
		LIVES_TEST(a_group_that_only_has_its_name_is_not_taken),
		LIVES_TEST(a_group_that_has_gone_is_made_again),
	};

	require_root();
	lives_hide_mounts();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
