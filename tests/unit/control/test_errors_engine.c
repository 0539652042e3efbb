/* Each error of the service and of the engine is told over the wire, with exactly its fields. */
#include "unit/control/site.h"

#include "support/require.h"

#define EXECUTE_NOW                                                                                \
	"{\"method\":\"io.axe.Engine.ExecuteJob\",\"parameters\":{" MANIFEST                       \
	",\"options\":{\"wait_ns\":0}}}"

static int waiting_setup(void **state)
{
	const struct supervisor_config config = { .slots = 1, .pending_max = 1 };

	return bench_setup_with(state, &config);
}

static int two_setup(void **state)
{
	const struct supervisor_config config = { .slots = 2 };

	return bench_setup_with(state, &config);
}

static void wrong_names_are_told(void **state)
{
	struct client client;
	auto_json interface = NULL;
	auto_json method = NULL;
	auto_json unbuilt = NULL;

	client_connect(&client, *state);
	client_send(&client, "{\"method\":\"io.axe.Clutter.AddJob\"}");
	interface = client_expect_error(&client, "org.varlink.service.InterfaceNotFound");
	assert_string_equal("io.axe.Clutter", text_of(interface, "interface"));
	client_send(&client, CALL("Explode"));
	method = client_expect_error(&client, "org.varlink.service.MethodNotFound");
	assert_string_equal("io.axe.Engine.Explode", text_of(method, "method"));
	client_send(&client, "{\"method\":\"io.axe.Support.GetState\"}");
	unbuilt = client_expect_error(&client, "org.varlink.service.MethodNotImplemented");
	assert_string_equal("io.axe.Support.GetState", text_of(unbuilt, "method"));
	client_hang_up(&client);
}

static void wrong_calls_are_told(void **state)
{
	struct client client;

	client_connect(&client, *state);
	client_refused_for(&client, CALL("GetJob"), "job");
	client_refused(&client, EVENTS("Subscribe", ""), "org.varlink.service.ExpectedMore");
	client_refused(&client, CALL_WITH("GetJob", "\"job\":9"), "io.axe.Engine.NotFound");
	client_refused(&client, CALL("GetStatus"), "io.axe.Engine.NoJobRunning");
	client_refused(&client, "[]", "io.axe.Engine.BadMessage");
	client_hang_up(&client);
}

/* The kernel remembers who connected, not who asks. */
static void foreign_user_is_told(void **state)
{
	struct client client;

	if (geteuid() != 0)
		skip_case("needs root");
	assert_int_equal(0, server_open(site.server, site.path, NULL));
	assert_int_equal(0, chmod(site.path, 0666));
	assert_int_equal(0, seteuid(65534));
	client_enter(&client, site.path);
	assert_int_equal(0, seteuid(0));
	json_decref(client_expect_error(&client, "org.varlink.service.PermissionDenied"));
	client_expect_end(&client);
	client_hang_up(&client);
}

static void too_deep_message_is_told_its_limit(void **state)
{
	char text[200] = "{\"a\":";
	struct client client;

	memset(text + strlen(text), '[', FRAME_DEPTH_MAX);
	client_connect(&client, *state);
	client_refused(&client, text, "io.axe.Engine.LimitReached");
	client_hang_up(&client);
}

static void place_of_a_wrong_manifest_is_told(void **state)
{
	auto_json parameters = NULL;
	struct client client;

	client_connect(&client, *state);
	client_send(
		&client, CALL_WITH("PlanJob",
				 "\"manifest\":{\"name\":\"a\",\"assessments\":[{\"nam\":1}]}"));
	parameters = client_expect_error(&client, "io.axe.Engine.BadManifest");
	assert_string_equal("assessments[0].nam", text_of(parameters, "path"));
	assert_non_null(strstr(text_of(parameters, "advice"), "name"));
	client_hang_up(&client);
}

static void job_that_cannot_be_made_is_told(void **state)
{
	auto_json parameters = NULL;
	struct client client;

	client_connect(&client, *state);
	fake.refuse_job = ENOSPC;
	client_send(&client, EXECUTE_MORE);
	parameters = client_expect_error(&client, "io.axe.Engine.JobFailed");
	assert_int_equal(AXE_E_JOB_PREPARATION, number_of(parameters, "code"));
	client_hang_up(&client);
}

static void second_job_is_told_of_the_first(void **state)
{
	struct client runner, client;
	auto_json parameters = NULL;

	client_connect(&runner, *state);
	client_connect(&client, *state);
	client_start_job(&runner);
	client_send(&client, EXECUTE_MORE);
	parameters = client_expect_error(&client, "io.axe.Engine.JobRunning");
	assert_int_equal(12, number_of(parameters, "job"));
	client_hang_up(&runner);
	client_hang_up(&client);
}

static void job_of_another_user_is_told(void **state)
{
	struct client runner, client;

	client_connect(&runner, *state);
	client_start_job(&runner);
	client_connect_as(&client, *state, 65533);
	client_refused(
		&client, CALL_WITH("CancelJob", "\"job\":12"), "io.axe.Engine.NotAuthorised");
	client_hang_up(&runner);
	client_hang_up(&client);
}

static void job_that_may_not_wait_is_told_who_holds_the_slots(void **state)
{
	struct client runner, client;
	auto_json parameters = NULL;

	client_connect(&runner, *state);
	client_connect(&client, *state);
	client_start_job(&runner);
	client_send(&client, EXECUTE_NOW);
	parameters = client_expect_error(&client, "io.axe.Engine.JobWaitTimeout");
	assert_int_equal(AXE_E_JOB_WAIT_TIMEOUT, number_of(parameters, "code"));
	assert_int_equal(1, json_array_size(json_object_get(parameters, "jobs")));
	client_hang_up(&runner);
	client_hang_up(&client);
}

static void caller_who_names_no_job_is_told_which_there_are(void **state)
{
	struct client runners[2], client;
	auto_json parameters = NULL;

	for (unsigned index = 0; index < 2; index++) {
		client_connect(&runners[index], *state);
		client_start_job(&runners[index]);
	}
	client_connect(&client, *state);
	client_send(&client, CALL("CancelJob"));
	parameters = client_expect_error(&client, "io.axe.Engine.AmbiguousJob");
	assert_int_equal(2, json_array_size(json_object_get(parameters, "jobs")));
	client_hang_up(&client);
	for (unsigned index = 0; index < 2; index++)
		client_hang_up(&runners[index]);
}

static void cancel_that_fails_says_why(void **state)
{
	struct client runner, client;
	auto_json parameters = NULL;

	client_connect(&runner, *state);
	client_connect(&client, *state);
	client_start_job(&runner);
	fake.cancel_code = AXE_E_INVALID_INDEX;
	client_send(&client, CALL_WITH("CancelAssessment", "\"index\":9"));
	parameters = client_expect_error(&client, "io.axe.Engine.InvalidIndex");
	assert_int_equal(2, json_array_size(json_object_get(parameters, "running")));
	fake.cancel_code = AXE_E_INTERNAL_ERROR;
	client_refused(&client, CALL("CancelJob"), "io.axe.Engine.InternalError");
	client_hang_up(&runner);
	client_hang_up(&client);
}

static void survivors_are_told(void **state)
{
	struct client runner, client;
	auto_json parameters = NULL;

	client_connect(&runner, *state);
	client_connect(&client, *state);
	client_start_job(&runner);
	client_send(&client, CALL("TerminateJob"));
	while (!fake.terminations)
		bench_turn(*state);
	fake_answer(AXE_E_TERMINATE_FAILED);
	parameters = client_expect_error(&client, "io.axe.Engine.TerminateFailed");
	assert_int_equal(1, json_array_size(json_object_get(parameters, "survivors")));
	client_hang_up(&runner);
	client_hang_up(&client);
}

/* What follows was lost to a client that did not read. */
static void expect_lost(struct client *client, const char *error_name)
{
	for (;;) {
		auto_json message = client_read(client);

		assert_non_null(message);
		if (!json_object_get(message, "error"))
			continue;
		assert_string_equal(error_name, text_of(message, "error"));
		return;
	}
}

static void who_does_not_read_is_told_what_is_lost(void **state)
{
	struct bench *bench = *state;
	struct client runner;
	const struct session *slow;

	bench->session_config.send_max = 65536;
	slow = client_connect(&runner, bench);
	client_start_job(&runner);
	while (!slow->cut)
		fake_emit("assessment.begin", 1000);
	expect_lost(&runner, "io.axe.Engine.EventsLost");
	client_hang_up(&runner);
}

/* Comes last. */
static void every_declared_error_was_told(void **state)
{
	idl_expect_all_seen(VARLINK_SERVICE);
	idl_expect_all_seen(VARLINK_ENGINE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		bench_test(wrong_names_are_told),
		bench_test(wrong_calls_are_told),
		site_test(foreign_user_is_told),
		bench_test(too_deep_message_is_told_its_limit),
		bench_test(place_of_a_wrong_manifest_is_told),
		bench_test(job_that_cannot_be_made_is_told),
		bench_test(second_job_is_told_of_the_first),
		bench_test(job_of_another_user_is_told),
		cmocka_unit_test_setup_teardown(job_that_may_not_wait_is_told_who_holds_the_slots,
			waiting_setup, bench_teardown),
		cmocka_unit_test_setup_teardown(
			caller_who_names_no_job_is_told_which_there_are, two_setup, bench_teardown),
		bench_test(cancel_that_fails_says_why),
		bench_test(survivors_are_told),
		bench_test(who_does_not_read_is_told_what_is_lost),
		cmocka_unit_test(every_declared_error_was_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
