/* A supervisor of one's own: a child that ends with its client. */
#include "libaxe/supervisor.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "base/error.h"
#include "libaxe/connection.h"
#include "libaxe/supervisor_locate.h"

#define ARGUMENTS_MAX 12

struct supervisor {
	struct connection *connection;
	pid_t pid; /* 0: reaped */
	int pidfd;
};

struct command {
	char private_fd[12], stdin_fd[12];
	const char *words[ARGUMENTS_MAX];
	unsigned count;
};

extern char **environ;

static void add_option(struct command *command, const char *name, const char *value)
{
	if (!value)
		return;
	command->words[command->count++] = name;
	command->words[command->count++] = value;
}

static void command_build(
	struct command *command, const struct supervisor_options *options, int private_fd)
{
	snprintf(command->private_fd, sizeof(command->private_fd), "%d", private_fd);
	snprintf(command->stdin_fd, sizeof(command->stdin_fd), "%d", options->stdin_fd);
	command->words[command->count++] = "axed";
	add_option(command, "--private", command->private_fd);
	add_option(command, "--stdin-fd", command->stdin_fd);
	add_option(command, "--state-dir", options->state_dir);
	add_option(command, "--cgroup-root", options->cgroup_root);
}

/* Signals as a program expects them, whatever the client blocks or ignores. */
static void reset_signals(posix_spawnattr_t *attributes)
{
	sigset_t none, all;

	sigemptyset(&none);
	sigfillset(&all);
	posix_spawnattr_setsigmask(attributes, &none);
	posix_spawnattr_setsigdefault(attributes, &all);
	posix_spawnattr_setflags(
		attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
}

/* A descriptor duplicated onto itself loses its CLOEXEC, in the child only. */
static void arrange_descriptors(
	posix_spawn_file_actions_t *actions, const struct supervisor_options *options, int fd)
{
	posix_spawn_file_actions_adddup2(actions, fd, fd);
	if (options->stdin_fd >= 0)
		posix_spawn_file_actions_adddup2(actions, options->stdin_fd, options->stdin_fd);
	posix_spawn_file_actions_addopen(actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
}

static int spawn_program(
	const char *path, const struct supervisor_options *options, int fd, pid_t *ret_pid)
{
	struct command command = { .count = 0 };
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	int code;

	posix_spawn_file_actions_init(&actions);
	posix_spawnattr_init(&attributes);
	reset_signals(&attributes);
	arrange_descriptors(&actions, options, fd);
	command_build(&command, options, fd);
	code = posix_spawn(
		ret_pid, path, &actions, &attributes, (char *const *)command.words, environ);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	return -code;
}

static int spawn(struct supervisor *supervisor, const struct supervisor_options *options,
	struct error *error)
{
	char path[PATH_MAX];
	int pair[2], code = supervisor_locate(path, error);

	if (code < 0)
		return code;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return fail(error, errno, "make a socket pair");
	code = spawn_program(path, options, pair[1], &supervisor->pid);
	close(pair[1]);
	if (code < 0) {
		close(pair[0]);
		return fail(error, -code, "start the supervisor `%s`", path);
	}
	/* Ours and not reaped: the pid cannot be another's yet. */
	supervisor->pidfd = pidfd_open(supervisor->pid, 0);
	return connection_adopt(pair[0], &supervisor->connection, error);
}

int supervisor_spawn(const struct supervisor_options *options, struct supervisor **ret_supervisor,
	struct error *error)
{
	auto_of(supervisor) struct supervisor *supervisor = calloc(1, sizeof(*supervisor));
	int code;

	if (!supervisor)
		return fail(error, ENOMEM, "start the supervisor");
	supervisor->pidfd = -1;
	code = spawn(supervisor, options, error);
	if (code < 0)
		return code;
	*ret_supervisor = take_pointer(supervisor);
	return 0;
}

struct connection *supervisor_connection(const struct supervisor *supervisor)
{
	return supervisor->connection;
}

int supervisor_signal(const struct supervisor *supervisor, int signal)
{
	return pidfd_send_signal(supervisor->pidfd, signal, NULL, 0) < 0 ? -errno : 0;
}

int supervisor_dismiss(struct supervisor *supervisor, uint64_t timeout_ns, int *ret_status)
{
	struct pollfd poller = { .fd = supervisor->pidfd, .events = POLLIN };
	int status, ready;

	connection_destroy(take_pointer(supervisor->connection));
	if (!supervisor->pid)
		return -ECHILD;
	do
		ready = poll(&poller, 1, (int)(timeout_ns / NS_PER_MS));
	while (ready < 0 && errno == EINTR);
	if (ready == 0)
		return -ETIMEDOUT;
	if (waitpid(supervisor->pid, &status, 0) < 0)
		return -errno;
	supervisor->pid = 0;
	if (ret_status)
		*ret_status = status;
	return 0;
}

void supervisor_destroy(struct supervisor *supervisor)
{
	if (!supervisor)
		return;
	connection_destroy(supervisor->connection);
	cleanup_fd(&supervisor->pidfd);
	free(supervisor);
}
