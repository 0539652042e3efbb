/* Who ended a process, live: the sender is named, and never a bystander. */
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/time.h>

#include "watched.h"

#define OTHER_UID 65534

static int wait_for_ever(void *data)
{
	for (;;)
		pause();
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
	watched_end(&watched);
}

static int fault(void *data)
{
	struct rlimit none = { 0, 0 };
	volatile char *nowhere = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	/* The sanitizer's handler would turn the death into an exit. */
	signal(SIGSEGV, SIG_DFL);
	setrlimit(RLIMIT_CORE, &none);
	*nowhere = 1;
	return 0;
}

static void own_fault_is_its_own(void **state)
{
	struct watched watched;
	const struct axe_process *record;
	pid_t pid;

	watched_begin(&watched);
	pid = watched_run(&watched, fault, NULL);
	record = watched_exit(&watched, pid);
	assert_int_equal(record->exit_code & 0x7f, SIGSEGV);
	assert_int_equal(record->signal.signal, SIGSEGV);
	assert_int_equal(record->signal.origin, AXE_SENDER_SELF);
	assert_int_equal(record->signal.process.tgid, pid);
	assert_int_equal(watched_count(&watched, AXE_EVENT_SIGNAL), 0);
	watched_end(&watched);
}

/* Rung from an interrupt, while somebody else may be running. */
static int sleep_until_own_alarm(void *data)
{
	const struct itimerval soon = { .it_value = { .tv_usec = 20000 } };

	setitimer(ITIMER_REAL, &soon, NULL);
	return wait_for_ever(NULL);
}

static void own_alarm_names_no_bystander(void **state)
{
	struct watched watched;
	const struct axe_process *record;
	pid_t pid;

	watched_begin(&watched);
	pid = watched_run(&watched, sleep_until_own_alarm, NULL);
	record = watched_exit(&watched, pid);
	assert_int_equal(record->exit_code, SIGALRM);
	assert_int_equal(record->signal.origin, AXE_SENDER_SELF);
	assert_int_equal(record->signal.process.tgid, pid);
	watched_end(&watched);
}

static int wait_out_children(void *data)
{
	if (fork() == 0)
		_exit(0);
	raise(SIGCONT);
	return wait(NULL) > 0 ? 0 : 1;
}

static void harmless_signals_are_not_recorded(void **state)
{
	struct watched watched;
	pid_t pid;

	watched_begin(&watched);
	pid = watched_run(&watched, wait_out_children, NULL);
	assert_int_equal(watched_exit(&watched, pid)->signal.origin, AXE_SENDER_NONE);
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
		cmocka_unit_test(own_fault_is_its_own),
		cmocka_unit_test(own_alarm_names_no_bystander),
		cmocka_unit_test(harmless_signals_are_not_recorded),
	};

	require_root();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
