/* Files that a killed process may have left half-done. */
#include "scene.h"

static void half_written_file_is_possibly_torn(void **state)
{
	struct scene scene;
	json_t *row;

	begin(&scene);
	add_file(&scene, OUR_PID, 3);
	row = judge(&scene, NULL);
	assert_string_equal(told(row, "kind"), "torn_file");
	assert_string_equal(told(row, "object"), "/data/file");
	assert_string_equal(told(row, "certainty"), "possible");
	assert_string_equal(told(row, "evidence"),
		"writer (pid 4711) had it open for writing and stood at byte 4 of 10 when it was "
		"stopped");
	assert_int_equal(json_integer_value(json_object_get(row, "pid")), OUR_PID);
	json_decref(row);
	end(&scene);
}

static void file_of_several_processes_is_told_once(void **state)
{
	struct scene scene;
	json_t *row;

	begin(&scene);
	add_file(&scene, OUR_PID, 3);
	add_file(&scene, OTHER_PID, 3);
	add_file(&scene, OTHER_PID, 4);
	row = judge(&scene, NULL);
	assert_string_equal(told(row, "kind"), "torn_file");
	json_decref(row);
	end(&scene);
}

static void appended_unlinked_and_untouched_files_are_not_torn(void **state)
{
	struct scene scene;

	begin(&scene);
	add_file(&scene, OUR_PID, 3)->flags |= O_APPEND;
	add_file(&scene, OUR_PID, 4)->links = 0;
	add_file(&scene, OUR_PID, 5)->position = 0;
	add_file(&scene, OUR_PID, 6)->magic = PROC_SUPER_MAGIC;
	/* Not the file that has the name now. */
	add_file(&scene, OUR_PID, 7)->inode ^= 1 << 20;
	assert_silent(&scene);
	end(&scene);
}

static void file_that_is_older_than_its_process_was_only_read(void **state)
{
	struct scene scene;
	struct timespec now;

	begin(&scene);
	add_file(&scene, OUR_PID, 3)->flags = O_RDWR;
	clock_gettime(CLOCK_BOOTTIME, &now);
	/* It begins in ten seconds. */
	scene.processes[0].start_ns = (uint64_t)(now.tv_sec + 10) * 1000000000;
	assert_silent(&scene);
	end(&scene);
}

static void file_below_an_ignored_folder_is_not_told(void **state)
{
	const char *const ignored[] = { "/elsewhere/", "/data/", NULL };
	struct scene scene;
	json_t *row;

	begin(&scene);
	add_file(&scene, OUR_PID, 3);
	row = judge(&scene, ignored);
	assert_null(row);
	end(&scene);
}

#define LOCK "pos:\t0\nflags:\t0100001\nlock:\t1: POSIX  ADVISORY  %s 4711 00:1f:42 0 EOF\n"

static void hold_lock(struct scene *scene, uint32_t descriptor, const char *kind)
{
	char path[64], text[256];

	snprintf(path, sizeof(path), "proc/%d/fdinfo/%u", OUR_PID, descriptor);
	snprintf(text, sizeof(text), LOCK, kind);
	recorded_write(&scene->recorded, path, text);
}

static void write_lock_and_write_descriptor_are_a_transaction(void **state)
{
	struct scene scene;
	struct axe_frozen_file *lock;
	json_t *row;

	begin(&scene);
	lock = add_file(&scene, OUR_PID, 3);
	lock->marks = AXE_FROZEN_LOCKED;
	lock->flags = O_RDONLY;
	hold_lock(&scene, 3, "WRITE");
	add_file(&scene, OUR_PID, 4)->position = 0;
	row = judge(&scene, NULL);
	assert_string_equal(told(row, "kind"), "interrupted_transaction");
	assert_string_equal(told(row, "certainty"), "likely");
	json_decref(row);
	end(&scene);
}

static void transaction_in_which_nothing_was_written_yet_is_possible(void **state)
{
	struct scene scene;
	struct timespec now;
	json_t *row;

	begin(&scene);
	add_file(&scene, OUR_PID, 3)->marks |= AXE_FROZEN_LOCKED;
	hold_lock(&scene, 3, "WRITE");
	clock_gettime(CLOCK_BOOTTIME, &now);
	/* It begins in ten seconds. */
	scene.processes[0].start_ns = (uint64_t)(now.tv_sec + 10) * 1000000000;
	row = judge(&scene, NULL);
	assert_string_equal(told(row, "kind"), "interrupted_transaction");
	assert_string_equal(told(row, "certainty"), "possible");
	json_decref(row);
	end(&scene);
}

static void lock_that_is_read_or_anothers_is_none(void **state)
{
	struct scene scene;

	begin(&scene);
	add_file(&scene, OUR_PID, 3)->marks |= AXE_FROZEN_LOCKED;
	scene.files[0].position = 0;
	hold_lock(&scene, 3, "READ ");
	assert_silent(&scene);
	recorded_write(&scene.recorded, "proc/4711/fdinfo/3", "pos:\t0\nflags:\t0100001\n");
	assert_silent(&scene);
	end(&scene);
}

static void shared_map_is_told_by_its_path(void **state)
{
	struct scene scene;
	char path[128];
	json_t *row;

	begin(&scene);
	struct axe_frozen_file file = *add_file(&scene, OUR_PID, 3);
	scene.files_count = 0;
	scene.map = (struct axe_frozen_map){ .head = { AXE_FROZEN_MAP, OUR_PID },
		.start = 0x7000,
		.end = 0x9000,
		.inode = file.inode,
		.size = 10,
		.device = file.device,
		.magic = file.magic,
		.links = 1,
		.mode = file.mode };
	recorded_write(&scene.recorded, "proc/4711/map_files/none", "");
	snprintf(path, sizeof(path), "%s/proc/4711/map_files/7000-9000", scene.recorded.path);
	assert_int_equal(symlink("/data/file", path), 0);
	row = judge(&scene, NULL);
	assert_string_equal(told(row, "kind"), "shared_map");
	assert_string_equal(told(row, "object"), "/data/file");
	assert_string_equal(told(row, "evidence"),
		"writer (pid 4711) had 8192 bytes of it mapped, shared and writable, when it was "
		"stopped");
	json_decref(row);
	end(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(half_written_file_is_possibly_torn),
		cmocka_unit_test(file_of_several_processes_is_told_once),
		cmocka_unit_test(appended_unlinked_and_untouched_files_are_not_torn),
		cmocka_unit_test(file_that_is_older_than_its_process_was_only_read),
		cmocka_unit_test(file_below_an_ignored_folder_is_not_told),
		cmocka_unit_test(write_lock_and_write_descriptor_are_a_transaction),
		cmocka_unit_test(transaction_in_which_nothing_was_written_yet_is_possible),
		cmocka_unit_test(lock_that_is_read_or_anothers_is_none),
		cmocka_unit_test(shared_map_is_told_by_its_path),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
