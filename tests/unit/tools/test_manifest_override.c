/* Options change what they are about, and leave the rest of a manifest alone. */
#include "base/error.h"
#include "libaxe/manifest_override.h"

#include "unit/model/manifest_case.h"

static const char small[] = "{'assessments': [{'command': 'x'}], 'parameters':"
			    " {'iterations': '5', 'board': {'value': 'x', 'read_only': true},"
			    "  'open': {'value': 'o'}}}";

/* Unchanged after a failure that says something. */
static void check_failed(int expected, int code, const json_t *manifest, const char *before,
	const char *part, const struct error *error)
{
	auto_json original = case_json(before);

	assert_int_equal(expected, code);
	assert_int_equal(-expected, error->code);
	if (!strstr(error->text, part))
		fail_msg("`%s` without `%s`", error->text, part);
	assert_true(json_equal(original, (json_t *)manifest));
}

static const char *value_of(const struct manifest *manifest, const char *name)
{
	for (size_t at = 0; at < manifest->parameters_count; at++)
		if (strcmp(manifest->parameters[at].name, name) == 0)
			return manifest->parameters[at].value;
	return "";
}

static void parameters_take_the_value_of_the_last_option(void **state)
{
	auto_json source = case_json(small);
	struct manifest *manifest;
	struct error error;

	assert_int_equal(0, manifest_override_parameter(source, "iterations=7", &error));
	assert_int_equal(0, manifest_override_parameter(source, "iterations=a=b", &error));
	assert_int_equal(0, manifest_override_parameter(source, "open=", &error));
	manifest = case_accepted(json_incref(source));
	assert_string_equal("a=b", value_of(manifest, "iterations"));
	assert_string_equal("", value_of(manifest, "open"));
	assert_string_equal("x", value_of(manifest, "board"));
	assert_true(manifest->parameters[1].read_only);
	manifest_destroy(manifest);
}

static void parameters_that_cannot_be_set_say_why(void **state)
{
	static const struct {
		const char *assignment;
		int code;
		const char *part;
	} wrong[] = {
		{ "board=y", -EPERM, "`board` is read-only" },
		{ "bord=y", -ENOENT, "did you mean `board`?" },
		{ "zzzzzz=y", -ENOENT, "it has `iterations` and others" },
		{ "board", -EINVAL, "by NAME=VALUE, not by `board`" },
		{ "=y", -EINVAL, "NAME=VALUE" },
		{ "open=\xff", -EINVAL, "UTF-8" },
	};

	for (size_t at = 0; at < COUNT(wrong); at++) {
		auto_json source = case_json(small);
		struct error error;

		check_failed(wrong[at].code,
			manifest_override_parameter(source, wrong[at].assignment, &error), source,
			small, wrong[at].part, &error);
	}
}

static void manifest_without_parameters_has_none_to_set(void **state)
{
	static const char text[] = "{'assessments': [{'command': 'x'}]}";
	auto_json source = case_json(text);
	struct error error;

	check_failed(-ENOENT, manifest_override_parameter(source, "a=b", &error), source, text,
		"it has none at all", &error);
}

static void parallel_and_fail_fast_come_over_what_is_written(void **state)
{
	auto_json source = case_json("{'assessments': [{'command': 'x'}], 'parallel': 2,"
				     " 'stop_on_failure': false}");
	struct manifest *manifest;
	struct error error;

	assert_int_equal(0, manifest_override_parallel(source, "8", &error));
	assert_int_equal(0, manifest_override_stop_on_failure(source, &error));
	manifest = case_accepted(json_incref(source));
	assert_int_equal(8, manifest->parallel);
	assert_true(manifest->stop_on_failure);
	manifest_destroy(manifest);
}

static void parallel_is_a_number_within_its_bounds(void **state)
{
	static const char *const wrong[] = { "0", "257", "-1", "two", "", "1.5" };

	for (size_t at = 0; at < COUNT(wrong); at++) {
		auto_json source = case_json(small);
		struct error error;

		check_failed(-EINVAL, manifest_override_parallel(source, wrong[at], &error), source,
			small, "from 1 to 256", &error);
	}
}

static const char timed[] =
	"{'runtime': '1h', 'defaults': {'timeout': '60s', 'timeout_grace': '5s', 'leak_grace': "
	"'1s'},"
	" 'assessments': [{'command': 'x', 'timeout': '1.5s'}, {'command': 'x'},"
	"  {'command': 'x', 'timeout': '1us', 'timeout_grace': '0'}],"
	" 'post': {'command': 'x', 'timeout': '30s'}}";

static const char *text_at(const json_t *manifest, const char *place, const char *key)
{
	return json_string_value(json_object_get(json_object_get(manifest, place), key));
}

static void every_timeout_that_is_written_is_scaled(void **state)
{
	auto_json source = case_json(timed);
	json_t *list = json_object_get(source, "assessments");
	struct error error;

	assert_int_equal(0, manifest_override_timeouts(source, "0.2505", &error));
	list = json_object_get(source, "assessments");
	assert_string_equal("901800ms", json_string_value(json_object_get(source, "runtime")));
	assert_string_equal("15030ms", text_at(source, "defaults", "timeout"));
	assert_string_equal("1252500us", text_at(source, "defaults", "timeout_grace"));
	assert_string_equal("1s", text_at(source, "defaults", "leak_grace"));
	assert_string_equal(
		"375750us", json_string_value(json_object_get(json_array_get(list, 0), "timeout")));
	assert_null(json_object_get(json_array_get(list, 1), "timeout"));
	/* Neither nothing, which means no timeout, nor something where there is none. */
	assert_string_equal(
		"1us", json_string_value(json_object_get(json_array_get(list, 2), "timeout")));
	assert_string_equal(
		"0", json_string_value(json_object_get(json_array_get(list, 2), "timeout_grace")));
	assert_string_equal("7515ms", text_at(source, "post", "timeout"));
	manifest_destroy(case_accepted(json_incref(source)));
}

static void timeouts_are_scaled_by_a_sensible_factor_only(void **state)
{
	static const char *const wrong[] = { "0", "-1", "1001", "0.0001", "", "2x", "inf", "nan",
		"0x2", " 2", "1e3", "1.2.3", "." };

	for (size_t at = 0; at < COUNT(wrong); at++) {
		auto_json source = case_json(timed);
		struct error error;

		check_failed(-EINVAL, manifest_override_timeouts(source, wrong[at], &error), source,
			timed, "from 0.001 to 1000", &error);
	}
}

static void scaled_timeout_stays_within_the_bound_of_the_manifest(void **state)
{
	static const char text[] = "{'runtime': '1s', 'assessments': [{'timeout': '100h'}]}";
	static const char absurd[] = "{'assessments': [{'timeout': '5000000h'}]}";
	auto_json source = case_json(text);
	auto_json large = case_json(absurd);
	struct error error;

	check_failed(-ERANGE, manifest_override_timeouts(source, "100", &error), source, text,
		"`timeout: 100h` times 100 is longer than 8784h", &error);
	check_failed(-ERANGE, manifest_override_timeouts(large, "1000", &error), large, absurd,
		"longer than 8784h", &error);
}

static void what_the_author_wrote_wrongly_is_left_for_the_supervisor(void **state)
{
	static const char text[] = "{'runtime': 5, 'defaults': [], 'post': 'x',"
				   " 'assessments': [5, {'timeout': 'soon'}]}";
	auto_json original = case_json(text);
	auto_json source = case_json(text);
	auto_json list = case_json("[]");
	struct error error;

	assert_int_equal(0, manifest_override_timeouts(source, "2", &error));
	assert_true(json_equal(original, source));
	assert_int_equal(-ENOENT, manifest_override_parameter(list, "a=b", &error));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parameters_take_the_value_of_the_last_option),
		cmocka_unit_test(parameters_that_cannot_be_set_say_why),
		cmocka_unit_test(manifest_without_parameters_has_none_to_set),
		cmocka_unit_test(parallel_and_fail_fast_come_over_what_is_written),
		cmocka_unit_test(parallel_is_a_number_within_its_bounds),
		cmocka_unit_test(every_timeout_that_is_written_is_scaled),
		cmocka_unit_test(timeouts_are_scaled_by_a_sensible_factor_only),
		cmocka_unit_test(scaled_timeout_stays_within_the_bound_of_the_manifest),
		cmocka_unit_test(what_the_author_wrote_wrongly_is_left_for_the_supervisor),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
