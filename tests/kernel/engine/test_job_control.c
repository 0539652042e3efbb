/* The three ways to end a job, and what each says and leaves. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "kernel/engine/job_fixture.h"
#include "support/require.h"
#include "support/unit.h"

static void react_cancel_first(struct fixture *fixture, const json_t *event)
{
	if (number_at(event, "assessment") == 0)
		assert_int_equal(job_cancel_assessment(fixture->job, 0, 0), S_OK);
}

static void canceled_assessment_lets_the_job_go_on(void **state)
{
	struct fixture *fixture = *state;

	fixture->react_to = "assessment.begin";
	fixture->react = react_cancel_first;
	fixture_run(fixture, "{'name':'j','assessments':[{'name':'a','cancel_signal':'TERM',"
			     "'command':['sleep','999']},{'name':'b','command':['true']}]}");
	assert_string_equal(text_at(fixture_result(fixture, 0), "verdict"), "canceled");
	assert_string_equal(
		text_at(fixture_result(fixture, 0), "error.name"), "AXE_E_ASSESSMENT_CANCELED");
	assert_string_equal(text_at(fixture_result(fixture, 1), "verdict"), "passed");
}

static void react_cancel_wrong_index(struct fixture *fixture, const json_t *event)
{
	assert_int_equal(job_cancel_assessment(fixture->job, 7, 0), AXE_E_INVALID_INDEX);
}

static void an_index_that_does_not_run_is_refused(void **state)
{
	struct fixture *fixture = *state;

	fixture->react_to = "assessment.begin";
	fixture->react = react_cancel_wrong_index;
	fixture_run(fixture, "{'name':'j','assessments':[{'name':'a','command':['true']}]}");
	assert_int_equal(fixture->code, S_OK);
}

static void react_cancel_job(struct fixture *fixture, const json_t *event)
{
	assert_int_equal(job_cancel(fixture->job, 0), S_OK);
	assert_int_equal(job_cancel(fixture->job, 0), S_OK);
}

static void canceled_job_keeps_the_true_result_and_starts_no_more(void **state)
{
	struct fixture *fixture = *state;

	fixture->react_to = "assessment.begin";
	fixture->react = react_cancel_job;
	fixture_run(fixture, "{'name':'j','assessments':[{'name':'a','command':'sleep 0.05'},"
			     "{'name':'b','command':['true']}]}");
	assert_string_equal(text_at(fixture_result(fixture, 0), "verdict"), "passed");
	assert_int_equal(fixture_count(fixture, "assessment.begin"), 1);
	assert_int_equal(number_at(fixture->summary, "counts.not_run"), 1);
	assert_int_equal(fixture->code, AXE_E_JOB_CANCELED);
}

static void cancel_of_the_last_that_passes_is_still_canceled(void **state)
{
	struct fixture *fixture = *state;

	fixture->react_to = "assessment.begin";
	fixture->react = react_cancel_job;
	fixture_run(fixture, "{'name':'j','assessments':[{'name':'a','command':['true']}]}");
	assert_string_equal(text_at(fixture_result(fixture, 0), "verdict"), "passed");
	assert_int_equal(fixture->code, AXE_E_JOB_CANCELED);
}

static void react_cancel_job_with_grace(struct fixture *fixture, const json_t *event)
{
	assert_int_equal(job_cancel(fixture->job, 50 * NS_PER_MS), S_OK);
}

static void a_cancels_grace_kills_who_does_not_cooperate(void **state)
{
	struct fixture *fixture = *state;

	fixture->react_to = "assessment.begin";
	fixture->react = react_cancel_job_with_grace;
	fixture_run(fixture, "{'name':'j','assessments':[{'name':'a','command':['sleep','999']}]}");
	assert_string_equal(text_at(fixture_result(fixture, 0), "verdict"), "terminated");
	assert_int_equal(fixture->code, AXE_E_JOB_CANCELED);
}

static void react_terminate(struct fixture *fixture, const json_t *event)
{
	assert_int_equal(fixture_terminate(fixture), S_OK);
}

static void terminated_job_raises_its_end_events_before_the_answer(void **state)
{
	struct fixture *fixture = *state;
	const json_t *result;

	fixture->react_to = "assessment.begin";
	fixture->react = react_terminate;
	fixture_run(fixture, "{'name':'j','assessments':[{'name':'a','command':['sleep','999']},"
			     "{'name':'b','command':['true']}]}");
	result = fixture_result(fixture, 0);
	assert_string_equal(text_at(result, "verdict"), "terminated");
	assert_string_equal(text_at(result, "error.name"), "AXE_E_ASSESSMENT_TERMINATED");
	assert_int_equal(fixture_count(fixture, "assessment.end"), 1);
	assert_int_equal(fixture->code, AXE_E_JOB_CANCELED);
	assert_int_equal(fixture->answers, 1);
	assert_int_equal(fixture->answer, S_OK);
	assert_true(fixture->ended_before_answer);
	assert_true(json_is_true(value_at(result, "integrity.complete")));
}

static bool bomb_is_lit(struct fixture *fixture)
{
	json_t *status = job_status(fixture->job);
	bool lit = number_at(status, "running.0.processes") >= 60;

	json_decref(status);
	return lit;
}

static void a_fork_bomb_is_frozen_counted_and_killed(void **state)
{
	struct fixture *fixture = *state;

	/* That it freezes is to be seen here, not how soon a slow machine has stopped all of it. */
	fixture_options.freeze_deadline_ns = 30 * NS_PER_SEC;
	fixture_start(fixture, "{'name':'j','assessments':[{'name':'bomb','limits':{'pids':64},"
			       "'command':['" AXE_ADVERSARIES "/fork_bomb']}]}");
	fixture_until(fixture, bomb_is_lit);
	assert_int_equal(fixture_terminate(fixture), S_OK);
	/* A second call joins the first. */
	assert_int_equal(fixture_terminate(fixture), S_OK);
	fixture_finish(fixture);
	assert_int_equal(fixture->answers, 2);
	assert_true(json_is_true(value_at(fixture->receipt, "froze")));
	assert_true(number_at(fixture->receipt, "seen") >= 1);
	assert_int_equal(number_at(fixture->receipt, "unseen"), 0);
	assert_int_equal(
		number_at(fixture->receipt, "killed"), number_at(fixture->receipt, "seen"));
	assert_int_equal(json_array_size(value_at(fixture->receipt, "survivors")), 0);
	assert_true(json_is_true(value_at(fixture_result(fixture, 0), "integrity.complete")));
}

static bool crowd_is_there(struct fixture *fixture)
{
	json_t *status = job_status(fixture->job);
	bool there = number_at(status, "running.0.processes") == 11;

	json_decref(status);
	return there;
}

static void who_was_there_is_listed_though_they_are_dead_by_then(void **state)
{
	struct fixture *fixture = *state;

	fixture_start(fixture, "{'name':'j','assessments':[{'name':'a','command':['sh','-c',"
			       "'for i in 1 2 3 4 5 6 7 8 9 10; do sleep 999 & done; wait']}]}");
	fixture_until(fixture, crowd_is_there);
	assert_int_equal(fixture_terminate(fixture), S_OK);
	fixture_finish(fixture);
	assert_int_equal(number_at(fixture->receipt, "seen"), 11);
	assert_int_equal(number_at(fixture->receipt, "killed"), 11);
	assert_int_equal(json_array_size(value_at(fixture->receipt, "picture")), 11);
	assert_true(json_is_true(value_at(fixture_result(fixture, 0), "integrity.complete")));
}

static void nothing_can_be_ended_before_the_begin_or_after_the_end(void **state)
{
	struct fixture *fixture = *state;

	fixture_start(fixture, "{'name':'j','assessments':[{'name':'a','command':['true']}]}");
	assert_int_equal(fixture_terminate(fixture), AXE_E_NO_JOB_RUNNING);
	assert_int_equal(job_cancel(fixture->job, 0), AXE_E_NO_JOB_RUNNING);
	fixture_finish(fixture);
	assert_int_equal(fixture_terminate(fixture), AXE_E_NO_JOB_RUNNING);
	assert_int_equal(job_cancel(fixture->job, 0), AXE_E_NO_JOB_RUNNING);
	assert_int_equal(job_cancel_assessment(fixture->job, 0, 0), AXE_E_NO_JOB_RUNNING);
	assert_int_equal(fixture->answers, 0);
	assert_int_equal(fixture->code, S_OK);
}

static void react_cancel_then_terminate(struct fixture *fixture, const json_t *event)
{
	assert_int_equal(job_cancel(fixture->job, 0), S_OK);
	assert_int_equal(fixture_terminate(fixture), S_OK);
}

static void cancel_then_terminate_is_one_end(void **state)
{
	struct fixture *fixture = *state;

	fixture->react_to = "assessment.begin";
	fixture->react = react_cancel_then_terminate;
	fixture_run(fixture, "{'name':'j','assessments':[{'name':'a','command':['sleep','999']}]}");
	assert_int_equal(fixture_count(fixture, "assessment.end"), 1);
	assert_int_equal(fixture_count(fixture, "job.end"), 1);
	assert_string_equal(text_at(fixture->summary, "outcome"), "terminated");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define LIVE(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
		LIVE(canceled_assessment_lets_the_job_go_on),
		LIVE(an_index_that_does_not_run_is_refused),
		LIVE(canceled_job_keeps_the_true_result_and_starts_no_more),
		LIVE(cancel_of_the_last_that_passes_is_still_canceled),
		LIVE(a_cancels_grace_kills_who_does_not_cooperate),
		LIVE(terminated_job_raises_its_end_events_before_the_answer),
		LIVE(who_was_there_is_listed_though_they_are_dead_by_then),
		LIVE(a_fork_bomb_is_frozen_counted_and_killed),
		LIVE(nothing_can_be_ended_before_the_begin_or_after_the_end),
		LIVE(cancel_then_terminate_is_one_end),
	};

	require_root();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
