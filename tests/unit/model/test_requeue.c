/* Every cause meets every state of a task, ended by CancelTask or not. */
#include "support/unit.h"

#include "model/requeue.h"

/* SEMANTICS once more, as words: what is queued again. */
static bool expected(enum cause cause, enum state task, bool canceled)
{
	if (task == STATE_FINISHED)
		return false;
	switch (cause) {
	case CAUSE_OF_CANCEL:
		return true;
	case CAUSE_OF_TASKS:
		return !canceled;
	case CAUSE_OF_HOST:
		return !canceled && task != STATE_FAILED;
	case CAUSE_COUNT:
		break;
	}
	return false;
}

static void every_cause_and_state_is_decided_as_defined(void **state)
{
	for (unsigned cause = 0; cause < CAUSE_COUNT; cause++)
		for (unsigned task = 0; task < STATE_COUNT; task++)
			for (unsigned canceled = 0; canceled < 2; canceled++)
				assert_int_equal(expected(cause, task, canceled),
					requeue_takes(cause, task, canceled));
}

/* What the store is told says the same as the decision for one task. */
static void the_masks_say_the_same(void **state)
{
	for (unsigned cause = 0; cause < CAUSE_COUNT; cause++)
		for (unsigned task = 0; task < STATE_COUNT; task++) {
			bool in_mask = requeue_states(cause) & 1u << task;

			assert_int_equal(in_mask, requeue_takes(cause, task, false));
			assert_int_equal(in_mask && !requeue_spares_canceled(cause),
				requeue_takes(cause, task, true));
		}
}

static void a_reason_says_what_ended_the_job(void **state)
{
	assert_int_equal(CAUSE_OF_CANCEL, cause_of("job_canceled"));
	assert_int_equal(CAUSE_OF_CANCEL, cause_of("terminated"));
	assert_int_equal(CAUSE_OF_CANCEL, cause_of("runtime"));
	assert_int_equal(CAUSE_OF_CANCEL, cause_of("requeued"));
	assert_int_equal(CAUSE_OF_HOST, cause_of("supervisor_ended"));
	assert_int_equal(CAUSE_OF_TASKS, cause_of(NULL));
	assert_int_equal(CAUSE_OF_TASKS, cause_of("not_started"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_cause_and_state_is_decided_as_defined),
		cmocka_unit_test(the_masks_say_the_same),
		cmocka_unit_test(a_reason_says_what_ended_the_job),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
