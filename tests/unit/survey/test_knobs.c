/* Settings of the kernel that one process changes for all. */
#include <errno.h>

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

static void setting_that_no_list_has_is_found_by_its_name(void **state)
{
	struct recorded recorded;
	json_t *objects = json_object();
	struct error error = { 0 };

	recorded_begin(&recorded);
	recorded_write(&recorded, "proc/sys/vm/unlisted", "2\n");
	recorded_write(&recorded, "sys/module/some/parameters/thing", "Y\n");
	for (unsigned index = 0; index < 2; index++) {
		const char *key =
			index ? "sys/module/some/parameters/thing" : "proc/sys/vm/unlisted";

		assert_int_equal(survey_knobs.look(&recorded.host, key, objects, &error), 0);
		assert_string_equal(
			told(json_object_get(objects, key), "value"), index ? "Y" : "2");
	}
	assert_int_equal(survey_knobs.look(&recorded.host, "proc/sys/vm/gone", objects, &error), 0);
	assert_int_equal(json_object_size(objects), 2);
	json_decref(objects);
	recorded_end(&recorded);
}

static void key_that_leads_out_of_the_settings_is_refused(void **state)
{
	static const char *const keys[] = { "etc/shadow", "proc/sys", "proc/system",
		"proc/sys/../secret", "proc/sys/vm/../../secret", "sys/../proc/secret",
		"proc/sys//etc/../../../secret", "proc/sys/vm/link", "/proc/secret", "" };
	struct recorded recorded;
	json_t *objects = json_object();

	recorded_begin(&recorded);
	recorded_write(&recorded, "etc/shadow", "secret\n");
	recorded_write(&recorded, "proc/secret", "secret\n");
	recorded_write(&recorded, "proc/system", "secret\n");
	recorded_write(&recorded, "proc/sys/vm/swappiness", "60\n");
	recorded_write(&recorded, "sys/power/pm_test", "none\n");
	assert_int_equal(symlinkat("../../secret", recorded.host.root, "proc/sys/vm/link"), 0);
	for (size_t index = 0; index < sizeof(keys) / sizeof(*keys); index++) {
		struct error error = { 0 };

		assert_int_equal(
			survey_knobs.look(&recorded.host, keys[index], objects, &error), -EINVAL);
		assert_int_equal(error.code, EINVAL);
	}
	assert_int_equal(json_object_size(objects), 0);
	json_decref(objects);
	recorded_end(&recorded);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(changed_sysctl_is_put_back_by_sysctl),
		cmocka_unit_test(choice_in_brackets_is_what_was_chosen),
		cmocka_unit_test(knob_that_comes_with_a_module_is_no_change),
		cmocka_unit_test(setting_that_no_list_has_is_found_by_its_name),
		cmocka_unit_test(key_that_leads_out_of_the_settings_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
