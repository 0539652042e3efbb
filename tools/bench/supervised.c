/* The supervisor under measurement: a daemon of the bench's own, in a folder of its own. */
#include "bench/supervised.h"

#include <errno.h>
#include <ftw.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "bench/series.h"
#include "libaxe/connection.h"
#include "libaxe/supervisor_locate.h"

#define START_MOST_NS  (10 * NS_PER_SEC)
#define ANSWER_MOST_NS (120 * NS_PER_SEC)
#define RETRY_NS       1000000
#define REST_MS        1200.0 /* it looks at what is behind it each second */
#define REST_MOST_MS   20000.0

struct supervised {
	char folder[64];
	char socket[96];
	pid_t pid;
};

static void pause_briefly(void)
{
	nanosleep(&(struct timespec){ .tv_nsec = RETRY_NS }, NULL);
}

static void run_axed(const struct supervised *supervised, const char *program)
{
	char log[96];

	snprintf(log, sizeof(log), "%s/log", supervised->folder);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (freopen(log, "w", stderr))
		execl(program, "axed", "--foreground", "--socket", supervised->socket,
			"--state-dir", supervised->folder, "--on-stop", "terminate", (char *)NULL);
	_exit(127);
}

/* It answers before it takes the job apart, and takes no other call in between. */
int supervised_settle(const struct supervised *supervised, struct error *error)
{
	auto_of(connection) struct connection *connection = NULL;
	auto_reply reply = { 0 };
	int code = connection_open(supervised->socket, &connection, error);

	if (code < 0)
		return code;
	return connection_call(connection, "ListJobs", NULL, ANSWER_MOST_NS, &reply, error);
}

static uint64_t processor_ns(const struct supervised *supervised)
{
	struct timespec used = { 0 };
	clockid_t clock;

	if (supervised->pid > 0 && clock_getcpuclockid(supervised->pid, &clock) == 0)
		clock_gettime(clock, &used);
	return (uint64_t)used.tv_sec * NS_PER_SEC + (uint64_t)used.tv_nsec;
}

int supervised_rest(const struct supervised *supervised, struct error *error)
{
	double begin = bench_now_ms(), since = begin;
	uint64_t used = processor_ns(supervised);

	while (bench_now_ms() - since < REST_MS) {
		if (bench_now_ms() - begin > REST_MOST_MS)
			return fail_plain(error, ETIMEDOUT, "axed does not come to rest");
		pause_briefly();
		if (processor_ns(supervised) == used)
			continue;
		used = processor_ns(supervised);
		since = bench_now_ms();
	}
	return 0;
}

/* That it listens is not enough: it may be reading its store yet. */
static int await_answer(const struct supervised *supervised, struct error *error)
{
	double begin = bench_now_ms();
	struct error ignored = { 0 };

	while (bench_now_ms() - begin < (double)START_MOST_NS / 1e6) {
		if (supervised_settle(supervised, &ignored) == 0)
			return 0;
		if (waitpid(supervised->pid, NULL, WNOHANG) == supervised->pid)
			return fail_plain(error, ECHILD, "axed ended at once: see `%s/log`",
				supervised->folder);
		pause_briefly();
	}
	return fail_plain(error, ETIMEDOUT, "axed does not answer at `%s`", supervised->socket);
}

static int launch(struct supervised *supervised, struct error *error)
{
	char program[PATH_MAX];
	int code = supervisor_locate(program, error);

	if (code < 0)
		return code;
	supervised->pid = fork();
	if (supervised->pid == 0)
		run_axed(supervised, program);
	if (supervised->pid < 0)
		return fail(error, errno, "start axed");
	return await_answer(supervised, error);
}

int supervised_create(struct supervised **ret_supervised, struct error *error)
{
	auto_of(supervised) struct supervised *supervised = calloc(1, sizeof(*supervised));

	if (!supervised)
		return fail(error, ENOMEM, "make a folder");
	strcpy(supervised->folder, "/var/tmp/axe-bench-XXXXXX");
	if (!mkdtemp(supervised->folder)) {
		*supervised->folder = '\0';
		return fail(error, errno, "make a folder in `/var/tmp`");
	}
	snprintf(supervised->socket, sizeof(supervised->socket), "%s/socket", supervised->folder);
	*ret_supervised = take_pointer(supervised);
	return 0;
}

int supervised_start(struct supervised *supervised, struct error *error)
{
	return launch(supervised, error);
}

static void stop(struct supervised *supervised, int signal)
{
	kill(supervised->pid, signal);
	waitpid(supervised->pid, NULL, 0);
	supervised->pid = 0;
}

static int start_again(
	struct supervised *supervised, int signal, double *ret_ms, struct error *error)
{
	double begin;
	int code;

	stop(supervised, signal);
	begin = bench_now_ms();
	code = launch(supervised, error);
	*ret_ms = bench_now_ms() - begin;
	return code;
}

int supervised_restart(struct supervised *supervised, double *ret_ms, struct error *error)
{
	return start_again(supervised, SIGTERM, ret_ms, error);
}

int supervised_replace(struct supervised *supervised, double *ret_ms, struct error *error)
{
	return start_again(supervised, SIGKILL, ret_ms, error);
}

void supervised_stop(struct supervised *supervised)
{
	if (supervised->pid > 0)
		stop(supervised, SIGTERM);
}

static int remove_inside(const char *path, const struct stat *info, int type, struct FTW *position)
{
	return position->level ? remove(path) : 0;
}

void supervised_clear(struct supervised *supervised)
{
	supervised_stop(supervised);
	nftw(supervised->folder, remove_inside, 16, FTW_DEPTH | FTW_PHYS);
}

void supervised_destroy(struct supervised *supervised)
{
	if (!supervised)
		return;
	if (*supervised->folder) {
		supervised_clear(supervised);
		rmdir(supervised->folder);
	}
	free(supervised);
}

const char *supervised_socket(const struct supervised *supervised)
{
	return supervised->socket;
}

const char *supervised_folder(const struct supervised *supervised)
{
	return supervised->folder;
}

pid_t supervised_pid(const struct supervised *supervised)
{
	return supervised->pid;
}

double supervised_resident_mib(const struct supervised *supervised)
{
	char path[64], line[256];
	double kib = 0;
	FILE *status;

	snprintf(path, sizeof(path), "/proc/%d/status", supervised->pid);
	status = fopen(path, "re");
	if (!status)
		return 0;
	while (fgets(line, sizeof(line), status))
		if (strncmp(line, "VmRSS:", 6) == 0)
			kib = atof(line + 6);
	fclose(status);
	return kib / 1024;
}
