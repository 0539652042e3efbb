/* Parameters are texts with names, and those that are read-only stay as they are. */
#include "unit/model/manifest_case.h"

static struct manifest *with_parameters(const char *parameters)
{
	char text[1024];

	snprintf(text, sizeof(text), "{'assessments': [{'command': 'x'}], 'parameters': %s}",
		parameters);
	return case_accepted(case_json(text));
}

static void parameters_are_kept_in_their_order(void **state)
{
	struct manifest *manifest =
		with_parameters("{'iterations': '5', 'board': {'value': 'x', 'read_only': true},"
				" '_a': {'value': ''}, 'Z9': {'value': 'z', 'read_only': false}}");
	const struct parameter *all = manifest->parameters;

	assert_int_equal(4, manifest->parameters_count);
	assert_string_equal("iterations", all[0].name);
	assert_string_equal("5", all[0].value);
	assert_false(all[0].read_only);
	assert_string_equal("board", all[1].name);
	assert_string_equal("x", all[1].value);
	assert_true(all[1].read_only);
	assert_string_equal("", all[2].value);
	assert_false(all[3].read_only);
	manifest_destroy(manifest);
}

static void parameters_that_are_none_are_refused(void **state)
{
	static const char anywhere[] = "{'parameters': %s}";
	static const struct refusal_case wrong[] = {
		{ "[]", "parameters", "an object of strings", "a list", NULL },
		{ "{'1a': ''}", "parameters.1a", "a parameter's name", NULL, NULL },
		{ "{'a-b': ''}", "parameters.a-b", NULL, NULL, NULL },
		{ "{'': ''}", "parameters.", NULL, NULL, NULL },
		{ "{'a': 5}", "parameters.a", "a string, or {value:", "the number 5", NULL },
		{ "{'a': null}", "parameters.a", NULL, "`null`", NULL },
		{ "{'a': {}}", "parameters.a.value", "a string", "nothing", NULL },
		{ "{'a': {'read_only': true}}", "parameters.a.value", NULL, "nothing", NULL },
		{ "{'a': {'value': 5}}", "parameters.a.value", "a string", "the number 5", NULL },
		{ "{'a': {'value': 'x', 'read_only': 'yes'}}", "parameters.a.read_only",
			"`true` or `false`", NULL, NULL },
		{ "{'a': {'value': 'x', 'readonly': true}}", "parameters.a.readonly", NULL,
			"an unknown key", "`read_only`" },
		{ "{'a': 'x\\u0000y'}", "parameters.a", NULL, "a NUL", NULL },
	};

	for (size_t at = 0; at < COUNT(wrong); at++) {
		char text[256];
		struct refusal_case whole = wrong[at];
		struct manifest_error error;

		snprintf(text, sizeof(text), anywhere, wrong[at].text);
		error = case_refused(case_json(text));
		case_check(&whole, &error);
	}
}

static json_t *one_parameter(size_t size)
{
	char name[128];

	memset(name, 'n', size);
	name[size] = '\0';
	return json_pack(
		"{s:{s:s}, s:[{s:s}]}", "parameters", name, "", "assessments", "command", "x");
}

static json_t *many_parameters(unsigned count)
{
	json_t *parameters = json_object();

	for (unsigned at = 0; at < count; at++) {
		char name[16];

		snprintf(name, sizeof(name), "p%u", at);
		json_object_set_new(parameters, name, json_string(""));
	}
	return json_pack(
		"{s:o, s:[{s:s}]}", "parameters", parameters, "assessments", "command", "x");
}

static void parameters_and_their_names_are_bounded(void **state)
{
	struct manifest_error error = case_refused(one_parameter(65));

	assert_non_null(strstr(error.expected, "at most 64 letters"));
	manifest_destroy(case_accepted(one_parameter(64)));
	error = case_refused(many_parameters(MANIFEST_PARAMETERS_MAX + 1));
	assert_string_equal("at most 256 parameters", error.expected);
	manifest_destroy(case_accepted(many_parameters(MANIFEST_PARAMETERS_MAX)));
}

static void a_caller_sets_what_is_not_read_only(void **state)
{
	struct manifest *manifest =
		with_parameters("{'a': '1', 'fixed': {'value': 'x', 'read_only': true}}");

	assert_int_equal(0, manifest_set_parameter(manifest, "a", "2"));
	assert_string_equal("2", manifest->parameters[0].value);
	assert_int_equal(-EPERM, manifest_set_parameter(manifest, "fixed", "y"));
	assert_string_equal("x", manifest->parameters[1].value);
	assert_int_equal(-ENOENT, manifest_set_parameter(manifest, "b", "2"));
	assert_int_equal(-ENOENT, manifest_set_parameter(manifest, "", ""));
	/* What was given stays as it was given. */
	assert_string_equal("1", json_string_value(json_object_get(
					 json_object_get(manifest->source, "parameters"), "a")));
	manifest_destroy(manifest);
}

static void values_that_no_manifest_may_hold_are_refused(void **state)
{
	struct manifest *manifest = with_parameters("{'a': '1'}");
	auto_free char *large = malloc(MANIFEST_TEXT_MAX + 2);

	assert_non_null(large);
	memset(large, 'x', MANIFEST_TEXT_MAX + 1);
	large[MANIFEST_TEXT_MAX + 1] = '\0';
	assert_int_equal(-EINVAL, manifest_set_parameter(manifest, "a", large));
	assert_int_equal(-EINVAL, manifest_set_parameter(manifest, "a", "\xff"));
	assert_string_equal("1", manifest->parameters[0].value);
	large[MANIFEST_TEXT_MAX] = '\0';
	assert_int_equal(0, manifest_set_parameter(manifest, "a", large));
	manifest_destroy(manifest);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parameters_are_kept_in_their_order),
		cmocka_unit_test(parameters_that_are_none_are_refused),
		cmocka_unit_test(parameters_and_their_names_are_bounded),
		cmocka_unit_test(a_caller_sets_what_is_not_read_only),
		cmocka_unit_test(values_that_no_manifest_may_hold_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
