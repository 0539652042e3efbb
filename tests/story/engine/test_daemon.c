/* Engines of a daemon: its slot is waited for, and the job outlives who started it. */
#include "support/unit.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "place.h"

#define LONG  "{'name': 'long', 'assessments': [{'name': 'a', 'command': ['sleep', '1000']}]}"
#define SHORT "{'name': 'short', 'assessments': [{'name': 'a', 'command': ['true']}]}"

/* A daemon of one slot, and who has it. */
struct scene {
	axe_engine *first, *second;
	struct ear first_ear, second_ear;
	axe_job *job;
};

static struct scene *occupy(void **state)
{
	struct scene *scene = calloc(1, sizeof(*scene));

	place_start_daemon(*state, 1);
	scene->first = engine_of_daemon(*state, &scene->first_ear);
	scene->second = engine_of_daemon(*state, &scene->second_ear);
	scene->job = job_of(LONG);
	assert_int_equal(S_OK, execute_async(scene->first, scene->job));
	ear_await(&scene->first_ear, AXE_EVENT_ASSESSMENT_BEGIN, 1);
	axe_job_free(scene->job);
	scene->job = job_of(SHORT);
	return scene;
}

static void leave(struct scene *scene)
{
	axe_job_free(scene->job);
	assert_int_equal(S_OK, axe_engine_close(scene->second));
	assert_int_equal(S_OK, axe_engine_close(scene->first));
	free(scene);
}

static void free_slot(struct scene *scene)
{
	assert_int_equal(S_OK, axe_engine_terminate_job(scene->first, NULL));
	assert_int_equal(AXE_E_JOB_CANCELED, axe_engine_wait(scene->first, AXE_FOREVER));
	ear_check(&scene->first_ear);
}

static void without_a_wait_a_taken_slot_fails_at_once(void **state)
{
	struct scene *scene = occupy(state);

	assert_int_equal(
		AXE_E_JOB_WAIT_TIMEOUT, axe_engine_execute_job(scene->second, scene->job, NULL));
	assert_string_not_equal("", axe_engine_error(scene->second));
	/* It is no job: it has no events, and there is nothing to wait for. */
	assert_int_equal(0, scene->second_ear.count);
	assert_int_equal(AXE_E_NO_JOB_RUNNING, axe_engine_wait(scene->second, 0));
	free_slot(scene);
	assert_int_equal(S_OK, axe_engine_execute_job(scene->second, scene->job, NULL));
	ear_check(&scene->second_ear);
	leave(scene);
}

static void a_wait_that_is_too_long_ends_the_job(void **state)
{
	const axe_execution execution = { .size = sizeof(execution), .wait_timeout_ms = 100 };
	struct scene *scene = occupy(state);

	assert_int_equal(AXE_E_JOB_WAIT_TIMEOUT,
		axe_engine_execute_job(scene->second, scene->job, &execution));
	assert_int_equal(1, ear_count(&scene->second_ear, AXE_EVENT_JOB_PENDING));
	assert_int_equal(0, ear_count(&scene->second_ear, AXE_EVENT_JOB_BEGIN));
	assert_int_equal(
		AXE_E_JOB_WAIT_TIMEOUT, ear_last(&scene->second_ear, AXE_EVENT_JOB_END).code);
	ear_check(&scene->second_ear);
	free_slot(scene);
	leave(scene);
}

static const axe_execution patient = {
	.size = sizeof(patient),
	.async = true,
	.wait_timeout_ms = AXE_FOREVER,
};

static void a_job_that_waits_runs_when_the_slot_is_free(void **state)
{
	struct scene *scene = occupy(state);

	assert_int_equal(S_OK, axe_engine_execute_job(scene->second, scene->job, &patient));
	ear_await(&scene->second_ear, AXE_EVENT_JOB_PENDING, 1);
	assert_int_equal(AXE_E_JOB_WAIT_TIMEOUT, axe_engine_wait(scene->second, 1));
	assert_int_equal(
		AXE_E_JOB_RUNNING, axe_engine_execute_job(scene->second, scene->job, &patient));
	free_slot(scene);
	assert_int_equal(S_OK, axe_engine_wait(scene->second, AXE_FOREVER));
	ear_check(&scene->second_ear);
	leave(scene);
}

static void withdraw(void **state, axe_result (*call)(axe_engine *engine))
{
	struct scene *scene = occupy(state);

	assert_int_equal(S_OK, axe_engine_execute_job(scene->second, scene->job, &patient));
	assert_int_equal(AXE_E_NO_JOB_RUNNING, axe_engine_cancel_assessment(scene->second, 0, 0));
	assert_int_equal(S_OK, call(scene->second));
	assert_int_equal(AXE_E_JOB_CANCELED, axe_engine_wait(scene->second, AXE_FOREVER));
	assert_int_equal(0, ear_count(&scene->second_ear, AXE_EVENT_JOB_BEGIN));
	assert_int_equal(AXE_E_JOB_CANCELED, ear_last(&scene->second_ear, AXE_EVENT_JOB_END).code);
	ear_check(&scene->second_ear);
	free_slot(scene);
	leave(scene);
}

static axe_result cancel(axe_engine *engine)
{
	return axe_engine_cancel_job(engine, 0);
}

static axe_result terminate(axe_engine *engine)
{
	return axe_engine_terminate_job(engine, NULL);
}

static void a_job_that_waits_is_withdrawn_by_cancel(void **state)
{
	withdraw(state, cancel);
}

static void a_job_that_waits_is_withdrawn_by_terminate(void **state)
{
	withdraw(state, terminate);
}

static void a_lost_daemon_ends_the_job_for_its_handlers(void **state)
{
	struct scene *scene = occupy(state);
	axe_errors *errors = NULL;
	axe_error_info info;

	place_stop_daemon(*state, SIGKILL);
	assert_int_equal(AXE_E_ENGINE_NOT_RUNNING, axe_engine_wait(scene->first, AXE_FOREVER));
	assert_int_equal(AXE_E_ASSESSMENT_COULD_NOT_FINISH,
		ear_last(&scene->first_ear, AXE_EVENT_ASSESSMENT_END).code);
	ear_check(&scene->first_ear);
	assert_int_equal(S_OK, axe_engine_errors(scene->first, &errors));
	assert_int_equal(S_OK, axe_errors_get(errors, AXE_ERROR_NEWEST, &info));
	assert_non_null(strstr(info.text, "may go on"));
	axe_errors_free(errors);
	assert_int_equal(
		AXE_E_ENGINE_NOT_RUNNING, axe_engine_execute_job(scene->second, scene->job, NULL));
	/* Another one at the same place is found again, and goes on with what the dead one left. */
	place_start_daemon(*state, 1);
	assert_int_equal(
		AXE_E_JOB_WAIT_TIMEOUT, axe_engine_execute_job(scene->second, scene->job, NULL));
	place_stop_daemon(*state, SIGTERM);
	place_start_daemon(*state, 1);
	assert_int_equal(S_OK, axe_engine_execute_job(scene->second, scene->job, NULL));
	leave(scene);
}

static void a_closed_engine_lets_its_job_go_on(void **state)
{
	const axe_execution quick = { .size = sizeof(quick) };
	struct scene *scene = occupy(state);

	assert_int_equal(S_OK, axe_engine_close(scene->first));
	assert_int_equal(0, ear_count(&scene->first_ear, AXE_EVENT_JOB_END));
	assert_int_equal(
		AXE_E_JOB_WAIT_TIMEOUT, axe_engine_execute_job(scene->second, scene->job, &quick));
	scene->first = NULL;
	leave(scene);
}

int main(void)
{
#define STORY(name) cmocka_unit_test_setup_teardown(name, place_setup, place_teardown)
	const struct CMUnitTest tests[] = {
		STORY(without_a_wait_a_taken_slot_fails_at_once),
		STORY(a_wait_that_is_too_long_ends_the_job),
		STORY(a_job_that_waits_runs_when_the_slot_is_free),
		STORY(a_job_that_waits_is_withdrawn_by_cancel),
		STORY(a_job_that_waits_is_withdrawn_by_terminate),
		STORY(a_lost_daemon_ends_the_job_for_its_handlers),
		STORY(a_closed_engine_lets_its_job_go_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
