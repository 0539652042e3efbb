/* Control groups made outside of our own tree. */
#include "recorded.h"

static void begin(struct recorded *recorded)
{
	recorded_begin(recorded);
	recorded_write(recorded, "proc/self/mounts",
		"none /proc proc rw 0 0\ncgroup2 /fs/two\\040words cgroup2 rw 0 0\n"
		"cgroup /fs/memory cgroup rw,memory 0 0\n");
	recorded_write(recorded, "fs/two words/system/one.service/cgroup.procs", "");
	recorded_write(recorded, "fs/memory/cgroup.procs", "");
	recorded_write(recorded, "fs/elsewhere/cgroup.procs", "");
}

static void group_made_outside_is_told(void **state)
{
	struct recorded recorded;
	json_t *before, *row;
	char text[512];

	begin(&recorded);
	before = recorded_take(&recorded, &survey_groups);
	assert_int_equal(json_object_size(before), 2);
	recorded_write(&recorded, "fs/two words/system/left/cgroup.procs", "");
	row = recorded_explain(&survey_groups, before, recorded_take(&recorded, &survey_groups));
	assert_string_equal(told(row, "kind"), "group");
	assert_string_equal(told(row, "object"), "/fs/two words/system/left");
	assert_string_equal(told(row, "certainty"), "unattributed");
	assert_string_equal(remedy_of(row, text), "rmdir -- /fs/two words/system/left");
	json_decref(row);
	recorded_end(&recorded);
}

static void group_of_a_v1_hierarchy_is_told_and_our_own_are_not(void **state)
{
	struct recorded recorded;
	json_t *before, *row;

	begin(&recorded);
	before = recorded_take(&recorded, &survey_groups);
	recorded_write(&recorded, "fs/memory/left/cgroup.procs", "");
	recorded_write(&recorded, "fs/two words/axe/run-1/job-1/cgroup.procs", "");
	row = recorded_explain(&survey_groups, before, recorded_take(&recorded, &survey_groups));
	assert_string_equal(told(row, "object"), "/fs/memory/left");
	json_decref(row);
	recorded_end(&recorded);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(group_made_outside_is_told),
		cmocka_unit_test(group_of_a_v1_hierarchy_is_told_and_our_own_are_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
