/* Every key is known in its place, refused with advice in another, and never ignored. */
#include "unit/model/manifest_case.h"

static void unknown_keys_are_refused_with_the_nearest_known_one(void **state)
{
	static const struct refusal_case wrong[] = {
		{ "{'nmae': 'x', 'assessments': [{'command': 'x'}]}", "nmae", "a known key",
			"an unknown key", "did you mean `name`?" },
		{ "{'assessment': [{'command': 'x'}]}", "assessment", NULL, NULL, "`assessments`" },
		{ "{'assessments': [{'command': 'x'}, {'command': 'x', 'timout': '1s'}]}",
			"assessments[1].timout", "a known key", "an unknown key", "`timeout`" },
		{ "{'defaults': {'leak': 'warn'}, 'assessments': [{'command': 'x'}]}",
			"defaults.leak", NULL, NULL, "`leaks`" },
		{ "{'assessments': [{'command': 'x', 'frobnicate': 1}]}",
			"assessments[0].frobnicate", NULL, "an unknown key", "" },
		{ "{'assessments': [{'command': 'x', '': 1}]}", "assessments[0].", NULL, NULL,
			NULL },
		{ "{'a\\nb\\u001b[2J': 1}", "a\nb\x1b[2J", NULL, NULL, NULL },
	};

	case_check_all(wrong, COUNT(wrong));
}

static void key_in_a_wrong_place_is_told_its_place(void **state)
{
	static const struct refusal_case wrong[] = {
		{ "{'timeout': '1s', 'assessments': [{'command': 'x'}]}", "timeout", NULL, NULL,
			"`timeout` belongs in `defaults` or in an assessment" },
		{ "{'command': 'x'}", "command", NULL, NULL, "belongs in an assessment" },
		{ "{'defaults': {'name': 'x'}}", "defaults.name", NULL, NULL,
			"belongs in an assessment" },
		{ "{'assessments': [{'command': 'x', 'memory': 1}]}", "assessments[0].memory", NULL,
			NULL, "belongs in `limits`" },
		{ "{'assessments': [{'command': 'x', 'skip': [4]}]}", "assessments[0].skip", NULL,
			NULL, "belongs in `exit_codes`" },
		{ "{'assessments': [{'command': 'x', 'defaults': {}}]}", "assessments[0].defaults",
			NULL, NULL, "belongs beside `assessments`" },
		{ "{'assessments': [{'command': 'x', 'parallel': 2}]}", "assessments[0].parallel",
			NULL, NULL, "belongs beside `assessments`" },
		{ "{'assessments': [{'command': 'x', 'times': 2}]}", "assessments[0].times", NULL,
			NULL, "belongs in `retry`" },
		{ "{'assessments': [{'command': 'x', 'limits': {'wbps': 9}}]}",
			"assessments[0].limits.wbps", NULL, NULL, "belongs in `io` of `limits`" },
		{ "{'read_only': true}", "read_only", NULL, NULL,
			"belongs in one of the `parameters`" },
		{ "{'depends': []}", "depends", NULL, NULL, "belongs in an assessment" },
	};

	case_check_all(wrong, COUNT(wrong));
}

static void keys_that_are_not_built_yet_are_refused_not_ignored(void **state)
{
	static const char later[] = "one that this version does not build yet";
	static const struct refusal_case wrong[] = {
		{ "{'assessments': [{'isolate': []}]}", "assessments[0].isolate",
			"a key of this version", later, "leave it out" },
		{ "{'defaults': {'isolate': ['mount']}}", "defaults.isolate", NULL, later, NULL },
	};

	case_check_all(wrong, COUNT(wrong));
}

static void advice_never_names_a_key_that_would_be_refused(void **state)
{
	struct manifest_error error = case_refused(case_json("{'assessments': [{'isolte': []}]}"));

	assert_string_equal("assessments[0].isolte", error.path);
	assert_string_equal("", error.advice);
}

static void editors_may_name_their_schema(void **state)
{
	static const struct refusal_case wrong[] = {
		{ "{'$schema': 5}", "$schema", "the address of a schema", NULL, NULL },
	};

	manifest_destroy(case_accepted(case_json("{'$schema': 'https://example.org/axe.json',"
						 " 'assessments': [{'command': 'x'}]}")));
	manifest_destroy(case_accepted(
		case_json("{'schema': '1', 'name': 'n', 'assessments': [{'command': 'x'}]}")));
	case_check_all(wrong, COUNT(wrong));
}

static void what_is_not_an_object_is_refused_where_it_stands(void **state)
{
	static const struct refusal_case wrong[] = {
		{ "[]", "", "an object", "a list of 0", NULL },
		{ "'text'", "", NULL, "the string `text`", NULL },
		{ "5", "", NULL, NULL, NULL },
		{ "null", "", NULL, "`null`", NULL },
		{ "{'defaults': []}", "defaults", NULL, NULL, NULL },
		{ "{'assessments': [5]}", "assessments[0]", "an object", "the number 5", NULL },
		{ "{'assessments': [{'command': 'x'}, 'x']}", "assessments[1]", NULL, NULL, NULL },
	};

	case_check_all(wrong, COUNT(wrong));
	case_refused(NULL);
}

static void schema_knows_the_type_of_every_scalar(void **state)
{
	static const struct {
		const char *path;
		enum manifest_type type;
	} scalars[] = {
		{ "name", MANIFEST_STRING },
		{ "assessments[2].name", MANIFEST_STRING },
		{ "assessments[2].command", MANIFEST_STRING },
		{ "assessments[2].command[1]", MANIFEST_STRING },
		{ "assessments[2].environment.N", MANIFEST_STRING },
		{ "assessments[2].environment.pids", MANIFEST_STRING },
		{ "assessments[2].timeout", MANIFEST_STRING },
		{ "assessments[2].limits", MANIFEST_STRING },
		{ "assessments[2].limits.memory", MANIFEST_INTEGER },
		{ "assessments[20].limits.core", MANIFEST_INTEGER },
		{ "defaults.limits.pids", MANIFEST_INTEGER },
		{ "assessments[0].exit_codes", MANIFEST_STRING },
		{ "assessments[0].exit_codes.pass[0]", MANIFEST_INTEGER },
		{ "defaults.exit_codes.skip[11]", MANIFEST_INTEGER },
		{ "assessments[0].stdin_inherited", MANIFEST_BOOLEAN },
		{ "parallel", MANIFEST_INTEGER },
		{ "stop_on_failure", MANIFEST_BOOLEAN },
		{ "assessments[1].repeat", MANIFEST_INTEGER },
		{ "assessments[1].rerunnable", MANIFEST_BOOLEAN },
		{ "post.keep_temp", MANIFEST_BOOLEAN },
		{ "limits_optional", MANIFEST_BOOLEAN },
		{ "defaults.limits_optional", MANIFEST_BOOLEAN },
		{ "assessments[1].retry", MANIFEST_INTEGER },
		{ "assessments[1].retry.times", MANIFEST_INTEGER },
		{ "assessments[1].retry.on[0]", MANIFEST_STRING },
		{ "assessments[1].depends[0]", MANIFEST_STRING },
		{ "assessments[1].limits.cpu", MANIFEST_STRING },
		{ "assessments[1].limits.cpus", MANIFEST_STRING },
		{ "assessments[1].limits.swap", MANIFEST_INTEGER },
		{ "assessments[1].limits.io.wbps", MANIFEST_INTEGER },
		{ "parameters.iterations", MANIFEST_STRING },
		{ "parameters.times", MANIFEST_STRING },
		{ "parameters.board.value", MANIFEST_STRING },
		{ "parameters.board.read_only", MANIFEST_BOOLEAN },
		{ "parameters.read_only", MANIFEST_STRING },
		{ "post.timeout", MANIFEST_STRING },
		{ "post.environment.parallel", MANIFEST_STRING },
		{ "", MANIFEST_STRING },
		{ "nonsense", MANIFEST_STRING },
		{ "limits.memory", MANIFEST_STRING },
		{ "assessments", MANIFEST_STRING },
		{ "assessments[", MANIFEST_STRING },
		{ "assessments[1", MANIFEST_STRING },
		{ "assessments[1].", MANIFEST_STRING },
		{ "...", MANIFEST_STRING },
		{ "[0]", MANIFEST_STRING },
	};

	for (size_t at = 0; at < COUNT(scalars); at++)
		assert_int_equal(scalars[at].type, manifest_scalar_type(scalars[at].path));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(unknown_keys_are_refused_with_the_nearest_known_one),
		cmocka_unit_test(key_in_a_wrong_place_is_told_its_place),
		cmocka_unit_test(keys_that_are_not_built_yet_are_refused_not_ignored),
		cmocka_unit_test(advice_never_names_a_key_that_would_be_refused),
		cmocka_unit_test(editors_may_name_their_schema),
		cmocka_unit_test(what_is_not_an_object_is_refused_where_it_stands),
		cmocka_unit_test(schema_knows_the_type_of_every_scalar),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
