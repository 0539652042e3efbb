/* Kernel modules and the taint of the kernel. */
#include "recorded.h"

static json_t *picture(struct recorded *recorded, const char *modules, const char *taint)
{
	recorded_write(recorded, "proc/modules", modules);
	recorded_write(recorded, "proc/sys/kernel/tainted", taint);
	return recorded_take(recorded, &survey_modules);
}

static json_t *explain(const char *modules, const char *taint)
{
	struct recorded recorded;
	json_t *before, *row;

	recorded_begin(&recorded);
	before = picture(&recorded, "ext4 999 1 - Live 0x0\n", "0\n");
	row = recorded_explain(&survey_modules, before, picture(&recorded, modules, taint));
	recorded_end(&recorded);
	return row;
}

static void loaded_module_is_told(void **state)
{
	/* How often ext4 is used has changed too, which is nothing to tell. */
	json_t *row = explain("dummy 16384 0 - Live 0x0\next4 999 2 - Live 0x0\n", "0\n");
	char text[512];

	assert_string_equal(told(row, "kind"), "module");
	assert_string_equal(told(row, "object"), "dummy");
	assert_string_equal(remedy_of(row, text), "modprobe -r dummy");
	assert_true(json_is_false(json_object_get(row, "safe")));
	json_decref(row);
}

static void unloaded_module_is_told(void **state)
{
	json_t *row = explain("", "0\n");
	char text[512];

	assert_string_equal(told(row, "evidence"), "is no longer loaded");
	assert_string_equal(remedy_of(row, text), "modprobe -- ext4");
	json_decref(row);
}

static void taint_has_no_remedy(void **state)
{
	json_t *row = explain("ext4 999 1 - Live 0x0\n", "4096\n");

	assert_string_equal(told(row, "kind"), "taint");
	assert_true(json_is_null(json_object_get(row, "remedy")));
	json_decref(row);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(loaded_module_is_told),
		cmocka_unit_test(unloaded_module_is_told),
		cmocka_unit_test(taint_has_no_remedy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
