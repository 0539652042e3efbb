/* Which group a service manager has given away; that it is used is for the story of the daemon. */
/* It belongs to the program, not to a library that could be linked. Before cmocka, which has a
 * macro that is called like our function. */
#include "supervisor/delegation.c"

#include "support/unit.h"

static void only_the_main_process_of_a_unit_counts(void **state)
{
	assert_true(is_main_process("0123", "42", 42));
	assert_false(is_main_process(NULL, "42", 42));
	assert_false(is_main_process("", "42", 42));
	assert_false(is_main_process("0123", NULL, 42));
	assert_false(is_main_process("0123", "42", 43));
	assert_false(is_main_process("0123", "421", 42));
}

static void nothing_is_touched_where_no_manager_started_us(void **state)
{
	char *root = (char *)state;

	unsetenv("INVOCATION_ID");
	assert_int_equal(0, delegation_enter(&root, NULL));
	assert_null(root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_the_main_process_of_a_unit_counts),
		cmocka_unit_test(nothing_is_touched_where_no_manager_started_us),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
