/* What members had in hand, and what is told of it: each way of looking must tell it alike. */
#pragma once

#include "kernel/survey/frozen_stage.h"
#include "support/mounts.h"

static inline int frozen_stage_half(void *data)
{
	struct frozen_stage *stage = data;
	int fd = open(stage->path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	if (ftruncate(fd, 100) < 0 || write(fd, "0123456789", 10) != 10)
		return 1;
	return frozen_stage_wait(stage);
}

static inline int frozen_stage_transaction(void *data)
{
	struct frozen_stage *stage = data;
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	int fd = open(stage->path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	if (fcntl(fd, F_SETLK, &lock) < 0 || pwrite(fd, "0123456789", 10, 0) != 10)
		return 1;
	return frozen_stage_wait(stage);
}

static inline int frozen_stage_map(void *data)
{
	struct frozen_stage *stage = data;
	int fd = open(stage->path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	char *memory;

	if (ftruncate(fd, 8192) < 0)
		return 1;
	memory = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (memory == MAP_FAILED)
		return 1;
	memory[0] = 1;
	close(fd);
	return frozen_stage_wait(stage);
}

static inline int frozen_stage_trace(void *data)
{
	struct frozen_stage *stage = data;

	return ptrace(PTRACE_SEIZE, stage->outsider, NULL, NULL) < 0 ? 1 : frozen_stage_wait(stage);
}

/* What every program has: an appended log, a file that is read, a private memory of one. */
static inline int frozen_stage_harmless(void *data)
{
	struct frozen_stage *stage = data;
	int log = open(stage->path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	int program = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	int gone = open(stage->folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	char byte;

	if (write(log, "line\n", 5) != 5 || read(program, &byte, 1) != 1 || gone < 0 ||
		write(gone, "half", 4) != 4 ||
		mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE, program, 0) == MAP_FAILED)
		return 1;
	return frozen_stage_wait(stage);
}

static inline void frozen_story_half_written(frozen_scan *scan, void *scanner)
{
	struct frozen_stage stage;
	pid_t pid;
	json_t *row;

	frozen_stage_begin(&stage, scan, scanner);
	pid = frozen_stage_spawn(&stage, frozen_stage_half);
	row = frozen_stage_judge(&stage, frozen_stage_terminate(&stage, &pid, 1));
	frozen_stage_assert(row, "torn_file", stage.path, "possible");
	assert_int_equal(json_integer_value(json_object_get(row, "pid")), pid);
	assert_non_null(
		strstr(json_string_value(json_object_get(row, "evidence")), "byte 10 of 100"));
	json_decref(row);
	frozen_stage_end(&stage);
}

static inline void frozen_story_transaction(frozen_scan *scan, void *scanner)
{
	struct frozen_stage stage;
	pid_t pid;
	json_t *row;

	frozen_stage_begin(&stage, scan, scanner);
	pid = frozen_stage_spawn(&stage, frozen_stage_transaction);
	row = frozen_stage_judge(&stage, frozen_stage_terminate(&stage, &pid, 1));
	frozen_stage_assert(row, "interrupted_transaction", stage.path, "likely");
	json_decref(row);
	frozen_stage_end(&stage);
}

/* What could not be looked at is counted, never taken for nothing. */
static inline void frozen_stage_assert_maps_unseen(
	const struct frozen_picture *picture, json_int_t count)
{
	json_t *json = frozen_picture_json(picture, 100);

	assert_int_equal(json_integer_value(json_object_get(json, "maps_unseen")), count);
	json_decref(json);
}

static inline void frozen_story_map(frozen_scan *scan, void *scanner)
{
	const bool walked = !scan || kernel_walks_memory();
	struct frozen_stage stage;
	struct frozen_picture *picture;
	pid_t pid;
	json_t *row;

	frozen_stage_begin(&stage, scan, scanner);
	pid = frozen_stage_spawn(&stage, frozen_stage_map);
	picture = frozen_stage_terminate(&stage, &pid, 1);
	frozen_stage_assert_maps_unseen(picture, walked ? 0 : 1);
	row = frozen_stage_judge(&stage, picture);
	if (walked)
		frozen_stage_assert(row, "shared_map", stage.path, "possible");
	else
		assert_null(row);
	json_decref(row);
	frozen_stage_end(&stage);
	if (!walked)
		skip_case("this kernel lets no program walk through memory");
}

static inline void frozen_story_traced(frozen_scan *scan, void *scanner)
{
	struct frozen_stage stage;
	pid_t pid;
	json_t *row;

	frozen_stage_begin(&stage, scan, scanner);
	stage.outsider = fork();
	assert_true(stage.outsider >= 0);
	if (stage.outsider == 0)
		for (;;)
			pause();
	pid = frozen_stage_spawn(&stage, frozen_stage_trace);
	row = frozen_stage_judge(&stage, frozen_stage_terminate(&stage, &pid, 1));
	kill(stage.outsider, SIGKILL);
	assert_int_equal(waitpid(stage.outsider, NULL, 0), stage.outsider);
	assert_non_null(row);
	assert_string_equal(json_string_value(json_object_get(row, "kind")), "traced");
	assert_int_equal(json_integer_value(json_object_get(row, "pid")), pid);
	json_decref(row);
	frozen_stage_end(&stage);
}

/* Kernels before 6.17 do not say which connection a descriptor serves. */
static inline void frozen_story_fuse(frozen_scan *scan, void *scanner)
{
	struct frozen_stage stage;
	struct mute_fuse fuse;
	char pid[16];
	json_t *row;

	/* So that the mount goes with the test, however that ends. */
	if (mounts_leave_host("/var/tmp") < 0 || mute_fuse_create(&fuse) < 0)
		skip_case("no FUSE here");
	frozen_stage_begin(&stage, scan, scanner);
	snprintf(pid, sizeof(pid), "%d", fuse.server);
	assert_int_equal(bpf_group_write(&stage.group, "cgroup.procs", pid), 0);
	row = frozen_stage_judge(&stage, frozen_stage_terminate(&stage, &fuse.server, 1));
	fuse.server = 0;
	if (row)
		frozen_stage_assert(row, "fuse_server", fuse.mount, "proved");
	json_decref(row);
	mute_fuse_destroy(&fuse);
	frozen_stage_end(&stage);
	if (!row)
		skip_case("this kernel does not tell which file system a FUSE server serves");
}

static inline void frozen_story_harmless(frozen_scan *scan, void *scanner)
{
	struct frozen_stage stage;
	struct frozen_picture *picture;
	pid_t pids[5];
	json_t *json, *row;

	frozen_stage_begin(&stage, scan, scanner);
	for (int i = 0; i < 5; i++)
		pids[i] = frozen_stage_spawn(&stage, frozen_stage_harmless);
	picture = frozen_stage_terminate(&stage, pids, 5);
	json = frozen_picture_json(picture, 100);
	assert_int_equal(json_array_size(json_object_get(json, "processes")), 5);
	assert_false(json_is_true(json_object_get(json, "partial")));
	json_decref(json);
	frozen_stage_assert_maps_unseen(picture, scan && !kernel_walks_memory() ? 5 : 0);
	row = frozen_stage_judge(&stage, picture);
	assert_null(row);
	frozen_stage_end(&stage);
}

static inline int frozen_stage_idle(void *data)
{
	return frozen_stage_wait(data);
}

static inline int frozen_stage_ended(void *data)
{
	const struct frozen_stage *stage = data;

	return write(stage->ready[1], "", 1) != 1;
}

/* Of more living than the kernel half asks the group for, so that it goes over all tasks. */
#define FROZEN_STAGE_MANY 66

/* Who has ended is not there, though nobody has reaped it: the group says so, too. */
static inline void frozen_story_ended(frozen_scan *scan, void *scanner)
{
	struct frozen_stage stage;
	struct frozen_picture *picture;
	pid_t pids[FROZEN_STAGE_MANY + 1];
	siginfo_t ended;
	uint64_t count;

	frozen_stage_begin(&stage, scan, scanner);
	for (int i = 0; i < FROZEN_STAGE_MANY; i++)
		pids[i] = frozen_stage_spawn(&stage, frozen_stage_idle);
	pids[FROZEN_STAGE_MANY] = frozen_stage_spawn(&stage, frozen_stage_ended);
	assert_int_equal(
		waitid(P_PID, (id_t)pids[FROZEN_STAGE_MANY], &ended, WEXITED | WNOWAIT), 0);
	picture = frozen_stage_terminate(&stage, pids, FROZEN_STAGE_MANY + 1);
	assert_true(frozen_picture_count(picture, &count));
	assert_int_equal(count, FROZEN_STAGE_MANY);
	frozen_picture_destroy(picture);
	frozen_stage_end(&stage);
}

/* `way`: as the picture calls it. */
static inline void frozen_story_spent_budget(frozen_scan *scan, void *scanner, const char *way)
{
	struct frozen_stage stage;
	struct frozen_group group;
	struct frozen_picture *picture = NULL;
	pid_t pid;
	json_t *json;

	frozen_stage_begin(&stage, scan, scanner);
	pid = frozen_stage_spawn(&stage, frozen_stage_half);
	group = (struct frozen_group){ stage.group.path, stage.group.id, FROZEN_STAGE_LEVEL };
	assert_int_equal(
		frozen_picture_take(&stage.host, &group, 0, scan, scanner, &picture, NULL), 0);
	json = frozen_picture_json(picture, 100);
	assert_true(json_is_true(json_object_get(json, "partial")));
	assert_string_equal(
		json_string_value(json_object_get(json, "reason")), "the budget was spent");
	assert_string_equal(json_string_value(json_object_get(json, "way")), way);
	json_decref(json);
	frozen_picture_destroy(picture);
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	frozen_stage_end(&stage);
}
