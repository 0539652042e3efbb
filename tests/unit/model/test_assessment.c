/* An assessment frees what it owns, however little of it there is. */
#include "support/unit.h"

#include <stdlib.h>
#include <string.h>

#include "model/assessment.h"

static char **words(void)
{
	char **list = calloc(3, sizeof(*list));

	assert_non_null(list);
	list[0] = strdup("one");
	list[1] = strdup("two");
	return list;
}

/* The leak checker of the debug build is what fails here. */
static void destroyed_assessment_owns_nothing(void **state)
{
	struct assessment *assessment = calloc(1, sizeof(*assessment));

	assert_non_null(assessment);
	assessment->name = strdup("name");
	assessment->argv = words();
	assessment->environment = words();
	assessment->workdir = strdup("/");
	assessment->stdin_path = strdup("/dev/null");
	assessment->user = strdup("nobody");
	assessment->depends = calloc(2, sizeof(*assessment->depends));
	assessment_destroy(assessment);
	assessment_destroy(calloc(1, sizeof(*assessment)));
	assessment_destroy(NULL);
}

static void every_leak_policy_is_found_by_its_name(void **state)
{
	enum leak_policy found;

	for (unsigned policy = LEAKS_FAIL; policy <= LEAKS_ALLOW; policy++) {
		assert_true(leak_policy_from_name(leak_policy_name(policy), &found));
		assert_int_equal(policy, found);
	}
	assert_false(leak_policy_from_name("ignore", &found));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(destroyed_assessment_owns_nothing),
		cmocka_unit_test(every_leak_policy_is_found_by_its_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
