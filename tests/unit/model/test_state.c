/* Every state meets every event, and only the moves of the definition happen. */
#include "support/unit.h"

#include <errno.h>
#include <string.h>

#include "model/state.h"

/* The definition once more, as a list of what is allowed. */
static const struct {
	enum state from;
	enum state_event event;
	enum state to;
} allowed[] = {
	{ STATE_NOT_SUBMITTED, EVENT_SUBMIT, STATE_QUEUED },
	{ STATE_NOT_SUBMITTED, EVENT_CANCEL, STATE_CANCELED },
	{ STATE_QUEUED, EVENT_START, STATE_RUNNING },
	{ STATE_QUEUED, EVENT_FAIL, STATE_FAILED },
	{ STATE_QUEUED, EVENT_CANCEL, STATE_CANCELED },
	{ STATE_RUNNING, EVENT_SUCCEED, STATE_FINISHED },
	{ STATE_RUNNING, EVENT_FAIL, STATE_FAILED },
	{ STATE_RUNNING, EVENT_CANCEL, STATE_CANCELED },
	{ STATE_RUNNING, EVENT_REQUEUE, STATE_QUEUED },
	{ STATE_FAILED, EVENT_REQUEUE, STATE_QUEUED },
	{ STATE_CANCELED, EVENT_REQUEUE, STATE_QUEUED },
};

static bool is_allowed(enum state from, enum state_event event, enum state to)
{
	for (unsigned at = 0; at < sizeof(allowed) / sizeof(*allowed); at++)
		if (allowed[at].from == from && allowed[at].event == event && allowed[at].to == to)
			return true;
	return false;
}

static void only_defined_moves_happen_and_a_refusal_changes_nothing(void **state)
{
	unsigned moves = 0;

	for (unsigned from = 0; from < STATE_COUNT; from++) {
		for (unsigned event = 0; event < EVENT_COUNT; event++) {
			enum state moved = from;
			int code = state_apply(&moved, event);

			if (code < 0)
				assert_int_equal(-EPROTO, code);
			for (unsigned to = 0; to < STATE_COUNT; to++)
				assert_int_equal(
					code == 0 && moved == to, is_allowed(from, event, to));
			if (code < 0)
				assert_int_equal(from, moved);
			moves += code == 0;
		}
	}
	assert_int_equal(sizeof(allowed) / sizeof(*allowed), moves);
}

static void nothing_leads_out_of_finished(void **state)
{
	for (unsigned event = 0; event < EVENT_COUNT; event++) {
		enum state finished = STATE_FINISHED;

		assert_int_equal(-EPROTO, state_apply(&finished, event));
		assert_int_equal(STATE_FINISHED, finished);
	}
}

static void second_cancel_is_refused(void **state)
{
	enum state job = STATE_RUNNING;

	assert_int_equal(0, state_apply(&job, EVENT_CANCEL));
	assert_int_equal(-EPROTO, state_apply(&job, EVENT_CANCEL));
	assert_int_equal(STATE_CANCELED, job);
}

static void every_state_is_found_by_its_name(void **state)
{
	enum state found;

	for (unsigned at = 0; at < STATE_COUNT; at++) {
		assert_true(state_from_name(state_name(at), &found));
		assert_int_equal(at, found);
	}
	assert_string_equal("NotSubmitted", state_name(STATE_NOT_SUBMITTED));
	assert_string_equal("Canceled", state_name(STATE_CANCELED));
	assert_false(state_from_name("Cancelled", &found));
	assert_false(state_from_name("queued", &found));
}

static void what_is_no_outcome_of_success_or_cancel_is_a_failure(void **state)
{
	assert_int_equal(STATE_FINISHED, state_of_outcome("finished"));
	assert_int_equal(STATE_CANCELED, state_of_outcome("canceled"));
	assert_int_equal(STATE_CANCELED, state_of_outcome("terminated"));
	assert_int_equal(STATE_FAILED, state_of_outcome("failed"));
	assert_int_equal(STATE_FAILED, state_of_outcome("error"));
	assert_int_equal(STATE_FAILED, state_of_outcome(""));
}

static void every_event_has_a_name_of_its_own(void **state)
{
	for (unsigned event = 0; event < EVENT_COUNT; event++)
		for (unsigned other = 0; other < event; other++)
			assert_string_not_equal(state_event_name(event), state_event_name(other));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_defined_moves_happen_and_a_refusal_changes_nothing),
		cmocka_unit_test(nothing_leads_out_of_finished),
		cmocka_unit_test(second_cancel_is_refused),
		cmocka_unit_test(every_state_is_found_by_its_name),
		cmocka_unit_test(what_is_no_outcome_of_success_or_cancel_is_a_failure),
		cmocka_unit_test(every_event_has_a_name_of_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
