/* A choice is one of those that are offered, and none is taken that cannot be kept. */
#include "unit/model/manifest_case.h"

#include "model/verdict.h"

#define BIT(verdict) (1u << (verdict))

#define check_assessment(keys, condition)                                                          \
	do {                                                                                       \
		struct manifest *manifest = case_of_keys(keys);                                    \
		const struct assessment *it = manifest->assessments[0];                            \
                                                                                                   \
		assert_true(condition);                                                            \
		manifest_destroy(manifest);                                                        \
	} while (0)

static void leaks_are_one_of_three_policies(void **state)
{
	static const struct refusal_case wrong[] = {
		{ "'leaks': 'fial'", "leaks", "`fail`, `warn`, `allow`", "`fial`", "`fail`" },
		{ "'leaks': 'Fail'", "leaks", NULL, NULL, "`fail`" },
		{ "'leaks': 'ignore'", "leaks", NULL, NULL, NULL },
		{ "'leaks': true", "leaks", NULL, "`true`", NULL },
	};

	check_assessment("'leaks': 'fail'", it->leaks == LEAKS_FAIL);
	check_assessment("'leaks': 'warn'", it->leaks == LEAKS_WARN);
	check_assessment("'leaks': 'allow'", it->leaks == LEAKS_ALLOW);
	case_check_keys(wrong, COUNT(wrong));
}

static void residue_is_one_of_three_policies(void **state)
{
	static const struct refusal_case wrong[] = {
		{ "'residue': 'ignroe'", "residue", "`warn`, `fail`, `ignore`", "`ignroe`",
			"`ignore`" },
		{ "'residue': 'allow'", "residue", NULL, NULL, NULL },
		{ "'residue': false", "residue", NULL, "`false`", NULL },
	};

	check_assessment("'leaks': 'fail'", it->residue == RESIDUE_WARN);
	check_assessment("'residue': 'warn'", it->residue == RESIDUE_WARN);
	check_assessment("'residue': 'fail'", it->residue == RESIDUE_FAIL);
	check_assessment("'residue': 'ignore'", it->residue == RESIDUE_IGNORE);
	case_check_keys(wrong, COUNT(wrong));
}

static void restarts_are_answered_by_one_of_two(void **state)
{
	static const char *const accepted[] = { "fail", "requeue" };
	struct manifest_error wrong;
	char text[128];

	for (unsigned at = 0; at < COUNT(accepted); at++) {
		struct manifest *manifest;

		snprintf(text, sizeof(text),
			"{'on_reboot': '%s', 'assessments': [{'command': 'x'}]}", accepted[at]);
		manifest = case_accepted(case_json(text));
		assert_int_equal(at, manifest->on_reboot);
		manifest_destroy(manifest);
	}
	wrong = case_refused(
		case_json("{'on_reboot': 'reque', 'assessments': [{'command': 'x'}]}"));
	assert_string_equal("on_reboot", wrong.path);
	assert_non_null(strstr(wrong.expected, "`fail`, `requeue`"));
}

static void stops_are_answered_by_one_of_two_or_by_the_supervisor(void **state)
{
	static const char *const accepted[] = {
		[STOP_KEEP] = "keep", [STOP_TERMINATE] = "terminate"
	};
	struct manifest *manifest = case_accepted(case_json("{'assessments': [{'command': 'x'}]}"));
	struct manifest_error wrong;
	char text[128];

	assert_int_equal(STOP_AS_SUPERVISOR, manifest->on_supervisor_stop);
	manifest_destroy(manifest);
	for (unsigned at = STOP_KEEP; at < COUNT(accepted); at++) {
		snprintf(text, sizeof(text),
			"{'on_supervisor_stop': '%s', 'assessments': [{'command': 'x'}]}",
			accepted[at]);
		manifest = case_accepted(case_json(text));
		assert_int_equal(at, manifest->on_supervisor_stop);
		manifest_destroy(manifest);
	}
	wrong = case_refused(
		case_json("{'on_supervisor_stop': 'kep', 'assessments': [{'command': 'x'}]}"));
	assert_string_equal("on_supervisor_stop", wrong.path);
	assert_non_null(strstr(wrong.expected, "`keep`, `terminate`"));
	assert_non_null(strstr(wrong.advice, "`keep`"));
}

static void own_stop_policy_comes_over_that_of_the_supervisor(void **state)
{
	for (unsigned keeps = 0; keeps < 2; keeps++) {
		assert_int_equal(keeps, stop_policy_keeps(STOP_AS_SUPERVISOR, keeps));
		assert_true(stop_policy_keeps(STOP_KEEP, keeps));
		assert_false(stop_policy_keeps(STOP_TERMINATE, keeps));
	}
}

static void what_no_successor_can_keep_is_refused_without_one(void **state)
{
	static const char *const fine[] = {
		"{'assessments': [{'command': 'x'}]}",
		"{'on_supervisor_stop': 'terminate', 'assessments': [{'command': 'x'}]}",
	};
	struct manifest_error wrong = { 0 };
	struct manifest *manifest;

	for (unsigned at = 0; at < COUNT(fine); at++) {
		manifest = case_accepted(case_json(fine[at]));
		assert_int_equal(0, manifest_check_private(manifest, &wrong));
		manifest_destroy(manifest);
	}
	manifest = case_accepted(
		case_json("{'on_supervisor_stop': 'keep', 'assessments': [{'command': 'x'}]}"));
	assert_int_equal(-EINVAL, manifest_check_private(manifest, &wrong));
	assert_string_equal("on_supervisor_stop", wrong.path);
	assert_non_null(strstr(wrong.advice, "--socket"));
	manifest_destroy(manifest);
}

static void what_only_a_queue_can_keep_is_refused_without_one(void **state)
{
	struct manifest_error wrong = { 0 };
	struct manifest *manifest = case_accepted(case_json("{'assessments': [{'command': 'x'}]}"));

	assert_int_equal(0, manifest_check_unqueued(manifest, &wrong));
	manifest_destroy(manifest);
	manifest = case_accepted(
		case_json("{'on_reboot': 'requeue', 'assessments': [{'command': 'x'}]}"));
	assert_int_equal(-EINVAL, manifest_check_unqueued(manifest, &wrong));
	assert_string_equal("on_reboot", wrong.path);
	assert_non_null(strstr(wrong.advice, "axe submit"));
	manifest_destroy(manifest);
}

static void system_calls_are_refused_by_a_known_profile(void **state)
{
	static const char later[] = "does not build yet";
	static const struct refusal_case wrong[] = {
		{ "'seccomp': 'strict'", "seccomp", "one of `none`, `safe`", later, NULL },
		{ "'seccomp': {'profile': 'safe'}", "seccomp", NULL, later, NULL },
		{ "'seccomp': 'save'", "seccomp", "one of `none`, `safe`", "`save`", "`safe`" },
		{ "'seccomp': true", "seccomp", NULL, "`true`", NULL },
		{ "'seccomp': ['safe']", "seccomp", NULL, "a list", NULL },
	};

	check_assessment("'seccomp': 'safe'", it->seccomp == SECCOMP_SAFE);
	check_assessment("'seccomp': 'none'", it->seccomp == SECCOMP_NONE);
	case_check_keys(wrong, COUNT(wrong));
}

static void retry_is_a_number_or_says_after_what(void **state)
{
	const uint32_t usual = BIT(VERDICT_FAILED) | BIT(VERDICT_BROKEN) | BIT(VERDICT_CRASHED) |
			       BIT(VERDICT_TIMEOUT) | BIT(VERDICT_OOM) | BIT(VERDICT_LEAKED) |
			       BIT(VERDICT_ERROR);

	check_assessment("'retry': 2", it->retry_times == 2 && it->retry_on == usual);
	check_assessment("'retry': 0", it->retry_times == 0);
	check_assessment(
		"'retry': {'times': 100}", it->retry_times == 100 && it->retry_on == usual);
	check_assessment("'retry': {'times': 1, 'on': ['failed', 'timeout']}",
		it->retry_on == (BIT(VERDICT_FAILED) | BIT(VERDICT_TIMEOUT)));
	check_assessment(
		"'retry': {'times': 1, 'on': ['passed']}", it->retry_on == BIT(VERDICT_PASSED));
}

static void own_retry_comes_over_that_of_the_defaults(void **state)
{
	struct manifest *manifest = case_accepted(
		case_json("{'defaults': {'retry': {'times': 2, 'on': ['oom']}},"
			  " 'assessments': [{'command': 'x'}, {'command': 'x', 'retry': 1}]}"));

	assert_int_equal(2, manifest->assessments[0]->retry_times);
	assert_int_equal(BIT(VERDICT_OOM), manifest->assessments[0]->retry_on);
	assert_int_equal(1, manifest->assessments[1]->retry_times);
	assert_true(manifest->assessments[1]->retry_on & BIT(VERDICT_FAILED));
	manifest_destroy(manifest);
}

static void retry_that_makes_no_sense_is_refused(void **state)
{
	static const struct refusal_case wrong[] = {
		{ "'retry': 101", "retry", "a number from 0 to 100", "the number 101", NULL },
		{ "'retry': -1", "retry", NULL, NULL, NULL },
		{ "'retry': true", "retry", "a number of further tries", "`true`", NULL },
		{ "'retry': {}", "retry.times", "how many", "nothing", NULL },
		{ "'retry': {'on': ['failed']}", "retry.times", NULL, "nothing", NULL },
		{ "'retry': {'times': '2'}", "retry.times", "from 0 to 100", "`2`", NULL },
		{ "'retry': {'times': 2, 'on': []}", "retry.on", "a list of verdicts", NULL, NULL },
		{ "'retry': {'times': 2, 'on': 'failed'}", "retry.on", NULL, "`failed`", NULL },
		{ "'retry': {'times': 2, 'on': ['failed', 'time-out']}", "retry.on[1]", "`timeout`",
			"`time-out`", "`timeout`" },
		{ "'retry': {'times': 2, 'on': [5]}", "retry.on[0]", NULL, "the number 5", NULL },
		{ "'retry': {'times': 2, 'no': []}", "retry.no", NULL, "an unknown key", "`on`" },
	};

	case_check_keys(wrong, COUNT(wrong));
}

/* They say that somebody stopped it, that nothing can stop it, or that there was no try. */
static void no_try_follows_a_decision(void **state)
{
	static const enum verdict final[] = { VERDICT_TERMINATED, VERDICT_CANCELED,
		VERDICT_ABANDONED, VERDICT_NOT_RUN };

	for (size_t at = 0; at < COUNT(final); at++) {
		struct manifest_error error = case_refused(
			json_pack("{s:[{s:s, s:{s:i, s:[s]}}]}", "assessments", "command", "x",
				"retry", "times", 1, "on", verdict_name(final[at])));

		assert_string_equal("assessments[0].retry.on[0]", error.path);
		assert_null(strstr(error.expected, verdict_name(final[at])));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(leaks_are_one_of_three_policies),
		cmocka_unit_test(residue_is_one_of_three_policies),
		cmocka_unit_test(restarts_are_answered_by_one_of_two),
		cmocka_unit_test(stops_are_answered_by_one_of_two_or_by_the_supervisor),
		cmocka_unit_test(own_stop_policy_comes_over_that_of_the_supervisor),
		cmocka_unit_test(what_no_successor_can_keep_is_refused_without_one),
		cmocka_unit_test(what_only_a_queue_can_keep_is_refused_without_one),
		cmocka_unit_test(system_calls_are_refused_by_a_known_profile),
		cmocka_unit_test(retry_is_a_number_or_says_after_what),
		cmocka_unit_test(own_retry_comes_over_that_of_the_defaults),
		cmocka_unit_test(retry_that_makes_no_sense_is_refused),
		cmocka_unit_test(no_try_follows_a_decision),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
