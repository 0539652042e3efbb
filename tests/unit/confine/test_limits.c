/* No set is a set of nothing: whoever could not make one may still ask, lift and remove. */
#include <string.h>

#include "confine/limits.h"
#include "support/unit.h"

static void no_set_is_a_set_of_nothing(void **state)
{
	const struct limit_usage nothing = { 0 };
	int fds[LIMIT_SET_DESCRIPTORS];
	struct limit_usage usage;

	memset(&usage, 1, sizeof(usage));
	assert_int_equal(limit_set_descriptors(NULL, fds), 0);
	limit_set_usage(NULL, &usage);
	assert_memory_equal(&usage, &nothing, sizeof(usage));
	for (unsigned kind = 0; kind < LIMIT_KINDS; kind++)
		assert_null(limit_set_skipped(NULL, kind));
	limit_set_lift(NULL);
	assert_int_equal(limit_set_remove(NULL), 0);
	limit_set_destroy(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_set_is_a_set_of_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
