/* Each function's documented refusals, with one line that says why. */
#include "support/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "place.h"

#define SHORT "{'name': 'short', 'assessments': [{'name': 'a', 'command': ['true']}]}"
#define LONG  "{'name': 'long', 'assessments': [{'name': 'a', 'command': ['sleep', '1000']}]}"

static void write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "we");

	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(0, fclose(file));
}

static void a_bad_manifest_is_refused_with_its_line(void **state)
{
	char *path = place_path(*state, "bad.yaml");
	axe_job *job = NULL;
	axe_errors *errors = NULL;
	axe_error_info info;

	write_file(path, "name: x\nassessments:\n  - name: a\n    comand: [ls]\n");
	assert_int_equal(AXE_E_BAD_MANIFEST, axe_job_load(path, &job, &errors));
	assert_null(job);
	assert_int_equal(1, axe_errors_count(errors));
	assert_int_equal(S_OK, axe_errors_get(errors, 0, &info));
	assert_int_equal(AXE_E_BAD_MANIFEST, info.code);
	assert_int_equal(AXE_ERROR_ERROR, info.kind);
	assert_non_null(strstr(info.text, ":4:"));
	axe_errors_free(errors);
	assert_int_equal(AXE_E_BAD_MANIFEST, axe_job_load(path, &job, NULL));
	assert_int_equal(AXE_E_BAD_MANIFEST, axe_job_parse("{}", 2, &job, NULL));
	assert_int_equal(AXE_E_BAD_MANIFEST, axe_job_parse("", 0, &job, NULL));
	assert_int_equal(AXE_E_BAD_MANIFEST, axe_job_parse("[1", 2, &job, NULL));
	assert_int_equal(AXE_E_INVALID_ARGUMENT, axe_job_parse(NULL, 0, &job, NULL));
	free(path);
}

static void a_manifest_that_is_not_there_is_not_found(void **state)
{
	axe_errors *errors = NULL;
	axe_error_info info;
	axe_job *job = NULL;

	assert_int_equal(AXE_E_NOT_FOUND, axe_job_load("/nowhere/at/all.yaml", &job, &errors));
	assert_int_equal(S_OK, axe_errors_get(errors, AXE_ERROR_NEWEST, &info));
	assert_non_null(strstr(info.text, "/nowhere/at/all.yaml"));
	axe_errors_free(errors);
	assert_int_equal(AXE_E_INVALID_ARGUMENT, axe_job_load(NULL, &job, NULL));
}

static void a_good_manifest_has_an_empty_list(void **state)
{
	char *path = place_path(*state, "good.yaml");
	axe_errors *errors = NULL;
	axe_error_info info;
	axe_job *job = NULL;

	write_file(path, "name: x\nassessments:\n  - {name: a, command: [ls], repeat: 2}\n");
	assert_int_equal(S_OK, axe_job_load(path, &job, &errors));
	assert_int_equal(0, axe_errors_count(errors));
	assert_int_equal(AXE_E_INVALID_INDEX, axe_errors_get(errors, AXE_ERROR_NEWEST, &info));
	assert_string_equal("x", axe_job_name(job));
	assert_int_equal(2, axe_job_assessment_count(job));
	assert_string_equal("a#2", axe_job_assessment_name(job, 1));
	assert_null(axe_job_assessment_name(job, 2));
	axe_errors_free(errors);
	axe_job_free(job);
	axe_job_free(NULL);
	axe_errors_free(NULL);
	axe_text_free(NULL);
	free(path);
}

static void codes_have_names_and_texts(void **state)
{
	assert_string_equal("AXE_E_JOB_CANCELED", axe_result_name(AXE_E_JOB_CANCELED));
	assert_string_equal(
		"the job was canceled or terminated", axe_result_text(AXE_E_JOB_CANCELED));
	assert_null(axe_result_name(7));
	assert_string_equal("unknown code", axe_result_text(7));
}

static void a_daemon_that_is_not_there_is_not_running(void **state)
{
	char *path = place_path(*state, "no.sock");
	axe_engine *engine = NULL;

	assert_int_equal(AXE_E_ENGINE_NOT_RUNNING, axe_engine_open(path, &engine));
	assert_null(engine);
	assert_int_equal(AXE_E_INVALID_ARGUMENT, axe_engine_open(NULL, NULL));
	assert_int_equal(AXE_E_INVALID_ARGUMENT, axe_engine_open("", &engine));
	assert_int_equal(S_OK, axe_engine_close(NULL));
	free(path);
}

static void a_supervisor_that_cannot_start_is_not_running(void **state)
{
	char *before = strdup(getenv("AXE_AXED"));
	axe_engine *engine = engine_private(*state, NULL);
	axe_job *job = job_of(SHORT);

	setenv("AXE_AXED", "/nowhere/axed", 1);
	assert_int_equal(AXE_E_ENGINE_NOT_RUNNING, axe_engine_execute_job(engine, job, NULL));
	assert_non_null(strstr(axe_engine_error(engine), "/nowhere/axed"));
	setenv("AXE_AXED", "/bin/true", 1);
	assert_int_equal(AXE_E_ENGINE_NOT_RUNNING, axe_engine_execute_job(engine, job, NULL));
	/* It is no job, and the next one is tried anew. */
	assert_int_equal(AXE_E_NO_JOB_RUNNING, axe_engine_wait(engine, 0));
	setenv("AXE_AXED", before, 1);
	assert_int_equal(S_OK, axe_engine_execute_job(engine, job, NULL));
	assert_string_equal("", axe_engine_error(engine));
	axe_job_free(job);
	axe_engine_close(engine);
	free(before);
}

static void without_a_job_nothing_is_running(void **state)
{
	axe_engine *engine = engine_private(*state, NULL);
	char *receipt = (char *)"untouched";

	assert_int_equal(AXE_E_NO_JOB_RUNNING, axe_engine_cancel_assessment(engine, 0, 0));
	assert_int_equal(AXE_E_NO_JOB_RUNNING, axe_engine_cancel_job(engine, 0));
	assert_int_equal(AXE_E_NO_JOB_RUNNING, axe_engine_terminate_job(engine, &receipt));
	assert_string_equal("untouched", receipt);
	assert_string_equal("no job is running", axe_engine_error(engine));
	assert_int_equal(AXE_E_NO_JOB_RUNNING, axe_engine_wait(engine, AXE_FOREVER));
	axe_engine_close(engine);
}

static void settings_are_fixed_while_a_job_runs(void **state)
{
	struct ear ear;
	axe_engine *engine = engine_private(*state, &ear);
	axe_job *job = job_of(LONG);

	assert_int_equal(AXE_E_INVALID_ARGUMENT,
		axe_engine_set_handler(engine, (axe_event_kind)0, NULL, NULL));
	assert_int_equal(AXE_E_INVALID_ARGUMENT,
		axe_engine_set_handler(
			engine, (axe_event_kind)(AXE_EVENT_JOB_END + 1), NULL, NULL));
	assert_int_equal(
		AXE_E_INVALID_ARGUMENT, axe_engine_set_threading(engine, (axe_threading)0));
	assert_int_equal(S_OK, execute_async(engine, job));
	ear_await(&ear, AXE_EVENT_ASSESSMENT_BEGIN, 1);
	assert_int_equal(
		AXE_E_JOB_RUNNING, axe_engine_set_handler(engine, AXE_EVENT_JOB_END, NULL, NULL));
	assert_int_equal(
		AXE_E_JOB_RUNNING, axe_engine_set_threading(engine, AXE_THREADING_DISPATCH));
	assert_int_equal(AXE_E_INVALID_STATE, axe_engine_set_state_directory(engine, "/tmp"));
	assert_int_equal(AXE_E_INVALID_STATE, axe_engine_set_cgroup_root(engine, NULL));
	assert_int_equal(AXE_E_JOB_RUNNING, axe_engine_execute_job(engine, job, NULL));
	assert_int_equal(AXE_E_JOB_WAIT_TIMEOUT, axe_engine_wait(engine, 0));
	assert_int_equal(S_OK, axe_engine_terminate_job(engine, NULL));
	assert_int_equal(AXE_E_JOB_CANCELED, axe_engine_wait(engine, AXE_FOREVER));
	/* Without a handler nobody hears, and nothing goes wrong. */
	assert_int_equal(S_OK, axe_engine_set_handler(engine, AXE_EVENT_JOB_END, NULL, NULL));
	axe_job_free(job);
	axe_engine_close(engine);
}

/* A caller that was built with a later version, which asks for more. */
struct later_execution {
	axe_execution known;
	uint64_t unknown;
};

static void an_execution_of_another_version_is_understood_or_refused(void **state)
{
	axe_engine *engine = engine_private(*state, NULL);
	axe_job *job = job_of(SHORT);
	struct later_execution later = { .known = { .size = sizeof(later) } };
	axe_execution none = { .size = 0 };

	assert_int_equal(AXE_E_INVALID_ARGUMENT, axe_engine_execute_job(engine, job, &none));
	assert_int_equal(AXE_E_INVALID_ARGUMENT, axe_engine_execute_job(engine, NULL, NULL));
	assert_int_equal(AXE_E_INVALID_ARGUMENT, axe_engine_execute_job(NULL, job, NULL));
	assert_int_equal(S_OK, axe_engine_execute_job(engine, job, &later.known));
	later.unknown = 1;
	assert_int_equal(AXE_E_INVALID_ARGUMENT, axe_engine_execute_job(engine, job, &later.known));
	axe_job_free(job);
	axe_engine_close(engine);
}

static void what_cannot_start_says_so_in_its_list(void **state)
{
	struct ear ear;
	axe_engine *engine = engine_private(*state, &ear);
	axe_job *job = job_of("{'name': 'none', 'assessments': [{'name': 'a', 'command': "
			      "['/nowhere/at/all']}]}");
	axe_errors *errors = NULL;
	bool named = false;

	assert_int_equal(AXE_E_JOB_ASSESSMENTS_FAILED, axe_engine_execute_job(engine, job, NULL));
	assert_int_equal(
		AXE_E_ASSESSMENT_COULD_NOT_START, ear_last(&ear, AXE_EVENT_ASSESSMENT_END).code);
	ear_check(&ear);
	assert_int_equal(S_OK, axe_engine_errors(engine, &errors));
	for (uint32_t at = 0; at < axe_errors_count(errors); at++) {
		axe_error_info info;

		assert_int_equal(S_OK, axe_errors_get(errors, at, &info));
		named |= info.code == AXE_E_ASSESSMENT_COULD_NOT_START && info.assessment == 0;
	}
	assert_true(named);
	axe_errors_free(errors);
	axe_job_free(job);
	axe_engine_close(engine);
}

int main(void)
{
#define STORY(name) cmocka_unit_test_setup_teardown(name, place_setup, place_teardown)
	const struct CMUnitTest tests[] = {
		STORY(a_bad_manifest_is_refused_with_its_line),
		STORY(a_manifest_that_is_not_there_is_not_found),
		STORY(a_good_manifest_has_an_empty_list),
		STORY(codes_have_names_and_texts),
		STORY(a_daemon_that_is_not_there_is_not_running),
		STORY(a_supervisor_that_cannot_start_is_not_running),
		STORY(without_a_job_nothing_is_running),
		STORY(settings_are_fixed_while_a_job_runs),
		STORY(an_execution_of_another_version_is_understood_or_refused),
		STORY(what_cannot_start_says_so_in_its_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
