/* Whether a group's processes may have left a file lock behind, live: each way to take one. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>

#include "watched.h"

#define PATH_SIZE 64

struct
try {
	int (*lock)(int file);
	char path[PATH_SIZE];
	const char *elsewhere; /* a group */
};

static int lock_posix(int file)
{
	struct flock lock = { .l_type = F_WRLCK };

	return fcntl(file, F_SETLK, &lock);
}

static int lock_description(int file)
{
	struct flock lock = { .l_type = F_WRLCK };

	return fcntl(file, F_OFD_SETLK, &lock);
}

static int lock_whole(int file)
{
	return flock(file, LOCK_EX | LOCK_NB);
}

static int lease(int file)
{
	return fcntl(file, F_SETLEASE, F_WRLCK);
}

static int lock_nothing(int file)
{
	return 0;
}

static int lock_file(void *data)
{
	const struct try *try = data;
	int file = open(try->path, O_RDWR | O_CLOEXEC);

	return file < 0 || try->lock(file) < 0;
}

static void make_file(struct try *try)
{
	int file;

	snprintf(try->path, sizeof(try->path), "/var/tmp/axe-locks-XXXXXX");
	file = mkstemp(try->path);
	assert_true(file >= 0);
	close(file);
}

/* How often the kernel half says that one of the group's processes did it. */
static uint64_t count(struct watched *watched, int (*lock)(int file))
{
	const struct axe_slot *counters = watched_counters(watched);
	uint64_t before = counters->lock_calls;
	struct try try = { .lock = lock };

	make_file(&try);
	assert_int_equal(watched_reap(watched_spawn(watched, lock_file, &try)), 0);
	unlink(try.path);
	return counters->lock_calls - before;
}

static void each_way_to_take_a_lock_is_counted(void **state)
{
	static int (*const ways[])(int file) = { lock_posix, lock_description, lock_whole, lease };
	struct watched watched;

	watched_begin(&watched);
	for (size_t way = 0; way < sizeof(ways) / sizeof(*ways); way++)
		assert_true(count(&watched, ways[way]) > 0);
	assert_true(probe_may_lock(watched.probe, watched.slot));
	watched_end(&watched);
}

static void file_that_nobody_locked_is_not_counted(void **state)
{
	struct watched watched;

	watched_begin(&watched);
	assert_int_equal(count(&watched, lock_nothing), 0);
	assert_false(probe_may_lock(watched.probe, watched.slot));
	watched_end(&watched);
}

static void lock_of_an_outsider_is_not_counted(void **state)
{
	struct try try = { .lock = lock_whole };
	struct watched watched;

	watched_begin(&watched);
	make_file(&try);
	assert_int_equal(lock_file(&try), 0);
	unlink(try.path);
	assert_false(probe_may_lock(watched.probe, watched.slot));
	watched_end(&watched);
}

/* Two processes where there is room to remember one. */
static int lock_in_a_child(void *data)
{
	pid_t child = fork();
	int status = 1;

	if (child == 0)
		_exit(lock_file(data));
	waitpid(child, &status, 0);
	return status;
}

static void lock_of_a_process_without_a_record_is_counted(void **state)
{
	struct probe_config config = PROBE_CONFIG_DEFAULT;
	struct try try = { .lock = lock_whole };
	struct watched watched;

	config.records = 1;
	watched_begin_with(&watched, config);
	make_file(&try);
	assert_int_equal(watched_reap(watched_spawn(&watched, lock_in_a_child, &try)), 0);
	unlink(try.path);
	assert_int_equal(watched_counters(&watched)->lost_records, 1);
	assert_true(probe_may_lock(watched.probe, watched.slot));
	watched_end(&watched);
}

/* Leaves its group and locks. */
static int lock_elsewhere(void *data)
{
	const struct try *try = data;
	char place[512];
	FILE *file;

	snprintf(place, sizeof(place), "%s/cgroup.procs", try->elsewhere);
	file = fopen(place, "w");
	if (!file || fputs("0", file) < 0 || fclose(file) != 0)
		return 1;
	return lock_file(data);
}

static void lock_of_one_that_escaped_is_counted(void **state)
{
	struct try try = { .lock = lock_whole };
	struct watched watched;

	watched_begin(&watched);
	try.elsewhere = watched.groups.path;
	make_file(&try);
	assert_int_equal(watched_reap(watched_spawn(&watched, lock_elsewhere, &try)), 0);
	unlink(try.path);
	assert_int_equal(watched_counters(&watched)->escapes, 1);
	assert_true(probe_may_lock(watched.probe, watched.slot));
	watched_end(&watched);
}

static int end_at_once(void *data)
{
	return 0;
}

/* It closes a file that its parent has locked. */
static void lock_that_its_parent_has_is_not_counted(void **state)
{
	struct try try = { .lock = lock_posix };
	struct watched watched;
	int file;

	watched_begin(&watched);
	make_file(&try);
	file = open(try.path, O_RDWR | O_CLOEXEC);
	assert_true(file >= 0);
	assert_int_equal(lock_posix(file), 0);
	assert_int_equal(watched_reap(watched_spawn(&watched, end_at_once, NULL)), 0);
	close(file);
	unlink(try.path);
	assert_false(probe_may_lock(watched.probe, watched.slot));
	watched_end(&watched);
}

static void next_tenant_has_locked_nothing(void **state)
{
	struct probe_config config = PROBE_CONFIG_DEFAULT;
	struct watched watched;

	config.slots = 1;
	watched_begin_with(&watched, config);
	assert_true(count(&watched, lock_whole) > 0);
	probe_unwatch(watched.probe, watched.slot);
	assert_int_equal(probe_watch(watched.probe, watched.group.id, AXE_SLOT_ASSESSMENT,
				 &watched.slot, NULL),
		0);
	assert_false(probe_may_lock(watched.probe, watched.slot));
	watched_end(&watched);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_way_to_take_a_lock_is_counted),
		cmocka_unit_test(file_that_nobody_locked_is_not_counted),
		cmocka_unit_test(lock_of_an_outsider_is_not_counted),
		cmocka_unit_test(lock_of_a_process_without_a_record_is_counted),
		cmocka_unit_test(lock_of_one_that_escaped_is_counted),
		cmocka_unit_test(lock_that_its_parent_has_is_not_counted),
		cmocka_unit_test(next_tenant_has_locked_nothing),
	};

	require_root();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
