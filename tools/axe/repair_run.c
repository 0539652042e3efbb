/* Running the command that puts one thing right, and writing down that it was run. */
#include "axe/repair_run.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "cli/job_folder.h"

#define WORDS_MAX 16

extern char **environ;

static int spawn(char *const *words, int said, pid_t *ret_pid)
{
	posix_spawn_file_actions_t actions;
	int code;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, said, STDOUT_FILENO);
	posix_spawn_file_actions_adddup2(&actions, said, STDERR_FILENO);
	code = posix_spawnp(ret_pid, words[0], &actions, NULL, words, environ);
	posix_spawn_file_actions_destroy(&actions);
	return -code;
}

static int judge(int status, int said, const char *name, struct error *error)
{
	char text[400];

	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	if (file_read_text(said, text, sizeof(text)) <= 0)
		return fail_plain(error, EIO, "`%s` failed, and did not say why", name);
	text[strcspn(text, "\n")] = '\0';
	return fail_plain(error, EIO, "%s", text);
}

int repair_run(const json_t *remedy, struct error *error)
{
	auto_fd said = memfd_create("said", MFD_CLOEXEC);
	char *words[WORDS_MAX + 1] = { NULL };
	int status, code;
	json_t *word;
	size_t index;
	pid_t pid;

	if (json_array_size(remedy) == 0 || json_array_size(remedy) > WORDS_MAX)
		return fail_plain(error, EINVAL, "there is no command to run");
	json_array_foreach ((json_t *)remedy, index, word)
		words[index] = (char *)json_string_value(word);
	if (!words[0] || said < 0)
		return fail_plain(error, EINVAL, "there is no command to run");
	code = spawn(words, said, &pid);
	if (code < 0)
		return fail(error, -code, "start `%s`", words[0]);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return fail(error, errno, "wait for `%s`", words[0]);
	return judge(status, said, words[0], error);
}

int repair_write_down(const struct job_folder *folder, const json_t *row, struct error *error)
{
	auto_fd file = openat(folder->directory, "repairs.ndjson",
		O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0640);
	char time[CLOCK_TEXT_SIZE], boot[37];
	auto_json line = NULL;
	auto_free char *text = NULL;
	int code;

	clock_format(clock_wall_ns(), time, sizeof(time));
	line = json_pack("{s:i, s:s, s:I, s:s, s:I, s:s, s:{s:i, s:i}, s:O}", "v", 1, "time", time,
		"mono_ns", (json_int_t)clock_monotonic_ns(), "boot_id", clock_boot_id(boot), "job",
		(json_int_t)folder->id, "type", "repair", "actor", "pid", (int)getpid(), "uid",
		(int)getuid(), "data", row);
	text = line ? json_dumps(line, JSON_COMPACT | JSON_DECIMALS) : NULL;
	if (file < 0)
		return fail(error, errno, "open `%s/repairs.ndjson`", folder->path);
	code = text ? file_write_all(file, text, strlen(text)) : -ENOMEM;
	if (code == 0)
		code = file_write_all(file, "\n", 1);
	return code < 0 ? fail(error, -code, "write `%s/repairs.ndjson`", folder->path) : 0;
}
