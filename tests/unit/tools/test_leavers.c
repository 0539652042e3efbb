/* Supervisors that take long to end are reaped once they have. */
#include "base/error.h" /* before cmocka, which makes a macro of `fail` */
#include "support/unit.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "libaxe/leavers.h"
#include "libaxe/supervisor.h"
#include "support/children.h"
#include "unit/tools/program_place.h"

/* Ends when its client hangs up. */
static const char program[] = "#!/bin/sh\nexec cat <&$2 >/dev/null\n";

struct place {
	struct program_place axed;
	struct leavers leavers;
	struct supervisor *supervisor;
	pid_t pid;
};

static int place_setup(void **state)
{
	const struct supervisor_options options = { .stdin_fd = -1 };
	struct place *place = calloc(1, sizeof(*place));

	program_place_make(&place->axed, program);
	setenv("AXE_AXED", place->axed.program, 1);
	leavers_init(&place->leavers);
	assert_int_equal(0, supervisor_spawn(&options, &place->supervisor, NULL));
	place->pid = children_youngest();
	*state = place;
	return 0;
}

static int place_teardown(void **state)
{
	struct place *place = *state;

	program_place_remove(&place->axed);
	free(place);
	return 0;
}

static void stop(const struct place *place)
{
	siginfo_t info;

	assert_int_equal(0, kill(place->pid, SIGSTOP));
	assert_int_equal(0, waitid(P_PID, (id_t)place->pid, &info, WSTOPPED | WNOWAIT));
}

/* Dead, but not reaped. */
static void let_end(const struct place *place)
{
	siginfo_t info;

	assert_int_equal(0, kill(place->pid, SIGCONT));
	assert_int_equal(0, waitid(P_PID, (id_t)place->pid, &info, WEXITED | WNOWAIT));
}

static bool is_reaped(const struct place *place)
{
	siginfo_t info;

	return waitid(P_PID, (id_t)place->pid, &info, WEXITED | WNOHANG | WNOWAIT) < 0 &&
	       errno == ECHILD;
}

static void one_that_was_stopped_is_reaped_once_it_has_ended(void **state)
{
	struct place *place = *state;

	stop(place);
	assert_int_equal(-ETIMEDOUT, supervisor_dismiss(place->supervisor, 0, NULL));
	leavers_add(&place->leavers, place->supervisor);
	leavers_reap(&place->leavers);
	assert_false(is_reaped(place));
	let_end(place);
	leavers_reap(&place->leavers);
	assert_true(is_reaped(place));
	assert_true(list_empty(&place->leavers.list));
	leavers_finish(&place->leavers);
}

static void the_last_look_is_at_the_end(void **state)
{
	struct place *place = *state;

	stop(place);
	assert_int_equal(-ETIMEDOUT, supervisor_dismiss(place->supervisor, 0, NULL));
	leavers_add(&place->leavers, place->supervisor);
	let_end(place);
	leavers_finish(&place->leavers);
	assert_true(is_reaped(place));
}

static void one_that_never_ends_is_forgotten_without_waiting(void **state)
{
	struct place *place = *state;

	stop(place);
	assert_int_equal(-ETIMEDOUT, supervisor_dismiss(place->supervisor, 0, NULL));
	leavers_add(&place->leavers, place->supervisor);
	leavers_finish(&place->leavers);
	assert_false(is_reaped(place));
	assert_int_equal(0, kill(place->pid, SIGKILL));
	assert_int_equal(place->pid, waitpid(place->pid, NULL, 0));
}

int main(void)
{
#define LEAVER(name) cmocka_unit_test_setup_teardown(name, place_setup, place_teardown)
	const struct CMUnitTest tests[] = {
		LEAVER(one_that_was_stopped_is_reaped_once_it_has_ended),
		LEAVER(the_last_look_is_at_the_end),
		LEAVER(one_that_never_ends_is_forgotten_without_waiting),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
