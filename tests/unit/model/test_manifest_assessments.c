/* Each assessment is the defaults, then its own keys, as often as it repeats. */
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

static void repeated_ones_are_assessments_of_their_own(void **state)
{
	struct manifest *manifest = case_accepted(case_json(
		"{'assessments': [{'command': 'x'}, {'command': ['a', 'b'], 'name': 'r',"
		"  'repeat': 3, 'environment': {'A': '1'}}, {'command': 'y', 'name': 'y'}]}"));
	struct assessment *const *all = manifest->assessments;

	assert_int_equal(5, manifest->assessments_count);
	assert_int_equal(1, all[0]->repeat);
	assert_int_equal(1, all[0]->repetition);
	for (unsigned at = 0; at < 3; at++) {
		assert_int_equal(3, all[1 + at]->repeat);
		assert_int_equal(at + 1, all[1 + at]->repetition);
		assert_string_equal("b", all[1 + at]->argv[1]);
		assert_string_equal("A=1", all[1 + at]->environment[0]);
	}
	assert_ptr_not_equal(all[1]->argv, all[2]->argv);
	assert_string_equal("y", all[4]->name);
	assert_int_equal(1, all[4]->repetition);
	manifest_destroy(manifest);
}

static void own_repeat_comes_over_that_of_the_defaults(void **state)
{
	struct manifest *manifest = case_accepted(
		case_json("{'defaults': {'repeat': 2},"
			  " 'assessments': [{'command': 'x'}, {'command': 'x', 'repeat': 1}]}"));

	assert_int_equal(3, manifest->assessments_count);
	assert_int_equal(2, manifest->assessments[1]->repetition);
	assert_int_equal(1, manifest->assessments[2]->repeat);
	manifest_destroy(manifest);
}

static void repetitions_are_bounded_with_all_others(void **state)
{
	static const struct refusal_case wrong[] = {
		{ "{'assessments': [{'command': 'x', 'repeat': 0}]}", "assessments[0].repeat",
			"a number from 1 to 10000", "the number 0", NULL },
		{ "{'assessments': [{'command': 'x', 'repeat': 10001}]}", "assessments[0].repeat",
			NULL, NULL, NULL },
		{ "{'assessments': [{'command': 'x', 'repeat': '2'}]}", "assessments[0].repeat",
			NULL, "`2`", NULL },
		{ "{'assessments': [{'command': 'x', 'repeat': 1.5}]}", "assessments[0].repeat",
			NULL, NULL, NULL },
		{ "{'assessments': [{'command': 'x', 'repeat': 9999}, {'command': 'x'},"
		  " {'command': 'x'}]}",
			"assessments[2]", "at most 10000 assessments", "with all repetitions",
			NULL },
	};
	struct manifest *manifest = case_of_keys("'repeat': 10000");

	assert_int_equal(MANIFEST_ASSESSMENTS_MAX, manifest->assessments_count);
	assert_string_equal("true#10000", manifest->assessments[9999]->name);
	manifest_destroy(manifest);
	case_check_all(wrong, COUNT(wrong));
}

static void missing_limits_may_be_optional_for_all_or_for_one(void **state)
{
	static const struct refusal_case wrong[] = {
		{ "{'limits_optional': 'yes'}", "limits_optional", "`true` or `false`", NULL,
			NULL },
	};
	struct manifest *manifest = case_accepted(case_json(
		"{'assessments': [{'command': 'x'}, {'command': 'x', 'limits_optional': false}],"
		" 'limits_optional': true}"));

	assert_true(manifest->limits_optional);
	assert_true(manifest->assessments[0]->limits_optional);
	assert_false(manifest->assessments[1]->limits_optional);
	manifest_destroy(manifest);
	manifest = case_accepted(case_json(
		"{'defaults': {'limits_optional': true}, 'assessments': [{'command': 'x'}]}"));
	assert_true(manifest->assessments[0]->limits_optional);
	manifest_destroy(manifest);
	case_check_all(wrong, COUNT(wrong));
}

static void post_has_keys_of_its_own_and_no_defaults(void **state)
{
	struct manifest *manifest = case_accepted(case_json(
		"{'defaults': {'timeout': '1s', 'user': 'nobody'},"
		" 'assessments': [{'command': 'x'}], 'post': {'command': ['./collect']}}"));

	assert_string_equal("./collect", manifest->post->argv[0]);
	assert_string_equal("post", manifest->post->name);
	assert_int_equal(0, manifest->post->timeout_ns);
	assert_int_equal(5 * NS_PER_SEC, manifest->post->timeout_grace_ns);
	assert_null(manifest->post->user);
	assert_null(manifest->post->environment[0]);
	manifest_destroy(manifest);

	manifest = case_accepted(case_json(
		"{'post': {'command': 'collect', 'timeout': '30s', 'timeout_grace': '1s',"
		"  'environment': {'A': 'b'}, 'workdir': '/tmp', 'user': 'nobody', 'name': 'p'},"
		" 'assessments': [{'command': 'x'}]}"));
	assert_string_equal("/bin/sh", manifest->post->argv[0]);
	assert_int_equal(30 * NS_PER_SEC, manifest->post->timeout_ns);
	assert_int_equal(NS_PER_SEC, manifest->post->timeout_grace_ns);
	assert_string_equal("A=b", manifest->post->environment[0]);
	assert_string_equal("/tmp", manifest->post->workdir);
	assert_string_equal("nobody", manifest->post->user);
	assert_string_equal("p", manifest->post->name);
	manifest_destroy(manifest);
}

static void post_with_keys_of_a_test_is_refused(void **state)
{
	static const struct refusal_case wrong[] = {
		{ "{'assessments': [{'command': 'x'}], 'post': {}}", "post.command",
			"the command to run", "nothing", NULL },
		{ "{'assessments': [{'command': 'x'}], 'post': 'x'}", "post", "an object", NULL,
			NULL },
		{ "{'assessments': [{'command': 'x'}], 'post': {'command': 'x', 'repeat': 2}}",
			"post.repeat", NULL, "an unknown key",
			"in `defaults` or in an assessment" },
		{ "{'assessments': [{'command': 'x'}], 'post': {'command': 'x', 'timeout': 5}}",
			"post.timeout", "a duration", NULL, "5s" },
	};
	struct manifest *manifest = case_of_keys("");

	assert_null(manifest->post);
	manifest_destroy(manifest);
	case_check_all(wrong, COUNT(wrong));
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
		cmocka_unit_test(repeated_ones_are_assessments_of_their_own),
		cmocka_unit_test(own_repeat_comes_over_that_of_the_defaults),
		cmocka_unit_test(repetitions_are_bounded_with_all_others),
		cmocka_unit_test(missing_limits_may_be_optional_for_all_or_for_one),
		cmocka_unit_test(post_has_keys_of_its_own_and_no_defaults),
		cmocka_unit_test(post_with_keys_of_a_test_is_refused),
		cmocka_unit_test(most_assessments_are_read_and_named_in_linear_time),
		cmocka_unit_test(more_assessments_are_refused_by_their_bound),
		cmocka_unit_test(defaults_cannot_multiply_a_manifest_without_bound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
