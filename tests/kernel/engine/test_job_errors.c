/* The error lists of job.end and assessment.end: each phase's failure by its code, the last one is
 * that of the end. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "kernel/engine/job_fixture.h"
#include "support/require.h"
#include "support/unit.h"

/* What others change of the host meanwhile would be in its lists, as warnings. */
#define JOB "{'name':'j','defaults':{'residue':'ignore'},"

/* The names of the codes in a list, in its order, ended by NULL. */
static void assert_codes(const json_t *errors, const char *const *names)
{
	size_t at = 0;

	assert_true(json_is_array(errors));
	for (; names[at]; at++)
		assert_string_equal(names[at], text_at(json_array_get(errors, at), "name"));
	assert_int_equal(at, json_array_size(errors));
}

#define assert_errors(object, ...)                                                                 \
	assert_codes(value_at(object, "errors"), (const char *const[]){ __VA_ARGS__, NULL })

/* A post action is always surveyed: what others did meanwhile, as warnings, goes from its job's. */
static void drop_warnings(struct fixture *fixture)
{
	json_t *errors = json_object_get(fixture->summary, "errors");

	for (size_t at = json_array_size(errors); at-- > 0;)
		if (!strcmp("warning", text_at(json_array_get(errors, at), "kind")))
			json_array_remove(errors, at);
}

static const json_t *newest(const json_t *object)
{
	const json_t *errors = value_at(object, "errors");

	return json_array_get(errors, json_array_size(errors) - 1);
}

static void assert_newest_is_the_code(const struct fixture *fixture)
{
	assert_int_equal(fixture->code, number_at(newest(fixture->summary), "code"));
	assert_string_equal("error", text_at(newest(fixture->summary), "kind"));
}

static void job_that_went_well_has_no_errors(void **state)
{
	struct fixture *fixture = *state;
	char path[128];

	fixture_run(fixture, JOB "'assessments':[{'name':'a','command':['true']},"
				 "{'name':'b','command':['true']}]}");
	assert_int_equal(0, json_array_size(value_at(fixture->summary, "errors")));
	assert_int_equal(0, json_array_size(value_at(fixture_result(fixture, 0), "errors")));
	assert_int_equal(2, number_at(fixture->summary, "executed"));
	assert_int_equal(0, number_at(fixture->summary, "failed"));
	snprintf(path, sizeof(path), "%s/results.json", job_directory(fixture->job));
	assert_string_equal(path, text_at(fixture->summary, "result_path"));
	assert_int_equal(0, access(path, R_OK));
}

static void failed_assessments_are_listed_and_counted(void **state)
{
	struct fixture *fixture = *state;

	fixture_run(fixture, JOB "'stop_on_failure':true,'assessments':["
				 "{'name':'a','command':['true']},{'name':'b','command':['false']},"
				 "{'name':'c','command':['true']}]}");
	assert_errors(fixture->summary, "AXE_E_ASSESSMENT_COMPLETED_WITH_ERROR",
		"AXE_E_JOB_ASSESSMENTS_FAILED");
	assert_newest_is_the_code(fixture);
	assert_int_equal(1, number_at(fixture->summary, "errors.0.assessment"));
	assert_string_equal("1 of 3 assessments failed", text_at(newest(fixture->summary), "text"));
	assert_errors(fixture_result(fixture, 1), "AXE_E_ASSESSMENT_COMPLETED_WITH_ERROR");
	assert_non_null(
		strstr(text_at(newest(fixture_result(fixture, 1)), "text"), "exit status 1"));
	assert_int_equal(2, number_at(fixture->summary, "executed"));
	assert_int_equal(1, number_at(fixture->summary, "failed"));
}

static void program_that_is_not_there_could_not_start(void **state)
{
	struct fixture *fixture = *state;

	fixture_run(fixture, JOB "'assessments':[{'name':'a','command':['/none/such']}]}");
	assert_errors(fixture_result(fixture, 0), "AXE_E_ASSESSMENT_COULD_NOT_START");
	assert_errors(fixture->summary, "AXE_E_ASSESSMENT_COULD_NOT_START",
		"AXE_E_JOB_ASSESSMENTS_FAILED");
}

static void failure_before_there_is_a_process_is_one_of_preparation(void **state)
{
	struct fixture *fixture = *state;
	const json_t *result;

	fixture_run(fixture, JOB "'assessments':[{'name':'a','command':['true'],"
				 "'stdin':'/none/such'}]}");
	result = fixture_result(fixture, 0);
	assert_errors(result, "AXE_E_ASSESSMENT_PREPARATION", "AXE_E_ASSESSMENT_COULD_NOT_START");
	assert_non_null(strstr(text_at(result, "errors.0.text"), "/none/such"));
	assert_int_equal(number_at(result, "error.code"), number_at(newest(result), "code"));
}

static void warning_is_listed_though_nothing_failed(void **state)
{
	struct fixture *fixture = *state;

	fixture_run(fixture, JOB "'assessments':[{'name':'a','leaks':'warn','command':"
				 "'sleep 999 & exit 0'}]}");
	assert_int_equal(S_OK, fixture->code);
	assert_errors(fixture->summary, "S_OK");
	assert_string_equal("warning", text_at(fixture->summary, "errors.0.kind"));
	assert_non_null(strstr(text_at(fixture->summary, "errors.0.text"), "1 process leaked"));
}

static void post_action_that_failed_is_named_as_such(void **state)
{
	struct fixture *fixture = *state;

	fixture_run(fixture, JOB "'post':{'command':['false']},"
				 "'assessments':[{'name':'a','command':['true']}]}");
	drop_warnings(fixture);
	assert_errors(
		fixture->summary, "AXE_E_ASSESSMENT_COMPLETED_WITH_ERROR", "AXE_E_POSTEXECUTION");
	assert_newest_is_the_code(fixture);
	assert_null(value_at(fixture->summary, "errors.0.assessment"));
	assert_int_equal(1, number_at(fixture->summary, "executed"));
	assert_int_equal(0, number_at(fixture->summary, "failed"));
}

static void failed_post_action_is_listed_before_what_decided_the_end(void **state)
{
	struct fixture *fixture = *state;

	fixture_run(fixture, JOB "'post':{'command':['false']},"
				 "'assessments':[{'name':'a','command':['false']}]}");
	drop_warnings(fixture);
	assert_errors(fixture->summary, "AXE_E_ASSESSMENT_COMPLETED_WITH_ERROR",
		"AXE_E_ASSESSMENT_COMPLETED_WITH_ERROR", "AXE_E_POSTEXECUTION",
		"AXE_E_JOB_ASSESSMENTS_FAILED");
	assert_newest_is_the_code(fixture);
}

static void react_terminate(struct fixture *fixture, const json_t *event)
{
	assert_int_equal(S_OK, fixture_terminate(fixture));
}

static void terminated_job_says_so_behind_what_it_terminated(void **state)
{
	struct fixture *fixture = *state;

	fixture->react_to = "assessment.begin";
	fixture->react = react_terminate;
	fixture_run(fixture, JOB "'assessments':[{'name':'a','command':['sleep','999']},"
				 "{'name':'b','command':['true']}]}");
	assert_errors(fixture->summary, "AXE_E_ASSESSMENT_TERMINATED", "AXE_E_JOB_CANCELED");
	assert_newest_is_the_code(fixture);
	assert_string_equal("the job was terminated", text_at(newest(fixture->summary), "text"));
	assert_int_equal(1, number_at(fixture->summary, "executed"));
}

static void react_cancel(struct fixture *fixture, const json_t *event)
{
	assert_int_equal(S_OK, job_cancel(fixture->job, 0));
}

/* The last one succeeded: its result stays, and so does the job's code. */
static void canceled_job_says_so_though_nothing_failed(void **state)
{
	struct fixture *fixture = *state;

	fixture->react_to = "assessment.begin";
	fixture->react = react_cancel;
	fixture_run(fixture, JOB "'assessments':[{'name':'a','command':['true']}]}");
	assert_errors(fixture->summary, "AXE_E_JOB_CANCELED");
	assert_string_equal("the job was canceled", text_at(newest(fixture->summary), "text"));
	assert_int_equal(0, number_at(fixture->summary, "failed"));
}

/* A folder of that name is in the way. */
static void react_block_results(struct fixture *fixture, const json_t *event)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/results.json", job_directory(fixture->job));
	assert_int_equal(0, mkdir(path, 0700));
}

static void unwritten_results_are_the_last_error_of_a_job_without_another(void **state)
{
	struct fixture *fixture = *state;

	fixture->react_to = "job.begin";
	fixture->react = react_block_results;
	fixture_run(fixture, JOB "'assessments':[{'name':'a','command':['true']}]}");
	assert_int_equal(AXE_E_JOB_RESULTS_FAILED, fixture->code);
	assert_errors(fixture->summary, "AXE_E_JOB_RESULTS_FAILED");
	assert_non_null(strstr(text_at(newest(fixture->summary), "text"), "results.json"));
}

static void unwritten_results_stand_before_the_code_of_a_failed_job(void **state)
{
	struct fixture *fixture = *state;

	fixture->react_to = "job.begin";
	fixture->react = react_block_results;
	fixture_run(fixture, JOB "'assessments':[{'name':'a','command':['false']}]}");
	assert_errors(fixture->summary, "AXE_E_ASSESSMENT_COMPLETED_WITH_ERROR",
		"AXE_E_JOB_RESULTS_FAILED", "AXE_E_JOB_ASSESSMENTS_FAILED");
	assert_newest_is_the_code(fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define LIVE(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
		LIVE(job_that_went_well_has_no_errors),
		LIVE(failed_assessments_are_listed_and_counted),
		LIVE(program_that_is_not_there_could_not_start),
		LIVE(failure_before_there_is_a_process_is_one_of_preparation),
		LIVE(warning_is_listed_though_nothing_failed),
		LIVE(post_action_that_failed_is_named_as_such),
		LIVE(failed_post_action_is_listed_before_what_decided_the_end),
		LIVE(terminated_job_says_so_behind_what_it_terminated),
		LIVE(canceled_job_says_so_though_nothing_failed),
		LIVE(unwritten_results_are_the_last_error_of_a_job_without_another),
		LIVE(unwritten_results_stand_before_the_code_of_a_failed_job),
	};

	require_root();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
