/* Support sockets are bounded, and their end loses nothing that was said. */
#include "unit/control/desk.h"

static void what_was_said_before_the_end_counts(void **state)
{
	struct desk *desk = *state;
	struct caller waiting, gone;

	caller_connect(&waiting, desk);
	turn(desk);
	/* One that was let in and one that was not, and neither is ever turned to. */
	caller_connect(&gone, desk);
	caller_send(&waiting, REPORT(HEARTBEAT));
	caller_send(&gone, REPORT_ONEWAY(HEARTBEAT));
	caller_finish(&gone);
	cooperation_close(desk->cooperation);
	assert_int_equal(2, desk->reports);
	assert_null(cooperation_path(desk->cooperation));
	caller_finish(&waiting);
}

static void the_end_may_come_from_inside_a_call(void **state)
{
	struct desk *desk = *state;
	struct caller caller, other;

	desk->close_when_reported = true;
	caller_connect(&caller, desk);
	caller_connect(&other, desk);
	caller_send(&other, CALL("AwaitCancel"));
	turn(desk);
	caller_send(&caller, REPORT(HEARTBEAT));
	caller_send(&caller, REPORT(HEARTBEAT));
	assert_null(caller_read(&other));
	assert_null(caller_read(&caller));
	assert_int_equal(1, desk->reports);
	caller_finish(&caller);
	caller_finish(&other);
}

static void connections_are_bounded_and_come_back(void **state)
{
	struct caller callers[SUPPORT_CONNECTIONS_MAX], late;

	for (size_t at = 0; at < SUPPORT_CONNECTIONS_MAX; at++) {
		caller_connect(&callers[at], *state);
		caller_send(&callers[at], CALL("GetState"));
		json_decref(caller_expect(&callers[at]));
	}
	caller_connect(&late, *state);
	assert_null(caller_read(&late));
	caller_finish(&late);
	for (size_t at = 0; at < SUPPORT_CONNECTIONS_MAX; at++)
		caller_finish(&callers[at]);
	turn(*state);
	caller_connect(&late, *state);
	caller_send(&late, CALL("GetState"));
	json_decref(caller_expect(&late));
	caller_finish(&late);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DESK(what_was_said_before_the_end_counts),
		DESK(the_end_may_come_from_inside_a_call),
		DESK(connections_are_bounded_and_come_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
