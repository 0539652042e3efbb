/* A manifest comes in: each way in which it can be answered, and the order of the answers. */
#include "unit/control/bench.h"

static void stream_is_first_answer_events_and_end(void **state)
{
	static const char *const types[] = { "job.begin", "assessment.begin", "assessment.end",
		"job.end" };
	struct client client;
	json_t *parameters;

	client_connect(&client, *state);
	client_send(&client, EXECUTE_MORE);
	parameters = client_expect(&client, true);
	assert_int_equal(12, number_of(parameters, "job"));
	assert_string_equal("/state/jobs/12", text_of(parameters, "directory"));
	assert_string_equal("/sys/fs/cgroup/axe/12", text_of(parameters, "group"));
	assert_true(json_is_null(json_object_get(parameters, "socket")));
	json_decref(parameters);

	for (size_t index = 0; index < 4; index++)
		fake_emit(types[index], 0);
	fake_end(S_OK);
	for (size_t index = 0; index < 4; index++) {
		parameters = client_expect(&client, true);
		assert_string_equal(
			types[index], text_of(json_object_get(parameters, "event"), "type"));
		json_decref(parameters);
	}
	parameters = client_expect(&client, false);
	assert_string_equal("finished", text_of(parameters, "outcome"));
	assert_int_equal(0, number_of(parameters, "code"));
	assert_int_equal(1, number_of(json_object_get(parameters, "summary"), "v"));
	json_decref(parameters);
	client_hang_up(&client);
}

static void without_more_only_the_end_is_told(void **state)
{
	struct client client;
	auto_json parameters = NULL;

	client_connect(&client, *state);
	client_send(&client, CALL_WITH("ExecuteJob", MANIFEST));
	while (!fake.job)
		bench_turn(*state);
	fake_emit("job.begin", 0);
	fake_end(AXE_E_JOB_ASSESSMENTS_FAILED);
	parameters = client_expect(&client, false);
	assert_int_equal(AXE_E_JOB_ASSESSMENTS_FAILED, number_of(parameters, "code"));
	client_hang_up(&client);
}

static void oneway_starts_the_job_and_answers_nothing(void **state)
{
	struct client client;
	auto_json parameters = NULL;

	client_connect(&client, *state);
	client_send(&client, "{\"method\":\"io.axe.Engine.ExecuteJob\",\"oneway\":true,"
			     "\"parameters\":{" MANIFEST "}}");
	parameters = client_call(&client, CALL("GetStatus"));
	assert_int_equal(12, number_of(json_object_get(parameters, "status"), "job"));
	client_hang_up(&client);
}

static void second_job_is_refused_with_the_first_ones_number(void **state)
{
	struct client first, second;
	auto_json parameters = NULL;

	client_connect(&first, *state);
	client_connect(&second, *state);
	client_start_job(&first);
	client_send(&second, EXECUTE_MORE);
	parameters = client_expect_error(&second, "io.axe.Engine.JobRunning");
	assert_int_equal(12, number_of(parameters, "job"));
	client_hang_up(&first);
	client_hang_up(&second);
}

static void next_job_may_follow_at_once(void **state)
{
	struct client client;

	client_connect(&client, *state);
	for (unsigned round = 0; round < 3; round++) {
		client_start_job(&client);
		fake_end(S_OK);
		json_decref(client_expect(&client, false));
	}
	assert_int_equal(1, fake.engines_made);
	client_hang_up(&client);
}

static void bad_manifest_is_answered_with_its_place(void **state)
{
	struct client client;
	auto_json parameters = NULL;

	client_connect(&client, *state);
	client_send(&client,
		CALL_WITH("ExecuteJob", "\"manifest\":{\"name\":\"x\",\"assessmints\":[]}"));
	parameters = client_expect_error(&client, "io.axe.Engine.BadManifest");
	assert_non_null(text_of(parameters, "path"));
	assert_non_null(text_of(parameters, "expected"));
	assert_non_null(text_of(parameters, "found"));
	assert_non_null(text_of(parameters, "advice"));
	number_of(parameters, "line");
	number_of(parameters, "column");
	assert_null(fake.job);
	assert_null(fake.engine);
	client_hang_up(&client);
}

static void failing_engine_is_told_and_may_be_tried_again(void **state)
{
	struct client client;
	auto_json parameters = NULL;

	client_connect(&client, *state);
	fake.refuse_engine = EPERM;
	client_send(&client, EXECUTE_MORE);
	parameters = client_expect_error(&client, "io.axe.Engine.JobFailed");
	assert_int_equal(AXE_E_INIT_FAILED, number_of(parameters, "code"));
	assert_non_null(strstr(text_of(parameters, "text"), "load the kernel half"));

	fake.refuse_engine = 0;
	client_start_job(&client);
	client_hang_up(&client);
}

static void failing_job_is_told_even_if_its_path_is_no_utf8(void **state)
{
	struct client client;
	auto_json parameters = NULL;

	client_connect(&client, *state);
	fake.refuse_job = ENOSPC;
	client_send(&client, EXECUTE_MORE);
	parameters = client_expect_error(&client, "io.axe.Engine.JobFailed");
	assert_int_equal(AXE_E_JOB_PREPARATION, number_of(parameters, "code"));
	assert_non_null(strstr(text_of(parameters, "text"), "make directory"));
	client_hang_up(&client);
}

static void options_reach_the_job(void **state)
{
	struct client client;

	client_connect(&client, *state);
	client_send(&client,
		CALL_WITH("ExecuteJob", MANIFEST
			",\"options\":{\"state_dir\":\"/elsewhere\",\"kill_deadline_ns\":99,"
			"\"environment\":[\"A=1\"]}"));
	while (!fake.job)
		bench_turn(*state);
	assert_string_equal("/elsewhere", fake.state_dir);
	assert_string_equal("A=1", fake.variable);
	assert_int_equal(99, fake.kill_deadline_ns);
	client_hang_up(&client);
}

static void wrong_option_is_named_and_nothing_starts(void **state)
{
	struct client client;

	client_connect(&client, *state);
	client_refused_for(&client,
		CALL_WITH("ExecuteJob", MANIFEST ",\"options\":{\"kill_deadline_ns\":0}"),
		"options.kill_deadline_ns");
	client_refused_for(&client, CALL_WITH("PlanJob", MANIFEST ",\"options\":{\"speed\":1}"),
		"options.speed");
	assert_null(fake.job);
	client_hang_up(&client);
}

static void plan_runs_nothing(void **state)
{
	struct client client;
	auto_json parameters = NULL;

	client_connect(&client, *state);
	parameters = client_call(&client, CALL_WITH("PlanJob", MANIFEST));
	assert_string_equal("nightly", text_of(json_object_get(parameters, "plan"), "name"));
	assert_null(fake.engine);
	client_refused(
		&client, CALL_WITH("PlanJob", "\"manifest\":{}"), "io.axe.Engine.BadManifest");
	fake.refuse_job = EOPNOTSUPP;
	client_refused(&client, CALL_WITH("PlanJob", MANIFEST), "io.axe.Engine.JobFailed");
	client_hang_up(&client);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		bench_test(stream_is_first_answer_events_and_end),
		bench_test(without_more_only_the_end_is_told),
		bench_test(oneway_starts_the_job_and_answers_nothing),
		bench_test(second_job_is_refused_with_the_first_ones_number),
		bench_test(next_job_may_follow_at_once),
		bench_test(bad_manifest_is_answered_with_its_place),
		bench_test(failing_engine_is_told_and_may_be_tried_again),
		bench_test(failing_job_is_told_even_if_its_path_is_no_utf8),
		bench_test(options_reach_the_job),
		bench_test(wrong_option_is_named_and_nothing_starts),
		bench_test(plan_runs_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
