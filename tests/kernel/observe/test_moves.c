/* Processes that change their cgroup, live: nobody leaves or enters the book unseen. */
#include <dirent.h>
#include <sys/stat.h>

#include "support/require.h"
#include "watched.h"

struct trip {
	struct gate gate;
	struct gate arrived;
	const struct bpf_group *destination;
};

static int wait_at_gate(void *data)
{
	gate_wait(data);
	return 0;
}

/* Moves itself, forks a child there, and ends. */
static int move_and_fork(void *data)
{
	const struct trip *trip = data;

	if (bpf_group_write(trip->destination, "cgroup.procs", "0") < 0)
		return 1;
	if (fork() == 0)
		_exit(3);
	return wait(NULL) > 0 ? 0 : 2;
}

static void escape_to_the_parent_group_stays_in_the_book(void **state)
{
	struct watched watched;
	struct bpf_group parent;
	struct trip trip = { .destination = &parent };
	const struct axe_event_move *move;
	const struct axe_event_fork *child;
	pid_t pid;

	watched_begin(&watched);
	assert_int_equal(bpf_group_open(&parent, watched.groups.path), 0);
	pid = watched_spawn(&watched, move_and_fork, &trip);
	assert_int_equal(watched_reap(pid), 0);
	watched_settle(&watched);

	move = watched_find(&watched, AXE_EVENT_MOVE, pid, 0);
	assert_non_null(move);
	assert_int_equal(move->escaped, 1);
	assert_int_equal(move->hierarchy, 0);
	assert_int_equal(move->cgroup_id, parent.id);
	assert_true(watched_exit(&watched, pid)->flags & AXE_PROCESS_ESCAPED);

	child = watched_find(&watched, AXE_EVENT_FORK, 0, 1);
	assert_non_null(child);
	assert_true(child->flags & AXE_PROCESS_ESCAPED);
	assert_int_equal(
		watched_exit(&watched, (pid_t)child->head.process.tgid)->exit_code, 3 << 8);
	assert_int_equal(watched_counters(&watched)->escapes, 2);
	assert_int_equal(watched_counters(&watched)->forks, 2);
	watched_assert_at_rest(&watched);
	bpf_group_close(&parent);
	watched_end(&watched);
}

static void move_to_a_group_below_is_no_escape(void **state)
{
	struct watched watched;
	struct bpf_group below;
	struct trip trip = { .destination = &below };
	const struct axe_event_move *move;
	pid_t pid;

	watched_begin(&watched);
	assert_int_equal(bpf_group_create(&below, watched.group.path, "below"), 0);
	pid = watched_run(&watched, move_and_fork, &trip);

	move = watched_find(&watched, AXE_EVENT_MOVE, pid, 0);
	assert_non_null(move);
	assert_int_equal(move->escaped, 0);
	assert_int_equal(watched_counters(&watched)->escapes, 0);
	watched_assert_at_rest(&watched);
	bpf_group_close(&below);
	watched_end(&watched);
}

static void process_moved_in_joins_and_its_children_are_born_to_it(void **state)
{
	struct watched watched;
	struct trip trip = { .destination = &watched.group };
	const struct axe_event_fork *join, *child;
	const struct axe_slot *slot;
	pid_t pid;

	watched_begin(&watched);
	slot = watched_counters(&watched);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		_exit(move_and_fork(&trip));
	assert_int_equal(watched_reap(pid), 0);
	watched_settle(&watched);

	join = watched_find(&watched, AXE_EVENT_FORK, pid, 0);
	assert_non_null(join);
	assert_int_equal(join->flags, AXE_PROCESS_JOINED);
	assert_int_equal(join->parent.tgid, getpid());
	child = watched_find(&watched, AXE_EVENT_FORK, 0, 1);
	assert_int_equal(child->flags, 0);
	assert_int_equal(child->parent.tgid, pid);
	assert_int_equal(slot->joins, 1);
	assert_int_equal(slot->forks, 1);
	assert_int_equal(slot->exits, 2);
	watched_end(&watched);
}

static void first_born_is_the_root_though_another_joined_before(void **state)
{
	struct watched watched;
	struct gate gate;
	char text[16];
	pid_t joined, born;

	watched_begin(&watched);
	gate_open(&gate);
	joined = fork();
	assert_true(joined >= 0);
	if (joined == 0)
		_exit(wait_at_gate(&gate));
	snprintf(text, sizeof(text), "%d", joined);
	assert_int_equal(bpf_group_write(&watched.group, "cgroup.procs", text), 0);
	born = watched_spawn(&watched, wait_at_gate, &gate);
	gate_let(&gate);
	gate_let(&gate);
	watched_reap(joined);
	watched_reap(born);
	watched_settle(&watched);

	assert_true(watched_exit(&watched, born)->flags & AXE_PROCESS_ROOT);
	assert_false(watched_exit(&watched, joined)->flags & AXE_PROCESS_ROOT);
	watched_assert_at_rest(&watched);
	gate_close(&gate);
	watched_end(&watched);
}

static void zombie_that_is_moved_in_is_not_counted(void **state)
{
	struct watched watched;
	siginfo_t information;
	char text[16];
	pid_t pid;

	watched_begin(&watched);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		_exit(0);
	assert_int_equal(waitid(P_PID, (id_t)pid, &information, WEXITED | WNOWAIT), 0);
	snprintf(text, sizeof(text), "%d", pid);
	bpf_group_write(&watched.group, "cgroup.procs", text); /* may be refused, too */
	watched_reap(pid);
	watched_drain(&watched);
	assert_int_equal(watched_counters(&watched)->joins, 0);
	watched_end(&watched);
}

/* A v1 hierarchy that groups may be made in without further settings. */
static bool find_v1(const struct watched *watched, char path[static 256])
{
	static const char *const names[] = { "freezer", "pids", "cpuacct" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		snprintf(path, 256, "/sys/fs/cgroup/%s/%s", names[i], watched->groups.name);
		if (mkdir(path, 0755) == 0)
			return true;
	}
	return false;
}

static void move_in_a_v1_hierarchy_is_told_and_no_escape(void **state)
{
	struct watched watched;
	struct bpf_group legacy;
	struct trip trip = { .destination = &legacy };
	const struct axe_event_move *move;
	char path[256];
	pid_t pid;

	watched_begin(&watched);
	if (!find_v1(&watched, path)) {
		watched_end(&watched);
		skip_case("needs a v1 hierarchy");
	}
	assert_int_equal(bpf_group_open(&legacy, path), 0);
	pid = watched_run(&watched, move_and_fork, &trip);

	assert_int_equal(watched_exit(&watched, pid)->exit_code, 0);
	move = watched_find(&watched, AXE_EVENT_MOVE, pid, 0);
	assert_non_null(move);
	assert_int_equal(move->escaped, 0);
	assert_true(move->hierarchy > 0);
	assert_int_equal(watched_counters(&watched)->escapes, 0);
	watched_assert_at_rest(&watched);
	bpf_group_close(&legacy);
	watched_end(&watched);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(escape_to_the_parent_group_stays_in_the_book),
		cmocka_unit_test(move_to_a_group_below_is_no_escape),
		cmocka_unit_test(process_moved_in_joins_and_its_children_are_born_to_it),
		cmocka_unit_test(first_born_is_the_root_though_another_joined_before),
		cmocka_unit_test(zombie_that_is_moved_in_is_not_counted),
		cmocka_unit_test(move_in_a_v1_hierarchy_is_told_and_no_escape),
	};

	require_root();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
