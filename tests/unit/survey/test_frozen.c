/* The frozen picture: what is made of the records that a look at processes gives. */
#include "scene.h"

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
	uint64_t count;
	json_t *json;

	begin(&scene);
	add_file(&scene, OUR_PID, 3);
	scene.code = -ETIME;
	picture = take(&scene);
	json = frozen_picture_json(picture, 100);
	assert_true(json_is_true(json_object_get(json, "partial")));
	assert_string_equal(told(json, "reason"), "the budget was spent");
	assert_string_equal(told(json, "way"), "iterator");
	assert_false(frozen_picture_count(picture, &count));
	json_decref(json);
	frozen_picture_destroy(picture);
	end(&scene);
}

/* The other process has what the first one opened, at its own descriptor. */
static void share(struct scene *scene, uint32_t descriptor, uint32_t number)
{
	struct axe_frozen_again *again = &scene->again;

	again->head = (struct axe_frozen_head){ AXE_FROZEN_AGAIN, OTHER_PID };
	again->files[again->count].descriptor = descriptor;
	again->files[again->count++].number = number;
}

static void shared_file_is_shown_of_each_who_has_it(void **state)
{
	struct scene scene;
	struct frozen_picture *picture;
	json_t *json, *file;

	begin(&scene);
	add_file(&scene, OUR_PID, 3);
	add_file(&scene, OUR_PID, 4)->position = 7;
	share(&scene, 9, 1);
	picture = take(&scene);
	json = frozen_picture_json(picture, 100);
	assert_int_equal(json_array_size(json_object_get(json, "files")), 3);
	file = json_array_get(json_object_get(json, "files"), 2);
	assert_int_equal(json_integer_value(json_object_get(file, "pid")), OTHER_PID);
	assert_string_equal(told(file, "comm"), "other");
	assert_int_equal(json_integer_value(json_object_get(file, "descriptor")), 9);
	assert_int_equal(json_integer_value(json_object_get(file, "position")), 7);
	assert_string_equal(told(file, "path"), "/data/file");
	json_decref(json);
	json = frozen_picture_json(picture, 2);
	assert_int_equal(json_integer_value(json_object_get(json, "cut")), 1);
	json_decref(json);
	frozen_picture_destroy(picture);
	end(&scene);
}

/* A lock is held by one of those who share a file, or by all: each one's own file says so. */
static void lock_is_asked_of_each_who_shares_a_file(void **state)
{
	struct scene scene;
	struct frozen_picture *picture;
	json_t *json, *file;

	begin(&scene);
	add_file(&scene, OUR_PID, 3)->marks |= AXE_FROZEN_LOCKED;
	recorded_write(&scene.recorded, "proc/4711/fdinfo/3", "pos:	4\n");
	recorded_write(&scene.recorded, "proc/4712/fdinfo/9",
		"lock:	1: POSIX  ADVISORY  WRITE 4712 fe:00:1 0 EOF\n");
	share(&scene, 9, 0);
	picture = take(&scene);
	json = frozen_picture_json(picture, 100);
	file = json_array_get(json_object_get(json, "files"), 0);
	assert_string_equal(told(file, "lock"), "none");
	file = json_array_get(json_object_get(json, "files"), 1);
	assert_int_equal(json_integer_value(json_object_get(file, "pid")), OTHER_PID);
	assert_string_equal(told(file, "lock"), "write");
	json_decref(json);
	frozen_picture_destroy(picture);
	end(&scene);
}

static void expect_proc_in_its_place(int code)
{
	struct scene scene;
	struct frozen_picture *picture;
	json_t *json;

	begin(&scene);
	add_file(&scene, OUR_PID, 3);
	scene.code = code;
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

static void file_that_nobody_told_is_not_shared(void **state)
{
	struct scene scene;
	struct frozen_picture *picture;
	json_t *json;

	begin(&scene);
	add_file(&scene, OUR_PID, 3);
	share(&scene, 9, 1);
	recorded_write(&scene.recorded, "no/such/group/cgroup.procs", "");
	picture = take(&scene);
	json = frozen_picture_json(picture, 100);
	assert_string_equal(told(json, "way"), "proc");
	json_decref(json);
	frozen_picture_destroy(picture);
	end(&scene);
}

static void refused_scan_is_replaced_by_proc(void **state)
{
	expect_proc_in_its_place(-EPERM);
}

static void scan_that_finds_more_than_it_has_room_for_is_replaced_by_proc(void **state)
{
	expect_proc_in_its_place(-ENOBUFS);
}

static void json_shows_everything_up_to_its_bound(void **state)
{
	struct scene scene;
	struct frozen_picture *picture;
	json_t *json, *file;
	uint64_t count;

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
	assert_true(frozen_picture_count(picture, &count));
	assert_int_equal(count, 2);
	assert_true(frozen_picture_has_inode(picture, scene.files[0].device, scene.files[0].inode));
	assert_false(frozen_picture_has_inode(picture, scene.files[0].device, 1));
	json_decref(json);
	frozen_picture_destroy(picture);
	end(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(traced_outsider_is_told),
		cmocka_unit_test(shared_file_is_shown_of_each_who_has_it),
		cmocka_unit_test(lock_is_asked_of_each_who_shares_a_file),
		cmocka_unit_test(file_that_nobody_told_is_not_shared),
		cmocka_unit_test(stopped_scan_makes_a_partial_picture),
		cmocka_unit_test(refused_scan_is_replaced_by_proc),
		cmocka_unit_test(scan_that_finds_more_than_it_has_room_for_is_replaced_by_proc),
		cmocka_unit_test(json_shows_everything_up_to_its_bound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
