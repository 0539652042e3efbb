/* Commands, variables and exit codes are read whole or refused at the part that is wrong. */
#include "unit/model/manifest_case.h"

static void command_is_a_list_of_words_or_a_string_for_the_shell(void **state)
{
	struct manifest *manifest = case_accepted(case_json(
		"{'assessments': [{'command': ['echo', '', 'a b']}, {'command': 'exit 3'}]}"));
	char **list = manifest->assessments[0]->argv, **shell = manifest->assessments[1]->argv;

	assert_string_equal("echo", list[0]);
	assert_string_equal("", list[1]);
	assert_string_equal("a b", list[2]);
	assert_null(list[3]);
	assert_string_equal("/bin/sh", shell[0]);
	assert_string_equal("-c", shell[1]);
	assert_string_equal("exit 3", shell[2]);
	assert_null(shell[3]);
	manifest_destroy(manifest);
}

static void command_without_a_program_is_refused(void **state)
{
	static const struct refusal_case wrong[] = {
		{ "{'assessments': [{}]}", "assessments[0].command", "the command", "nothing",
			NULL },
		{ "{'assessments': [{'command': []}]}", "assessments[0].command",
			"a list of words, or a string", "a list of 0", NULL },
		{ "{'assessments': [{'command': ''}]}", "assessments[0].command", NULL, NULL,
			NULL },
		{ "{'assessments': [{'command': 5}]}", "assessments[0].command", NULL,
			"the number 5", NULL },
		{ "{'assessments': [{'command': {'a': 1}}]}", "assessments[0].command", NULL,
			"an object", NULL },
		{ "{'assessments': [{'command': ['']}]}", "assessments[0].command[0]", "a program",
			NULL, NULL },
		{ "{'assessments': [{'command': ['a', 5]}]}", "assessments[0].command[1]",
			"a string", "the number 5", NULL },
		{ "{'assessments': [{'command': ['a', 'b\\u0000c']}]}", "assessments[0].command[1]",
			NULL, "a NUL", NULL },
		{ "{'assessments': [{'command': ['a', ['b']]}]}", "assessments[0].command[1]", NULL,
			"a list", NULL },
	};

	case_check_all(wrong, COUNT(wrong));
}

static json_t *with_words(size_t count)
{
	json_t *words = json_array();

	for (size_t at = 0; at < count; at++)
		json_array_append_new(words, json_string("w"));
	return json_pack("{s:[{s:o}]}", "assessments", "command", words);
}

static void command_is_bounded(void **state)
{
	struct manifest_error error = case_refused(with_words(MANIFEST_ARGUMENTS_MAX + 1));

	assert_string_equal("assessments[0].command", error.path);
	assert_string_equal("at most 1024 words", error.expected);
	assert_string_equal("a list of 1025", error.found);
	manifest_destroy(case_accepted(with_words(MANIFEST_ARGUMENTS_MAX)));
}

static void own_variables_come_over_those_of_the_defaults(void **state)
{
	struct manifest *manifest = case_accepted(
		case_json("{'defaults': {'environment': {'AB': '2', 'A': '1', 'C': '3'}},"
			  " 'assessments': ["
			  "{'command': 'x', 'environment': {'A': 'own', 'D': '', 'A_': '='}},"
			  "{'command': 'x'}]}"));
	char **own = manifest->assessments[0]->environment;
	char **inherited = manifest->assessments[1]->environment;

	assert_string_equal("AB=2", own[0]);
	assert_string_equal("A=own", own[1]);
	assert_string_equal("C=3", own[2]);
	assert_string_equal("D=", own[3]);
	assert_string_equal("A_==", own[4]);
	assert_null(own[5]);
	assert_string_equal("AB=2", inherited[0]);
	assert_string_equal("A=1", inherited[1]);
	assert_string_equal("C=3", inherited[2]);
	assert_null(inherited[3]);
	manifest_destroy(manifest);
}

static void variables_have_names_that_a_shell_knows(void **state)
{
	static const struct refusal_case wrong[] = {
		{ "'environment': {'': ''}", "environment.", "a variable's name", NULL, NULL },
		{ "'environment': {'1A': ''}", "environment.1A", NULL, NULL, NULL },
		{ "'environment': {'A=B': ''}", "environment.A=B", NULL, NULL, NULL },
		{ "'environment': {'A B': ''}", "environment.A B", NULL, NULL, NULL },
		{ "'environment': {'A-B': ''}", "environment.A-B", NULL, NULL, NULL },
		{ "'environment': {'\xc3\x84': ''}", "environment.\xc3\x84", NULL, NULL, NULL },
		{ "'environment': {'A': 5}", "environment.A", "a string", "the number 5", NULL },
		{ "'environment': {'A': null}", "environment.A", NULL, "`null`", NULL },
		{ "'environment': {'A': 'x\\u0000y'}", "environment.A", NULL, "a NUL", NULL },
		{ "'environment': ['A=1']", "environment", "an object of strings", "a list", NULL },
		{ "'environment': 'A=1'", "environment", NULL, NULL, NULL },
	};

	case_check_keys(wrong, COUNT(wrong));
	manifest_destroy(case_of_keys("'environment': {'_a1B2': 'x', 'Z': 'y'}"));
}

static void variables_are_bounded(void **state)
{
	json_t *environment = json_object();
	struct manifest_error error;

	for (unsigned at = 0; at <= 256; at++) {
		char name[16];

		snprintf(name, sizeof(name), "V%u", at);
		json_object_set_new(environment, name, json_string(""));
	}
	error = case_refused(json_pack(
		"{s:[{s:s, s:o}]}", "assessments", "command", "x", "environment", environment));
	assert_string_equal("assessments[0].environment", error.path);
	assert_string_equal("at most 256 variables", error.expected);
}

static enum exit_meaning meaning_of(const char *exit_codes, unsigned code)
{
	char keys[128];
	struct manifest *manifest;
	enum exit_meaning meaning;

	snprintf(keys, sizeof(keys), "'exit_codes': %s", exit_codes);
	manifest = case_of_keys(keys);
	meaning = manifest->assessments[0]->exit_codes.meaning[code];
	manifest_destroy(manifest);
	return meaning;
}

static void exit_codes_are_a_convention_or_own_lists(void **state)
{
	static const char own[] = "{'pass': [3, 255], 'skip': [77], 'broken': [99], 'fail': [1]}";

	assert_int_equal(EXIT_MEANS_SKIPPED, meaning_of("'kselftest'", 4));
	assert_int_equal(EXIT_MEANS_BROKEN, meaning_of("'automake'", 99));
	assert_int_equal(EXIT_MEANS_PASSED, meaning_of(own, 3));
	assert_int_equal(EXIT_MEANS_PASSED, meaning_of(own, 255));
	assert_int_equal(EXIT_MEANS_SKIPPED, meaning_of(own, 77));
	assert_int_equal(EXIT_MEANS_BROKEN, meaning_of(own, 99));
	assert_int_equal(EXIT_MEANS_FAILED, meaning_of(own, 1));
	assert_int_equal(EXIT_MEANS_FAILED, meaning_of(own, 0));
	assert_int_equal(EXIT_MEANS_FAILED, meaning_of(own, 2));
}

static void zero_passes_unless_the_lists_say_otherwise(void **state)
{
	assert_int_equal(EXIT_MEANS_PASSED, meaning_of("{'skip': [77]}", 0));
	assert_int_equal(EXIT_MEANS_PASSED, meaning_of("{}", 0));
	assert_int_equal(EXIT_MEANS_FAILED, meaning_of("{'pass': []}", 0));
	assert_int_equal(EXIT_MEANS_FAILED, meaning_of("{'fail': [0]}", 0));
}

static void exit_codes_that_make_no_sense_are_refused(void **state)
{
	static const struct refusal_case wrong[] = {
		{ "'exit_codes': 'ltpp'", "exit_codes", "`ltp`", "`ltpp`", "`ltp`" },
		{ "'exit_codes': [0]", "exit_codes", "or lists such as", "a list of 1", NULL },
		{ "'exit_codes': 0", "exit_codes", NULL, NULL, NULL },
		{ "'exit_codes': {'pass': 0}", "exit_codes.pass", "a list", "the number 0", NULL },
		{ "'exit_codes': {'pass': [256]}", "exit_codes.pass[0]", "from 0 to 255", NULL,
			NULL },
		{ "'exit_codes': {'pass': [0, -1]}", "exit_codes.pass[1]", NULL, NULL, NULL },
		{ "'exit_codes': {'pass': ['0']}", "exit_codes.pass[0]", NULL, "`0`", NULL },
		{ "'exit_codes': {'pass': [0], 'skip': [4, 0]}", "exit_codes.skip[1]",
			"not listed before", "the number 0", NULL },
		{ "'exit_codes': {'pass': [0, 0]}", "exit_codes.pass[1]", NULL, NULL, NULL },
		{ "'exit_codes': {'passed': [0]}", "exit_codes.passed", NULL, NULL, "`pass`" },
	};

	case_check_keys(wrong, COUNT(wrong));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(command_is_a_list_of_words_or_a_string_for_the_shell),
		cmocka_unit_test(command_without_a_program_is_refused),
		cmocka_unit_test(command_is_bounded),
		cmocka_unit_test(own_variables_come_over_those_of_the_defaults),
		cmocka_unit_test(variables_have_names_that_a_shell_knows),
		cmocka_unit_test(variables_are_bounded),
		cmocka_unit_test(exit_codes_are_a_convention_or_own_lists),
		cmocka_unit_test(zero_passes_unless_the_lists_say_otherwise),
		cmocka_unit_test(exit_codes_that_make_no_sense_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
