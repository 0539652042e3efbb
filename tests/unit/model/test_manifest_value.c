/* A value is what its key wants it to be, or is refused with what would do. */
#include "unit/model/manifest_case.h"

#include <signal.h>

#include "base/clock.h"

#define check_assessment(keys, condition)                                                          \
	do {                                                                                       \
		struct manifest *manifest = case_of_keys(keys);                                    \
		const struct assessment *it = manifest->assessments[0];                            \
                                                                                                   \
		assert_true(condition);                                                            \
		manifest_destroy(manifest);                                                        \
	} while (0)

static void silent_manifest_gets_the_documented_defaults(void **state)
{
	struct manifest *manifest = case_of_keys("");
	const struct assessment *it = manifest->assessments[0];

	assert_string_equal("job", manifest->name);
	assert_int_equal(0, it->timeout_ns);
	assert_int_equal(5 * NS_PER_SEC, it->timeout_grace_ns);
	assert_int_equal(SIGTERM, it->timeout_signal);
	assert_int_equal(0, it->cancel_signal);
	assert_int_equal(LEAKS_FAIL, it->leaks);
	assert_int_equal(50 * NS_PER_MS, it->leak_grace_ns);
	assert_null(it->workdir);
	assert_null(it->stdin_path);
	assert_null(it->user);
	assert_null(it->environment[0]);
	assert_false(it->environment_inherited);
	assert_false(it->stdin_inherited);
	assert_int_equal(EXIT_MEANS_PASSED, it->exit_codes.meaning[0]);
	assert_int_equal(EXIT_MEANS_FAILED, it->exit_codes.meaning[77]);
	for (unsigned kind = 0; kind < LIMIT_KINDS; kind++)
		assert_false(it->limits.set[kind]);
	assert_false(it->limits_optional);
	assert_int_equal(SECCOMP_NONE, it->seccomp);
	assert_int_equal(0, it->depends_count);
	assert_int_equal(1, it->repeat);
	assert_int_equal(1, it->repetition);
	assert_int_equal(0, it->retry_times);
	assert_true(it->rerunnable);
	assert_false(it->keep_temp);
	assert_int_equal(1, manifest->parallel);
	assert_int_equal(0, manifest->runtime_ns);
	assert_false(manifest->stop_on_failure);
	assert_null(manifest->post);
	assert_int_equal(0, manifest->parameters_count);
	manifest_destroy(manifest);
}

static void durations_need_a_unit_unless_they_are_zero(void **state)
{
	static const struct refusal_case wrong[] = {
		{ "'timeout': 'soon'", "timeout", "a duration such as", "the string `soon`", NULL },
		{ "'timeout': '60'", "timeout", "a duration", "`60`", "add a unit: \"60s\"" },
		{ "'timeout': 60", "timeout", "a duration", "the number 60", "\"60s\"" },
		{ "'timeout': -1", "timeout", NULL, "the number -1", "" },
		{ "'timeout': 1.5", "timeout", NULL, "the number 1.5", NULL },
		{ "'timeout': '-1s'", "timeout", NULL, NULL, NULL },
		{ "'timeout': ''", "timeout", NULL, "the string ``", NULL },
		{ "'timeout': null", "timeout", NULL, "`null`", NULL },
		{ "'timeout': true", "timeout", NULL, "`true`", NULL },
		{ "'timeout': {}", "timeout", NULL, "an object", NULL },
		{ "'timeout': ['1s']", "timeout", NULL, "a list of 1", NULL },
		{ "'timeout': '8785h'", "timeout", "at most 8784h", NULL, NULL },
		{ "'timeout': '999999999999999999999h'", "timeout", "at most", NULL, NULL },
		{ "'timeout': '1s\\u0000h'", "timeout", NULL, NULL, NULL },
		{ "'timeout_grace': 'x'", "timeout_grace", NULL, NULL, NULL },
		{ "'leak_grace': 'x'", "leak_grace", NULL, NULL, NULL },
	};

	check_assessment("'timeout': '1.5s'", it->timeout_ns == 1500 * NS_PER_MS);
	check_assessment("'timeout': 0", it->timeout_ns == 0);
	check_assessment("'timeout': '8784h'", it->timeout_ns == 8784 * 3600 * NS_PER_SEC);
	check_assessment("'timeout_grace': '0'", it->timeout_grace_ns == 0);
	check_assessment("'leak_grace': '1s'", it->leak_grace_ns == NS_PER_SEC);
	case_check_keys(wrong, COUNT(wrong));
}

static void signals_are_known_by_name_and_number(void **state)
{
	static const struct refusal_case wrong[] = {
		{ "'timeout_signal': 'TERN'", "timeout_signal", "TERM or 15", "`TERN`", "`TERM`" },
		{ "'timeout_signal': 'SIGKIL'", "timeout_signal", NULL, NULL, "`KILL`" },
		{ "'timeout_signal': 'SIG'", "timeout_signal", NULL, NULL, NULL },
		{ "'timeout_signal': ''", "timeout_signal", NULL, NULL, NULL },
		{ "'timeout_signal': 0", "timeout_signal", NULL, "the number 0", NULL },
		{ "'timeout_signal': 65", "timeout_signal", NULL, NULL, NULL },
		{ "'timeout_signal': -9", "timeout_signal", NULL, NULL, NULL },
		{ "'timeout_signal': 4294967305", "timeout_signal", NULL, NULL, NULL },
		{ "'timeout_signal': '65'", "timeout_signal", NULL, NULL, NULL },
		{ "'timeout_signal': 'TERM\\u0000'", "timeout_signal", NULL, NULL, NULL },
		{ "'cancel_signal': false", "cancel_signal", NULL, "`false`", NULL },
		{ "'cancel_signal': []", "cancel_signal", NULL, "a list of 0", NULL },
	};

	check_assessment("'timeout_signal': 'INT'", it->timeout_signal == SIGINT);
	check_assessment("'timeout_signal': 'SIGINT'", it->timeout_signal == SIGINT);
	check_assessment("'timeout_signal': 'sigusr1'", it->timeout_signal == SIGUSR1);
	check_assessment("'timeout_signal': '2'", it->timeout_signal == SIGINT);
	check_assessment("'cancel_signal': 40", it->cancel_signal == 40);
	case_check_keys(wrong, COUNT(wrong));
}

static void paths_are_absolute(void **state)
{
	static const struct refusal_case wrong[] = {
		{ "'workdir': 'tmp'", "workdir", "an absolute path", "`tmp`", NULL },
		{ "'workdir': ''", "workdir", NULL, NULL, NULL },
		{ "'workdir': 5", "workdir", NULL, "the number 5", NULL },
		{ "'workdir': '/a\\u0000b'", "workdir", NULL, "a NUL", NULL },
		{ "'stdin': '~/in'", "stdin", "an absolute path", NULL, NULL },
	};

	check_assessment("'workdir': '/var/tmp'", strcmp(it->workdir, "/var/tmp") == 0);
	check_assessment("'stdin': '/dev/zero'", strcmp(it->stdin_path, "/dev/zero") == 0);
	case_check_keys(wrong, COUNT(wrong));
}

static void names_and_users_are_one_printable_line(void **state)
{
	static const struct refusal_case wrong[] = {
		{ "'name': ''", "name", "not empty", NULL, NULL },
		{ "'name': 'a\\nb'", "name", "control", "`a\\x0ab`", NULL },
		{ "'name': 'a\\u001b[2J'", "name", "control", NULL, NULL },
		{ "'name': 'a\\u202eb'", "name", NULL, NULL, NULL },
		{ "'name': 'a\\u0000b'", "name", NULL, "a NUL", NULL },
		{ "'name': ['a']", "name", "a name", "a list", NULL },
		{ "'user': ''", "user", NULL, NULL, NULL },
		{ "'user': 1000", "user", "a user's name", "the number 1000", NULL },
		{ "'user': 'no\\tbody'", "user", NULL, NULL, NULL },
	};

	check_assessment("'name': 'caf\xc3\xa9 / 2'", strcmp(it->name, "caf\xc3\xa9 / 2") == 0);
	check_assessment("'user': 'nobody'", strcmp(it->user, "nobody") == 0);
	case_check_keys(wrong, COUNT(wrong));
}

static void a_job_says_how_it_runs(void **state)
{
	static const struct refusal_case wrong[] = {
		{ "{'parallel': 0}", "parallel", "a number from 1 to 256", "the number 0", NULL },
		{ "{'parallel': 257}", "parallel", NULL, NULL, NULL },
		{ "{'parallel': -1}", "parallel", NULL, NULL, NULL },
		{ "{'parallel': 4294967297}", "parallel", NULL, NULL, NULL },
		{ "{'parallel': '2'}", "parallel", NULL, "`2`", NULL },
		{ "{'parallel': 2.0}", "parallel", NULL, NULL, NULL },
		{ "{'runtime': 2}", "runtime", "a duration such as", "the number 2", "2s" },
		{ "{'runtime': '9000h'}", "runtime", "at most 8784h", NULL, NULL },
		{ "{'stop_on_failure': 'yes'}", "stop_on_failure", "`true` or `false`", NULL,
			NULL },
	};
	struct manifest *manifest = case_accepted(
		case_json("{'parallel': 256, 'runtime': '2h', 'stop_on_failure': true,"
			  " 'assessments': [{'command': 'x'}]}"));

	assert_int_equal(256, manifest->parallel);
	assert_int_equal(7200 * NS_PER_SEC, manifest->runtime_ns);
	assert_true(manifest->stop_on_failure);
	manifest_destroy(manifest);
	case_check_all(wrong, COUNT(wrong));
}

static void flags_are_booleans_and_nothing_like_it(void **state)
{
	static const struct refusal_case wrong[] = {
		{ "'stdin_inherited': 'no'", "stdin_inherited", "`true` or `false`", "`no`", NULL },
		{ "'stdin_inherited': 1", "stdin_inherited", NULL, NULL, NULL },
		{ "'environment_inherited': null", "environment_inherited", NULL, NULL, NULL },
		{ "'rerunnable': 'false'", "rerunnable", "`true` or `false`", NULL, NULL },
		{ "'keep_temp': 'yes'", "keep_temp", "`true` or `false`", "`yes`", NULL },
	};

	check_assessment("'stdin_inherited': true", it->stdin_inherited);
	check_assessment("'environment_inherited': true", it->environment_inherited);
	check_assessment("'environment_inherited': false", !it->environment_inherited);
	check_assessment("'rerunnable': false", !it->rerunnable);
	check_assessment("'keep_temp': true", it->keep_temp);
	case_check_keys(wrong, COUNT(wrong));
}

static json_t *with_text(const char *key, json_t *text)
{
	return json_pack("{s:[{s:[s], s:o}]}", "assessments", "command", "true", key, text);
}

static json_t *long_text(char first, size_t size)
{
	char *text = malloc(size);
	json_t *json;

	assert_non_null(text);
	memset(text, 'x', size);
	text[0] = first;
	json = json_stringn(text, size);
	free(text);
	return json;
}

static void texts_are_bounded_and_the_bound_is_named(void **state)
{
	struct manifest_error error;

	manifest_destroy(case_accepted(with_text("name", long_text('n', MANIFEST_NAME_MAX))));
	error = case_refused(with_text("name", long_text('n', MANIFEST_NAME_MAX + 1)));
	assert_string_equal("assessments[0].name", error.path);
	assert_non_null(strstr(error.expected, "128 bytes"));
	manifest_destroy(case_accepted(with_text("workdir", long_text('/', 4095))));
	error = case_refused(with_text("workdir", long_text('/', 4096)));
	assert_non_null(strstr(error.expected, "4095 bytes"));
	manifest_destroy(case_accepted(with_text("command", long_text('x', MANIFEST_TEXT_MAX))));
	error = case_refused(with_text("command", long_text('x', MANIFEST_TEXT_MAX + 1)));
	assert_non_null(strstr(error.expected, "65536 bytes"));
}

static void text_that_is_not_utf8_is_refused(void **state)
{
	struct manifest_error error;

	error = case_refused(with_text("user", json_string_nocheck("\xff\xfe")));
	assert_string_equal("assessments[0].user", error.path);
	assert_non_null(strstr(error.found, "not UTF-8"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(silent_manifest_gets_the_documented_defaults),
		cmocka_unit_test(durations_need_a_unit_unless_they_are_zero),
		cmocka_unit_test(signals_are_known_by_name_and_number),
		cmocka_unit_test(paths_are_absolute),
		cmocka_unit_test(names_and_users_are_one_printable_line),
		cmocka_unit_test(a_job_says_how_it_runs),
		cmocka_unit_test(flags_are_booleans_and_nothing_like_it),
		cmocka_unit_test(texts_are_bounded_and_the_bound_is_named),
		cmocka_unit_test(text_that_is_not_utf8_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
