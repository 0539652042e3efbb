/* A set of pids holds what was put in, wherever it lies, and nothing else. */
#include "scene/pid_set.h"

#include "support/unit.h"

static void what_was_added_is_in_it(void **state)
{
	static const pid_t pids[] = { 1, 63, 64, 32767, 32768, 4194303 };
	auto_of(pid_set) struct pid_set *set = NULL;

	assert_int_equal(pid_set_create(&set), 0);
	for (size_t index = 0; index < sizeof(pids) / sizeof(*pids); index++) {
		assert_false(pid_set_has(set, pids[index]));
		pid_set_add(set, pids[index]);
		assert_true(pid_set_has(set, pids[index]));
	}
	assert_false(pid_set_has(set, 2));
	assert_false(pid_set_has(set, 65));
	assert_true(pid_set_is_whole(set));
}

static void what_is_no_pid_is_never_in_it(void **state)
{
	static const pid_t wrong[] = { 0, -1, 4194304, INT32_MAX };
	auto_of(pid_set) struct pid_set *set = NULL;

	assert_int_equal(pid_set_create(&set), 0);
	for (size_t index = 0; index < sizeof(wrong) / sizeof(*wrong); index++) {
		pid_set_add(set, wrong[index]);
		assert_false(pid_set_has(set, wrong[index]));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_added_is_in_it),
		cmocka_unit_test(what_is_no_pid_is_never_in_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
