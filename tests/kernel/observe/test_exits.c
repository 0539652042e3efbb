/* How processes end, live: the kernel half must say what wait(2) says. */
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include "watched.h"

static void *wait_for_go(void *data)
{
	char byte;

	while (read(*(int *)data, &byte, 1) < 0)
		continue;
	syscall(SYS_exit_group, 0);
	return NULL;
}

/* The leader is gone with a 9 of its own long before the process ends with 0. */
static int leader_leaves_first(void *data)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, wait_for_go, data))
		return 98;
	syscall(SYS_exit, 9);
	return 97;
}

static void wait_for_zombie_leader(pid_t pid)
{
	char path[64], text[512], *state;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/stat", pid, pid);
	for (int tries = 0; tries < 5000; tries++) {
		file = fopen(path, "re");
		assert_non_null(file);
		assert_non_null(fgets(text, sizeof(text), file));
		fclose(file);
		state = strrchr(text, ')');
		if (state[2] == 'Z')
			return;
		poll(NULL, 0, 1);
	}
	fail_msg("the leader did not leave");
}

static void leader_that_leaves_first_is_no_end(void **state)
{
	struct watched watched;
	int ends[2];
	pid_t pid;

	watched_begin(&watched);
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	pid = watched_spawn(&watched, leader_leaves_first, &ends[0]);
	wait_for_zombie_leader(pid);
	watched_drain(&watched);
	assert_int_equal(watched_counters(&watched)->exits, 0);
	assert_null(watched_find(&watched, AXE_EVENT_EXIT, pid, 0));

	assert_int_equal(write(ends[1], "", 1), 1);
	assert_int_equal(watched_reap(pid), 0);
	watched_settle(&watched);
	assert_int_equal(watched_exit(&watched, pid)->exit_code, 0);
	assert_int_equal(watched_counters(&watched)->exits, 1);
	assert_int_equal(watched_counters(&watched)->exits_failed, 0);
	close(ends[0]);
	close(ends[1]);
	watched_end(&watched);
}

static void *leave_with_four(void *data)
{
	char byte;

	while (read(*(int *)data, &byte, 1) < 0)
		continue;
	syscall(SYS_exit, 4);
	return NULL;
}

/* No exit_group by anybody. */
static int leave_one_by_one(void *data)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, leave_with_four, data))
		return 98;
	syscall(SYS_exit, 9);
	return 97;
}

static void threads_that_leave_one_by_one_end_once_and_as_wait_says(void **state)
{
	struct watched watched;
	int ends[2], status;
	pid_t pid;

	watched_begin(&watched);
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	pid = watched_spawn(&watched, leave_one_by_one, &ends[0]);
	wait_for_zombie_leader(pid);
	assert_int_equal(write(ends[1], "", 1), 1);
	status = watched_reap(pid);
	watched_settle(&watched);
	assert_int_equal(watched_exit(&watched, pid)->exit_code, status);
	assert_int_equal(watched_counters(&watched)->exits, 1);
	close(ends[0]);
	close(ends[1]);
	watched_end(&watched);
}

static void *exec_from_here(void *data)
{
	execl("/bin/sh", "sh", "-c", "exit 5", NULL);
	return NULL;
}

static int exec_from_a_thread(void *data)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, exec_from_here, NULL))
		return 98;
	for (;;)
		pause();
}

static void exec_from_a_thread_is_no_end(void **state)
{
	struct watched watched;
	pid_t pid;

	watched_begin(&watched);
	pid = watched_run(&watched, exec_from_a_thread, NULL);
	assert_int_equal(watched_exit(&watched, pid)->exit_code, 5 << 8);
	assert_int_equal(watched_counters(&watched)->forks, 1);
	assert_int_equal(watched_counters(&watched)->execs, 1);
	assert_int_equal(watched_counters(&watched)->exits, 1);
	watched_end(&watched);
}

static int abort_without_core(void *data)
{
	struct rlimit none = { 0, 0 };

	setrlimit(RLIMIT_CORE, &none);
	abort();
}

static void death_by_signal_is_told_as_wait_tells_it(void **state)
{
	struct watched watched;
	int status;
	pid_t pid;

	watched_begin(&watched);
	pid = watched_spawn(&watched, abort_without_core, NULL);
	status = watched_reap(pid);
	watched_settle(&watched);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(watched_exit(&watched, pid)->exit_code, status);
	assert_int_equal(watched_counters(&watched)->exits_signaled, 1);
	watched_end(&watched);
}

static int orphan_a_child(void *data)
{
	if (fork() == 0) {
		char byte;

		/* Until the test lets go: long after the root is dead. */
		while (read(*(int *)data, &byte, 1) < 0)
			continue;
		_exit(6);
	}
	return 0;
}

static void orphan_ends_in_the_book(void **state)
{
	struct watched watched;
	int ends[2];

	watched_begin(&watched);
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	watched_reap(watched_spawn(&watched, orphan_a_child, &ends[0]));
	assert_int_equal(watched_counters(&watched)->root_exited, 1);
	assert_int_equal(watched_counters(&watched)->forks, 2);
	assert_int_equal(watched_counters(&watched)->exits, 1);

	assert_int_equal(write(ends[1], "", 1), 1);
	watched_settle(&watched);
	assert_int_equal(watched_counters(&watched)->exits, 2);
	assert_int_equal(watched_counters(&watched)->exits_failed, 1);
	close(ends[0]);
	close(ends[1]);
	watched_end(&watched);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(leader_that_leaves_first_is_no_end),
		cmocka_unit_test(threads_that_leave_one_by_one_end_once_and_as_wait_says),
		cmocka_unit_test(exec_from_a_thread_is_no_end),
		cmocka_unit_test(death_by_signal_is_told_as_wait_tells_it),
		cmocka_unit_test(orphan_ends_in_the_book),
	};

	require_root();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
