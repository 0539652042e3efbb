/* The reference: what the kernel itself needs, with nothing of axe around it. */
#include "bench/bare.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "bench/bare_group.h"
#include "bench/series.h"

struct bare {
	char path[256];
	int top; /* the group's directory */
};

int bare_create(struct bare **ret_bare, struct error *error)
{
	auto_of(bare) struct bare *bare = calloc(1, sizeof(*bare));
	char mount[128];
	int code = bare_group_mount(mount, sizeof(mount));

	if (!bare)
		return fail(error, ENOMEM, "make a group");
	bare->top = -1;
	if (code < 0)
		return fail(error, -code, "find the cgroup v2 tree");
	snprintf(bare->path, sizeof(bare->path), "%s/axe-bench-%d", mount, getpid());
	if (mkdir(bare->path, 0755) < 0) {
		code = fail(error, errno, "make the group `%s`", bare->path);
		*bare->path = '\0';
		return code;
	}
	bare->top = open(bare->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (bare->top < 0)
		return fail(error, errno, "open the group `%s`", bare->path);
	*ret_bare = take_pointer(bare);
	return 0;
}

/* What a measurement that failed left: whose processes end here, and whose groups go. */
static void empty(struct bare *bare)
{
	struct error ignored = { 0 };
	struct dirent *entry;
	DIR *folder = fdopendir(bare->top);

	file_write_text_at(bare->top, "cgroup.kill", "1", &ignored);
	while (folder && (entry = readdir(folder)))
		if (entry->d_type == DT_DIR && *entry->d_name != '.')
			while (unlinkat(bare->top, entry->d_name, AT_REMOVEDIR) < 0 &&
				errno == EBUSY)
				;
	if (folder)
		closedir(folder);
}

void bare_destroy(struct bare *bare)
{
	if (!bare)
		return;
	if (bare->top >= 0)
		empty(bare);
	if (*bare->path)
		rmdir(bare->path);
	free(bare);
}

/* Run this program's load in the group with its stdout in a pipe. */
static pid_t start_load(const struct bare_group *group, const char *what, unsigned count,
	const unsigned *files, int *ret_output)
{
	char number[16], more[16] = "";
	int ends[2];
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -1;
	snprintf(number, sizeof(number), "%u", count);
	if (files)
		snprintf(more, sizeof(more), "%u", *files);
	pid = bare_group_clone(group);
	if (pid == 0) {
		/* As a supervised one has: to leave a session of their own costs all of them. */
		setsid();
		dup2(ends[1], STDOUT_FILENO);
		execl("/proc/self/exe", "axe-bench", "--load", what, number, files ? more : NULL,
			(char *)NULL);
		_exit(127);
	}
	close(ends[1]);
	*ret_output = ends[0];
	return pid;
}

static void reap_all(void)
{
	while (waitpid(-1, NULL, 0) > 0 || errno == EINTR)
		;
}

/* What a child of the bench measures: it alone reaps, among nothing but what it started. */
struct task {
	int (*run)(const struct bare *bare, const struct task *task, double *ret_ms);
	unsigned count;
	unsigned parallel;
	unsigned files;
	bool freezes;
	enum bare_wait wait;
};

static int open_watched(const struct bare *bare, const char *name, struct bare_group *ret_group)
{
	int code = bare_group_open(bare->top, name, ret_group);

	return code < 0 ? code : bare_group_watch(ret_group);
}

static int strike(const struct bare_group *group, const struct task *task)
{
	struct error ignored = { 0 };
	int code = 0;

	if (task->freezes) {
		code = file_write_text_at(group->directory, "cgroup.freeze", "1", &ignored);
		if (code < 0)
			return code;
		bare_group_await(group, "frozen 1", task->wait);
	}
	code = file_write_text_at(group->directory, "cgroup.kill", "1", &ignored);
	if (code == 0)
		bare_group_await(group, "populated 0", task->wait);
	return code;
}

static int terminate(const struct bare *bare, const struct task *task, double *ret_ms)
{
	struct bare_group group;
	int code = open_watched(bare, "sleepers", &group), output = -1;
	char ready;
	double begin;

	if (code < 0)
		return code;
	if (start_load(&group, "sleepers", task->count, &task->files, &output) < 0 ||
		read(output, &ready, 1) != 1)
		return -EIO;
	begin = bench_now_ms();
	code = strike(&group, task);
	*ret_ms = bench_now_ms() - begin;
	close(output);
	reap_all();
	return code < 0 ? code : bare_group_close(bare->top, "sleepers", &group);
}

static int one_round(const struct bare *bare, const char *name)
{
	struct bare_group group;
	int code = bare_group_open(bare->top, name, &group), status;
	pid_t pid;

	if (code < 0)
		return code;
	pid = bare_group_clone(&group);
	if (pid == 0) {
		execl("/bin/true", "true", (char *)NULL);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) < 0 || status)
		return -EIO;
	return bare_group_close(bare->top, name, &group);
}

static int rounds(const struct bare *bare, unsigned count)
{
	char name[32];
	int code = 0;

	snprintf(name, sizeof(name), "round-%d", getpid());
	for (unsigned number = 0; code == 0 && number < count; number++)
		code = one_round(bare, name);
	return code;
}

static int all_rounds(const struct bare *bare, const struct task *task, double *ret_ms)
{
	double begin = bench_now_ms();
	int status, failed = 0;

	for (unsigned process = 0; process < task->parallel; process++) {
		pid_t pid = fork();

		if (pid == 0)
			_exit(rounds(bare, task->count / task->parallel) < 0);
		failed |= pid < 0;
	}
	while (waitpid(-1, &status, 0) > 0)
		failed |= status;
	*ret_ms = (bench_now_ms() - begin) / task->count;
	return failed ? -EIO : 0;
}

static int forks(const struct bare *bare, const struct task *task, double *ret_ms)
{
	struct bare_group group;
	char text[32] = "";
	int code = open_watched(bare, "forks", &group), output = -1;

	if (code < 0)
		return code;
	if (start_load(&group, "forks", task->count, NULL, &output) < 0 ||
		read(output, text, sizeof(text) - 1) <= 0)
		return -EIO;
	close(output);
	reap_all();
	bare_group_await(&group, "populated 0", BARE_SPIN);
	*ret_ms = atof(text) / 1e6;
	return bare_group_close(bare->top, "forks", &group);
}

static _Noreturn void run_task(const struct bare *bare, const struct task *task, int answer)
{
	double ms = 0;
	bool done;

	/* Orphans of what is killed come here, to be reaped. */
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_TIMERSLACK, 1);
	done = task->run(bare, task, &ms) == 0 && write(answer, &ms, sizeof(ms)) == sizeof(ms);
	_exit(done ? 0 : 1);
}

static int measure(struct bare *bare, const struct task *task, double *ret_ms, struct error *error)
{
	ssize_t got;
	int ends[2];
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return fail(error, errno, "make a pipe");
	pid = fork();
	if (pid == 0)
		run_task(bare, task, ends[1]);
	close(ends[1]);
	got = read(ends[0], ret_ms, sizeof(*ret_ms));
	close(ends[0]);
	if (pid > 0)
		waitpid(pid, NULL, 0);
	return got == sizeof(*ret_ms)
		       ? 0
		       : fail_plain(error, EIO, "the reference could not be measured");
}

int bare_terminate(struct bare *bare, struct crowd crowd, enum bare_wait wait, double *ret_ms,
	struct error *error)
{
	struct task task = { .run = terminate,
		.count = crowd.processes,
		.files = crowd.files,
		.freezes = true,
		.wait = wait };

	return measure(bare, &task, ret_ms, error);
}

int bare_kill(struct bare *bare, struct crowd crowd, enum bare_wait wait, double *ret_ms,
	struct error *error)
{
	struct task task = {
		.run = terminate, .count = crowd.processes, .files = crowd.files, .wait = wait
	};

	return measure(bare, &task, ret_ms, error);
}

int bare_rounds(
	struct bare *bare, unsigned count, unsigned parallel, double *ret_ms, struct error *error)
{
	struct task task = { .run = all_rounds, .count = count, .parallel = parallel };

	return measure(bare, &task, ret_ms, error);
}

int bare_forks(struct bare *bare, unsigned count, double *ret_ms, struct error *error)
{
	return measure(bare, &(struct task){ .run = forks, .count = count }, ret_ms, error);
}
