/* The options of a call: every one is read, and every wrong one is named. */
#include "base/error.h" /* before cmocka, which has a macro that is called like our function */

#include "support/unit.h"

#include <errno.h>

#include "base/json.h"
#include "control/run_options.h"

static void all_options_are_read(void **state)
{
	auto_json options =
		json_loads("{\"state_dir\":\"/s\",\"kill_deadline_ns\":1,"
			   "\"abandon_after_ns\":2,\"core_grace_ns\":5,\"freeze_deadline_ns\":3,"
			   "\"picture_budget_ns\":6,"
			   "\"environment\":[\"A=1\",\"B=\"],\"wait_ns\":4}",
			0, NULL);
	struct run_options run;

	assert_int_equal(0, run_options_read(options, &run, NULL));
	assert_string_equal("/s", run.job.state_dir);
	assert_int_equal(1, run.job.kill_deadline_ns);
	assert_int_equal(2, run.job.abandon_after_ns);
	assert_int_equal(5, run.job.core_grace_ns);
	assert_int_equal(3, run.job.freeze_deadline_ns);
	assert_int_equal(6, run.job.picture_budget_ns);
	assert_string_equal("A=1", run.job.environment[0]);
	assert_string_equal("B=", run.job.environment[1]);
	assert_null(run.job.environment[2]);
	assert_true(run.wait_bounded);
	assert_int_equal(4, run.wait_ns);
	run_options_finish(&run);
}

static void texts_outlive_the_message(void **state)
{
	json_t *options = json_loads("{\"state_dir\":\"/s\",\"environment\":[\"A=1\"]}", 0, NULL);
	struct run_options run;

	assert_int_equal(0, run_options_read(options, &run, NULL));
	json_decref(options);
	assert_string_equal("/s", run.job.state_dir);
	assert_string_equal("A=1", run.job.environment[0]);
	run_options_finish(&run);
}

static void waiting_not_at_all_is_not_the_default(void **state)
{
	auto_json options = json_loads("{\"wait_ns\":0}", 0, NULL);
	struct run_options run;

	assert_int_equal(0, run_options_read(options, &run, NULL));
	assert_true(run.wait_bounded);
	assert_int_equal(0, run.wait_ns);
	run_options_finish(&run);
}

static void absent_and_null_are_defaults(void **state)
{
	static const char *const same[] = { "{}", "{\"state_dir\":null,\"environment\":null}" };

	for (size_t index = 0; index < 3; index++) {
		auto_json options = index < 2 ? json_loads(same[index], 0, NULL) : json_null();
		struct run_options run;

		assert_int_equal(0, run_options_read(options, &run, NULL));
		assert_null(run.job.state_dir);
		assert_null(run.job.environment);
		assert_int_equal(0, run.job.kill_deadline_ns);
		assert_false(run.wait_bounded);
		run_options_finish(&run);
	}
}

static void wrong_ones_are_named(void **state)
{
	static const char *const bad[][2] = {
		{ "{\"speed\":1}", "options.speed" },
		{ "{\"state_dir\":7}", "options.state_dir" },
		{ "{\"state_dir\":\"relative\"}", "options.state_dir" },
		{ "{\"state_dir\":\"\"}", "options.state_dir" },
		{ "{\"kill_deadline_ns\":\"10s\"}", "options.kill_deadline_ns" },
		{ "{\"kill_deadline_ns\":1.5}", "options.kill_deadline_ns" },
		{ "{\"abandon_after_ns\":0}", "options.abandon_after_ns" },
		{ "{\"core_grace_ns\":0}", "options.core_grace_ns" },
		{ "{\"picture_budget_ns\":0}", "options.picture_budget_ns" },
		{ "{\"freeze_deadline_ns\":-1}", "options.freeze_deadline_ns" },
		{ "{\"wait_ns\":-1}", "options.wait_ns" },
		{ "{\"wait_ns\":\"1s\"}", "options.wait_ns" },
		{ "{\"environment\":\"A=1\"}", "options.environment" },
		{ "{\"environment\":[\"A=1\",7]}", "options.environment" },
		{ "{\"environment\":[\"A\"]}", "options.environment" },
		{ "{\"environment\":[\"=1\"]}", "options.environment" },
	};

	for (size_t index = 0; index < sizeof(bad) / sizeof(*bad); index++) {
		auto_json options = json_loads(bad[index][0], 0, NULL);
		struct run_options run;
		struct error wrong;

		assert_int_equal(-EINVAL, run_options_read(options, &run, &wrong));
		assert_string_equal(bad[index][1], wrong.text);
	}
}

static void environment_is_bounded(void **state)
{
	auto_json variables = json_array();
	auto_json options = json_pack("{s:O}", "environment", variables);
	struct run_options run;

	for (unsigned index = 0; index < RUN_ENVIRONMENT_MAX; index++)
		json_array_append_new(variables, json_string("A=1"));
	assert_int_equal(0, run_options_read(options, &run, NULL));
	run_options_finish(&run);
	json_array_append_new(variables, json_string("A=1"));
	assert_int_equal(-EINVAL, run_options_read(options, &run, NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_options_are_read),
		cmocka_unit_test(texts_outlive_the_message),
		cmocka_unit_test(waiting_not_at_all_is_not_the_default),
		cmocka_unit_test(absent_and_null_are_defaults),
		cmocka_unit_test(wrong_ones_are_named),
		cmocka_unit_test(environment_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
