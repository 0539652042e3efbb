/* The frozen picture: what is made of the records that a look at processes gives. */
#include "survey/frozen.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>

#include "recorded.h"

#define OTHER_PID 4712

/* What the scanner of a test hands out. */
struct scene {
	struct recorded recorded;
	struct axe_frozen_process processes[2];
	struct axe_frozen_file files[8];
	struct axe_frozen_map map;
	struct axe_frozen_traced traced;
	size_t files_count;
	int code;
};

static int scan(void *scanner, uint64_t group_id, uint32_t level, uint64_t deadline_ns,
	frozen_handler *handler, void *data)
{
	struct scene *scene = scanner;

	assert_int_equal(group_id, 77);
	assert_int_equal(level, 3);
	for (size_t i = 0; i < scene->files_count; i++)
		assert_int_equal(handler(&scene->files[i].head, sizeof(scene->files[i]), data), 0);
	if (scene->map.head.type)
		assert_int_equal(handler(&scene->map.head, sizeof(scene->map), data), 0);
	if (scene->traced.head.type)
		assert_int_equal(handler(&scene->traced.head, sizeof(scene->traced), data), 0);
	for (int i = 0; i < 2; i++)
		assert_int_equal(
			handler(&scene->processes[i].head, sizeof(scene->processes[i]), data), 0);
	return scene->code;
}

static void begin(struct scene *scene)
{
	memset(scene, 0, sizeof(*scene));
	scene->processes[0] = (struct axe_frozen_process){ .head = { AXE_FROZEN_PROCESS, OUR_PID },
		.start_ns = 1,
		.parent = 1,
		.files = 4,
		.comm = "writer" };
	scene->processes[1] =
		(struct axe_frozen_process){ .head = { AXE_FROZEN_PROCESS, OTHER_PID },
			.start_ns = 1,
			.parent = OUR_PID,
			.files = 3,
			.comm = "other" };
	recorded_begin(&scene->recorded);
	recorded_write(&scene->recorded, "data/file", "0123456789");
}

static void end(struct scene *scene)
{
	recorded_end(&scene->recorded);
}

/* A descriptor of data/file, as /proc would show it. */
static struct axe_frozen_file *add_file(struct scene *scene, uint32_t pid, uint32_t descriptor)
{
	struct axe_frozen_file *file = &scene->files[scene->files_count++];
	char path[128];
	struct stat info;

	assert_int_equal(fstatat(scene->recorded.host.root, "data/file", &info, 0), 0);
	*file = (struct axe_frozen_file){ .head = { AXE_FROZEN_FILE, pid },
		.descriptor = descriptor,
		.flags = O_WRONLY,
		.position = 4,
		.size = 10,
		.inode = info.st_ino,
		.device = major(info.st_dev) << 20 | minor(info.st_dev),
		.magic = EXT4_SUPER_MAGIC,
		.links = 1,
		.mode = S_IFREG | 0644,
		.marks = AXE_FROZEN_WRITES };
	snprintf(path, sizeof(path), "proc/%u/fd/none", pid);
	recorded_write(&scene->recorded, path, "");
	snprintf(path, sizeof(path), "%s/proc/%u/fd/%u", scene->recorded.path, pid, descriptor);
	assert_int_equal(symlink("/data/file", path), 0);
	return file;
}

static struct frozen_picture *take(struct scene *scene)
{
	const struct frozen_group group = { "/no/such/group", 77, 3 };
	struct frozen_picture *picture = NULL;
	struct error error = { 0 };

	if (frozen_picture_take(&scene->recorded.host, &group, FROZEN_BUDGET_NS_DEFAULT, scan,
		    scene, &picture, &error) < 0)
		fail_msg("%s", error.text);
	return picture;
}

/* The only finding; NULL: there is none. */
static json_t *judge(struct scene *scene, const char *const *ignored)
{
	struct frozen_picture *picture = take(scene);
	json_t *findings = frozen_picture_findings(picture, &scene->recorded.host, ignored), *row;

	assert_non_null(findings);
	assert_true(json_array_size(findings) <= 1);
	row = json_incref(json_array_get(findings, 0));
	json_decref(findings);
	frozen_picture_destroy(picture);
	return row;
}

static void assert_silent(struct scene *scene)
{
	json_t *row = judge(scene, NULL);

	assert_null(row);
}

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

static void traced_outsider_is_told(void **state)
{
	struct scene scene;
	json_t *row;

	begin(&scene);
	scene.traced = (struct axe_frozen_traced){ .head = { AXE_FROZEN_TRACED, 99 },
		.tracer = OUR_PID,
		.thread = 99,
		.comm = "innocent" };
	row = judge(&scene, NULL);
	assert_string_equal(told(row, "kind"), "traced");
	assert_string_equal(told(row, "object"), "innocent (pid 99)");
	assert_int_equal(json_integer_value(json_object_get(row, "pid")), OUR_PID);
	json_decref(row);
	end(&scene);
}

static void stopped_scan_makes_a_partial_picture(void **state)
{
	struct scene scene;
	struct frozen_picture *picture;
	json_t *json;

	begin(&scene);
	add_file(&scene, OUR_PID, 3);
	scene.code = -ETIME;
	picture = take(&scene);
	json = frozen_picture_json(picture, 100);
	assert_true(json_is_true(json_object_get(json, "partial")));
	assert_string_equal(told(json, "reason"), "the budget was spent");
	assert_string_equal(told(json, "way"), "iterator");
	json_decref(json);
	frozen_picture_destroy(picture);
	end(&scene);
}

static void refused_scan_is_replaced_by_proc(void **state)
{
	struct scene scene;
	struct frozen_picture *picture;
	json_t *json;

	begin(&scene);
	add_file(&scene, OUR_PID, 3);
	scene.code = -EPERM;
	recorded_write(&scene.recorded, "no/such/group/cgroup.procs", "");
	picture = take(&scene);
	json = frozen_picture_json(picture, 100);
	assert_string_equal(told(json, "way"), "proc");
	assert_int_equal(json_array_size(json_object_get(json, "processes")), 0);
	assert_false(json_is_true(json_object_get(json, "partial")));
	json_decref(json);
	frozen_picture_destroy(picture);
	end(&scene);
}

static void json_shows_everything_up_to_its_bound(void **state)
{
	struct scene scene;
	struct frozen_picture *picture;
	json_t *json, *file;

	begin(&scene);
	add_file(&scene, OUR_PID, 3);
	add_file(&scene, OTHER_PID, 4);
	picture = take(&scene);
	json = frozen_picture_json(picture, 1);
	assert_false(json_is_true(json_object_get(json, "partial")));
	assert_int_equal(json_integer_value(json_object_get(json, "open_files")), 7);
	assert_int_equal(json_integer_value(json_object_get(json, "cut")), 2);
	file = json_array_get(json_object_get(json, "files"), 0);
	assert_string_equal(told(file, "path"), "/data/file");
	assert_string_equal(told(file, "comm"), "writer");
	assert_string_equal(told(file, "access"), "write");
	assert_string_equal(told(file, "what"), "file");
	assert_int_equal(json_integer_value(json_object_get(file, "position")), 4);
	assert_true(frozen_picture_has_inode(picture, scene.files[0].device, scene.files[0].inode));
	assert_false(frozen_picture_has_inode(picture, scene.files[0].device, 1));
	json_decref(json);
	frozen_picture_destroy(picture);
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
		cmocka_unit_test(lock_that_is_read_or_anothers_is_none),
		cmocka_unit_test(shared_map_is_told_by_its_path),
		cmocka_unit_test(open_watchdog_is_shouted),
		cmocka_unit_test(block_device_is_told_and_loop_device_is_not),
		cmocka_unit_test(killed_fuse_server_is_told_with_its_mount),
		cmocka_unit_test(traced_outsider_is_told),
		cmocka_unit_test(stopped_scan_makes_a_partial_picture),
		cmocka_unit_test(refused_scan_is_replaced_by_proc),
		cmocka_unit_test(json_shows_everything_up_to_its_bound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
