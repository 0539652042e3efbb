/* A supervisor that is killed between any two writes, on a sound disk or on one that takes no more,
 * loses nothing that it was told is stored. */
#include "unit/record/store_case.h"

#include <signal.h>
#include <sqlite3.h>
#include <sys/wait.h>

#define ROUNDS          4
#define STEPS_OF_ROUND  3
#define STEPS_MORE_THAN 60 /* writes, syncs: fewer would mean that not much was tried */
#define TROUBLED_STEPS  5 /* each a transaction of its own */

#define EXIT_TROUBLE 3

struct life {
	struct store_case *test;
	int acknowledged; /* the write end of a pipe: the last number that is durable */
};

static void acknowledge(const struct store_commit *commit, void *data)
{
	const struct life *life = data;
	uint64_t last = commit->first_seq + commit->event_count - 1;

	assert_true(commit->final);
	assert_int_equal(sizeof(last), write(life->acknowledged, &last, sizeof(last)));
}

/* Three steps in two transactions, always cut the same way: the disk is held until all wait. */
static void live_round(struct life *life, unsigned first_step)
{
	struct store_case *test = life->test;

	faulty_vfs_hold_syncs(test->vfs);
	store_case_step(test, first_step, acknowledge, life);
	faulty_vfs_wait_held(test->vfs);
	store_case_step(test, first_step + 1, acknowledge, life);
	store_case_step(test, first_step + 2, acknowledge, life);
	faulty_vfs_release_syncs(test->vfs);
	store_case_wait_all(test);
}

/* A supervisor from the opening to the closing, if it gets there. */
static void live(struct life *life, uint64_t last_step)
{
	faulty_vfs_kill_at(life->test->vfs, last_step);
	store_case_open(life->test);
	for (unsigned round = 0; round < ROUNDS; round++)
		live_round(life, 1 + round * STEPS_OF_ROUND);
	store_case_close(life->test);
	_exit(0);
}

/* The power fails while the disk takes no more. */
static void acknowledge_or_die(const struct store_commit *commit, void *data)
{
	if (commit->final)
		acknowledge(commit, data);
	else
		kill(getpid(), SIGKILL);
}

/* The disk takes no more from the step-th step on. Exit status 0: it was never asked that often. */
static void live_in_trouble(struct life *life, uint64_t step, int code)
{
	struct store_case *test = life->test;
	uint64_t last_step = faulty_vfs_steps(test->vfs) + step;

	faulty_vfs_fail_at(test->vfs, step, FAULTY_ALWAYS, code);
	if (store_open(&test->config, &test->store, NULL) == 0) {
		for (unsigned number = 1; number <= TROUBLED_STEPS; number++) {
			store_case_step(test, number, acknowledge_or_die, life);
			store_case_wait_all(test);
		}
		store_close(test->store, NULL);
	}
	_exit(faulty_vfs_steps(test->vfs) < last_step ? 0 : EXIT_TROUBLE);
}

static uint64_t last_acknowledged(int fd)
{
	uint64_t last = 0, next;

	while (read(fd, &next, sizeof(next)) == sizeof(next)) {
		assert_true(next > last);
		last = next;
	}
	return last;
}

static void expect_sound_file(const struct store_case *test)
{
	sqlite3_stmt *statement = NULL;
	sqlite3 *db = NULL;

	assert_int_equal(
		SQLITE_OK, sqlite3_open_v2(test->path, &db, SQLITE_OPEN_READWRITE, STORE_CASE_VFS));
	assert_int_equal(
		SQLITE_OK, sqlite3_prepare_v2(db, "PRAGMA integrity_check", -1, &statement, NULL));
	assert_int_equal(SQLITE_ROW, sqlite3_step(statement));
	assert_string_equal("ok", (const char *)sqlite3_column_text(statement, 0));
	sqlite3_finalize(statement);
	sqlite3_close(db);
}

static void expect_nothing_lost(struct store_case *test, uint64_t acknowledged)
{
	struct store_fate fate = { 0 };
	struct store_steps steps;

	store_case_open(test);
	store_case_expect_no_notice(test);
	steps = store_case_read_steps(test);
	assert_true(steps.events >= acknowledged);
	store_case_step(test, steps.last_step + 1, store_fate_told, &fate);
	store_case_wait(test, &fate);
	assert_int_equal(0, fate.code);
	assert_int_equal(steps.events + 1, fate.first_seq);
	assert_int_equal(steps.events + 2, store_case_read_steps(test).events);
	store_case_close(test);
}

static void empty_folder(const struct store_case *test)
{
	static const char *const names[] = { "axe.db", "axe.db-wal", "axe.db-shm" };

	for (size_t i = 0; i < 3; i++)
		unlinkat(test->folder->fd, names[i], 0);
}

/* How one supervisor lives; it does not return. */
struct fate {
	uint64_t step; /* the last one, or the first that fails */
	int code; /* 0: killed at that step */
};

static void live_out(struct life *life, const struct fate *fate)
{
	if (fate->code)
		live_in_trouble(life, fate->step, fate->code);
	live(life, fate->step);
}

/* Live, die, and be looked at by the next. The status of wait(2). */
static int survive(struct store_case *test, const struct fate *fate, uint64_t *ret_acknowledged)
{
	int ends[2], status;
	pid_t child;

	empty_folder(test);
	assert_int_equal(0, pipe2(ends, O_CLOEXEC));
	child = fork();
	if (child == 0)
		live_out(&(struct life){ test, ends[1] }, fate);
	close(ends[1]);
	assert_int_equal(child, waitpid(child, &status, 0));
	*ret_acknowledged = last_acknowledged(ends[0]);
	close(ends[0]);
	if (WIFSIGNALED(status))
		assert_int_equal(SIGKILL, WTERMSIG(status));
	expect_sound_file(test);
	expect_nothing_lost(test, *ret_acknowledged);
	return status;
}

static void kill_between_any_two_writes_loses_nothing_acknowledged(void **state)
{
	struct fate fate = { .step = 1 };
	uint64_t acknowledged, before = 0;
	int status;

	while (WIFSIGNALED(status = survive(*state, &fate, &acknowledged))) {
		before = acknowledged;
		fate.step++;
	}
	assert_int_equal(0, WEXITSTATUS(status));
	assert_int_equal(2 * ROUNDS * STEPS_OF_ROUND, acknowledged);
	/* The last kills were in the closing, when all was acknowledged. */
	assert_int_equal(acknowledged, before);
	assert_true(fate.step > STEPS_MORE_THAN);
}

/* Trouble that begins at any step, in the opening and the closing too, and then the end. */
static void survive_trouble_everywhere(struct store_case *test, int code)
{
	struct fate fate = { .code = code };
	unsigned killed = 0;
	uint64_t acknowledged;
	int status;

	do {
		fate.step++;
		status = survive(test, &fate, &acknowledged);
		assert_true(WIFSIGNALED(status) || WEXITSTATUS(status) == EXIT_TROUBLE ||
			    WEXITSTATUS(status) == 0);
		/* In the opening nothing was acknowledged yet, so that proves little. */
		killed += WIFSIGNALED(status) && acknowledged;
	} while (WIFSIGNALED(status) || WEXITSTATUS(status));
	assert_int_equal(2 * TROUBLED_STEPS, acknowledged);
	assert_true(killed > TROUBLED_STEPS);
}

static void kill_on_a_full_disk_loses_nothing_acknowledged(void **state)
{
	survive_trouble_everywhere(*state, ENOSPC);
}

static void kill_on_a_disk_turned_read_only_loses_nothing_acknowledged(void **state)
{
	survive_trouble_everywhere(*state, EROFS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(kill_between_any_two_writes_loses_nothing_acknowledged),
		STORE_TEST(kill_on_a_full_disk_loses_nothing_acknowledged),
		STORE_TEST(kill_on_a_disk_turned_read_only_loses_nothing_acknowledged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
