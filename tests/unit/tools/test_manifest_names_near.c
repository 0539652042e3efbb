/* Who asked for a name that is not there is told some that are. */
#include "unit/model/manifest_case.h"

#include "libaxe/manifest_names_near.h"

static void check_near(const char *assessments, const char *pattern, const char *expected)
{
	char text[4096], near[MANIFEST_NEAR_SIZE];
	struct manifest *manifest;

	snprintf(text, sizeof(text), "{'assessments': [%s]}", assessments);
	manifest = case_accepted(case_json(text));
	manifest_names_near(manifest, pattern, near);
	assert_string_equal(expected, near);
	manifest_destroy(manifest);
}

static void near_names_come_first_the_nearest_of_all(void **state)
{
	static const char some[] = "{'command': 'x', 'name': 'disk'},"
				   " {'command': 'x', 'name': 'cpu-stres2'},"
				   " {'command': 'x', 'name': 'cpu-stress'}";

	check_near(some, "cpu-strees", "did you mean `cpu-stress`, `cpu-stres2`?");
	check_near(some, "cpu-strees*", "did you mean `cpu-stress`, `cpu-stres2`?");
	check_near(some, "d?sc*", "there are `disk`, `cpu-stres2`, `cpu-stress`");
}

static void where_none_is_near_the_first_are_told(void **state)
{
	check_near("{'command': ['a'], 'repeat': 10}", "network",
		"there are `a`, `a#2`, `a#3` and 7 more");
	check_near("{'command': ['a']}", "*", "there are `a`");
	check_near("{'command': ['a']}", "", "there are `a`");
}

static void longest_names_stay_one_line(void **state)
{
	char name[129], text[4096] = "", near[MANIFEST_NEAR_SIZE];
	struct manifest *manifest;

	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	for (char last = 'a'; last < 'f'; last++) {
		char entry[256];

		name[127] = last;
		snprintf(entry, sizeof(entry), "%s{'command': 'x', 'name': '%s'}",
			last == 'a' ? "{'assessments': [" : ", ", name);
		strcat(text, entry);
	}
	manifest = case_accepted(case_json(strcat(text, "]}")));
	manifest_names_near(manifest, "*", near);
	assert_non_null(strstr(near, " and 2 more"));
	manifest_destroy(manifest);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(near_names_come_first_the_nearest_of_all),
		cmocka_unit_test(where_none_is_near_the_first_are_told),
		cmocka_unit_test(longest_names_stay_one_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
