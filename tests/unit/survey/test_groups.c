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

/* One is made in the hierarchy that has a name and no controllers. */
static json_t *explain_named(const char *made)
{
	struct recorded recorded;
	json_t *before, *row;
	char path[128];

	recorded_begin(&recorded);
	recorded_write(&recorded, "proc/self/mounts",
		"cgroup /fs/systemd cgroup rw,relatime,name=systemd 0 0\n");
	recorded_write(&recorded, "fs/systemd/axe/run-1/cgroup.procs", "");
	recorded_write(&recorded, "fs/systemd/axe/run-2/job-1/cgroup.procs", "");
	before = recorded_take(&recorded, &survey_groups);
	snprintf(path, sizeof(path), "fs/systemd/%s/cgroup.procs", made);
	recorded_write(&recorded, path, "");
	row = recorded_explain(&survey_groups, before, recorded_take(&recorded, &survey_groups));
	recorded_end(&recorded);
	return row;
}

static void group_with_the_name_of_ours_in_another_hierarchy_is_held_against_us(void **state)
{
	json_t *row = explain_named("axe/run-1/job-1");
	char text[512];

	assert_string_equal(told(row, "certainty"), "likely");
	assert_string_equal(remedy_of(row, text), "rmdir -- /fs/systemd/axe/run-1/job-1");
	assert_true(json_is_true(json_object_get(row, "safe")));
	json_decref(row);
}

static void group_with_the_name_of_anothers_is_nobodys(void **state)
{
	static const char *const others[] = { "axe/run-2/job-1/1.0.1", "axe/run-1/job", "axe-2",
		"init.scope" };

	for (size_t index = 0; index < sizeof(others) / sizeof(*others); index++) {
		json_t *row = explain_named(others[index]);

		assert_string_equal(told(row, "certainty"), "unattributed");
		assert_false(json_is_true(json_object_get(row, "safe")));
		json_decref(row);
	}
}

static char *stamp_of(const struct recorded *recorded)
{
	char *text = NULL;
	size_t size;
	FILE *stream = open_memstream(&text, &size);

	assert_non_null(stream);
	assert_int_equal(survey_groups.stamp(&recorded->host, stream), 0);
	fclose(stream);
	return text;
}

static void stamp_changes_with_groups_outside_and_with_no_other(void **state)
{
	struct recorded recorded;
	char *first, *same, *more;

	begin(&recorded);
	first = stamp_of(&recorded);
	recorded_write(&recorded, "fs/two words/axe/run-1/job-1/cgroup.procs", "");
	same = stamp_of(&recorded);
	recorded_write(&recorded, "fs/two words/system/left/cgroup.procs", "");
	more = stamp_of(&recorded);
	assert_string_equal(first, same);
	assert_string_not_equal(first, more);
	free(first);
	free(same);
	free(more);
	recorded_end(&recorded);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(group_made_outside_is_told),
		cmocka_unit_test(group_of_a_v1_hierarchy_is_told_and_our_own_are_not),
		cmocka_unit_test(
			group_with_the_name_of_ours_in_another_hierarchy_is_held_against_us),
		cmocka_unit_test(group_with_the_name_of_anothers_is_nobodys),
		cmocka_unit_test(stamp_changes_with_groups_outside_and_with_no_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
