/* A job that is killed before what its processes did was heard: the ring is read behind them. */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "engine/job_parts.h"
#include "engine/runner_parts.h"
#include "engine/shared.h"
#include "kernel/engine/job_fixture.h"
#include "observe/ledger.h"
#include "support/bpf_group.h"
#include "support/groups.h"
#include "support/mute_fuse.h"
#include "support/patience.h"
#include "support/require.h"
#include "support/unit.h"

#define CROWD    10
#define ONE_MORE "sleep 999 & "
#define TEN_MORE                                                                                   \
	ONE_MORE ONE_MORE ONE_MORE ONE_MORE ONE_MORE ONE_MORE ONE_MORE ONE_MORE ONE_MORE ONE_MORE

/* The two ways between the test and its job: `go` tells the root to go on, `told` what it did. */
static int go, told;

static int open_fifo(const struct fixture *fixture, const char *name)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", fixture->state_dir, name);
	assert_return_code(mkfifo(path, 0600), 0);
	fd = open(path, O_RDWR | O_CLOEXEC);
	assert_return_code(fd, 0);
	return fd;
}

static int unheard_setup(void **state)
{
	if (fixture_setup(state) < 0)
		return -1;
	go = open_fifo(*state, "go");
	told = open_fifo(*state, "told");
	/* How long a slow machine takes to freeze them is not what is tested. */
	fixture_options.freeze_deadline_ns = 30 * NS_PER_SEC;
	return 0;
}

static int unheard_teardown(void **state)
{
	close(go);
	close(told);
	return fixture_teardown(state);
}

static void let_go(void)
{
	assert_int_equal(write(go, "\n", 1), 1);
}

static int await_word(void)
{
	struct pollfd word = { .fd = told, .events = POLLIN };
	char text[32] = "";

	assert_int_equal(poll(&word, 1, (int)(patience_ns(30 * NS_PER_SEC) / NS_PER_MS)), 1);
	assert_true(read(told, text, sizeof(text) - 1) > 0);
	return atoi(text);
}

static struct runner *running(const struct fixture *fixture)
{
	return container_of(fixture->job->tries.next, struct job_try, link)->runner;
}

static uint64_t births_heard(const struct fixture *fixture)
{
	return ledger_seen(running(fixture)->ledger);
}

static bool root_is_heard(struct fixture *fixture)
{
	return fixture_count(fixture, "assessment.begin") == 1 && births_heard(fixture) == 1;
}

/* From here on nothing is read unless a bell rings. */
static void start_root(struct fixture *fixture, const char *script)
{
	char manifest[1024];

	snprintf(manifest, sizeof(manifest),
		"{'name':'j','assessments':[{'name':'a','residue':'ignore','command':['sh','-c',"
		"'cd %s; read x < go; %s wait']}]}",
		fixture->state_dir, script);
	fixture_start(fixture, manifest);
	fixture_until(fixture, root_is_heard);
	timer_disarm(&fixture->engine->sweep);
}

static bool is_struck(struct fixture *fixture)
{
	return killing_report(fixture->job->killing)->struck_ns;
}

static void assert_crowd_was_killed(const struct fixture *fixture, unsigned seen)
{
	const json_t *receipt = fixture->receipt;

	assert_int_equal(number_at(receipt, "seen"), seen);
	assert_int_equal(number_at(receipt, "killed"), seen);
	assert_int_equal(number_at(receipt, "exits_observed"), seen);
	assert_int_equal(number_at(receipt, "unseen"), 0);
	assert_int_equal(json_array_size(value_at(receipt, "picture")), seen);
	assert_int_equal(json_array_size(value_at(receipt, "survivors")), 0);
	assert_true(json_is_true(value_at(receipt, "froze")));
	assert_true(json_is_true(value_at(fixture_result(fixture, 0), "integrity.complete")));
}

/* The bell that strikes leaves at once, and so does each that rings while they die. */
static void births_are_heard_behind_the_kill(void **state)
{
	struct fixture *fixture = *state;

	start_root(fixture, TEN_MORE "echo > told;");
	let_go();
	await_word();
	assert_int_equal(fixture_terminate(fixture), S_OK);
	assert_int_equal(births_heard(fixture), 1);
	fixture_until(fixture, is_struck);
	/* At times all die while the kill is still being written. */
	if (!killing_is_over(fixture->job->killing))
		assert_int_equal(births_heard(fixture), 1);
	/* By this the kernel half knows that nobody waits for them to be frozen once more. */
	assert_true(watch_intent(fixture->job->watch)->flags & AXE_INTENT_KILL);
	fixture_finish(fixture);
	assert_crowd_was_killed(fixture, 1 + CROWD);
}

static void who_ended_before_the_strike_was_not_there(void **state)
{
	struct fixture *fixture = *state;

	start_root(fixture, TEN_MORE "(exit 0) & wait $!; echo > told;");
	let_go();
	await_word();
	assert_int_equal(births_heard(fixture), 1);
	assert_int_equal(fixture_terminate(fixture), S_OK);
	fixture_finish(fixture);
	assert_crowd_was_killed(fixture, 1 + CROWD);
	assert_int_equal(number_at(fixture_result(fixture, 0), "processes.seen"), 2 + CROWD);
}

static void who_escaped_unheard_is_killed_all_the_same(void **state)
{
	struct fixture *fixture = *state;
	struct test_groups groups;
	struct bpf_group elsewhere;
	char stray[16];

	assert_return_code(test_groups_create(&groups), 0);
	assert_return_code(bpf_group_open(&elsewhere, groups.path), 0);
	start_root(fixture, TEN_MORE "echo $! > told;");
	let_go();
	snprintf(stray, sizeof(stray), "%d", await_word());
	assert_return_code(bpf_group_write(&elsewhere, "cgroup.procs", stray), 0);
	assert_int_equal(births_heard(fixture), 1);
	assert_int_equal(fixture_terminate(fixture), S_OK);
	fixture_finish(fixture);
	assert_crowd_was_killed(fixture, 1 + CROWD);
	bpf_group_close(&elsewhere);
	assert_return_code(test_groups_destroy(&groups), 0);
}

static bool has_begun(struct fixture *fixture)
{
	return fixture_count(fixture, "assessment.begin") == 1;
}

static void start_stuck(struct fixture *fixture, const struct mute_fuse *fuse)
{
	char manifest[256];

	snprintf(manifest, sizeof(manifest),
		"{'name':'j','assessments':[{'name':'stuck','residue':'ignore',"
		"'command':['stat','%s/x']}]}",
		fuse->mount);
	/* Who waits like that is not frozen, and killed all the same; to ask for survivors would
	 * have the ring read. */
	fixture_options.freeze_deadline_ns = NS_PER_MS;
	fixture_options.kill_deadline_ns = fixture_options.abandon_after_ns = NS_PER_SEC * 1000;
	fixture_start(fixture, manifest);
	fixture_until(fixture, has_begun);
}

static void start_beside(struct fixture *other, const struct fixture *fixture)
{
	other->loop = fixture->loop;
	other->engine = fixture->engine;
	other->events = json_array();
	memcpy(other->state_dir, fixture->state_dir, sizeof(other->state_dir));
	start_root(other, "");
}

static void another_jobs_end_is_heard_while_one_is_dying(void **state)
{
	struct fixture *fixture = *state, other = { 0 };
	struct mute_fuse fuse;

	assert_return_code(mute_fuse_create(&fuse), 0);
	start_stuck(fixture, &fuse);
	assert_return_code(mute_fuse_wait(&fuse), 0);
	start_beside(&other, fixture);
	assert_int_equal(fixture_terminate(fixture), S_OK);
	fixture_until(fixture, is_struck);
	let_go();
	fixture_finish(&other);
	assert_string_equal(text_at(fixture_result(&other, 0), "verdict"), "passed");
	assert_false(fixture->ended);
	mute_fuse_release(&fuse);
	fixture_finish(fixture);
	job_destroy(other.job);
	json_decref(other.events);
	json_decref(other.summary);
	mute_fuse_destroy(&fuse);
}

#define RUN(test) cmocka_unit_test_setup_teardown(test, unheard_setup, unheard_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(births_are_heard_behind_the_kill),
		RUN(who_ended_before_the_strike_was_not_there),
		RUN(who_escaped_unheard_is_killed_all_the_same),
		RUN(another_jobs_end_is_heard_while_one_is_dying),
	};

	require_root();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
