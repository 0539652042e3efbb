/* A program is looked for where execvp would look. */
#include <stdlib.h>

#include "confine/candidates.h"
#include "support/unit.h"

static void expect(const char *program, const char *path, const char *const *environment,
	const char *const *expected)
{
	const char **candidates = candidates_create(program, path, environment);
	size_t i = 0;

	assert_non_null(candidates);
	for (; expected[i]; i++)
		assert_string_equal(candidates[i], expected[i]);
	assert_null(candidates[i]);
	free(candidates);
}

#define LIST(...) ((const char *const[]){ __VA_ARGS__, NULL })

static void name_with_a_slash_is_not_searched(void **state)
{
	expect("/bin/true", "/usr/bin", NULL, LIST("/bin/true"));
	expect("./collect", "/usr/bin", NULL, LIST("./collect"));
}

static void plan_path_comes_first_then_the_environment_then_the_default(void **state)
{
	expect("x", "/a:/b", LIST("PATH=/c"), LIST("/a/x", "/b/x"));
	expect("x", NULL, LIST("XPATH=/d", "PATH=/c", "PATH=/e"), LIST("/c/x"));
	expect("x", NULL, LIST("LANG=C"),
		LIST("/usr/local/sbin/x", "/usr/local/bin/x", "/usr/sbin/x", "/usr/bin/x",
			"/sbin/x", "/bin/x"));
}

static void empty_directory_is_the_working_directory(void **state)
{
	expect("x", ":/a:", NULL, LIST("x", "/a/x", "x"));
	expect("x", "", NULL, LIST("x"));
}

static void empty_name_names_nothing(void **state)
{
	expect("", "/a:/b", NULL, LIST(""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(name_with_a_slash_is_not_searched),
		cmocka_unit_test(plan_path_comes_first_then_the_environment_then_the_default),
		cmocka_unit_test(empty_directory_is_the_working_directory),
		cmocka_unit_test(empty_name_names_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
