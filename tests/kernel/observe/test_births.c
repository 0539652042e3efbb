/* Births, execs and ends of a watched group's processes, live. */
#include <fcntl.h>
#include <sched.h>
#include <sys/stat.h>

#include "watched.h"

static int end_at_once(void *data)
{
	return 0;
}

static int end_with_seven(void *data)
{
	return 7;
}

static int fork_three(void *data)
{
	for (int i = 0; i < 3; i++)
		if (fork() == 0)
			_exit(i);
	while (wait(NULL) > 0)
		continue;
	return 0;
}

static int exec_true(void *data)
{
	execl("/bin/true", "true", "first word", "", "last", NULL);
	return 99;
}

static void root_is_told_from_birth_to_end(void **state)
{
	struct watched watched;
	const struct axe_event_fork *born;
	const struct axe_process *record;
	char comm[AXE_COMM_SIZE];
	pid_t pid;

	watched_begin(&watched);
	pid = watched_run(&watched, end_with_seven, NULL);

	born = watched_find(&watched, AXE_EVENT_FORK, pid, 0);
	assert_non_null(born);
	assert_int_equal(born->flags, AXE_PROCESS_ROOT);
	assert_int_equal(born->parent.tgid, getpid());
	assert_string_equal(born->comm, watched_own_comm(comm));
	record = watched_exit(&watched, pid);
	assert_int_equal(record->exit_code, 7 << 8);
	assert_true(record->flags & AXE_PROCESS_ROOT);
	assert_true(record->exit_ns >= record->fork_ns);
	assert_int_equal(watched_counters(&watched)->root_exited, 1);
	assert_int_equal(watched_counters(&watched)->exits_failed, 1);
	watched_assert_at_rest(&watched);
	watched_end(&watched);
}

static void children_are_counted_with_their_parent(void **state)
{
	struct watched watched;
	const struct axe_slot *slot;
	const struct axe_event_fork *born;
	pid_t pid;

	watched_begin(&watched);
	pid = watched_run(&watched, fork_three, NULL);

	slot = watched_counters(&watched);
	assert_int_equal(slot->forks, 4);
	assert_int_equal(slot->exits, 4);
	assert_int_equal(slot->exits_failed, 2);
	assert_int_equal(slot->roots, 1);
	for (size_t i = 1; i < 4; i++) {
		born = watched_find(&watched, AXE_EVENT_FORK, 0, i);
		assert_int_equal(born->parent.tgid, pid);
		assert_int_equal(born->flags, 0);
	}
	watched_end(&watched);
}

static void exec_is_told_with_its_words(void **state)
{
	static const char words[] = "true\0first word\0\0last";
	struct watched watched;
	const struct axe_event_exec *exec;
	pid_t pid;

	watched_begin(&watched);
	pid = watched_run(&watched, exec_true, NULL);

	exec = watched_find(&watched, AXE_EVENT_EXEC, pid, 0);
	assert_non_null(exec);
	assert_int_equal(exec->argv_size, sizeof(words));
	assert_int_equal(exec->argv_captured, sizeof(words));
	assert_memory_equal(exec->argv, words, sizeof(words));
	assert_string_equal(exec->comm, "true");
	assert_string_equal(watched_exit(&watched, pid)->comm, "true");
	assert_true(watched_exit(&watched, pid)->flags & AXE_PROCESS_EXECED);
	assert_int_equal(watched_counters(&watched)->execs, 1);
	watched_end(&watched);
}

static int exec_with_long_word(void *data)
{
	char word[2000];

	memset(word, 'x', sizeof(word) - 1);
	word[sizeof(word) - 1] = '\0';
	execl("/bin/true", "true", word, NULL);
	return 99;
}

static void long_argv_is_cut_and_says_so(void **state)
{
	struct watched watched;
	const struct axe_event_exec *exec;
	pid_t pid;

	watched_begin(&watched);
	pid = watched_run(&watched, exec_with_long_word, NULL);

	exec = watched_find(&watched, AXE_EVENT_EXEC, pid, 0);
	assert_int_equal(exec->argv_size, 2005);
	assert_int_equal(exec->argv_captured, AXE_ARGV_SIZE);
	assert_int_equal(exec->argv[AXE_ARGV_SIZE - 1], 'x');
	watched_end(&watched);
}

static void processes_outside_are_nobodys(void **state)
{
	struct watched watched;
	pid_t pid;

	watched_begin(&watched);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		_exit(3);
	watched_reap(pid);

	assert_int_equal(probe_drain(watched.probe), 0);
	assert_int_equal(watched_counters(&watched)->forks, 0);
	assert_int_equal(watched_counters(&watched)->exits, 0);
	watched_end(&watched);
}

/* A job's own groups may be nested as deep as its programs like. */
static int fork_into(void *data)
{
	const struct bpf_group *group = data;
	pid_t pid = bpf_group_spawn(group, end_at_once, NULL);

	return pid > 0 && waitpid(pid, NULL, 0) == pid ? 0 : 1;
}

static void child_born_in_a_group_below_is_no_escape(void **state)
{
	struct watched watched;
	struct bpf_group below;
	pid_t pid;

	watched_begin(&watched);
	assert_int_equal(bpf_group_create(&below, watched.group.path, "below"), 0);
	pid = watched_run(&watched, fork_into, &below);

	assert_int_equal(watched_exit(&watched, pid)->exit_code, 0);
	assert_int_equal(watched_counters(&watched)->forks, 2);
	assert_int_equal(watched_counters(&watched)->exits, 2);
	assert_int_equal(watched_counters(&watched)->escapes, 0);
	bpf_group_close(&below);
	watched_end(&watched);
}

static void child_born_outside_stays_in_the_book_as_escaped(void **state)
{
	struct watched watched;
	struct bpf_group outside;
	const struct axe_event_fork *born;

	watched_begin(&watched);
	assert_int_equal(bpf_group_create(&outside, watched.groups.path, "outside"), 0);
	watched_run(&watched, fork_into, &outside);

	born = watched_find(&watched, AXE_EVENT_FORK, 0, 1);
	assert_non_null(born);
	assert_true(born->flags & AXE_PROCESS_ESCAPED);
	assert_int_equal(watched_counters(&watched)->escapes, 1);
	assert_int_equal(watched_counters(&watched)->exits, 2);
	bpf_group_close(&outside);
	watched_end(&watched);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(root_is_told_from_birth_to_end),
		cmocka_unit_test(children_are_counted_with_their_parent),
		cmocka_unit_test(exec_is_told_with_its_words),
		cmocka_unit_test(long_argv_is_cut_and_says_so),
		cmocka_unit_test(processes_outside_are_nobodys),
		cmocka_unit_test(child_born_in_a_group_below_is_no_escape),
		cmocka_unit_test(child_born_outside_stays_in_the_book_as_escaped),
	};

	require_root();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
