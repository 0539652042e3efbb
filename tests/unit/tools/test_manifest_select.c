/* What is chosen stays with its name and its order; nothing else does. */
#include "base/error.h"
#include "libaxe/manifest_select.h"

#include "unit/model/manifest_case.h"

#include "base/clock.h"

static const char suite[] =
	"{'name': 'n', 'assessments': [{'command': ['true']}, {'command': ['true']},"
	" {'command': 'x', 'name': 'cpu', 'repeat': 3, 'depends': ['true-2', 'true']},"
	" {'command': 'x', 'name': 'disk', 'depends': ['cpu', 'true']}]}";

#define WORDS(...)                                                                                 \
	(const char *const[])                                                                      \
	{                                                                                          \
		__VA_ARGS__                                                                        \
	}

static struct manifest_choice choosing(const char *const *patterns, size_t count)
{
	return (struct manifest_choice){ .only = patterns, .only_count = count };
}

static struct manifest_choice skipping(const char *const *patterns, size_t count)
{
	return (struct manifest_choice){ .skip = patterns, .skip_count = count };
}

/* What the supervisor makes of the choice: "name(predecessors)", in order. */
static void check_chosen(
	const char *text, const struct manifest_choice *choice, const char *expected)
{
	json_t *source = case_json(text);
	char chosen[1024] = "";
	struct manifest *manifest;
	struct error error;

	if (manifest_select(source, choice, &error) < 0)
		fail_msg("%s", error.text);
	manifest = case_accepted(source);
	for (size_t at = 0; at < manifest->assessments_count; at++) {
		const struct assessment *assessment = manifest->assessments[at];

		strcat(strcat(chosen, at ? " " : ""), assessment->name);
		for (size_t each = 0; each < assessment->depends_count; each++)
			strcat(strcat(chosen, each ? "," : "<"),
				manifest->assessments[assessment->depends[each]]->name);
	}
	assert_string_equal(expected, chosen);
	manifest_destroy(manifest);
}

static void check_refused(
	const char *text, const struct manifest_choice *choice, int code, const char *part)
{
	auto_json original = case_json(text);
	auto_json source = case_json(text);
	struct error error;

	assert_int_equal(code, manifest_select(source, choice, &error));
	if (!strstr(error.text, part))
		fail_msg("`%s` without `%s`", error.text, part);
	assert_true(json_equal(original, source));
}

static void without_a_choice_nothing_changes(void **state)
{
	auto_json original = case_json(suite);
	auto_json source = case_json(suite);
	struct manifest_choice none = { 0 };

	assert_int_equal(0, manifest_select(source, &none, NULL));
	assert_true(json_equal(original, source));
}

static void chosen_ones_keep_their_names_and_lose_what_is_gone(void **state)
{
	struct manifest_choice choice = choosing(WORDS("true-2", "d*"), 2);

	check_chosen(suite, &choice, "true-2 disk");
	choice = skipping(WORDS("true"), 1);
	check_chosen(
		suite, &choice, "true-2 cpu<true-2 cpu#2<true-2 cpu#3<true-2 disk<cpu,cpu#2,cpu#3");
	choice = choosing(WORDS("*"), 1);
	check_chosen(suite, &choice,
		"true true-2 cpu<true-2,true cpu#2<true-2,true cpu#3<true-2,true "
		"disk<cpu,cpu#2,cpu#3,true");
}

static void skip_takes_out_of_what_only_chose(void **state)
{
	struct manifest_choice choice = choosing(WORDS("true*"), 1);

	choice.skip = WORDS("true-?");
	choice.skip_count = 1;
	check_chosen(suite, &choice, "true");
}

static void some_repetitions_become_assessments_of_their_own(void **state)
{
	struct manifest_choice choice = skipping(WORDS("cpu#2"), 1);

	check_chosen(suite, &choice,
		"true true-2 cpu<true-2,true cpu#3<true-2,true disk<cpu,cpu#3,true");
	check_chosen("{'defaults': {'repeat': 2}, 'assessments': [{'command': ['a']}]}",
		&(struct manifest_choice){ .only = WORDS("a#2"), .only_count = 1 }, "a#2");
}

static void name_of_a_repeated_one_means_all_of_it(void **state)
{
	struct manifest_choice choice = choosing(WORDS("cpu"), 1);

	check_chosen(suite, &choice, "cpu cpu#2 cpu#3");
	choice.skip = WORDS("cpu#[23]");
	choice.skip_count = 1;
	check_chosen(suite, &choice, "cpu");
	choice = skipping(WORDS("cpu"), 1);
	check_chosen(suite, &choice, "true true-2 disk<true");
}

static void nothing_left_names_what_is_near(void **state)
{
	struct manifest_choice choice = choosing(WORDS("dsik"), 1);

	check_refused(
		suite, &choice, -ENOENT, "no assessment is left to run; did you mean `disk`?");
	choice = skipping(WORDS("*"), 1);
	check_refused(suite, &choice, -ENOENT, "there are `true`, `true-2`, `cpu` and 3 more");
}

static void manifest_that_is_none_is_refused(void **state)
{
	struct manifest_choice choice = choosing(WORDS("*"), 1);

	check_refused("{'assessments': [{'comand': 'x'}]}", &choice, -EINVAL,
		"assessments[0].comand: expected a known key");
}

static void check_failed_of(const char *results, const char *expected)
{
	auto_json json = case_json(results);
	struct manifest_choice choice = { .failed_of = json };

	check_chosen(suite, &choice, expected);
}

static void what_failed_before_runs_again(void **state)
{
	check_failed_of(
		"{'job': 3, 'assessments': [{'name': 'true', 'verdict': 'passed', 'try': 1},"
		" {'name': 'true-2', 'verdict': 'oom'}, {'name': 'cpu', 'verdict': 'skipped'},"
		" {'name': 'cpu#3', 'verdict': 'leaked'}, {'name': 'disk', 'verdict': 'not_run'},"
		" {'name': 'gone', 'verdict': 'failed'}]}",
		"true-2 cpu#3<true-2");
}

static void the_last_try_says_whether_it_failed(void **state)
{
	check_failed_of("{'assessments': [{'name': 'true', 'verdict': 'failed', 'try': 1},"
			" {'name': 'true', 'verdict': 'passed', 'try': 2},"
			" {'name': 'disk', 'verdict': 'failed', 'try': 2},"
			" {'name': 'disk', 'verdict': 'passed', 'try': 1}]}",
		"disk");
}

static void results_and_patterns_choose_together(void **state)
{
	auto_json results = case_json("{'assessments': [{'name': 'true', 'verdict': 'failed'},"
				      " {'name': 'disk', 'verdict': 'failed'}]}");
	struct manifest_choice choice = skipping(WORDS("t*"), 1);

	choice.failed_of = results;
	check_chosen(suite, &choice, "disk");
	choice.skip = WORDS("disk", "true");
	choice.skip_count = 2;
	check_refused(suite, &choice, -ENOENT, "no assessment is left to run");
}

static void results_without_a_failure_leave_nothing_to_run(void **state)
{
	static const struct {
		const char *results;
		int code;
		const char *part;
	} wrong[] = {
		{ "{'assessments': []}", -ENOENT, "no assessment of that job failed" },
		{ "{'assessments': [{'name': 'true', 'verdict': 'passed'}]}", -ENOENT,
			"no assessment of that job failed" },
		{ "{'assessments': [{'name': 'gone', 'verdict': 'failed'}]}", -ENOENT,
			"no assessment is left to run" },
		{ "{}", -EINVAL, "a list `assessments`" },
		{ "[]", -EINVAL, "a list `assessments`" },
		{ "{'assessments': [{'name': 'true', 'verdict': 'great'}]}", -EINVAL,
			"a known verdict" },
		{ "{'assessments': [{'verdict': 'failed'}]}", -EINVAL, "without a name" },
		{ "{'assessments': [5]}", -EINVAL, "without a name" },
	};

	for (size_t at = 0; at < COUNT(wrong); at++) {
		auto_json results = case_json(wrong[at].results);
		struct manifest_choice choice = { .failed_of = results };

		check_refused(suite, &choice, wrong[at].code, wrong[at].part);
	}
}

static void largest_suite_is_chosen_from_in_linear_time(void **state)
{
	uint64_t start_ns = clock_monotonic_ns();
	auto_json list = json_array();
	auto_json source = NULL;
	struct manifest_choice choice = choosing(WORDS("true-1*"), 1);

	for (size_t at = 0; at < MANIFEST_ASSESSMENTS_MAX; at++)
		json_array_append_new(list, json_pack("{s:[s]}", "command", "true"));
	source = json_pack("{s:O}", "assessments", list);
	assert_int_equal(0, manifest_select(source, &choice, NULL));
	assert_int_equal(1111, json_array_size(json_object_get(source, "assessments")));
	assert_true(clock_monotonic_ns() - start_ns < 30 * NS_PER_SEC);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_a_choice_nothing_changes),
		cmocka_unit_test(chosen_ones_keep_their_names_and_lose_what_is_gone),
		cmocka_unit_test(skip_takes_out_of_what_only_chose),
		cmocka_unit_test(some_repetitions_become_assessments_of_their_own),
		cmocka_unit_test(name_of_a_repeated_one_means_all_of_it),
		cmocka_unit_test(nothing_left_names_what_is_near),
		cmocka_unit_test(manifest_that_is_none_is_refused),
		cmocka_unit_test(what_failed_before_runs_again),
		cmocka_unit_test(the_last_try_says_whether_it_failed),
		cmocka_unit_test(results_and_patterns_choose_together),
		cmocka_unit_test(results_without_a_failure_leave_nothing_to_run),
		cmocka_unit_test(largest_suite_is_chosen_from_in_linear_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
