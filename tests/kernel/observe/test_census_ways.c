/* Which of its two ways the kernel looks at a group, and that neither leaves somebody out. */
#include "looked_at.h"

#include <pthread.h>
#include <sys/resource.h>

static int hold_too_many(void *data)
{
	struct stage *stage = data;

	if (setrlimit(RLIMIT_NOFILE, &(struct rlimit){ 5000, 5000 }) < 0)
		return 1;
	for (int i = 0; i < 4000; i++)
		if (open(stage->path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600) < 0)
			return 1;
	return wait_here(stage);
}

static void process_with_more_open_than_there_is_room_for_is_no_quiet_loss(void **state)
{
	struct stage stage;
	pid_t pid;

	begin(&stage, state);
	pid = spawn(&stage, hold_too_many);
	look(&stage, 20 * NS_PER_SEC);
	assert_int_equal(stage.code, -ENOBUFS);
	assert_in_range(stage.count, 1, 4000);
	finish(pid);
	end(&stage);
}

static int idle(void *data)
{
	return wait_here(data);
}

static void expect_one_more_pass(struct stage *stage, bool expected)
{
	uint64_t before = census_passes(stage->census);

	look(stage, 20 * NS_PER_SEC);
	assert_int_equal(stage->code, 0);
	assert_int_equal(census_passes(stage->census) - before,
		expected || !kernel_has("bpf_iter_css_task_new"));
}

static void small_group_that_traces_nobody_needs_no_pass_through_all_tasks(void **state)
{
	struct stage stage;
	pid_t pids[70];

	begin(&stage, state);
	for (int i = 0; i < 60; i++)
		pids[i] = spawn(&stage, idle);
	expect_one_more_pass(&stage, stage.way == WAY_ALL);
	for (int i = 60; i < 70; i++)
		pids[i] = spawn(&stage, idle);
	expect_one_more_pass(&stage, true);
	assert_int_equal(stage.count, 70);
	for (int i = 0; i < 70; i++)
		finish(pids[i]);
	end(&stage);
}

/* As a job has its assessments below it, and they what their programs make. */
static void member_of_a_group_two_below_is_told_without_a_pass_through_all_tasks(void **state)
{
	struct stage stage;
	struct bpf_group below, deeper;
	pid_t above, pid;

	begin(&stage, state);
	assert_int_equal(bpf_group_create(&below, stage.group.path, "one"), 0);
	assert_int_equal(bpf_group_create(&deeper, below.path, "two"), 0);
	above = spawn(&stage, idle);
	pid = spawn_in(&stage, &deeper, idle);
	expect_one_more_pass(&stage, stage.way == WAY_ALL);
	assert_int_equal(stage.count, 2);
	assert_non_null(find(&stage, AXE_FROZEN_PROCESS, above, 0));
	assert_non_null(find(&stage, AXE_FROZEN_PROCESS, pid, 0));
	finish(above);
	finish(pid);
	bpf_group_close(&deeper);
	bpf_group_close(&below);
	end(&stage);
}

static void *outlive_the_leader(void *data)
{
	struct stage *stage = data;
	char state[64] = "";

	/* Its own table of descriptors: the leader's goes with the leader. */
	while (!strstr(state, ") Z")) {
		auto_fd stat = open("/proc/self/stat", O_RDONLY | O_CLOEXEC);

		if (read(stat, state, sizeof(state) - 1) < 0)
			_exit(1);
	}
	open(stage->path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	_exit(wait_here(stage));
}

static int leave_a_thread(void *data)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, outlive_the_leader, data) != 0)
		return 1;
	pthread_exit(NULL);
}

static void thread_that_outlives_its_leader_is_told(void **state)
{
	struct stage stage;
	const struct axe_frozen_file *file;
	pid_t pid;

	begin(&stage, state);
	pid = spawn(&stage, leave_a_thread);
	look(&stage, 20 * NS_PER_SEC);
	assert_int_equal(stage.code, 0);
	assert_non_null(find(&stage, AXE_FROZEN_PROCESS, pid, 0));
	file = find(&stage, AXE_FROZEN_FILE, pid, 0);
	assert_non_null(file);
	assert_int_equal(file->marks, AXE_FROZEN_WRITES | AXE_FROZEN_BY_THREAD);
	finish(pid);
	end(&stage);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BOTH_WAYS(process_with_more_open_than_there_is_room_for_is_no_quiet_loss),
		BOTH_WAYS(small_group_that_traces_nobody_needs_no_pass_through_all_tasks),
		BOTH_WAYS(member_of_a_group_two_below_is_told_without_a_pass_through_all_tasks),
		BOTH_WAYS(thread_that_outlives_its_leader_is_told),
	};

	require_root();
	/* A runner's log, and what else was handed down: the stories are of what a member opens. */
	close_range(3, ~0U, 0);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
