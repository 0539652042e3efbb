/* Devices and file systems that killed processes had in hand. */
#include "scene.h"

static struct axe_frozen_file *add_device(struct scene *scene, mode_t type, unsigned number)
{
	struct axe_frozen_file *file = add_file(scene, OUR_PID, 9);

	file->mode = type | 0600;
	file->special = number;
	file->marks = AXE_FROZEN_DEVICE | AXE_FROZEN_WRITES;
	return file;
}

static void open_watchdog_is_shouted(void **state)
{
	struct scene scene;
	json_t *row;

	begin(&scene);
	add_device(&scene, S_IFCHR, 10 << 20 | 130);
	row = judge(&scene, NULL);
	assert_string_equal(told(row, "kind"), "watchdog");
	assert_string_equal(told(row, "certainty"), "proved");
	assert_non_null(strstr(told(row, "evidence"), "THE MACHINE WILL RESTART"));
	json_decref(row);
	end(&scene);
}

/* Whoever only opened it to read has started it, too. */
static void watchdog_that_was_open_for_reading_is_shouted(void **state)
{
	struct scene scene;
	json_t *row;

	begin(&scene);
	add_device(&scene, S_IFCHR, 10 << 20 | 130)->marks = AXE_FROZEN_DEVICE;
	row = judge(&scene, NULL);
	assert_string_equal(told(row, "kind"), "watchdog");
	json_decref(row);
	scene.files[0].special = 1 << 20 | 1;
	assert_silent(&scene);
	end(&scene);
}

static void block_device_is_told_and_loop_device_is_not(void **state)
{
	struct scene scene;
	json_t *row;

	begin(&scene);
	add_device(&scene, S_IFBLK, 7 << 20 | 3);
	assert_silent(&scene);
	scene.files[0].special = 254 << 20 | 1;
	row = judge(&scene, NULL);
	assert_string_equal(told(row, "kind"), "block_device");
	assert_string_equal(told(row, "object"), "block device 254:1");
	json_decref(row);
	end(&scene);
}

static void killed_fuse_server_is_told_with_its_mount(void **state)
{
	struct scene scene;
	char text[512];
	json_t *row;

	begin(&scene);
	add_device(&scene, S_IFCHR, 10 << 20 | 229);
	recorded_write(&scene.recorded, "proc/4711/fdinfo/9", "pos:\t0\nfuse_connection:\t45\n");
	recorded_write(&scene.recorded, "proc/self/mountinfo",
		"29 23 0:44 / /other rw shared:5 - fuse.x x rw\n"
		"30 23 0:45 / /mnt/two\\040words rw shared:6 - fuse.x x rw\n"
		"31 23 0:45 / /tmp rw shared:7 - tmpfs x rw\n");
	row = judge(&scene, NULL);
	assert_string_equal(told(row, "kind"), "fuse_server");
	assert_string_equal(told(row, "object"), "/mnt/two words");
	assert_string_equal(told(row, "certainty"), "proved");
	assert_string_equal(remedy_of(row, text), "umount -l -- /mnt/two words");
	json_decref(row);
	end(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(open_watchdog_is_shouted),
		cmocka_unit_test(watchdog_that_was_open_for_reading_is_shouted),
		cmocka_unit_test(block_device_is_told_and_loop_device_is_not),
		cmocka_unit_test(killed_fuse_server_is_told_with_its_mount),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
