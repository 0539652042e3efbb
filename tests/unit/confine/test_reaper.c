/* Every child is reaped, and a claimed one's status reaches its owner. */
#include <errno.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "confine/reaper.h"
#include "support/unit.h"

#define ORPHANS 1000

static int setup(void **state)
{
	struct reaper *reaper = NULL;

	if (reaper_create(&reaper, NULL) < 0)
		return -1;
	*state = reaper;
	return 0;
}

static int teardown(void **state)
{
	reaper_destroy(*state);
	return 0;
}

static pid_t child_exiting(int status)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(status);
	return pid;
}

/* Wait until the child is a zombie, without reaping it. */
static void await_end(pid_t pid)
{
	siginfo_t info;

	assert_int_equal(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
}

/* Wait until some child has ended, then collect. */
static unsigned collect_next(struct reaper *reaper)
{
	siginfo_t info;

	assert_int_equal(waitid(P_ALL, 0, &info, WEXITED | WNOWAIT), 0);
	return reaper_collect(reaper, 64);
}

static void claimed_status_survives_collection(void **state)
{
	struct reaper *reaper = *state;
	pid_t pids[3];
	int status = -1;

	for (int i = 0; i < 3; i++) {
		pids[i] = child_exiting(10 + i);
		assert_int_equal(reaper_claim(reaper, pids[i]), 0);
	}
	for (int i = 0; i < 3; i++)
		await_end(pids[i]);
	assert_int_equal(reaper_collect(reaper, 64), 3);
	for (int i = 2; i >= 0; i--) {
		assert_true(reaper_status(reaper, pids[i], &status));
		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), 10 + i);
		assert_false(reaper_status(reaper, pids[i], &status));
	}
}

static void status_is_found_without_collection(void **state)
{
	struct reaper *reaper = *state;
	int status = -1, hold[2];
	char byte;
	pid_t pid;

	assert_int_equal(pipe(hold), 0);
	pid = fork();
	if (pid == 0) {
		close(hold[1]);
		_exit(read(hold[0], &byte, 1) == 0 ? 7 : 1);
	}
	assert_int_equal(reaper_claim(reaper, pid), 0);
	assert_false(reaper_status(reaper, pid, &status));
	assert_int_equal(status, -1);
	close(hold[0]);
	close(hold[1]);
	await_end(pid);
	assert_true(reaper_status(reaper, pid, &status));
	assert_int_equal(WEXITSTATUS(status), 7);
}

/* Touches 32 MiB and ends. */
static pid_t child_of_some_size(void)
{
	const size_t size = (size_t)32 << 20;
	pid_t pid = fork();

	if (pid == 0) {
		void *pages = mmap(NULL, size, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

		_exit(pages == MAP_FAILED);
	}
	return pid;
}

static void what_a_child_used_is_kept_with_its_status(void **state)
{
	struct reaper *reaper = *state;

	for (int collected = 0; collected < 2; collected++) {
		struct rusage usage = { 0 };
		pid_t pid = child_of_some_size();
		int status = -1;

		assert_int_equal(reaper_claim(reaper, pid), 0);
		await_end(pid);
		if (collected)
			assert_int_equal(reaper_collect(reaper, 64), 1);
		assert_true(reaper_usage(reaper, pid, &status, &usage));
		assert_int_equal(status, 0);
		assert_true(usage.ru_maxrss >= 32 << 10); /* KiB */
		assert_false(reaper_usage(reaper, pid, &status, &usage));
	}
}

static void second_claim_is_refused(void **state)
{
	struct reaper *reaper = *state;
	pid_t pid = child_exiting(0);
	int status;

	assert_int_equal(reaper_claim(reaper, pid), 0);
	assert_int_equal(reaper_claim(reaper, pid), -EEXIST);
	await_end(pid);
	assert_true(reaper_status(reaper, pid, &status));
}

static void dropped_claim_is_reaped_like_an_orphan(void **state)
{
	struct reaper *reaper = *state;
	pid_t pid = child_exiting(0);
	int status;

	assert_int_equal(reaper_claim(reaper, pid), 0);
	reaper_drop(reaper, pid);
	await_end(pid);
	assert_int_equal(reaper_collect(reaper, 64), 1);
	assert_false(reaper_status(reaper, pid, &status));
	assert_int_equal(waitpid(pid, &status, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
}

static void collection_stops_at_its_limit(void **state)
{
	struct reaper *reaper = *state;
	pid_t pids[5];

	for (int i = 0; i < 5; i++)
		pids[i] = child_exiting(0);
	for (int i = 0; i < 5; i++)
		await_end(pids[i]);
	assert_int_equal(reaper_collect(reaper, 3), 3);
	assert_int_equal(reaper_collect(reaper, 3), 2);
	assert_int_equal(reaper_collect(reaper, 3), 0);
}

/* A parent that dies leaves grandchildren to us; their own claim is in the middle of them. */
static void orphans_are_reaped_and_the_claimed_one_kept(void **state)
{
	struct reaper *reaper = *state;
	unsigned collected = 0;
	int status = -1;
	pid_t parent = fork();

	if (parent == 0) {
		for (int i = 0; i < ORPHANS; i++)
			if (child_exiting(1) < 0)
				_exit(99);
		_exit(42);
	}
	assert_int_equal(reaper_claim(reaper, parent), 0);
	while (collected < ORPHANS + 1)
		collected += collect_next(reaper);
	assert_int_equal(collected, ORPHANS + 1);
	assert_true(reaper_status(reaper, parent, &status));
	assert_int_equal(WEXITSTATUS(status), 42);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
}

static void many_claims_all_get_their_own_status(void **state)
{
	struct reaper *reaper = *state;
	pid_t pids[100];
	int status;

	for (int i = 0; i < 100; i++) {
		pids[i] = child_exiting(i);
		assert_int_equal(reaper_claim(reaper, pids[i]), 0);
	}
	for (int i = 0; i < 100; i++)
		await_end(pids[i]);
	assert_int_equal(reaper_collect(reaper, 50), 50);
	for (int i = 0; i < 100; i++) {
		assert_true(reaper_status(reaper, pids[i], &status));
		assert_int_equal(WEXITSTATUS(status), i);
	}
}

static void subreaper_is_given_back(void **state)
{
	struct reaper *reaper = NULL;
	int subreaper = -1;

	assert_int_equal(reaper_create(&reaper, NULL), 0);
	prctl(PR_GET_CHILD_SUBREAPER, &subreaper);
	assert_int_equal(subreaper, 1);
	reaper_destroy(reaper);
	prctl(PR_GET_CHILD_SUBREAPER, &subreaper);
	assert_int_equal(subreaper, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			claimed_status_survives_collection, setup, teardown),
		cmocka_unit_test_setup_teardown(
			status_is_found_without_collection, setup, teardown),
		cmocka_unit_test_setup_teardown(
			what_a_child_used_is_kept_with_its_status, setup, teardown),
		cmocka_unit_test_setup_teardown(second_claim_is_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(
			dropped_claim_is_reaped_like_an_orphan, setup, teardown),
		cmocka_unit_test_setup_teardown(collection_stops_at_its_limit, setup, teardown),
		cmocka_unit_test_setup_teardown(
			orphans_are_reaped_and_the_claimed_one_kept, setup, teardown),
		cmocka_unit_test_setup_teardown(
			many_claims_all_get_their_own_status, setup, teardown),
		cmocka_unit_test(subreaper_is_given_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
