/* Settings of the kernel that one process changes for all. */
#include "recorded.h"

static json_t *explain(const char *path, const char *before, const char *after)
{
	struct recorded recorded;
	json_t *first, *row;

	recorded_begin(&recorded);
	recorded_write(&recorded, path, before);
	first = recorded_take(&recorded, &survey_knobs);
	recorded_write(&recorded, path, after);
	row = recorded_explain(&survey_knobs, first, recorded_take(&recorded, &survey_knobs));
	recorded_end(&recorded);
	return row;
}

static void changed_sysctl_is_put_back_by_sysctl(void **state)
{
	json_t *row = explain("proc/sys/kernel/threads-max", "192730\n", "32767\n");
	char text[512];

	assert_string_equal(told(row, "kind"), "sysctl");
	assert_string_equal(told(row, "object"), "/proc/sys/kernel/threads-max");
	assert_string_equal(told(row, "evidence"), "is `32767`, was `192730`");
	assert_string_equal(remedy_of(row, text), "sysctl -w kernel/threads-max=192730");
	assert_true(json_is_true(json_object_get(row, "safe")));
	json_decref(row);
}

static void choice_in_brackets_is_what_was_chosen(void **state)
{
	json_t *row = explain("sys/kernel/mm/transparent_hugepage/enabled",
		"always [madvise] never\n", "[always] madvise never\n");
	char text[512];

	assert_string_equal(told(row, "kind"), "setting");
	assert_string_equal(remedy_of(row, text),
		"sh -c printf %s 'madvise' >'/sys/kernel/mm/transparent_hugepage/enabled'");
	json_decref(row);
}

static void knob_that_comes_with_a_module_is_no_change(void **state)
{
	struct recorded recorded;
	json_t *before;

	recorded_begin(&recorded);
	before = recorded_take(&recorded, &survey_knobs);
	assert_int_equal(json_object_size(before), 0);
	recorded_write(&recorded, "proc/sys/vm/swappiness", "60\n");
	assert_null(
		recorded_explain(&survey_knobs, before, recorded_take(&recorded, &survey_knobs)));
	recorded_end(&recorded);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(changed_sysctl_is_put_back_by_sysctl),
		cmocka_unit_test(choice_in_brackets_is_what_was_chosen),
		cmocka_unit_test(knob_that_comes_with_a_module_is_no_change),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
