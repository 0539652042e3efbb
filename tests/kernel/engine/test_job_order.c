/* Which assessments of a job run, when, and how often. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "kernel/engine/job_fixture.h"
#include "support/patience.h"
#include "support/require.h"
#include "support/unit.h"

#define RUNTIME_NS (2 * NS_PER_SEC)

/* The place of an assessment's begin or end among all events. */
static size_t place_of(const struct fixture *fixture, const char *type, unsigned index)
{
	const json_t *event;
	size_t i;

	json_array_foreach (fixture->events, i, event) {
		if (!strcmp(text_at(event, "type"), type) &&
			number_at(event, "assessment") == (json_int_t)index)
			return i;
	}
	fail_msg("no %s of %u", type, index);
	return 0;
}

static void parallel_assessments_run_at_the_same_time(void **state)
{
	struct fixture *fixture = *state;

	/* Each waits for the other: one after another they would never end. */
	fixture_run(fixture,
		"{'name':'j','parallel':2,'defaults':{'workdir':'/var/tmp','timeout':'20s'},"
		"'assessments':["
		"{'name':'a','command':'touch $AXE_JOB_DIR/a; until test -e $AXE_JOB_DIR/b; do :; "
		"done'},"
		"{'name':'b','command':'touch $AXE_JOB_DIR/b; until test -e $AXE_JOB_DIR/a; do :; "
		"done'}"
		"]}");
	assert_int_equal(number_at(fixture->summary, "counts.passed"), 2);
	assert_true(
		place_of(fixture, "assessment.begin", 1) < place_of(fixture, "assessment.end", 0));
	for (unsigned i = 0; i < 2; i++)
		assert_true(
			json_is_true(value_at(fixture_result(fixture, i), "integrity.complete")));
}

static void a_dependent_starts_after_its_predecessor_whatever_became_of_it(void **state)
{
	struct fixture *fixture = *state;

	fixture_run(fixture, "{'name':'j','parallel':4,'assessments':["
			     "{'name':'last','depends':['first'],'command':['true']},"
			     "{'name':'first','command':['false']}]}");
	assert_true(
		place_of(fixture, "assessment.end", 1) < place_of(fixture, "assessment.begin", 0));
	assert_string_equal(text_at(fixture_result(fixture, 0), "verdict"), "passed");
}

static void a_repeated_assessment_is_several(void **state)
{
	struct fixture *fixture = *state;

	fixture_run(
		fixture, "{'name':'j','assessments':[{'name':'a','repeat':3,'command':['true']}]}");
	assert_int_equal(fixture_count(fixture, "assessment.begin"), 3);
	assert_string_equal(text_at(fixture_result(fixture, 2), "name"), "a#3");
	assert_int_equal(number_at(fixture->summary, "counts.passed"), 3);
}

static void a_retried_assessment_begins_and_ends_once(void **state)
{
	struct fixture *fixture = *state;
	const json_t *result;

	fixture_run(fixture,
		"{'name':'j','assessments':[{'name':'a','retry':{'times':3,'on':['failed']},"
		"'command':'test $AXE_TRY -ge 3'}]}");
	result = fixture_result(fixture, 0);
	assert_int_equal(fixture_count(fixture, "assessment.begin"), 1);
	assert_int_equal(fixture_count(fixture, "assessment.end"), 1);
	assert_int_equal(fixture_count(fixture, "assessment.try"), 2);
	assert_string_equal(text_at(result, "verdict"), "passed");
	assert_int_equal(number_at(result, "try"), 3);
	assert_int_equal(json_array_size(value_at(result, "tries")), 2);
	assert_string_equal(text_at(result, "tries.0.verdict"), "failed");
	assert_int_equal(fixture->code, S_OK);
}

static void only_the_named_ends_are_tried_again(void **state)
{
	struct fixture *fixture = *state;

	fixture_run(fixture,
		"{'name':'j','assessments':[{'name':'a','retry':{'times':3,'on':['timeout']},"
		"'command':['false']}]}");
	assert_int_equal(fixture_count(fixture, "assessment.try"), 0);
	assert_int_equal(number_at(fixture_result(fixture, 0), "try"), 1);
}

static void react_cancel_job(struct fixture *fixture, const json_t *event)
{
	assert_int_equal(job_cancel(fixture->job, 0), S_OK);
}

static void a_canceled_job_tries_nothing_again(void **state)
{
	struct fixture *fixture = *state;

	fixture->react_to = "assessment.begin";
	fixture->react = react_cancel_job;
	fixture_run(
		fixture, "{'name':'j','assessments':[{'name':'a','retry':5,'command':['false']}]}");
	assert_int_equal(number_at(fixture_result(fixture, 0), "try"), 1);
	assert_int_equal(fixture_count(fixture, "assessment.end"), 1);
}

static void stop_on_failure_starts_no_more(void **state)
{
	struct fixture *fixture = *state;

	fixture_run(fixture,
		"{'name':'j','stop_on_failure':true,'assessments':[{'name':'a','command':['true']},"
		"{'name':'b','command':['false']},{'name':'c','command':['true']}]}");
	assert_int_equal(fixture_count(fixture, "assessment.begin"), 2);
	assert_int_equal(number_at(fixture->summary, "counts.not_run"), 1);
	assert_int_equal(fixture->code, AXE_E_JOB_ASSESSMENTS_FAILED);
}

static void a_job_over_its_runtime_is_canceled(void **state)
{
	struct fixture *fixture = *state;
	char manifest[512];

	/* Long enough for both to begin. */
	snprintf(manifest, sizeof(manifest),
		"{'name':'j','runtime':'%ums','parallel':2,'post':{'command':['true']},"
		"'defaults':{'residue':'ignore'},'assessments':["
		"{'name':'a','command':['sleep','999']},"
		"{'name':'b','command':['sleep','999']},{'name':'c','command':['true']}]}",
		(unsigned)(patience_ns(RUNTIME_NS) / NS_PER_MS));
	fixture_run(fixture, manifest);
	assert_int_equal(fixture->code, AXE_E_JOB_CANCELED);
	assert_true(json_is_true(value_at(fixture->summary, "overrun")));
	assert_string_equal(text_at(fixture->summary, "outcome"), "canceled");
	assert_string_equal(text_at(fixture_result(fixture, 0), "verdict"), "terminated");
	assert_string_equal(text_at(fixture_result(fixture, 1), "verdict"), "terminated");
	assert_int_equal(number_at(fixture->summary, "counts.not_run"), 1);
	assert_int_equal(fixture_count(fixture, "post.begin"), 0);
	assert_int_equal(fixture_count(fixture, "job.end"), 1);
}

/* The host is looked at first, which takes longer than that. */
static void a_runtime_that_is_over_before_the_first_start_starts_nothing_more(void **state)
{
	struct fixture *fixture = *state;
	size_t begun;

	fixture_run(fixture, "{'name':'j','runtime':'1ms','post':{'command':['true']},"
			     "'assessments':[{'name':'a','command':['sleep','999']},"
			     "{'name':'b','command':['sleep','999']}]}");
	begun = fixture_count(fixture, "assessment.begin");
	assert_int_equal(fixture->code, AXE_E_JOB_CANCELED);
	assert_true(json_is_true(value_at(fixture->summary, "overrun")));
	assert_string_equal(text_at(fixture->summary, "outcome"), "canceled");
	assert_in_range(begun, 0, 1);
	assert_int_equal(number_at(fixture->summary, "counts.not_run"), 2 - begun);
	assert_int_equal(fixture_count(fixture, "assessment.end"), begun);
	assert_int_equal(fixture_count(fixture, "post.begin"), 0);
	assert_int_equal(fixture_count(fixture, "job.end"), 1);
}

static void the_post_action_runs_behind_everything_even_a_cancel(void **state)
{
	struct fixture *fixture = *state;

	fixture->react_to = "assessment.begin";
	fixture->react = react_cancel_job;
	fixture_run(fixture, "{'name':'j','post':{'command':'echo collected'},'assessments':["
			     "{'name':'a','command':['true']},{'name':'b','command':['true']}]}");
	assert_int_equal(fixture_count(fixture, "post.begin"), 1);
	assert_int_equal(fixture_count(fixture, "post.end"), 1);
	assert_string_equal(text_at(fixture->summary, "post.verdict"), "passed");
	assert_int_equal(number_at(fixture->summary, "post.output.stdout.bytes"), 10);
	assert_int_equal(fixture->code, AXE_E_JOB_CANCELED);
}

static void a_failed_post_action_fails_the_job(void **state)
{
	struct fixture *fixture = *state;

	fixture_run(fixture, "{'name':'j','post':{'command':['false']},'assessments':["
			     "{'name':'a','command':['true']}]}");
	assert_int_equal(fixture->code, AXE_E_POSTEXECUTION);
}

static void react_terminate(struct fixture *fixture, const json_t *event)
{
	assert_int_equal(fixture_terminate(fixture), S_OK);
}

static void the_post_action_has_its_own_time(void **state)
{
	struct fixture *fixture = *state;

	fixture_run(fixture, "{'name':'j','post':{'command':['sleep','999'],'timeout':'50ms',"
			     "'timeout_grace':'0ms'},"
			     "'assessments':[{'name':'a','command':['true']}]}");
	assert_string_equal(text_at(fixture->summary, "post.verdict"), "timeout");
	assert_int_equal(fixture->code, AXE_E_POSTEXECUTION);
	assert_int_equal(fixture_count(fixture, "post.end"), 1);
}

static void termination_ends_all_that_run_and_skips_the_post_action(void **state)
{
	struct fixture *fixture = *state;

	fixture->react_to = "assessment.begin";
	fixture->react = react_terminate;
	fixture_run(fixture,
		"{'name':'j','parallel':3,'post':{'command':['true']},'assessments':["
		"{'name':'a','command':['sleep','999']},{'name':'b','command':['true']}]}");
	assert_string_equal(text_at(fixture_result(fixture, 0), "verdict"), "terminated");
	assert_int_equal(fixture_count(fixture, "post.begin"), 0);
	assert_int_equal(fixture_count(fixture, "assessment.begin"),
		fixture_count(fixture, "assessment.end"));
}

static void react_terminate_post(struct fixture *fixture, const json_t *event)
{
	assert_int_equal(fixture_terminate(fixture), S_OK);
}

static void termination_kills_the_post_action(void **state)
{
	struct fixture *fixture = *state;

	fixture->react_to = "post.begin";
	fixture->react = react_terminate_post;
	fixture_run(fixture, "{'name':'j','post':{'command':['sleep','999']},'assessments':["
			     "{'name':'a','command':['true']}]}");
	assert_string_equal(text_at(fixture->summary, "post.verdict"), "terminated");
	assert_int_equal(fixture->answer, S_OK);
	assert_string_equal(text_at(fixture_result(fixture, 0), "verdict"), "passed");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define LIVE(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
		LIVE(parallel_assessments_run_at_the_same_time),
		LIVE(a_dependent_starts_after_its_predecessor_whatever_became_of_it),
		LIVE(a_repeated_assessment_is_several),
		LIVE(a_retried_assessment_begins_and_ends_once),
		LIVE(only_the_named_ends_are_tried_again),
		LIVE(a_canceled_job_tries_nothing_again),
		LIVE(stop_on_failure_starts_no_more),
		LIVE(a_job_over_its_runtime_is_canceled),
		LIVE(a_runtime_that_is_over_before_the_first_start_starts_nothing_more),
		LIVE(the_post_action_runs_behind_everything_even_a_cancel),
		LIVE(a_failed_post_action_fails_the_job),
		LIVE(the_post_action_has_its_own_time),
		LIVE(termination_ends_all_that_run_and_skips_the_post_action),
		LIVE(termination_kills_the_post_action),
	};

	require_root();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
