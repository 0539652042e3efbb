/* A supervisor that is killed between any two writes loses nothing that it was told is stored. */
#include "unit/record/store_case.h"

#include <signal.h>
#include <sqlite3.h>
#include <sys/wait.h>

#define ROUNDS          4
#define STEPS_OF_ROUND  3
#define STEPS_MORE_THAN 60 /* writes, syncs: fewer would mean that not much was tried */

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

/* False: it lived to its end. */
static bool survive_kill(struct store_case *test, uint64_t last_step, uint64_t *ret_acknowledged)
{
	int ends[2], status;
	pid_t child;

	empty_folder(test);
	assert_int_equal(0, pipe2(ends, O_CLOEXEC));
	child = fork();
	if (child == 0)
		live(&(struct life){ test, ends[1] }, last_step);
	close(ends[1]);
	assert_int_equal(child, waitpid(child, &status, 0));
	*ret_acknowledged = last_acknowledged(ends[0]);
	close(ends[0]);
	if (WIFSIGNALED(status))
		assert_int_equal(SIGKILL, WTERMSIG(status));
	else
		assert_int_equal(0, WEXITSTATUS(status));
	expect_sound_file(test);
	expect_nothing_lost(test, *ret_acknowledged);
	return WIFSIGNALED(status);
}

static void kill_between_any_two_writes_loses_nothing_acknowledged(void **state)
{
	uint64_t last_step = 1, acknowledged, before = 0;

	while (survive_kill(*state, last_step, &acknowledged)) {
		before = acknowledged;
		last_step++;
	}
	assert_int_equal(2 * ROUNDS * STEPS_OF_ROUND, acknowledged);
	/* The last kills were in the closing, when all was acknowledged. */
	assert_int_equal(acknowledged, before);
	assert_true(last_step > STEPS_MORE_THAN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(kill_between_any_two_writes_loses_nothing_acknowledged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
