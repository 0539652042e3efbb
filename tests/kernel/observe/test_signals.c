/* Who ended a process, live: the sender is named, and never a bystander. */
#include "support/require.h"
#include "watched.h"

#define OTHER_UID 65534

static int wait_for_ever(void *data)
{
	for (;;)
		pause();
	return 0;
}

static int end_at_once(void *data)
{
	return 0;
}

/* Signals `number` to `pid` from a process of another user outside of the group. */
static pid_t send_as_other(pid_t pid, int number)
{
	pid_t sender = fork();

	assert_true(sender >= 0);
	if (sender == 0) {
		/* Only the real uid: the effective one must be permitted to send. */
		if (setresuid(OTHER_UID, 0, 0) < 0)
			_exit(1);
		_exit(kill(pid, number) < 0);
	}
	assert_int_equal(watched_reap(sender), 0);
	return sender;
}

static void kill_from_outside_names_sender_and_user(void **state)
{
	struct watched watched;
	const struct axe_event_signal *told;
	const struct axe_sender *sender;
	char comm[AXE_COMM_SIZE];
	pid_t pid, outsider;

	watched_begin(&watched);
	pid = watched_spawn(&watched, wait_for_ever, NULL);
	outsider = send_as_other(pid, SIGKILL);
	watched_reap(pid);
	watched_settle(&watched);

	assert_int_equal(watched_exit(&watched, pid)->exit_code, SIGKILL);
	sender = &watched_exit(&watched, pid)->kill;
	assert_int_equal(sender->process.tgid, outsider);
	assert_int_equal(sender->uid, OTHER_UID);
	assert_int_equal(sender->signal, SIGKILL);
	assert_int_equal(sender->origin, AXE_SENDER_USER);
	assert_string_equal(sender->comm, watched_own_comm(comm));
	told = watched_find(&watched, AXE_EVENT_SIGNAL, pid, 0);
	assert_non_null(told);
	assert_memory_equal(&told->sender, sender, sizeof(*sender));
	watched_end(&watched);
}

static void term_from_outside_is_told(void **state)
{
	struct watched watched;
	const struct axe_process *record;
	pid_t pid, outsider;

	watched_begin(&watched);
	pid = watched_spawn(&watched, wait_for_ever, NULL);
	outsider = send_as_other(pid, SIGTERM);
	watched_reap(pid);
	watched_settle(&watched);

	record = watched_exit(&watched, pid);
	assert_int_equal(record->exit_code, SIGTERM);
	assert_int_equal(record->signal.signal, SIGTERM);
	assert_int_equal(record->signal.process.tgid, outsider);
	assert_int_equal(record->kill.origin, AXE_SENDER_NONE);
	assert_int_equal(watched_count(&watched, AXE_EVENT_SIGNAL), 1);
	watched_end(&watched);
}

static int kill_own_child(void *data)
{
	pid_t child = fork();

	if (child == 0)
		wait_for_ever(NULL);
	kill(child, *(int *)data);
	return waitpid(child, NULL, 0) == child ? 0 : 1;
}

static void killing_sibling_is_named(void **state)
{
	struct watched watched;
	const struct axe_event_fork *child;
	const struct axe_process *record;
	int number = SIGKILL;
	pid_t pid;

	watched_begin(&watched);
	pid = watched_run(&watched, kill_own_child, &number);
	child = watched_find(&watched, AXE_EVENT_FORK, 0, 1);
	assert_non_null(child);
	record = watched_exit(&watched, (pid_t)child->head.process.tgid);
	assert_int_equal(record->exit_code, SIGKILL);
	assert_int_equal(record->kill.process.tgid, pid);
	assert_int_equal(record->kill.process.start_ns, child->parent.start_ns);
	assert_int_equal(record->kill.origin, AXE_SENDER_USER);
	watched_end(&watched);
}

static void signals_among_members_stay_out_of_the_ring(void **state)
{
	struct watched watched;
	const struct axe_event_fork *child;
	int number = SIGTERM;
	pid_t pid;

	watched_begin(&watched);
	pid = watched_run(&watched, kill_own_child, &number);
	child = watched_find(&watched, AXE_EVENT_FORK, 0, 1);
	assert_int_equal(
		watched_exit(&watched, (pid_t)child->head.process.tgid)->signal.process.tgid, pid);
	assert_int_equal(watched_count(&watched, AXE_EVENT_SIGNAL), 0);
	watched_end(&watched);
}

static int die_with_parent(void *data)
{
	int ready[2];
	char byte;

	if (pipe(ready) < 0)
		return 1;
	if (fork() == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (write(ready[1], "", 1) != 1)
			_exit(1);
		wait_for_ever(NULL);
	}
	return read(ready[0], &byte, 1) == 1 ? 0 : 1;
}

static void parent_death_signal_names_the_parent(void **state)
{
	struct watched watched;
	const struct axe_event_fork *child;
	const struct axe_process *record;
	pid_t pid;

	watched_begin(&watched);
	pid = watched_run(&watched, die_with_parent, NULL);
	child = watched_find(&watched, AXE_EVENT_FORK, 0, 1);
	record = watched_exit(&watched, (pid_t)child->head.process.tgid);
	assert_int_equal(record->exit_code, SIGKILL);
	assert_int_equal(record->kill.process.tgid, pid);
	assert_int_equal(record->kill.origin, AXE_SENDER_KERNEL);
	watched_end(&watched);
}

static void group_kill_names_its_writer(void **state)
{
	struct watched watched;
	const struct axe_process *record;
	pid_t pid;

	watched_begin(&watched);
	pid = watched_spawn(&watched, wait_for_ever, NULL);
	assert_int_equal(bpf_group_write(&watched.group, "cgroup.kill", "1"), 0);
	watched_reap(pid);
	watched_settle(&watched);

	record = watched_exit(&watched, pid);
	assert_int_equal(record->exit_code, SIGKILL);
	assert_int_equal(record->kill.process.tgid, getpid());
	assert_int_equal(record->kill.origin, AXE_SENDER_KERNEL);
	/* Ten thousand of them at once would not leave room for the ends. */
	assert_int_equal(watched_count(&watched, AXE_EVENT_SIGNAL), 0);
	watched_end(&watched);
}

/*
 * Kernels since February 2025 end at birth whoever is spawned into a group that was killed before:
 * by the hand of the spawner, in the middle of its clone3, and before the birth is told.
 */
static void newborn_is_not_said_to_be_killed_by_its_parent(void **state)
{
	struct watched watched;
	const struct axe_process *record;
	int status;
	pid_t pid;

	watched_begin(&watched);
	assert_int_equal(bpf_group_write(&watched.group, "cgroup.kill", "1"), 0);
	pid = watched_spawn(&watched, end_at_once, NULL);
	status = watched_reap(pid);
	watched_settle(&watched);
	if (status != SIGKILL) {
		watched_end(&watched);
		skip_case("this kernel spares children of a group that was killed before");
	}
	record = watched_exit(&watched, pid);
	assert_int_equal(record->kill.signal, SIGKILL);
	assert_int_equal(record->kill.origin, AXE_SENDER_KERNEL);
	assert_int_equal(record->kill.process.tgid, 0);
	assert_true(record->flags & AXE_PROCESS_ROOT);
	assert_int_equal(record->parent.tgid, getpid());
	assert_true(record->fork_ns > 0);
	assert_int_equal(watched_counters(&watched)->forks, 1);
	watched_assert_at_rest(&watched);
	watched_end(&watched);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kill_from_outside_names_sender_and_user),
		cmocka_unit_test(term_from_outside_is_told),
		cmocka_unit_test(killing_sibling_is_named),
		cmocka_unit_test(signals_among_members_stay_out_of_the_ring),
		cmocka_unit_test(parent_death_signal_names_the_parent),
		cmocka_unit_test(group_kill_names_its_writer),
		cmocka_unit_test(newborn_is_not_said_to_be_killed_by_its_parent),
	};

	require_root();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
