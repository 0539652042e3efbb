/* The three ways to end a job from C, with a private supervisor. */
#include "support/unit.h"

#include <string.h>

#include "place.h"

#define FOREVER                                                                                    \
	"{'name': 'long', 'assessments': [{'name': 'a', 'command': ['sleep', '1000']}, "           \
	"{'name': 'b', 'command': ['sleep', '1000']}]}"

/* Ends when it is asked to. */
#define POLITE                                                                                     \
	"{'name': 'polite', 'assessments': [{'name': 'a', 'command': ['sleep', '1000'], "          \
	"'cancel_signal': 'TERM'}, {'name': 'b', 'command': ['true']}]}"

static void a_terminated_job_is_dead_and_tells_its_ends(void **state)
{
	struct ear ear;
	axe_engine *engine = engine_at_work(*state, &ear, FOREVER);
	char *receipt = NULL;

	assert_int_equal(S_OK, axe_engine_terminate_job(engine, &receipt));
	assert_non_null(strstr(receipt, "\"killed\":1"));
	assert_int_equal(AXE_E_JOB_CANCELED, axe_engine_wait(engine, AXE_FOREVER));
	assert_int_equal(
		AXE_E_ASSESSMENT_TERMINATED, ear_last(&ear, AXE_EVENT_ASSESSMENT_END).code);
	assert_int_equal(AXE_E_JOB_CANCELED, ear_last(&ear, AXE_EVENT_JOB_END).code);
	assert_int_equal(1, ear_count(&ear, AXE_EVENT_ASSESSMENT_END));
	ear_check(&ear);
	axe_text_free(receipt);
	axe_engine_close(engine);
}

static void a_canceled_job_ends_with_its_assessment(void **state)
{
	struct ear ear;
	axe_engine *engine = engine_at_work(*state, &ear, POLITE);

	assert_int_equal(S_OK, axe_engine_cancel_job(engine, 0));
	assert_int_equal(AXE_E_JOB_CANCELED, axe_engine_wait(engine, AXE_FOREVER));
	assert_int_equal(AXE_E_ASSESSMENT_CANCELED, ear_last(&ear, AXE_EVENT_ASSESSMENT_END).code);
	assert_int_equal(1, ear_count(&ear, AXE_EVENT_ASSESSMENT_BEGIN));
	ear_check(&ear);
	axe_engine_close(engine);
}

static void a_canceled_assessment_lets_the_job_go_on(void **state)
{
	struct ear ear;
	axe_engine *engine = engine_at_work(*state, &ear, POLITE);

	assert_int_equal(AXE_E_INVALID_INDEX, axe_engine_cancel_assessment(engine, 1, 0));
	assert_int_equal(AXE_E_INVALID_INDEX, axe_engine_cancel_assessment(engine, 77, 0));
	assert_int_equal(S_OK, axe_engine_cancel_assessment(engine, 0, 0));
	assert_int_not_equal(AXE_E_JOB_CANCELED, axe_engine_wait(engine, AXE_FOREVER));
	assert_int_equal(2, ear_count(&ear, AXE_EVENT_ASSESSMENT_END));
	assert_true(ear_count(&ear, AXE_EVENT_ASSESSMENT_CANCEL) >= 1);
	ear_check(&ear);
	axe_engine_close(engine);
}

static void grace_ends_who_does_not_listen(void **state)
{
	struct ear ear;
	axe_engine *engine = engine_at_work(*state, &ear, FOREVER);

	assert_int_equal(S_OK, axe_engine_cancel_job(engine, 1));
	assert_int_equal(AXE_E_JOB_CANCELED, axe_engine_wait(engine, AXE_FOREVER));
	assert_int_equal(
		AXE_E_ASSESSMENT_TERMINATED, ear_last(&ear, AXE_EVENT_ASSESSMENT_END).code);
	ear_check(&ear);
	axe_engine_close(engine);
}

static void terminate_once(const axe_event *event, struct ear *ear)
{
	if (axe_event_get_kind(event) != AXE_EVENT_ASSESSMENT_BEGIN)
		return;
	ear->then_code = axe_engine_terminate_job(ear->engine, NULL);
	/* The answer comes first, the events after the handler has returned. */
	assert_int_equal(0, ear_count(ear, AXE_EVENT_ASSESSMENT_END));
	assert_int_equal(0, ear_count(ear, AXE_EVENT_JOB_END));
	assert_int_equal(AXE_E_INVALID_STATE, axe_engine_close(ear->engine));
	assert_int_equal(AXE_E_INVALID_STATE, axe_engine_wait(ear->engine, AXE_FOREVER));
	assert_int_equal(AXE_E_JOB_RUNNING,
		axe_engine_set_handler(ear->engine, AXE_EVENT_PROGRESS, NULL, NULL));
}

static void a_handler_terminates_and_hears_the_rest_afterwards(void **state)
{
	struct ear ear;
	axe_engine *engine = engine_private(*state, &ear);
	axe_job *job = job_of(FOREVER);

	ear.then = terminate_once;
	ear.then_code = AXE_E_INTERNAL_ERROR;
	assert_int_equal(AXE_E_JOB_CANCELED, axe_engine_execute_job(engine, job, NULL));
	assert_int_equal(S_OK, ear.then_code);
	assert_int_equal(1, ear_count(&ear, AXE_EVENT_ASSESSMENT_END));
	ear_check(&ear);
	axe_job_free(job);
	axe_engine_close(engine);
}

static void closing_ends_a_private_job_and_tells_so(void **state)
{
	struct ear ear;
	axe_engine *engine = engine_at_work(*state, &ear, FOREVER);

	assert_int_equal(S_OK, axe_engine_close(engine));
	assert_int_equal(AXE_E_JOB_CANCELED, ear_last(&ear, AXE_EVENT_JOB_END).code);
	ear_check(&ear);
}

int main(void)
{
#define STORY(name) cmocka_unit_test_setup_teardown(name, place_setup, place_teardown)
	const struct CMUnitTest tests[] = {
		STORY(a_terminated_job_is_dead_and_tells_its_ends),
		STORY(a_canceled_job_ends_with_its_assessment),
		STORY(a_canceled_assessment_lets_the_job_go_on),
		STORY(grace_ends_who_does_not_listen),
		STORY(a_handler_terminates_and_hears_the_rest_afterwards),
		STORY(closing_ends_a_private_job_and_tells_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
