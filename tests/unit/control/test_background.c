/* Whoever starts a daemon learns whether it came up. */
/* It belongs to the program, not to a library that could be linked. Before cmocka, which has a
 * macro that is called like our function. */
#include "supervisor/background.c"

#include "support/unit.h"

#include <stdbool.h>
#include <sys/wait.h>

/* A starter whose daemon does (not) come up; the status it exits with. */
static int start(bool comes_up)
{
	siginfo_t end = { 0 };
	pid_t starter = fork();
	int ready;

	assert_true(starter >= 0);
	if (starter == 0) {
		if (background_enter(&ready, NULL) < 0)
			_exit(2);
		if (comes_up)
			background_ready(ready);
		_exit(3);
	}
	assert_int_equal(0, waitid(P_PID, (id_t)starter, &end, WEXITED));
	assert_int_equal(CLD_EXITED, end.si_code);
	return end.si_status;
}

static void starter_succeeds_when_the_daemon_is_ready(void **state)
{
	assert_int_equal(0, start(true));
}

static void starter_fails_when_the_daemon_ends_before(void **state)
{
	assert_int_equal(1, start(false));
}

/* Ends as soon as the last writer has let go of it. */
static void expect_end(int fd)
{
	char byte;

	assert_int_equal(0, read(fd, &byte, 1));
}

static void daemon_lets_go_of_its_starter_s_output(void **state)
{
	int ends[2], held[2];
	pid_t starter;

	assert_int_equal(0, pipe(ends));
	assert_int_equal(0, pipe(held));
	starter = fork();
	assert_true(starter >= 0);
	if (starter == 0) {
		int ready;
		char byte;

		dup2(ends[1], STDOUT_FILENO);
		dup2(ends[1], STDERR_FILENO);
		close(ends[1]);
		close(held[1]);
		if (background_enter(&ready, NULL) < 0)
			_exit(2);
		background_ready(ready);
		/* The daemon lives on until the test has seen its output end. */
		_exit(read(held[0], &byte, 1) == 0 ? 0 : 1);
	}
	close(ends[1]);
	expect_end(ends[0]);
	assert_int_equal(starter, waitpid(starter, NULL, 0));
	close(held[1]);
	close(held[0]);
	close(ends[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(starter_succeeds_when_the_daemon_is_ready),
		cmocka_unit_test(starter_fails_when_the_daemon_ends_before),
		cmocka_unit_test(daemon_lets_go_of_its_starter_s_output),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
