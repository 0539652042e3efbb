/* Each assessment is the defaults, then its own keys, under a name of its own. */
#include "unit/model/manifest_case.h"

#include <signal.h>

#include "base/clock.h"

static void defaults_hold_where_an_assessment_says_nothing(void **state)
{
	struct manifest *manifest = case_accepted(case_json(
		"{'assessments': [{'command': 'x'},"
		" {'command': 'x', 'timeout': '1s', 'leaks': 'fail', 'user': 'daemon',"
		"  'workdir': '/tmp', 'exit_codes': 'plain'}],"
		" 'defaults': {'timeout': '60s', 'timeout_grace': '0', 'timeout_signal': 'INT',"
		"  'leaks': 'warn', 'leak_grace': '1s', 'exit_codes': 'automake', 'user': 'nobody',"
		"  'workdir': '/var', 'cancel_signal': 'HUP'}}"));
	const struct assessment *silent = manifest->assessments[0];
	const struct assessment *own = manifest->assessments[1];

	assert_int_equal(2, manifest->assessments_count);
	assert_int_equal(60 * NS_PER_SEC, silent->timeout_ns);
	assert_int_equal(0, silent->timeout_grace_ns);
	assert_int_equal(SIGINT, silent->timeout_signal);
	assert_int_equal(LEAKS_WARN, silent->leaks);
	assert_int_equal(NS_PER_SEC, silent->leak_grace_ns);
	assert_int_equal(EXIT_MEANS_SKIPPED, silent->exit_codes.meaning[77]);
	assert_string_equal("nobody", silent->user);
	assert_string_equal("/var", silent->workdir);
	assert_int_equal(SIGHUP, silent->cancel_signal);

	assert_int_equal(NS_PER_SEC, own->timeout_ns);
	assert_int_equal(LEAKS_FAIL, own->leaks);
	assert_int_equal(EXIT_MEANS_FAILED, own->exit_codes.meaning[77]);
	assert_string_equal("daemon", own->user);
	assert_string_equal("/tmp", own->workdir);
	assert_int_equal(SIGHUP, own->cancel_signal);
	manifest_destroy(manifest);
}

static void wrong_defaults_are_refused_at_their_own_path(void **state)
{
	static const struct refusal_case wrong[] = {
		{ "{'defaults': {'leaks': 'never'}, 'assessments': [{'command': 'x'}]}",
			"defaults.leaks", NULL, NULL, NULL },
		{ "{'assessments': [{'command': 5}], 'defaults': {'limits': {'pids': 0}}}",
			"defaults.limits.pids", NULL, NULL, NULL },
		{ "{'defaults': {'command': 'x'}}", "defaults.command", NULL, "an unknown key",
			"belongs in an assessment" },
		{ "{'defaults': {'stdin': '/dev/null'}}", "defaults.stdin", NULL, NULL, NULL },
	};

	case_check_all(wrong, COUNT(wrong));
}

static void a_job_has_assessments(void **state)
{
	static const struct refusal_case wrong[] = {
		{ "{}", "assessments", "at least one", "nothing", NULL },
		{ "{'name': 'x'}", "assessments", NULL, "nothing", NULL },
		{ "{'assessments': []}", "assessments", "at least one", "a list of 0", NULL },
		{ "{'assessments': {}}", "assessments", NULL, "an object", NULL },
		{ "{'assessments': null}", "assessments", NULL, "`null`", NULL },
	};

	case_check_all(wrong, COUNT(wrong));
}

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
			"assessments[3].name", "no other assessment has", NULL,
			"assessments[1] has it, too" },
	};

	case_check_all(wrong, COUNT(wrong));
}

static json_t *many(size_t count, json_t *defaults)
{
	json_t *list = json_array();

	for (size_t at = 0; at < count; at++)
		json_array_append_new(list, json_pack("{s:[s]}", "command", "true"));
	return json_pack("{s:o, s:o}", "defaults", defaults, "assessments", list);
}

static void most_assessments_are_read_and_named_in_linear_time(void **state)
{
	uint64_t start_ns = clock_monotonic_ns();
	struct manifest *manifest = case_accepted(many(MANIFEST_ASSESSMENTS_MAX, json_object()));

	assert_int_equal(MANIFEST_ASSESSMENTS_MAX, manifest->assessments_count);
	assert_string_equal("true-10000", manifest->assessments[9999]->name);
	manifest_destroy(manifest);
	assert_true(clock_monotonic_ns() - start_ns < 30 * NS_PER_SEC);
}

static void more_assessments_are_refused_by_their_bound(void **state)
{
	struct manifest_error error =
		case_refused(many(MANIFEST_ASSESSMENTS_MAX + 1, json_object()));

	assert_string_equal("assessments", error.path);
	assert_string_equal("at most 10000 assessments", error.expected);
	assert_string_equal("a list of 10001", error.found);
}

/* 60 KiB of defaults for each of 10,000 assessments would be 600 MB. */
static void defaults_cannot_multiply_a_manifest_without_bound(void **state)
{
	json_t *environment = json_object();
	struct manifest_error error;
	char value[60001];

	memset(value, 'x', sizeof(value) - 1);
	value[sizeof(value) - 1] = '\0';
	json_object_set_new(environment, "BIG", json_string(value));
	error = case_refused(
		many(MANIFEST_ASSESSMENTS_MAX, json_pack("{s:o}", "environment", environment)));
	assert_string_equal("at most 64 MiB of text in all", error.expected);
	assert_memory_equal("assessments[", error.path, 12);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults_hold_where_an_assessment_says_nothing),
		cmocka_unit_test(wrong_defaults_are_refused_at_their_own_path),
		cmocka_unit_test(a_job_has_assessments),
		cmocka_unit_test(names_come_from_the_command_where_none_is_given),
		cmocka_unit_test(names_that_were_given_twice_are_refused),
		cmocka_unit_test(most_assessments_are_read_and_named_in_linear_time),
		cmocka_unit_test(more_assessments_are_refused_by_their_bound),
		cmocka_unit_test(defaults_cannot_multiply_a_manifest_without_bound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
