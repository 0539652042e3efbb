/* Block devices that were put together and swap that was switched on. */
#include "recorded.h"

#define SWAPS_HEAD                                                                                 \
	"Filename				Type		Size		Used		"                                                           \
	"Priority\n"

static json_t *explain(const char *path, const char *text)
{
	struct recorded recorded;
	json_t *before, *row;

	recorded_begin(&recorded);
	recorded_write(&recorded, "sys/block/loop0/size", "0\n");
	recorded_write(&recorded, "sys/block/vda/size", "100\n");
	recorded_write(&recorded, "proc/swaps", SWAPS_HEAD);
	before = recorded_take(&recorded, &survey_blocks);
	assert_int_equal(json_object_size(before), 0);
	recorded_write(&recorded, path, text);
	row = recorded_explain(&survey_blocks, before, recorded_take(&recorded, &survey_blocks));
	recorded_end(&recorded);
	return row;
}

static void bound_loop_device_is_told_with_its_file(void **state)
{
	json_t *row = explain("sys/block/loop0/loop/backing_file", "/tmp/disk.img\n");
	char text[512];

	assert_string_equal(told(row, "kind"), "loop");
	assert_string_equal(
		told(row, "evidence"), "is bound to `/tmp/disk.img`, and was not before");
	assert_string_equal(remedy_of(row, text), "losetup --detach /dev/loop0");
	/* Of whom nobody knows it: another may need it. */
	assert_true(json_is_false(json_object_get(row, "safe")));
	json_decref(row);
}

static void mapped_device_is_told_by_its_name(void **state)
{
	json_t *row = explain("sys/block/dm-0/dm/name", "scratch\n");
	char text[512];

	assert_string_equal(told(row, "kind"), "device_mapper");
	assert_string_equal(remedy_of(row, text), "dmsetup remove scratch");
	json_decref(row);
}

static void swap_is_told_with_its_swapoff(void **state)
{
	json_t *row = explain("proc/swaps", SWAPS_HEAD "/swapfile  file  1048572  0  -2\n");
	char text[512];

	assert_string_equal(told(row, "kind"), "swap");
	assert_string_equal(remedy_of(row, text), "swapoff /swapfile");
	json_decref(row);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bound_loop_device_is_told_with_its_file),
		cmocka_unit_test(mapped_device_is_told_by_its_name),
		cmocka_unit_test(swap_is_told_with_its_swapoff),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
