/* Every limit has one home: a controller with an attribute in each hierarchy, or an rlimit. */
#include "support/unit.h"

#include <string.h>
#include <sys/resource.h>

#include "model/limits.h"

static void every_limit_has_one_home(void **state)
{
	for (unsigned kind = 0; kind < LIMIT_KINDS; kind++) {
		const struct limit_row *row = &limit_rows[kind];

		assert_non_null(row->name);
		if (row->controller) {
			assert_non_null(row->v2_attribute);
			assert_non_null(row->v1_attribute);
			/* A v2 attribute belongs to its controller by its name. */
			assert_memory_equal(
				row->controller, row->v2_attribute, strlen(row->controller));
		} else {
			struct rlimit current;

			assert_null(row->v2_attribute);
			assert_null(row->v1_attribute);
			assert_int_equal(0, getrlimit((__rlimit_resource_t)row->rlimit, &current));
		}
	}
	assert_int_equal(RLIMIT_NOFILE, limit_rows[LIMIT_FILES].rlimit);
	assert_int_equal(RLIMIT_CORE, limit_rows[LIMIT_CORE].rlimit);
}

static void names_are_distinct_and_ranges_not_empty(void **state)
{
	for (unsigned kind = 0; kind < LIMIT_KINDS; kind++) {
		assert_true(limit_rows[kind].low < limit_rows[kind].high);
		for (unsigned other = 0; other < kind; other++)
			assert_string_not_equal(limit_rows[other].name, limit_rows[kind].name);
	}
}

static void no_core_file_is_a_legal_limit(void **state)
{
	assert_int_equal(0, limit_rows[LIMIT_CORE].low);
	assert_true(limit_rows[LIMIT_PIDS].low == 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_limit_has_one_home),
		cmocka_unit_test(names_are_distinct_and_ranges_not_empty),
		cmocka_unit_test(no_core_file_is_a_legal_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
