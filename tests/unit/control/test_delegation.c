/* Which group a service manager has given away; that it is used is for the story of the daemon. */
/* It belongs to the program, not to a library that could be linked. Before cmocka, which has a
 * macro that is called like our function. */
#include "supervisor/delegation.c"

#include "support/unit.h"

static void path_is_found_in_every_layout(void **state)
{
	static const char *const texts[][2] = {
		{ "0::/system.slice/axed.service\n", "/system.slice/axed.service" },
		{ "0::/system.slice/axed.service", "/system.slice/axed.service" },
		{ "12:pids:/system.slice/axed.service\n1:name=systemd:/system.slice/axed.service\n"
		  "0::/system.slice/system-axed.slice/axed@a.service\n",
			"/system.slice/system-axed.slice/axed@a.service" },
		{ "10:memory:/elsewhere\n0::/x\n", "/x" },
	};

	for (size_t index = 0; index < sizeof(texts) / sizeof(*texts); index++) {
		auto_free char *path = find_path(texts[index][0]);

		assert_string_equal(texts[index][1], path);
	}
}

static void there_is_none_at_the_root_or_outside(void **state)
{
	static const char *const texts[] = {
		"",
		"0::/\n",
		"10:memory:/a\n0::/\n",
		"10:0::/a\n",
		"12:pids:/system.slice/axed.service\n",
		"0::/../../axed.service\n",
	};

	for (size_t index = 0; index < sizeof(texts) / sizeof(*texts); index++)
		assert_null(find_path(texts[index]));
}

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
		cmocka_unit_test(path_is_found_in_every_layout),
		cmocka_unit_test(there_is_none_at_the_root_or_outside),
		cmocka_unit_test(only_the_main_process_of_a_unit_counts),
		cmocka_unit_test(nothing_is_touched_where_no_manager_started_us),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
