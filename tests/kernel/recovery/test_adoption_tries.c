/* Each assessment that had begun and not ended is gone on with, begun again, or lost. */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "engine/runner_parts.h"
#include "kernel/recovery/lives.h"
#include "recovery/adoption.h"
#include "support/require.h"
#include "support/unit.h"

/* The kernel half knows nothing of it any more. */
static void lose_slot(struct lives *lives, struct job *job)
{
	watch_close(job_find_runner(job, 0)->watch);
}

static void what_nothing_can_be_known_of_is_an_error_and_the_job_goes_on(void **state)
{
	struct lives *lives = *state;

	lives_lose(lives,
		"{'name':'j','assessments':[{'name':'a','command':['sleep','999']},"
		"{'name':'b','command':['true']}]}",
		"assessment.begin", lose_slot);
	lives_succeed(lives);
	lives_finish(lives);
	assert_string_equal(lives_text(lives_result(lives, 0), "verdict"), "error");
	assert_string_equal(lives_text(lives_result(lives, 0), "error.name"),
		"AXE_E_ASSESSMENT_COULD_NOT_FINISH");
	assert_string_equal(lives_text(lives_result(lives, 1), "verdict"), "passed");
	assert_int_equal(lives_traced(lives, "assessment.end"), 2);
}

/* Its line was written, and nobody had been born when its supervisor died. */
static void between_two_tries_the_next_one_follows(void **state)
{
	struct lives *lives = *state;

	lives_lose(lives,
		"{'name':'j','assessments':[{'name':'a',"
		"'command':['sh','-c','[ -e GATE ]'],'retry':{'times':1,'on':['failed']}}]}",
		"assessment.try", NULL);
	lives_open_gate(lives);
	lives_succeed(lives);
	lives_finish(lives);
	assert_int_equal(lives_traced(lives, "assessment.try"), 1);
	assert_int_equal(lives_traced(lives, "assessment.end"), 1);
	assert_int_equal(lives_number(lives_result(lives, 0), "try"), 2);
	assert_int_equal(json_array_size(json_object_get(lives_result(lives, 0), "tries")), 1);
}

static void those_that_ran_beside_each_other_all_go_on(void **state)
{
	struct lives *lives = *state;

	lives_lose(lives,
		"{'name':'j','parallel':2,'assessments':[{'name':'a'," AT_GATE(
			"exit 6") "},"
				  "{'name':'b'," AT_GATE(
					  "exit 7") "},{'name':'c','command':['true']}]}",
		"assessment.begin", NULL);
	lives_succeed(lives);
	lives_open_gate(lives);
	lives_finish(lives);
	assert_int_equal(lives_number(lives_result(lives, 0), "exit.status"), 6);
	assert_int_equal(lives_number(lives_result(lives, 1), "exit.status"), 7);
	assert_int_equal(lives_traced(lives, "assessment.begin"), 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		LIVES_TEST(what_nothing_can_be_known_of_is_an_error_and_the_job_goes_on),
		LIVES_TEST(between_two_tries_the_next_one_follows),
		LIVES_TEST(those_that_ran_beside_each_other_all_go_on),
	};

	require_root();
	lives_hide_mounts();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
