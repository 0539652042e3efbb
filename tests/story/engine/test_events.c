/* A job from C: what its handlers hear, and what is left for its caller. */
#include "support/unit.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "place.h"

#define THREE                                                                                      \
	"{'name': 'three', 'assessments': [{'name': 'good', 'command': ['true']}, "                \
	"{'name': 'bad', 'command': ['sh', '-c', 'exit 3']}, "                                     \
	"{'name': 'worse', 'command': ['sh', '-c', 'kill -SEGV $$']}]}"

static void events_come_in_order_and_tell_each_end(void **state)
{
	static const struct heard expected[] = {
		{ .kind = AXE_EVENT_JOB_BEGIN, .assessment = AXE_NO_ASSESSMENT },
		{ .kind = AXE_EVENT_ASSESSMENT_BEGIN, .assessment = 0 },
		{ .kind = AXE_EVENT_ASSESSMENT_END, .assessment = 0, .verdict = "passed" },
		{ .kind = AXE_EVENT_ASSESSMENT_BEGIN, .assessment = 1 },
		{ .kind = AXE_EVENT_ASSESSMENT_END, .assessment = 1, .verdict = "failed" },
		{ .kind = AXE_EVENT_ASSESSMENT_BEGIN, .assessment = 2 },
		{ .kind = AXE_EVENT_ASSESSMENT_END, .assessment = 2, .verdict = "crashed" },
		{ .kind = AXE_EVENT_JOB_END, .assessment = AXE_NO_ASSESSMENT, .verdict = "failed" },
	};
	struct ear ear;
	axe_engine *engine = engine_private(*state, &ear);
	axe_job *job = job_of(THREE);

	assert_int_equal(AXE_E_JOB_ASSESSMENTS_FAILED, axe_engine_execute_job(engine, job, NULL));
	assert_int_equal(sizeof(expected) / sizeof(*expected), ear.count);
	for (size_t at = 0; at < ear.count; at++) {
		assert_int_equal(expected[at].kind, ear.heard[at].kind);
		assert_int_equal(expected[at].assessment, ear.heard[at].assessment);
		assert_string_equal(expected[at].verdict, ear.heard[at].verdict);
	}
	assert_int_equal(S_OK, ear.heard[2].code);
	assert_int_equal(AXE_E_ASSESSMENT_COMPLETED_WITH_ERROR, ear.heard[4].code);
	assert_int_equal(AXE_E_ASSESSMENT_CRASHED, ear.heard[6].code);
	assert_int_equal(AXE_E_JOB_ASSESSMENTS_FAILED, ear.heard[7].code);
	axe_job_free(job);
	axe_engine_close(engine);
}

/* What only a handler can ask of its event. */
struct facts {
	int status, signal;
	bool exited[3];
	uint32_t executed, failed, errors;
	uint64_t job, sequence;
	axe_error_info newest;
	char name[3][16], path[200], directory[200];
	bool json;
};

static void ask(const axe_event *event, struct ear *ear)
{
	struct facts *facts = ear->data;
	uint32_t index = axe_event_assessment(event);

	facts->json = strstr(axe_event_json(event), "\"type\"") != NULL;
	assert_true(axe_event_sequence(event) > facts->sequence);
	facts->sequence = axe_event_sequence(event);
	facts->job = axe_event_job(event);
	if (axe_event_get_kind(event) == AXE_EVENT_ASSESSMENT_END) {
		facts->exited[index] = axe_event_exit(event, &facts->status, &facts->signal);
		strcpy(facts->name[index], axe_event_assessment_name(event));
		axe_errors_get(axe_event_errors(event), AXE_ERROR_NEWEST, &facts->newest);
		assert_true(axe_event_code(event) == S_OK ||
			    facts->newest.code == axe_event_code(event));
	}
	if (axe_event_get_kind(event) != AXE_EVENT_JOB_END)
		return;
	facts->executed = axe_event_executed_count(event);
	facts->failed = axe_event_failed_count(event);
	facts->errors = axe_errors_count(axe_event_errors(event));
	axe_errors_get(axe_event_errors(event), AXE_ERROR_NEWEST, &facts->newest);
	assert_int_equal(axe_event_code(event), facts->newest.code);
	strcpy(facts->path, axe_event_result_path(event));
	strcpy(facts->directory, axe_engine_job_directory(ear->engine));
}

static void an_event_tells_all_of_an_end(void **state)
{
	struct facts facts = { 0 };
	struct ear ear;
	axe_engine *engine = engine_private(*state, &ear);
	axe_job *job = job_of(THREE);
	char path[220];

	ear.then = ask;
	ear.data = &facts;
	axe_engine_execute_job(engine, job, NULL);
	assert_int_equal(3, facts.status);
	assert_int_equal(SIGSEGV, facts.signal);
	assert_true(facts.exited[0] && facts.exited[1] && !facts.exited[2]);
	assert_string_equal("good", facts.name[0]);
	assert_string_equal("worse", facts.name[2]);
	assert_int_equal(3, facts.executed);
	assert_int_equal(2, facts.failed);
	assert_true(facts.errors >= 1);
	assert_int_equal(facts.job, axe_engine_job_number(engine));
	assert_true(facts.json);
	snprintf(path, sizeof(path), "%s/results.json", facts.directory);
	assert_string_equal(path, facts.path);
	axe_job_free(job);
	axe_engine_close(engine);
}

static void the_last_job_leaves_results_and_errors(void **state)
{
	axe_engine *engine = engine_private(*state, NULL);
	axe_job *job = job_of(THREE);
	axe_errors *errors = NULL;
	axe_error_info info;
	char *json = NULL;

	assert_int_equal(AXE_E_NOT_FOUND, axe_engine_results(engine, &json));
	assert_int_equal(AXE_E_NOT_FOUND, axe_engine_errors(engine, &errors));
	assert_int_equal(0, axe_engine_job_number(engine));
	assert_null(axe_engine_job_directory(engine));
	axe_engine_execute_job(engine, job, NULL);
	assert_int_equal(S_OK, axe_engine_results(engine, &json));
	assert_non_null(strstr(json, "worse"));
	assert_int_equal(S_OK, axe_engine_errors(engine, &errors));
	assert_int_equal(S_OK, axe_errors_get(errors, AXE_ERROR_NEWEST, &info));
	assert_int_equal(AXE_E_JOB_ASSESSMENTS_FAILED, info.code);
	assert_int_equal(AXE_ERROR_ERROR, info.kind);
	assert_int_equal(AXE_NO_ASSESSMENT, info.assessment);
	assert_int_equal(
		AXE_E_INVALID_INDEX, axe_errors_get(errors, axe_errors_count(errors), &info));
	axe_errors_free(errors);
	axe_text_free(json);
	axe_job_free(job);
	axe_engine_close(engine);
}

static void parameters_reach_the_assessments(void **state)
{
	axe_engine *engine = engine_private(*state, NULL);
	axe_job *job = job_of("{'name': 'p', 'parameters': {'board': 'none', "
			      "'lab': {'value': 'b', 'read_only': true}}, 'assessments': [{"
			      "'name': 'p', 'command': ['sh', '-c', 'test "
			      "$AXE_PARAMETER_board$AXE_PARAMETER_lab = x15b']}]}");
	const char *value;

	assert_int_equal(S_OK, axe_job_set_parameter(job, "board", "x15"));
	assert_int_equal(S_OK, axe_job_parameter(job, "board", &value));
	assert_string_equal("x15", value);
	assert_int_equal(AXE_E_PARAM_READ_ONLY, axe_job_set_parameter(job, "lab", "c"));
	assert_int_equal(AXE_E_PARAMETER_NOT_FOUND, axe_job_set_parameter(job, "none", "c"));
	assert_int_equal(AXE_E_PARAMETER_NOT_FOUND, axe_job_parameter(job, "none", &value));
	assert_int_equal(
		AXE_E_PARAM_CONVERSION_FAILED, axe_job_set_parameter(job, "board", "\xff"));
	assert_int_equal(S_OK, axe_engine_execute_job(engine, job, NULL));
	axe_job_free(job);
	axe_engine_close(engine);
}

static void a_running_job_keeps_its_parameters_and_may_be_freed(void **state)
{
	struct ear ear;
	axe_engine *engine = engine_private(*state, &ear);
	axe_job *job = job_of("{'name': 'p', 'parameters': {'board': 'none'}, 'assessments': "
			      "[{'name': 'p', 'command': ['sleep', '1000']}]}");

	assert_int_equal(S_OK, execute_async(engine, job));
	ear_await(&ear, AXE_EVENT_ASSESSMENT_BEGIN, 1);
	assert_int_equal(AXE_E_JOB_RUNNING, axe_job_set_parameter(job, "board", "x15"));
	axe_job_free(job);
	assert_int_equal(S_OK, axe_engine_terminate_job(engine, NULL));
	assert_int_equal(AXE_E_JOB_CANCELED, axe_engine_wait(engine, AXE_FOREVER));
	ear_check(&ear);
	axe_engine_close(engine);
}

static void an_engine_runs_one_job_after_another(void **state)
{
	struct ear ear;
	axe_engine *engine = engine_private(*state, &ear);
	axe_job *job = job_of("{'name': 'one', 'assessments': [{'name': 'one', 'command': "
			      "['true']}]}");

	for (unsigned round = 1; round <= 5; round++) {
		assert_int_equal(S_OK, axe_engine_execute_job(engine, job, NULL));
		assert_int_equal(round, axe_engine_job_number(engine));
		ear_check(&ear);
	}
	axe_job_free(job);
	axe_engine_close(engine);
}

static void start_next(const axe_event *event, struct ear *ear)
{
	unsigned *left = ear->data;
	axe_job *job;

	if (axe_event_get_kind(event) != AXE_EVENT_JOB_END || *left == 0)
		return;
	--*left;
	job = job_of("{'name': 'next', 'assessments': [{'name': 'n', 'command': ['true']}]}");
	/* A handler cannot wait for the events that come after it. */
	ear->then_code = axe_engine_execute_job(ear->engine, job, NULL);
	assert_int_equal(AXE_E_INVALID_STATE, ear->then_code);
	ear->then_code = execute_async(ear->engine, job);
	axe_job_free(job);
}

static void the_handler_of_the_end_starts_the_next_job(void **state)
{
	unsigned left = 3;
	struct ear ear;
	axe_engine *engine = engine_private(*state, &ear);
	axe_job *job = job_of("{'name': 'first', 'assessments': [{'name': 'f', 'command': "
			      "['false']}]}");

	ear.then = start_next;
	ear.data = &left;
	assert_int_equal(AXE_E_JOB_ASSESSMENTS_FAILED, axe_engine_execute_job(engine, job, NULL));
	ear_await(&ear, AXE_EVENT_JOB_END, 4);
	assert_int_equal(S_OK, axe_engine_wait(engine, AXE_FOREVER));
	assert_int_equal(S_OK, ear.then_code);
	assert_int_equal(4, axe_engine_job_number(engine));
	axe_job_free(job);
	axe_engine_close(engine);
}

int main(void)
{
#define STORY(name) cmocka_unit_test_setup_teardown(name, place_setup, place_teardown)
	const struct CMUnitTest tests[] = {
		STORY(events_come_in_order_and_tell_each_end),
		STORY(an_event_tells_all_of_an_end),
		STORY(the_last_job_leaves_results_and_errors),
		STORY(parameters_reach_the_assessments),
		STORY(a_running_job_keeps_its_parameters_and_may_be_freed),
		STORY(an_engine_runs_one_job_after_another),
		STORY(the_handler_of_the_end_starts_the_next_job),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
