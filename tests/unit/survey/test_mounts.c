/* Mounts that were made, undone or changed. */
#include "recorded.h"

#define ROOT_LINE "22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw\n"

static json_t *picture(struct recorded *recorded, const char *lines)
{
	recorded_write(recorded, "proc/self/mountinfo", lines);
	return recorded_take(recorded, &survey_mounts);
}

static void mount_that_stays_is_told_with_its_umount(void **state)
{
	struct recorded recorded;
	char text[512];
	json_t *row;

	recorded_begin(&recorded);
	row = recorded_explain(&survey_mounts, picture(&recorded, ROOT_LINE),
		picture(&recorded,
			ROOT_LINE "90 22 0:44 / /mnt/a\\040b\\134c rw - tmpfs none rw\n"));
	assert_string_equal(told(row, "kind"), "mount");
	assert_string_equal(told(row, "object"), "/mnt/a b\\c");
	assert_string_equal(told(row, "certainty"), "unattributed");
	assert_string_equal(remedy_of(row, text), "umount -- /mnt/a b\\c");
	assert_true(json_is_false(json_object_get(row, "safe")));
	json_decref(row);
	recorded_end(&recorded);
}

static void second_mount_at_one_place_is_another(void **state)
{
	struct recorded recorded;
	json_t *row;

	recorded_begin(&recorded);
	row = recorded_explain(&survey_mounts,
		picture(&recorded, ROOT_LINE "90 22 0:44 / /mnt rw - tmpfs one rw\n"),
		picture(&recorded, ROOT_LINE "90 22 0:44 / /mnt rw - tmpfs one rw\n"
					     "91 90 0:45 / /mnt rw - tmpfs two rw\n"));
	assert_string_equal(told(row, "kind"), "mount");
	assert_non_null(strstr(told(row, "evidence"), "two (tmpfs)"));
	json_decref(row);
	recorded_end(&recorded);
}

static void mount_that_is_gone_is_told(void **state)
{
	struct recorded recorded;
	json_t *row;

	recorded_begin(&recorded);
	row = recorded_explain(&survey_mounts,
		picture(&recorded, ROOT_LINE "90 22 0:44 / /mnt rw - tmpfs one rw\n"),
		picture(&recorded, ROOT_LINE));
	assert_string_equal(told(row, "kind"), "unmounted");
	assert_true(json_is_null(json_object_get(row, "remedy")));
	json_decref(row);
	recorded_end(&recorded);
}

static void remount_is_told_with_the_options_before(void **state)
{
	struct recorded recorded;
	char text[512];
	json_t *row;

	recorded_begin(&recorded);
	row = recorded_explain(&survey_mounts, picture(&recorded, ROOT_LINE),
		picture(&recorded, "22 1 254:0 / / ro,relatime shared:1 - ext4 /dev/vda rw\n"));
	assert_string_equal(told(row, "kind"), "remounted");
	assert_string_equal(remedy_of(row, text), "mount -o remount,bind,rw,relatime -- /");
	json_decref(row);
	recorded_end(&recorded);
}

static void nonsense_is_no_empty_picture(void **state)
{
	json_t *objects = json_object();
	struct recorded recorded;
	struct error error = { 0 };

	recorded_begin(&recorded);
	assert_true(survey_mounts.take(&recorded.host, objects, &error) < 0);
	recorded_write(&recorded, "proc/self/mountinfo", "22 1 254:0 / / rw\n");
	assert_true(survey_mounts.take(&recorded.host, objects, &error) < 0);
	assert_non_null(strstr(error.text, "mountinfo"));
	json_decref(objects);
	recorded_end(&recorded);
}

static void supervisors_come_and_go(void **state)
{
	struct recorded recorded;

	recorded_begin(&recorded);
	assert_null(recorded_explain(&survey_mounts, picture(&recorded, ROOT_LINE),
		picture(&recorded, ROOT_LINE "90 22 0:44 / /run/axe/bpf rw - bpf axe rw\n")));
	recorded_end(&recorded);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mount_that_stays_is_told_with_its_umount),
		cmocka_unit_test(second_mount_at_one_place_is_another),
		cmocka_unit_test(mount_that_is_gone_is_told),
		cmocka_unit_test(remount_is_told_with_the_options_before),
		cmocka_unit_test(supervisors_come_and_go),
		cmocka_unit_test(nonsense_is_no_empty_picture),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
