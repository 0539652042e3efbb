/* A process is known by its start time, and a dead one does not run. */
#include "base/process.h"

#include <limits.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/unit.h"

static void a_living_process_runs_and_another_of_its_number_does_not(void **state)
{
	uint64_t start = process_start_ticks(getpid());

	assert_true(start > 0);
	assert_true(process_runs(getpid(), start));
	assert_false(process_runs(getpid(), start + 1));
}

static void nobody_has_no_start(void **state)
{
	assert_int_equal(process_start_ticks(INT_MAX), 0);
	assert_false(process_runs(INT_MAX, 0));
}

static void what_is_dead_but_not_reaped_does_not_run(void **state)
{
	siginfo_t info;
	uint64_t start;
	pid_t pid = fork();

	if (pid == 0) {
		for (;;)
			pause();
	}
	start = process_start_ticks(pid);
	assert_true(process_runs(pid, start));
	kill(pid, SIGKILL);
	assert_return_code(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
	assert_int_equal(process_start_ticks(pid), start);
	assert_false(process_runs(pid, start));
	waitpid(pid, NULL, 0);
	assert_int_equal(process_start_ticks(pid), 0);
}

/* The parent: its helper is asleep, and it itself has closed what it shared with it. */
static void fork_helper(const int kept[2], int shared)
{
	pid_t parent = getpid();

	if (fork() == 0) {
		process_become_helper(parent, kept, 2);
		assert_int_equal(write(kept[0], "", 1), 1);
		assert_int_equal(write(kept[1], "", 1), 1);
		for (;;)
			pause();
	}
	close(kept[0]);
	close(kept[1]);
	close(shared);
	for (;;)
		pause();
}

static void helper_holds_what_it_keeps_and_ends_with_its_parent(void **state)
{
	int low[2], shared[2], high[2];
	char byte;
	pid_t pid;

	assert_int_equal(pipe(low), 0);
	assert_int_equal(pipe(shared), 0);
	assert_int_equal(pipe(high), 0);
	pid = fork();
	if (pid == 0)
		fork_helper((int[]){ high[1], low[1] }, shared[1]);
	close(low[1]);
	close(shared[1]);
	close(high[1]);
	assert_int_equal(read(high[0], &byte, 1), 1);
	assert_int_equal(read(low[0], &byte, 1), 1);
	/* Nobody has the other end any more, though the helper lives. */
	assert_int_equal(read(shared[0], &byte, 1), 0);

	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	assert_int_equal(read(high[0], &byte, 1), 0);
	assert_int_equal(read(low[0], &byte, 1), 0);
	close(low[0]);
	close(shared[0]);
	close(high[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_living_process_runs_and_another_of_its_number_does_not),
		cmocka_unit_test(nobody_has_no_start),
		cmocka_unit_test(what_is_dead_but_not_reaped_does_not_run),
		cmocka_unit_test(helper_holds_what_it_keeps_and_ends_with_its_parent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
