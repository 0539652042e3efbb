/* The pass through a group's processes and what they have open, inside the live kernel. */
#include "looked_at.h"

#include <sys/file.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

static int write_half(void *data)
{
	struct stage *stage = data;
	int fd = open(stage->path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	if (ftruncate(fd, 100) < 0 || write(fd, "0123456789", 10) != 10)
		return 1;
	return wait_here(stage);
}

static void half_written_file_is_told_with_position_and_size(void **state)
{
	struct stage stage;
	const struct axe_frozen_process *process;
	const struct axe_frozen_file *file;
	struct stat info;
	pid_t pid;

	begin(&stage, state);
	pid = spawn(&stage, write_half);
	look(&stage, 20 * NS_PER_SEC);
	assert_int_equal(stage.code, 0);
	process = find(&stage, AXE_FROZEN_PROCESS, pid, 0);
	assert_non_null(process);
	assert_int_equal(process->parent, getpid());
	assert_int_equal(process->tracer, 0);
	assert_true(process->files >= 3);
	assert_true(process->start_ns > 0);
	file = find(&stage, AXE_FROZEN_FILE, pid, 0);
	assert_non_null(file);
	assert_int_equal(stat(stage.path, &info), 0);
	assert_int_equal(file->inode, info.st_ino);
	assert_int_equal(file->position, 10);
	assert_int_equal(file->size, 100);
	assert_int_equal(file->links, 1);
	assert_true(file->marks & AXE_FROZEN_WRITES);
	assert_int_equal(file->flags & O_ACCMODE, O_RDWR);
	assert_null(find(&stage, AXE_FROZEN_PROCESS, getpid(), 0));
	finish(pid);
	end(&stage);
}

static int hold_lock(void *data)
{
	struct stage *stage = data;
	int fd = open(stage->path, O_RDONLY | O_CREAT | O_CLOEXEC, 0600);

	return flock(fd, LOCK_EX) < 0 ? 1 : wait_here(stage);
}

static void locked_file_is_told_though_it_is_only_read(void **state)
{
	struct stage stage;
	const struct axe_frozen_file *file;
	pid_t pid;

	begin(&stage, state);
	pid = spawn(&stage, hold_lock);
	look(&stage, 20 * NS_PER_SEC);
	file = find(&stage, AXE_FROZEN_FILE, pid, 0);
	assert_non_null(file);
	assert_true(file->marks & AXE_FROZEN_LOCKED);
	assert_false(file->marks & AXE_FROZEN_WRITES);
	finish(pid);
	end(&stage);
}

static int map_shared(void *data)
{
	struct stage *stage = data;
	int fd = open(stage->path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	if (ftruncate(fd, 8192) < 0 ||
		mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) == MAP_FAILED)
		return 1;
	close(fd);
	return wait_here(stage);
}

static void shared_map_is_told_though_its_file_was_closed(void **state)
{
	struct stage stage;
	const struct axe_frozen_process *process;
	const struct axe_frozen_map *map;
	struct stat info;
	pid_t pid;

	begin(&stage, state);
	pid = spawn(&stage, map_shared);
	look(&stage, 20 * NS_PER_SEC);
	process = find(&stage, AXE_FROZEN_PROCESS, pid, 0);
	assert_non_null(process);
	map = find(&stage, AXE_FROZEN_MAP, pid, 0);
	assert_int_equal((process->flags & AXE_FROZEN_MAPS_UNSEEN) == 0, kernel_walks_memory());
	if (process->flags & AXE_FROZEN_MAPS_UNSEEN) {
		assert_null(map);
	} else {
		assert_non_null(map);
		assert_int_equal(stat(stage.path, &info), 0);
		assert_int_equal(map->inode, info.st_ino);
		assert_int_equal(map->end - map->start, 8192);
		assert_null(find(&stage, AXE_FROZEN_MAP, pid, 1));
	}
	finish(pid);
	end(&stage);
	if (!kernel_walks_memory())
		skip_case("this kernel lets no program walk through memory");
}

static int listen_here(void *data)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct stage *stage = data;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	/* An abstract one, and one that does not listen. */
	if (bind(fd, (struct sockaddr *)&address, sizeof(address.sun_family)) < 0 ||
		listen(fd, 1) < 0 || socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0) < 0 ||
		open("/dev/kmsg", O_WRONLY | O_CLOEXEC) < 0)
		return 1;
	return wait_here(stage);
}

static void listening_socket_and_kernel_log_are_told(void **state)
{
	struct stage stage;
	const struct axe_frozen_file *socket, *device;
	pid_t pid;

	begin(&stage, state);
	pid = spawn(&stage, listen_here);
	look(&stage, 20 * NS_PER_SEC);
	socket = find(&stage, AXE_FROZEN_FILE, pid, 0);
	device = find(&stage, AXE_FROZEN_FILE, pid, 1);
	assert_non_null(socket);
	assert_int_equal(socket->marks, AXE_FROZEN_LISTENS);
	assert_non_null(device);
	assert_int_equal(device->special, 1 << 20 | 11);
	assert_int_equal(device->marks, AXE_FROZEN_DEVICE | AXE_FROZEN_WRITES);
	assert_null(find(&stage, AXE_FROZEN_FILE, pid, 2));
	finish(pid);
	end(&stage);
}

static int trace_outsider(void *data)
{
	struct stage *stage = data;

	if (ptrace(PTRACE_SEIZE, stage->outsider, NULL, NULL) < 0)
		return 1;
	return wait_here(stage);
}

static void outsider_traced_by_a_member_is_told(void **state)
{
	struct stage stage;
	const struct axe_frozen_traced *traced;
	pid_t pid;

	begin(&stage, state);
	stage.outsider = fork();
	assert_true(stage.outsider >= 0);
	if (stage.outsider == 0)
		for (;;)
			pause();
	pid = spawn(&stage, trace_outsider);
	look(&stage, 20 * NS_PER_SEC);
	traced = find(&stage, AXE_FROZEN_TRACED, stage.outsider, 0);
	assert_non_null(traced);
	assert_int_equal(traced->tracer, pid);
	assert_null(find(&stage, AXE_FROZEN_PROCESS, stage.outsider, 0));
	finish(pid);
	finish(stage.outsider);
	end(&stage);
}

static int hold_many(void *data)
{
	struct stage *stage = data;

	for (int i = 0; i < 200; i++)
		if (open(stage->path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600) < 0)
			return 1;
	return wait_here(stage);
}

static void every_process_and_every_file_comes(void **state)
{
	struct stage stage;
	pid_t pids[18];

	begin(&stage, state);
	for (int i = 0; i < 18; i++)
		pids[i] = spawn(&stage, hold_many);
	look(&stage, 20 * NS_PER_SEC);
	assert_int_equal(stage.code, 0);
	assert_int_equal(stage.count, 18 * 201);
	for (int i = 0; i < 18; i++) {
		assert_non_null(find(&stage, AXE_FROZEN_PROCESS, pids[i], 0));
		assert_non_null(find(&stage, AXE_FROZEN_FILE, pids[i], 199));
	}
	/* A pass that was stopped leaves nothing to the next. */
	look(&stage, 0);
	assert_int_equal(stage.code, -ETIME);
	assert_true(stage.count < 18 * 201);
	look(&stage, 20 * NS_PER_SEC);
	assert_int_equal(stage.count, 18 * 201);
	for (int i = 0; i < 18; i++)
		finish(pids[i]);
	end(&stage);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BOTH_WAYS(half_written_file_is_told_with_position_and_size),
		BOTH_WAYS(locked_file_is_told_though_it_is_only_read),
		BOTH_WAYS(shared_map_is_told_though_its_file_was_closed),
		BOTH_WAYS(listening_socket_and_kernel_log_are_told),
		BOTH_WAYS(outsider_traced_by_a_member_is_told),
		BOTH_WAYS(every_process_and_every_file_comes),
	};

	require_root();
	/* A runner's log, and what else was handed down: the stories are of what a member opens. */
	close_range(3, ~0U, 0);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
