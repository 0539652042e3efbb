/* Assessments wait for those that they name, and never in a circle. */
#include "unit/model/manifest_case.h"

#include "base/clock.h"

static void assert_depends(const struct manifest *manifest, size_t at, size_t count, ...)
{
	const struct assessment *assessment = manifest->assessments[at];
	va_list expected;

	assert_int_equal(count, assessment->depends_count);
	va_start(expected, count);
	for (size_t each = 0; each < count; each++)
		assert_int_equal(va_arg(expected, int), assessment->depends[each]);
	va_end(expected);
}

static void names_become_indices_forwards_and_backwards(void **state)
{
	struct manifest *manifest = case_accepted(
		case_json("{'assessments': [{'command': ['true'], 'depends': ['c', 'true-2']},"
			  " {'command': ['true'], 'depends': []}, {'command': 'x', 'name': 'c',"
			  "  'depends': ['true-2']}]}"));

	assert_depends(manifest, 0, 2, 2, 1);
	assert_depends(manifest, 1, 0);
	assert_depends(manifest, 2, 1, 1);
	manifest_destroy(manifest);
}

static void every_repetition_waits_for_every_repetition(void **state)
{
	struct manifest *manifest = case_accepted(case_json(
		"{'assessments': [{'command': 'x', 'name': 'a', 'repeat': 2},"
		" {'command': 'x', 'name': 'b'}, {'command': 'x', 'name': 'c', 'repeat': 2,"
		"  'depends': ['b', 'a']}]}"));

	assert_depends(manifest, 0, 0);
	assert_depends(manifest, 1, 0);
	assert_depends(manifest, 3, 3, 2, 0, 1);
	assert_depends(manifest, 4, 3, 2, 0, 1);
	manifest_destroy(manifest);
}

#define A_(keys) "{'command': 'x', 'name': 'a'" keys "}"
#define B_(keys) "{'command': 'x', 'name': 'b'" keys "}"
#define C_(keys) "{'command': 'x', 'name': 'c'" keys "}"

static void names_that_name_no_other_are_refused(void **state)
{
	static const struct refusal_case wrong[] = {
		{ "{'assessments': [{'command': 'x', 'name': 'setup'}, " A_(
			  ", 'depends': ['setpu']") "]}",
			"assessments[1].depends[0]", "the name of an assessment", "`setpu`",
			"`setup`" },
		{ "{'assessments': [" A_(", 'depends': ['zzz']") "]}", "assessments[0].depends[0]",
			NULL, NULL, "" },
		{ "{'assessments': [" A_("") ", " B_(", 'depends': ['a', 'b']") "]}",
			"assessments[1].depends[1]", "the name of another assessment", "`b`",
			NULL },
		{ "{'assessments': [" A_("") ", " B_(", 'depends': ['a', 'a']") "]}",
			"assessments[1].depends[1]", "not listed before", "`a`", NULL },
		{ "{'assessments': [" A_(", 'repeat': 2") ", " B_(", 'depends': ['a#2']") "]}",
			"assessments[1].depends[0]", "the name of an assessment", "`a#2`",
			"`a` means all of its repetitions" },
		{ "{'assessments': [" A_(", 'depends': 'b'") "]}", "assessments[0].depends",
			"a list of names", "`b`", NULL },
		{ "{'assessments': [" A_(", 'depends': [5]") "]}", "assessments[0].depends[0]",
			"the name of an assessment", "the number 5", NULL },
		{ "{'assessments': [" A_(", 'depends': ['b\\u0000']") ", " B_("") "]}",
			"assessments[0].depends[0]", NULL, "a NUL", NULL },
	};

	case_check_all(wrong, COUNT(wrong));
}

static void cycles_are_spelled_out(void **state)
{
	static const struct refusal_case wrong[] = {
		{ "{'assessments': [" A_(", 'depends': ['b']") ", " B_(", 'depends': ['a']") "]}",
			"assessments[1].depends[0]", "an order without a cycle", "a -> b -> a",
			NULL },
		{ "{'assessments': [" A_(", 'depends': ['b']") ", " B_(
			  ", 'depends': ['c']") ", " C_(", 'depends': ['b']") "]}",
			"assessments[2].depends[0]", NULL, "b -> c -> b", NULL },
		{ "{'assessments': [" A_(", 'depends': ['b', 'c']") ", " B_("") ", " C_(
			  ", 'depends': ['b', 'a']") "]}",
			"assessments[2].depends[1]", NULL, "a -> c -> a", NULL },
	};

	case_check_all(wrong, COUNT(wrong));
	assert_string_equal("a -> b -> a", case_refused(case_json(wrong[0].text)).found);
	assert_string_equal("b -> c -> b", case_refused(case_json(wrong[1].text)).found);
}

static void two_ways_to_one_predecessor_are_no_cycle(void **state)
{
	manifest_destroy(
		case_accepted(case_json("{'assessments': [" A_(", 'depends': ['b', 'c']") ", " B_(
			", 'depends': ['d']") ", " C_(", 'depends': ['d']") ", {'command': 'x', "
									    "'name': "
									    "'d'}]}")));
}

/* Each depends on the next; the last on the first, if it is to be a cycle. */
static json_t *chain(unsigned count, bool cycle, const char *prefix)
{
	json_t *list = json_array();

	for (unsigned at = 0; at < count; at++) {
		unsigned next = (at + 1) % count;
		char name[MANIFEST_NAME_MAX], other[MANIFEST_NAME_MAX];
		json_t *entry;

		snprintf(name, sizeof(name), "%s%u", prefix, at);
		snprintf(other, sizeof(other), "%s%u", prefix, next);
		entry = json_pack("{s:[s], s:s}", "command", "x", "name", name);
		if (next || cycle)
			json_object_set_new(entry, "depends", json_pack("[s]", other));
		json_array_append_new(list, entry);
	}
	return json_pack("{s:o}", "assessments", list);
}

static void longest_chain_is_checked_in_linear_time(void **state)
{
	uint64_t start_ns = clock_monotonic_ns();
	struct manifest *manifest = case_accepted(chain(MANIFEST_ASSESSMENTS_MAX, false, "n"));
	struct manifest_error error;

	assert_depends(manifest, 0, 1, 1);
	assert_depends(manifest, 9999, 0);
	manifest_destroy(manifest);
	error = case_refused(chain(MANIFEST_ASSESSMENTS_MAX, true, "n"));
	assert_string_equal("assessments[9999].depends[0]", error.path);
	assert_memory_equal("n0 -> n1 -> n2 -> ", error.found, 18);
	assert_non_null(strstr(error.found, " -> ... -> n0"));
	assert_true(clock_monotonic_ns() - start_ns < 30 * NS_PER_SEC);
}

static void cycle_of_long_names_is_one_whole_line(void **state)
{
	char prefix[MANIFEST_NAME_MAX - 8] = "x";
	struct manifest_error error;

	for (unsigned shift = 0; shift < 4; shift++) {
		prefix[shift] = '\0';
		while (strlen(prefix) + 4 < sizeof(prefix))
			strcat(prefix, "\xf0\x9f\x98\x80");
		error = case_refused(chain(8, true, prefix));
		assert_non_null(strstr(error.found, " -> ... -> "));
		memset(prefix, 'x', sizeof(prefix));
	}
}

static void predecessors_are_bounded_all_together(void **state)
{
	static const char text[] =
		"{'assessments': [{'command': 'x', 'name': 'a', 'repeat': %u},"
		" {'command': 'x', 'name': 'b', 'repeat': %u, 'depends': ['a']}]}";
	char wide[256], wider[256];
	struct manifest_error error;

	snprintf(wide, sizeof(wide), text, 1024, 1024);
	snprintf(wider, sizeof(wider), text, 1024, 1025);
	manifest_destroy(case_accepted(case_json(wide)));
	error = case_refused(case_json(wider));
	assert_string_equal("assessments[1].depends", error.path);
	assert_string_equal(
		"at most 1048576 predecessors of all assessments together", error.expected);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_become_indices_forwards_and_backwards),
		cmocka_unit_test(every_repetition_waits_for_every_repetition),
		cmocka_unit_test(names_that_name_no_other_are_refused),
		cmocka_unit_test(cycles_are_spelled_out),
		cmocka_unit_test(two_ways_to_one_predecessor_are_no_cycle),
		cmocka_unit_test(longest_chain_is_checked_in_linear_time),
		cmocka_unit_test(cycle_of_long_names_is_one_whole_line),
		cmocka_unit_test(predecessors_are_bounded_all_together),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
