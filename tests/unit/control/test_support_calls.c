/* An assessment learns that it shall stop and says how it goes. */
#include "unit/control/desk.h"

static void the_state_tells_which_one_it_is(void **state)
{
	struct caller caller;
	auto_json parameters = NULL;
	json_int_t job, attempt, assessment, try_number;
	int canceled;

	caller_connect(&caller, *state);
	caller_send(&caller, CALL("GetState"));
	parameters = caller_expect(&caller);
	assert_int_equal(0,
		json_unpack(parameters, "{s:b, s:I, s:I, s:I, s:I !}", "canceled", &canceled, "job",
			&job, "attempt", &attempt, "assessment", &assessment, "try", &try_number));
	assert_false(canceled);
	assert_int_equal(12, job);
	assert_int_equal(1, attempt);
	assert_int_equal(3, assessment);
	assert_int_equal(2, try_number);
	caller_finish(&caller);
}

static void who_awaits_a_cancel_is_told_and_then_what_he_asked_meanwhile(void **state)
{
	struct desk *desk = *state;
	struct caller first, second;
	json_t *parameters;

	caller_connect(&first, desk);
	caller_connect(&second, desk);
	caller_send(&first, CALL("AwaitCancel"));
	caller_send(&first, CALL("GetState"));
	caller_send(&second, CALL("AwaitCancel"));
	turn(desk);
	assert_int_equal(-1, recv(first.fd, &(char){ 0 }, 1, MSG_PEEK));
	cooperation_cancel(desk->cooperation);
	json_decref(caller_expect(&second));
	parameters = caller_expect(&first);
	assert_int_equal(0, json_object_size(parameters));
	json_decref(parameters);
	parameters = caller_expect(&first);
	assert_true(json_is_true(json_object_get(parameters, "canceled")));
	json_decref(parameters);
	caller_finish(&first);
	caller_connect(&first, desk);
	caller_send(&first, CALL("AwaitCancel"));
	json_decref(caller_expect(&first));
	caller_finish(&first);
	caller_finish(&second);
}

static void only_a_cancel_can_be_acknowledged_and_only_once(void **state)
{
	struct desk *desk = *state;
	struct caller caller;

	caller_connect(&caller, desk);
	caller_send(&caller, REPORT("\"type\":\"cancelling\""));
	caller_expect_error(&caller, "io.axe.Support.BadProgress");
	assert_int_equal(0, desk->reports);
	cooperation_cancel(desk->cooperation);
	for (unsigned count = 0; count < 2; count++) {
		caller_send(&caller, REPORT("\"type\":\"cancelling\""));
		json_decref(caller_expect(&caller));
	}
	assert_int_equal(1, desk->acknowledgements);
	assert_int_equal(2, desk->reports);
	caller_finish(&caller);
}

static void an_acknowledgement_gets_through_a_used_up_share(void **state)
{
	struct desk *desk = *state;
	struct caller caller;
	unsigned refused = 0;

	caller_connect(&caller, desk);
	for (unsigned count = 0; count < 1500; count++) {
		auto_json message = NULL;

		caller_send(&caller, REPORT(HEARTBEAT));
		message = caller_read(&caller);
		refused += json_object_get(message, "error") != NULL;
	}
	assert_true(refused > 0);
	assert_int_equal(refused, cooperation_dropped(desk->cooperation));
	assert_int_equal(1500, desk->reports + refused);
	cooperation_cancel(desk->cooperation);
	caller_send(&caller, REPORT("\"type\":\"cancelling\""));
	json_decref(caller_expect(&caller));
	assert_int_equal(1, desk->acknowledgements);
	caller_finish(&caller);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DESK(the_state_tells_which_one_it_is),
		DESK(who_awaits_a_cancel_is_told_and_then_what_he_asked_meanwhile),
		DESK(only_a_cancel_can_be_acknowledged_and_only_once),
		DESK(an_acknowledgement_gets_through_a_used_up_share),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
