/* A child shares our memory until its program runs, and whoever hangs before that holds nobody up.
 */
#include <linux/kcmp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "base/cleanup.h"
#include "support/require.h"
#include "tests/kernel/confine/birth.h"

/* More than there are midwives. */
#define MANY 12

static struct nursery nursery;

static int setup(void **state)
{
	return nursery_open(&nursery) < 0 ? -1 : nursery_call_midwives(&nursery);
}

static int teardown(void **state)
{
	return nursery_close(&nursery);
}

/* It does not run before the thaw. */
static struct spawned bear(struct birth *birth)
{
	struct spawned spawned;
	struct error error = { 0 };

	if (spawn(&birth->plan, &spawned, &error) < 0)
		fail_msg("%s", error.text);
	return spawned;
}

static void prepare(struct birth *birth, const char *const *argv)
{
	birth_prepare(birth, &nursery, argv);
	close(birth->output);
	birth->plan.stdio[1] = birth->plan.stdio[2] = birth->plan.stdio[0];
}

static int reap(const struct birth *birth, struct spawned *spawned)
{
	int status;

	assert_int_equal(waitpid(spawned->pid, &status, 0), spawned->pid);
	close(spawned->pidfd);
	close(spawned->report);
	close(birth->plan.stdio[0]);
	return status;
}

static bool shares_our_memory(const struct spawned *spawned)
{
	return syscall(SYS_kcmp, getpid(), spawned->pid, KCMP_VM, 0, 0) == 0;
}

static void memory_is_shared_until_the_program_runs(void **state)
{
	struct spawned spawned;
	struct birth birth;

	prepare(&birth, ARGV("true"));
	assert_int_equal(group_freeze(nursery.group, NULL), 0);
	spawned = bear(&birth);
	assert_int_equal(shares_our_memory(&spawned), MIDWIVES_SHARE);
	assert_int_equal(group_thaw(nursery.group, NULL), 0);
	assert_int_equal(reap(&birth, &spawned), 0);
}

static void who_becomes_another_user_is_a_copy(void **state)
{
	struct spawned spawned;
	struct birth birth;

	prepare(&birth, ARGV("true"));
	birth.plan.set_credentials = true;
	birth.plan.uid = birth.plan.gid = 65534;
	assert_int_equal(group_freeze(nursery.group, NULL), 0);
	spawned = bear(&birth);
	assert_false(shares_our_memory(&spawned));
	assert_int_equal(group_thaw(nursery.group, NULL), 0);
	assert_int_equal(reap(&birth, &spawned), 0);
	/* Its memory is marked, ours is not. */
	assert_int_equal(prctl(PR_GET_DUMPABLE), 1);
}

static void those_who_hang_hold_up_nobody(void **state)
{
	struct birth births[MANY];
	struct spawned spawned[MANY];

	assert_int_equal(group_freeze(nursery.group, NULL), 0);
	for (unsigned i = 0; i < MANY; i++) {
		prepare(&births[i], ARGV("sh", "-c", "exit 3"));
		spawned[i] = bear(&births[i]);
		assert_int_equal(group_processes(nursery.group, NULL, 0), (int)i + 1);
	}
	assert_int_equal(group_thaw(nursery.group, NULL), 0);
	for (unsigned i = 0; i < MANY; i++)
		assert_int_equal(WEXITSTATUS(reap(&births[i], &spawned[i])), 3);
}

/* Who has borne is not called again before it is known whom. */
static void births_may_be_under_way_while_others_are_begun(void **state)
{
	struct spawning spawning[MANY];
	struct birth births[MANY];
	char program[32], byte;
	int ran[2];

	assert_return_code(pipe2(ran, O_CLOEXEC), errno);
	for (unsigned i = 0; i < MANY; i++) {
		snprintf(program, sizeof(program), "echo; exit %u", i);
		prepare(&births[i], ARGV("sh", "-c", program));
		births[i].plan.stdio[1] = ran[1];
		assert_int_equal(spawn_begin(&births[i].plan, &spawning[i], NULL), 0);
		assert_int_equal(read(ran[0], &byte, 1), 1);
	}
	for (unsigned i = 0; i < MANY; i++) {
		struct spawned spawned;

		assert_int_equal(spawn_finish(&spawning[i], &spawned, NULL), 0);
		assert_int_equal(WEXITSTATUS(reap(&births[i], &spawned)), (int)i);
	}
	close(ran[0]);
	close(ran[1]);
}

/* In a group of its own: whoever is born into one that was killed before is killed, too (6.18). */
static void bear_and_kill(void)
{
	struct group *group = NULL;
	struct spawned spawned;
	struct birth birth;

	assert_int_equal(group_create(&nursery.hierarchy, "killed", &group, NULL), 0);
	prepare(&birth, ARGV("true"));
	birth.plan.group_fd = group_descriptor(group);
	assert_int_equal(group_freeze(group, NULL), 0);
	spawned = bear(&birth);
	assert_int_equal(group_kill(group, NULL), 0);
	assert_int_equal(WTERMSIG(reap(&birth, &spawned)), SIGKILL);
	assert_int_equal(group_remove(group), 0);
	group_destroy(group);
}

static void who_is_killed_before_its_program_takes_nobody_along(void **state)
{
	struct spawned spawned;
	struct birth birth;

	for (unsigned i = 0; i < MANY; i++)
		bear_and_kill();
	prepare(&birth, ARGV("true"));
	spawned = bear(&birth);
	assert_int_equal(reap(&birth, &spawned), 0);
}

/* The signal that a program may ask for comes at the end of the thread that bore it. */
static void who_bore_it_does_not_end_before_all_do(void **state)
{
	struct birth births[MANY];
	struct spawned spawned[MANY];

	for (unsigned i = 0; i < MANY; i++) {
		prepare(&births[i], ARGV("setpriv", "--pdeathsig", "KILL", "sleep", "0.2"));
		spawned[i] = bear(&births[i]);
	}
	for (unsigned i = 0; i < MANY; i++)
		assert_int_equal(reap(&births[i], &spawned[i]), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memory_is_shared_until_the_program_runs),
		cmocka_unit_test(who_becomes_another_user_is_a_copy),
		cmocka_unit_test(those_who_hang_hold_up_nobody),
		cmocka_unit_test(births_may_be_under_way_while_others_are_begun),
		cmocka_unit_test(who_is_killed_before_its_program_takes_nobody_along),
		cmocka_unit_test(who_bore_it_does_not_end_before_all_do),
	};

	require_root();
	return cmocka_run_group_tests(tests, setup, teardown);
}
