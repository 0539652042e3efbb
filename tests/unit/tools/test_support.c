/* A program learns that it shall stop and reports, with axe around, without, and when it has gone.
 */
#include "axe/support.h"

#include "unit/tools/stage.h"

#define PATIENCE_MS 10000

static void cancel(struct stage *stage)
{
	assert_int_equal(1, write(stage->control, "c", 1));
}

static bool is_readable(int fd, int timeout_ms)
{
	struct pollfd poller = { .fd = fd, .events = POLLIN };

	return poll(&poller, 1, timeout_ms) == 1;
}

static void without_axe_every_call_answers_harmlessly(void **state)
{
	uint64_t job;
	uint32_t attempt, assessment, try_number;
	axe_support *support;
	bool canceled = true;

	assert_int_equal(S_OK, axe_support_open(&support));
	assert_false(axe_support_is_running(support));
	assert_false(axe_support_is_canceled(support));
	assert_false(is_readable(axe_support_cancel_descriptor(support), 0));
	assert_int_equal(S_OK, axe_support_wait_cancel(support, 1));
	assert_int_equal(
		S_OK, axe_support_report(support, AXE_PROGRESS_PERCENT, 7, NULL, &canceled));
	assert_false(canceled);
	assert_int_equal(AXE_E_INVALID_ARGUMENT,
		axe_support_report(support, AXE_PROGRESS_PERCENT, 101, NULL, NULL));
	assert_null(axe_support_parameter(support, "board"));
	assert_null(axe_support_temp_directory(support));
	assert_null(axe_support_results_directory(support));
	assert_false(axe_support_identity(support, &job, &attempt, &assessment, &try_number));
	axe_support_close(support);
	axe_support_close(NULL);
}

static void a_cancel_is_readable_and_stays_so(void **state)
{
	struct stage *stage = *state;
	axe_support *support;
	bool canceled = false;
	int fd;

	assert_int_equal(S_OK, axe_support_open(&support));
	assert_true(axe_support_is_running(support));
	fd = axe_support_cancel_descriptor(support);
	assert_int_equal(fd, axe_support_cancel_descriptor(support));
	assert_false(axe_support_is_canceled(support));
	assert_int_equal(S_OK, axe_support_wait_cancel(support, 1));
	assert_false(is_readable(fd, 0));
	cancel(stage);
	assert_int_equal(AXE_E_ASSESSMENT_CANCELED, axe_support_wait_cancel(support, UINT64_MAX));
	assert_true(axe_support_is_canceled(support));
	assert_int_equal(
		S_OK, axe_support_report(support, AXE_PROGRESS_CANCELLING, 0, "bye", &canceled));
	assert_true(canceled);
	assert_true(is_readable(fd, 0));
	stage_end_supervisor(stage);
	assert_true(is_readable(fd, 0));
	assert_true(axe_support_is_canceled(support));
	axe_support_close(support);
}

static void a_cancel_that_came_before_the_supervisor_went_is_known(void **state)
{
	struct stage *stage = *state;
	axe_support *support;

	assert_int_equal(S_OK, axe_support_open(&support));
	axe_support_cancel_descriptor(support);
	assert_false(axe_support_is_canceled(support));
	cancel(stage);
	assert_true(is_readable(axe_support_cancel_descriptor(support), PATIENCE_MS));
	stage_end_supervisor(stage);
	assert_true(axe_support_is_canceled(support));
	axe_support_close(support);
}

static void a_supervisor_that_has_gone_is_told_from_a_cancel(void **state)
{
	struct stage *stage = *state;
	axe_support *support, *late;

	assert_int_equal(S_OK, axe_support_open(&support));
	axe_support_cancel_descriptor(support);
	stage_end_supervisor(stage);
	assert_true(is_readable(axe_support_cancel_descriptor(support), PATIENCE_MS));
	assert_false(axe_support_is_running(support));
	assert_false(axe_support_is_canceled(support));
	assert_int_equal(AXE_E_ENGINE_NOT_RUNNING, axe_support_wait_cancel(support, UINT64_MAX));
	assert_int_equal(S_OK, axe_support_report(support, AXE_PROGRESS_HEARTBEAT, 0, NULL, NULL));
	axe_support_close(support);

	assert_int_equal(S_OK, axe_support_open(&late));
	assert_false(axe_support_is_running(late));
	assert_int_equal(AXE_E_ENGINE_NOT_RUNNING, axe_support_wait_cancel(late, UINT64_MAX));
	axe_support_close(late);
}

static void refusals_of_the_supervisor_have_codes(void **state)
{
	axe_support *support;

	assert_int_equal(S_OK, axe_support_open(&support));
	assert_int_equal(AXE_E_LIMIT_REACHED,
		axe_support_report(support, AXE_PROGRESS_WARNING, 0, "again", NULL));
	assert_int_equal(AXE_E_INVALID_ARGUMENT,
		axe_support_report(support, AXE_PROGRESS_CANCELLING, 0, NULL, NULL));
	assert_int_equal(AXE_E_INVALID_ARGUMENT,
		axe_support_report(support, AXE_PROGRESS_HEARTBEAT, 1, NULL, NULL));
	assert_int_equal(AXE_E_INVALID_ARGUMENT,
		axe_support_report(support, (axe_progress)99, 0, NULL, NULL));
	assert_int_equal(S_OK, axe_support_report(support, AXE_PROGRESS_TEST_CASE, 0, "one", NULL));
	axe_support_close(support);
}

static void a_forked_child_does_no_harm_to_its_parents_handle(void **state)
{
	struct stage *stage = *state;
	axe_support *support, *own = NULL;
	int status;
	pid_t child;

	assert_int_equal(S_OK, axe_support_open(&support));
	axe_support_cancel_descriptor(support);
	child = fork();
	if (child == 0) {
		bool harmless = !axe_support_is_running(support) &&
				!axe_support_is_canceled(support) &&
				axe_support_report(
					support, AXE_PROGRESS_HEARTBEAT, 0, NULL, NULL) == S_OK &&
				axe_support_open(&own) == S_OK && axe_support_is_running(own);

		axe_support_close(own);
		axe_support_close(support);
		_exit(!harmless);
	}
	assert_int_equal(child, waitpid(child, &status, 0));
	assert_int_equal(0, status);
	assert_true(axe_support_is_running(support));
	cancel(stage);
	assert_int_equal(AXE_E_ASSESSMENT_CANCELED, axe_support_wait_cancel(support, PATIENCE_MS));
	axe_support_close(support);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define STAGED(name) cmocka_unit_test_setup_teardown(name, stage_setup, stage_teardown)
		cmocka_unit_test(without_axe_every_call_answers_harmlessly),
		STAGED(a_cancel_is_readable_and_stays_so),
		STAGED(a_cancel_that_came_before_the_supervisor_went_is_known),
		STAGED(a_supervisor_that_has_gone_is_told_from_a_cancel),
		STAGED(refusals_of_the_supervisor_have_codes),
		STAGED(a_forked_child_does_no_harm_to_its_parents_handle),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
