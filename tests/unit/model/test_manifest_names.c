/* Every assessment has a name, and no two have the same. */
#include "unit/model/manifest_case.h"

#include "base/clock.h"

static void names_come_from_the_command_where_none_is_given(void **state)
{
	static const struct {
		const char *assessment, *name;
	} named[] = {
		{ "{'command': ['/bin/true']}", "true" },
		{ "{'command': ['true']}", "true-3" },
		{ "{'command': ['x'], 'name': 'true-2'}", "true-2" },
		{ "{'command': '  /usr/bin/true; echo hi'}", "true-4" },
		{ "{'command': ['sh', '-c', 'x']}", "sh" },
		{ "{'command': ['true'], 'name': 'given'}", "given" },
		{ "{'command': ['true']}", "true-5" },
		{ "{'command': ['/']}", "assessment" },
		{ "{'command': '(cd /; ls)'}", "assessment-2" },
		{ "{'command': ['a\\u001bb']}", "a\\x1bb" },
	};
	char text[1024] = "{'assessments': [";
	struct manifest *manifest;

	for (size_t at = 0; at < COUNT(named); at++)
		strcat(strcat(text, at ? ", " : ""), named[at].assessment);
	manifest = case_accepted(case_json(strcat(text, "]}")));
	for (size_t at = 0; at < COUNT(named); at++)
		assert_string_equal(named[at].name, manifest->assessments[at]->name);
	manifest_destroy(manifest);
}

static void names_that_were_given_twice_are_refused(void **state)
{
	static const struct refusal_case wrong[] = {
		{ "{'assessments': [{'command': 'x'}, {'command': 'x', 'name': 'a'},"
		  " {'command': 'x', 'name': 'b'}, {'command': 'x', 'name': 'a'}]}",
			"assessments[3].name", "no other assessment has", "`a`",
			"assessments[1] has it, too" },
		{ "{'assessments': [{'command': 'x', 'name': 'a#3'},"
		  " {'command': 'x', 'name': 'a', 'repeat': 3}]}",
			"assessments[1].name", NULL, "`a#3`", "assessments[0] has it, too" },
		{ "{'assessments': [{'command': 'x', 'name': 'a', 'repeat': 3},"
		  " {'command': 'x', 'name': 'a#2'}]}",
			"assessments[1].name", NULL, "`a#2`", "assessments[0] has it, too" },
	};

	case_check_all(wrong, COUNT(wrong));
}

static void check_names(const char *text, const char *const *names)
{
	struct manifest *manifest = case_accepted(case_json(text));

	for (size_t at = 0; at < manifest->assessments_count; at++)
		assert_string_equal(names[at], manifest->assessments[at]->name);
	assert_null(names[manifest->assessments_count]);
	manifest_destroy(manifest);
}

static void repetitions_are_numbered_from_the_second(void **state)
{
	check_names("{'assessments': [{'command': ['true'], 'repeat': 2},"
		    " {'command': ['x'], 'name': 'a', 'repeat': 3}, {'command': ['true']}]}",
		(const char *[]){ "true", "true#2", "a", "a#2", "a#3", "true-2", NULL });
}

static void made_names_keep_off_the_repetitions_of_others(void **state)
{
	check_names("{'assessments': [{'command': ['true'], 'repeat': 2},"
		    " {'command': ['x'], 'name': 'true#2'}]}",
		(const char *[]){ "true-2", "true-2#2", "true#2", NULL });
	check_names(
		"{'assessments': [{'command': ['true'], 'repeat': 2}, {'command': ['true#2']}]}",
		(const char *[]){ "true", "true#2", "true#2-2", NULL });
	check_names(
		"{'assessments': [{'command': ['true#2']}, {'command': ['true'], 'repeat': 2}]}",
		(const char *[]){ "true#2", "true-2", "true-2#2", NULL });
}

static json_t *with_name(size_t size, unsigned repeat)
{
	char name[MANIFEST_NAME_MAX + 1];

	memset(name, 'n', size);
	name[size] = '\0';
	return json_pack("{s:[{s:s, s:s, s:i}]}", "assessments", "command", "x", "name", name,
		"repeat", (int)repeat);
}

static void names_with_their_numbers_are_bounded(void **state)
{
	struct manifest_error error = case_refused(with_name(MANIFEST_NAME_MAX - 5, 2));
	struct manifest *manifest = case_accepted(with_name(MANIFEST_NAME_MAX - 6, 10000));

	assert_string_equal("assessments[0].name", error.path);
	assert_non_null(strstr(error.expected, "122 bytes"));
	assert_int_equal(MANIFEST_NAME_MAX, strlen(manifest->assessments[9999]->name));
	manifest_destroy(manifest);
	manifest_destroy(case_accepted(with_name(MANIFEST_NAME_MAX, 1)));
}

/* Names that make each made one collide with its last repetition only. */
static void no_set_of_names_costs_more_than_linear_time(void **state)
{
	uint64_t start_ns = clock_monotonic_ns();
	json_t *list = json_array();

	json_array_append_new(list, json_pack("{s:[s], s:i}", "command", "true", "repeat", 5000));
	for (unsigned at = 1; at < 5000; at++) {
		char name[32] = "true#5000";

		if (at > 1)
			snprintf(name, sizeof(name), "true-%u#5000", at);
		json_array_append_new(list, json_pack("{s:s, s:s}", "command", "x", "name", name));
	}
	manifest_destroy(case_accepted(json_pack("{s:o}", "assessments", list)));
	assert_true(clock_monotonic_ns() - start_ns < 30 * NS_PER_SEC);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_come_from_the_command_where_none_is_given),
		cmocka_unit_test(names_that_were_given_twice_are_refused),
		cmocka_unit_test(repetitions_are_numbered_from_the_second),
		cmocka_unit_test(made_names_keep_off_the_repetitions_of_others),
		cmocka_unit_test(names_with_their_numbers_are_bounded),
		cmocka_unit_test(no_set_of_names_costs_more_than_linear_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
