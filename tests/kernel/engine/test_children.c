/* When the engine fetches what its children leave: not while a kill is waited for. */
#include "engine/children.h"

#include <sys/wait.h>
#include <unistd.h>

#include "engine/shared.h"
#include "kernel/engine/job_fixture.h"
#include "support/require.h"
#include "support/unit.h"

/* A child that is dead and lies there. */
static pid_t leave_dead_child(void)
{
	siginfo_t info = { .si_pid = 0 };
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	assert_return_code(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
	assert_int_equal(info.si_pid, pid);
	return pid;
}

static bool lies_there(pid_t pid)
{
	siginfo_t info = { .si_pid = 0 };

	return waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
	       info.si_pid == pid;
}

/* All that is to be done now. */
static void turn(struct fixture *fixture)
{
	while (sd_event_run(fixture->loop, 0) > 0)
		continue;
}

static void a_dead_child_is_fetched_when_it_is_told(void **state)
{
	struct fixture *fixture = *state;
	pid_t pid = leave_dead_child();

	turn(fixture);
	assert_false(lies_there(pid));
}

static void dead_children_are_left_to_lie_until_they_are_to_be_fetched(void **state)
{
	struct fixture *fixture = *state;
	pid_t first, second;

	children_leave(fixture->engine->children);
	first = leave_dead_child();
	turn(fixture);
	second = leave_dead_child();
	turn(fixture);
	assert_true(lies_there(first));
	assert_true(lies_there(second));

	children_fetch(fixture->engine->children);
	turn(fixture);
	assert_false(lies_there(first));
	assert_false(lies_there(second));
}

#define LIVE(test) cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		LIVE(a_dead_child_is_fetched_when_it_is_told),
		LIVE(dead_children_are_left_to_lie_until_they_are_to_be_fetched),
	};

	require_root();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
