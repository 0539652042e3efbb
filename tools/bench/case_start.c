/* (f) `axe run -- true` from start to end, private and with a daemon, beside other runners. */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "base/json.h"
#include "bench/cases.h"
#include "bench/pure_view.h"
#include "bench/report.h"
#include "bench/series.h"
#include "bench/supervised.h"

#define ROUNDS       30
#define ROUNDS_QUICK 3

extern char **environ;

struct runner_row {
	const char *name;
	const char *const *words;
	double goal_ms; /* 0: another's */
};

/* Milliseconds, or negative when it cannot be run here. */
static double run_once(const char *const *words)
{
	posix_spawn_file_actions_t actions;
	double begin = bench_now_ms();
	int status, code;
	pid_t pid;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	code = posix_spawnp(&pid, words[0], &actions, NULL, (char *const *)words, environ);
	posix_spawn_file_actions_destroy(&actions);
	if (code || waitpid(pid, &status, 0) < 0 || status)
		return -1;
	return bench_now_ms() - begin;
}

static void run_row(struct bench *bench, const struct runner_row *row)
{
	unsigned rounds = bench->quick ? ROUNDS_QUICK : ROUNDS;
	struct series series = { .count = 0 };

	for (unsigned round = 0; round < rounds; round++) {
		double ms = run_once(row->words);

		if (ms < 0) {
			report_skip(bench->report, row->name, "it does not run here");
			return;
		}
		series_add(&series, ms);
	}
	report_add(bench->report, &(struct measurement){ .name = row->name,
					  .unit = "ms",
					  .ours = series_median(&series),
					  .reference = -1,
					  .goal_kind = row->goal_ms > 0 ? GOAL_MOST : GOAL_NONE,
					  .goal = row->goal_ms,
					  .spread_low = series_minimum(&series),
					  .spread_high = series_maximum(&series) });
}

/* crun starts nothing where control groups are hybrid, and remakes the /dev of its root. */
static int run_pure_row(struct bench *bench, const struct runner_row *row, struct error *error)
{
	struct pure_view view;
	struct error why;

	if (pure_view_enter(&view, &why) < 0)
		report_skip(bench->report, row->name, why.text);
	else
		run_row(bench, row);
	return pure_view_leave(&view, error);
}

/* The least that a container needs to be one: a group and a pid namespace of its own. */
static int make_bundle(const char *folder, struct error *error)
{
	char path[160];
	auto_json config = json_pack("{s:s, s:{s:s}, s:{s:b, s:s, s:{s:i, s:i}, s:[s], s:[s]}, "
				     "s:[], s:{s:[{s:s}]}}",
		"ociVersion", "1.0.0", "root", "path", "/", "process", "terminal", 0, "cwd", "/",
		"user", "uid", 0, "gid", 0, "args", "true", "env", "PATH=/usr/bin:/bin", "mounts",
		"linux", "namespaces", "type", "pid");

	if (mkdir(folder, 0700) < 0)
		return fail(error, errno, "make the folder `%s`", folder);
	snprintf(path, sizeof(path), "%s/config.json", folder);
	if (!config || json_dump_file(config, path, 0) < 0)
		return fail_plain(error, EIO, "write `%s`", path);
	return 0;
}

int case_start(struct bench *bench, struct error *error)
{
	char axe[4096], state[128], bundle[128];
	int code;
	ssize_t length = readlink("/proc/self/exe", axe, sizeof(axe) - 8);
	char *slash;

	axe[length < 0 ? 0 : length] = '\0';
	slash = strrchr(axe, '/');
	if (!slash)
		return fail_plain(error, ENOENT, "find axe beside this program");
	strcpy(slash + 1, "axe");
	snprintf(state, sizeof(state), "%s/private", supervised_folder(bench->supervised));
	snprintf(bundle, sizeof(bundle), "%s/bundle", supervised_folder(bench->supervised));
	code = make_bundle(bundle, error);
	if (code < 0)
		return code;

	const char *const private[] = { axe, "run", "--state-dir", state, "--", "true", NULL };
	const char *const daemon[] = { axe, "run", "--socket", supervised_socket(bench->supervised),
		"--", "true", NULL };
	const char *const bwrap[] = { "bwrap", "--bind", "/", "/", "true", NULL };
	const char *const timeout[] = { "timeout", "10", "true", NULL };
	const char *const systemd_run[] = { "systemd-run", "--wait", "--quiet", "true", NULL };
	const char *const crun[] = { "crun", "--cgroup-manager=cgroupfs", "run", "--bundle", bundle,
		"axe-bench", NULL };
	const struct runner_row rows[] = {
		{ "f  axe run -- true, private", private, 80 },
		{ "f  axe run -- true, with a daemon", daemon, 8 },
		{ "f  timeout 10 true", timeout, 0 },
		{ "f  bwrap --bind / / true", bwrap, 0 },
		{ "f  systemd-run --wait true", systemd_run, 0 },
	};

	for (size_t index = 0; index < sizeof(rows) / sizeof(*rows); index++)
		run_row(bench, &rows[index]);
	return run_pure_row(bench, &(struct runner_row){ "f  crun run true", crun, 0 }, error);
}
