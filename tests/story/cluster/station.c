/* A daemon with a queue for stories of libaxe's cluster face, in a folder of its own. */
#include "support/unit.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "station.h"
#include "support/require.h"

#define PATIENCE_STEPS 6000
#define STEP_MS        10
#define MANIFEST_SIZE  8192

char *station_path(const struct station *station, const char *name)
{
	char *path;

	assert_true(asprintf(&path, "%s/%s", station->folder, name) > 0);
	return path;
}

void station_start(struct station *station)
{
	char *state = station_path(station, "state");
	axe_cluster *probe;
	unsigned step = 0;

	station->daemon = fork();
	assert_true(station->daemon >= 0);
	if (station->daemon == 0) {
		execl(getenv("AXE_AXED"), "axed", "--foreground", "--socket", station->socket,
			"--state-dir", state, "--on-stop", "terminate", NULL);
		_exit(127);
	}
	free(state);
	while (axe_cluster_open(station->socket, &probe) != S_OK) {
		assert_true(step++ < PATIENCE_STEPS);
		poll(NULL, 0, STEP_MS);
	}
	axe_cluster_close(probe);
}

void station_stop(struct station *station, int signal)
{
	if (!station->daemon)
		return;
	kill(station->daemon, signal);
	assert_int_equal(station->daemon, waitpid(station->daemon, NULL, 0));
	station->daemon = 0;
}

int station_setup(void **state)
{
	struct station *station = calloc(1, sizeof(*station));

	require_root();
	strcpy(station->folder, "/var/tmp/axe-story-XXXXXX");
	assert_non_null(mkdtemp(station->folder));
	snprintf(station->socket, sizeof(station->socket), "%s/axed.sock", station->folder);
	station_start(station);
	assert_int_equal(S_OK, axe_cluster_open(station->socket, &station->cluster));
	*state = station;
	return 0;
}

int station_teardown(void **state)
{
	struct station *station = *state;
	char command[100];

	axe_cluster_close(station->cluster);
	station_stop(station, SIGTERM);
	snprintf(command, sizeof(command), "rm -rf %s", station->folder);
	assert_int_equal(0, system(command));
	free(station);
	return 0;
}

axe_job *job_of_lines(const char *const *lines, size_t count)
{
	char text[MANIFEST_SIZE];
	size_t used = (size_t)snprintf(text, sizeof(text), "{\"name\":\"told\",\"assessments\":[");
	axe_job *job = NULL;

	for (size_t at = 0; at < count; at++)
		used += (size_t)snprintf(text + used, sizeof(text) - used,
			"%s{\"name\":\"t%zu\",\"command\":\"%s\"}", at ? "," : "", at, lines[at]);
	used += (size_t)snprintf(text + used, sizeof(text) - used, "]}");
	assert_true(used < sizeof(text));
	assert_int_equal(S_OK, axe_job_parse(text, used, &job, NULL));
	return job;
}

uint64_t queue_line(struct station *station, const char *line, bool held)
{
	const axe_job_options options = {
		.size = sizeof(options),
		.given = AXE_OPTION_HOLD,
		.hold = held,
	};
	axe_job *job = job_of_lines(&line, 1);
	uint64_t number = 0;

	assert_int_equal(S_OK, axe_cluster_queue_job(station->cluster, job, &options, &number));
	axe_job_free(job);
	return number;
}

axe_state state_of(struct station *station, uint64_t number)
{
	axe_job_info *info = NULL;
	axe_state state;

	assert_int_equal(S_OK, axe_cluster_get_job(station->cluster, number, &info));
	assert_int_equal(number, axe_job_info_number(info));
	state = axe_job_info_state(info);
	axe_job_info_free(info);
	return state;
}

axe_state task_state_of(struct station *station, uint64_t number, uint32_t task)
{
	const axe_task_info *info = NULL;
	axe_task_list *list = NULL;
	axe_state state;

	assert_int_equal(
		S_OK, axe_cluster_list_tasks(station->cluster, number, AXE_ALL_STATES, &list));
	do {
		assert_int_equal(S_OK, axe_task_list_next(list, &info));
		assert_non_null(info);
	} while (axe_task_info_index(info) != task);
	state = axe_task_info_state(info);
	axe_task_list_free(list);
	return state;
}

void await_task(struct station *station, uint64_t number, uint32_t task, axe_state state)
{
	for (unsigned step = 0; step < PATIENCE_STEPS; step++) {
		if (task_state_of(station, number, task) == state)
			return;
		poll(NULL, 0, STEP_MS);
	}
	fail_msg("task %u does not become %s", task, axe_state_name(state));
}

void assert_failure(axe_cluster *cluster, const char *words)
{
	char *text = axe_cluster_error_message(cluster);

	assert_non_null(text);
	if (!strstr(text, words))
		fail_msg("`%s` is not in `%s`", words, text);
	axe_text_free(text);
}

void assert_message(struct station *station, uint64_t number, const char *text)
{
	axe_job_info *info = NULL;

	assert_int_equal(S_OK, axe_cluster_get_job(station->cluster, number, &info));
	assert_string_equal(text, axe_job_error_message(info));
	axe_job_info_free(info);
}
