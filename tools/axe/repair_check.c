/* Asking the supervisor's program whether something is still as a job left it. */
#include "axe/repair_check.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/json.h"
#include "libaxe/supervisor_locate.h"

extern char **environ;

/* Its input and output are files in memory: nobody waits for a pipe that is full. */
static int run(const char *path, int input, int output, struct error *error)
{
	char *const words[] = { (char *)"axed", (char *)"--check-residue", NULL };
	posix_spawn_file_actions_t actions;
	int code, status;
	pid_t pid;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
	posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
	code = posix_spawn(&pid, path, &actions, NULL, words, environ);
	posix_spawn_file_actions_destroy(&actions);
	if (code)
		return fail(error, code, "start `%s`", path);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return fail(error, errno, "wait for `%s`", path);
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		return fail_plain(error, EIO, "`%s` could not look at the host", path);
	return 0;
}

static int open_memory(const char *name)
{
	return memfd_create(name, MFD_CLOEXEC);
}

int repair_check(const json_t *findings, json_t **ret_states, struct error *error)
{
	auto_fd input = open_memory("findings"), output = open_memory("states");
	auto_json states = NULL;
	char path[PATH_MAX];
	int code = supervisor_locate(path, error);

	if (code < 0)
		return code;
	if (input < 0 || output < 0 || json_dumpfd(findings, input, JSON_COMPACT) < 0)
		return fail(error, ENOMEM, "hand the findings over");
	lseek(input, 0, SEEK_SET);
	code = run(path, input, output, error);
	if (code < 0)
		return code;
	lseek(output, 0, SEEK_SET);
	states = json_loadfd(output, 0, NULL);
	if (json_array_size(states) != json_array_size(findings))
		return fail_plain(error, EBADMSG, "`%s` did not answer", path);
	*ret_states = json_incref(states);
	return 0;
}
