/* The block device that a survivor waits for, of recorded ones. */
#include "ending/survivor_device.h"

#include "ending/survivor_words.h"
#include "tests/unit/survey/recorded.h"

/* A disk, a mapped one on it, and another mapped one on that. */
static void record(struct recorded *host, bool suspended)
{
	recorded_begin(host);
	recorded_write(host, "sys/dev/block/8:1/uevent",
		"MAJOR=8\nMINOR=1\nDEVNAME=sda1\nDEVTYPE=partition\n");
	recorded_write(host, "sys/dev/block/253:0/uevent", "MAJOR=253\nMINOR=0\nDEVNAME=dm-0\n");
	recorded_write(host, "sys/dev/block/253:0/dm/name", "crypt\n");
	recorded_write(host, "sys/dev/block/253:0/dm/suspended", suspended ? "1\n" : "0\n");
	recorded_write(host, "sys/dev/block/253:0/slaves/sda1/size", "8\n");
	recorded_write(host, "sys/dev/block/253:1/uevent", "MAJOR=253\nMINOR=1\nDEVNAME=dm-1\n");
	recorded_write(host, "sys/dev/block/253:1/dm/name", "volume\n");
	recorded_write(host, "sys/dev/block/253:1/dm/suspended", "0\n");
	recorded_write(host, "sys/dev/block/253:1/slaves/dm-0/dm/name", "crypt\n");
	recorded_write(
		host, "sys/dev/block/253:1/slaves/dm-0/dm/suspended", suspended ? "1\n" : "0\n");
}

/* One that waits for a file on it, as it is told; a new reference. */
static json_t *survivor_of(const char *number, bool suspended)
{
	struct recorded host;
	json_t *survivor = json_pack("{s:s, s:n}", "reason", "waits", "remedy");
	json_t *target = json_pack("{s:s, s:s, s:s, s:s, s:n, s:n}", "path", "/mnt/file", "mount",
		"/mnt", "type", "ext4", "source", "disk", "fuse_connection", "server");

	record(&host, suspended);
	json_object_set_new(target, "block_device", survivor_device_json(host.host.root, number));
	recorded_end(&host);
	survivor_say_target(survivor, target);
	json_object_set_new(survivor, "waits_for", target);
	return survivor;
}

static void assert_told(const char *number, bool suspended, const char *device, const char *remedy)
{
	json_t *survivor = survivor_of(number, suspended);
	char *words =
		json_dumps(json_object_get(survivor, "remedy"), JSON_ENCODE_ANY | JSON_COMPACT);
	char reason[256];

	snprintf(reason, sizeof(reason), "waits, for `/mnt/file` on /mnt (ext4 of disk)%s", device);
	assert_string_equal(json_string_value(json_object_get(survivor, "reason")), reason);
	assert_string_equal(words, remedy);
	free(words);
	json_decref(survivor);
}

static void device_is_told_by_its_name_and_number(void **state)
{
	assert_told("8:1", false, ", on the block device sda1 (8:1)", "null");
	assert_told("253:0", false, ", on the block device dm-0 (253:0, mapped as crypt)", "null");
}

static void suspended_device_is_told_with_what_resumes_it(void **state)
{
	assert_told("253:0", true,
		", on the block device dm-0 (253:0, mapped as crypt): `crypt` is suspended",
		"[\"dmsetup\",\"resume\",\"crypt\"]");
}

static void suspended_device_is_found_below_the_one_that_stands_on_it(void **state)
{
	assert_told("253:1", true,
		", on the block device dm-1 (253:1, mapped as volume): `crypt` is suspended",
		"[\"dmsetup\",\"resume\",\"crypt\"]");
	assert_told("253:1", false, ", on the block device dm-1 (253:1, mapped as volume)", "null");
	/* What is above it holds nobody back. */
	assert_told("8:1", true, ", on the block device sda1 (8:1)", "null");
}

static void unknown_device_is_not_told(void **state)
{
	json_t *survivor = survivor_of("9:9", true);

	assert_true(json_is_null(
		json_object_get(json_object_get(survivor, "waits_for"), "block_device")));
	assert_null(strstr(json_string_value(json_object_get(survivor, "reason")), "block device"));
	json_decref(survivor);
}

static void what_is_no_device_has_none(void **state)
{
	struct recorded host;
	json_t *device;

	record(&host, false);
	recorded_write(&host, "proc/7/root/dev/plain", "");
	device = survivor_node_json(host.host.root, 7, "/dev/plain");
	assert_true(json_is_null(device));
	json_decref(device);
	device = survivor_node_json(host.host.root, 7, "/dev/absent");
	assert_true(json_is_null(device));
	json_decref(device);
	recorded_end(&host);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(device_is_told_by_its_name_and_number),
		cmocka_unit_test(suspended_device_is_told_with_what_resumes_it),
		cmocka_unit_test(suspended_device_is_found_below_the_one_that_stands_on_it),
		cmocka_unit_test(unknown_device_is_not_told),
		cmocka_unit_test(what_is_no_device_has_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
