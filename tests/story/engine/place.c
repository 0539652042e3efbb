/* A place for stories of libaxe: a folder of its own, jobs, and daemons. */
#include "support/unit.h"

#include <dirent.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "place.h"
#include "support/require.h"

#define PATIENCE_STEPS 6000
#define STEP_MS        10

int place_setup(void **state)
{
	struct place *place = calloc(1, sizeof(*place));

	require_root();
	strcpy(place->folder, "/var/tmp/axe-story-XXXXXX");
	assert_non_null(mkdtemp(place->folder));
	snprintf(place->socket, sizeof(place->socket), "%s/axed.sock", place->folder);
	*state = place;
	return 0;
}

int place_teardown(void **state)
{
	struct place *place = *state;
	char command[100];

	place_stop_daemon(place, SIGTERM);
	snprintf(command, sizeof(command), "rm -rf %s", place->folder);
	assert_int_equal(0, system(command));
	free(place);
	return 0;
}

char *place_path(const struct place *place, const char *name)
{
	char *path;

	assert_true(asprintf(&path, "%s/%s", place->folder, name) > 0);
	return path;
}

void await_file(const char *path)
{
	for (unsigned step = 0; step < PATIENCE_STEPS; step++) {
		if (access(path, F_OK) == 0)
			return;
		poll(NULL, 0, STEP_MS);
	}
	fail_msg("`%s` does not come", path);
}

static void await_answer(const char *socket)
{
	for (unsigned step = 0; step < PATIENCE_STEPS; step++) {
		axe_engine *engine;

		if (axe_engine_open(socket, &engine) == S_OK) {
			axe_engine_close(engine);
			return;
		}
		poll(NULL, 0, STEP_MS);
	}
	fail_msg("no daemon answers at `%s`", socket);
}

void place_start_daemon(struct place *place, unsigned slots)
{
	char count[12];
	char *state = place_path(place, "state");

	snprintf(count, sizeof(count), "%u", slots);
	place->daemon = fork();
	assert_true(place->daemon >= 0);
	if (place->daemon == 0) {
		execl(getenv("AXE_AXED"), "axed", "--foreground", "--socket", place->socket,
			"--state-dir", state, "--slots", count, "--on-stop", "terminate", NULL);
		_exit(127);
	}
	free(state);
	await_answer(place->socket);
}

void place_stop_daemon(struct place *place, int signal)
{
	if (!place->daemon)
		return;
	kill(place->daemon, signal);
	assert_int_equal(place->daemon, waitpid(place->daemon, NULL, 0));
	place->daemon = 0;
}

axe_job *job_of(const char *format, ...)
{
	axe_errors *errors;
	axe_error_info info;
	axe_job *job = NULL;
	char text[4096];
	va_list list;
	int size;

	va_start(list, format);
	size = vsnprintf(text, sizeof(text), format, list);
	va_end(list);
	assert_true(size > 0 && size < (int)sizeof(text));
	for (char *quote; (quote = strchr(text, '\''));)
		*quote = '"';
	if (axe_job_parse(text, (size_t)size, &job, &errors) != S_OK) {
		assert_int_equal(S_OK, axe_errors_get(errors, AXE_ERROR_NEWEST, &info));
		fail_msg("%s", info.text);
	}
	axe_errors_free(errors);
	return job;
}

axe_result execute_async(axe_engine *engine, const axe_job *job)
{
	const axe_execution execution = { .size = sizeof(execution), .async = true };

	return axe_engine_execute_job(engine, job, &execution);
}

unsigned count_descriptors(void)
{
	DIR *directory = opendir("/proc/self/fd");
	unsigned count = 0;

	assert_non_null(directory);
	while (readdir(directory))
		count++;
	closedir(directory);
	return count - 3;
}

void linger(unsigned round, unsigned most_us)
{
	struct timespec pause = { .tv_nsec = (long)(round * 7919 % most_us) * 1000 };

	nanosleep(&pause, NULL);
}

unsigned rounds(unsigned otherwise)
{
	const char *text = getenv("AXE_ROUNDS");

	return text && atoi(text) > 0 ? (unsigned)atoi(text) : otherwise;
}
