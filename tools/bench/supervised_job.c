/* The jobs of the supervisor under measurement. */
#include "bench/supervised.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/json.h"
#include "bench/series.h"
#include "libaxe/connection.h"

#define ANSWER_MOST_NS (600 * NS_PER_SEC) /* a million forks take minutes */
#define RETRY_NS       1000000

/* Take replies until the call is over. *ret_last is the last one's parameters. */
static int take_replies(
	struct connection *connection, json_t **ret_last, char **ret_directory, struct error *error)
{
	for (;;) {
		auto_reply reply = { 0 };
		const char *directory;
		int code = connection_wait(connection, ANSWER_MOST_NS, &reply, error);

		if (code < 0 || (code = reply_check(&reply, error)) < 0)
			return code;
		directory = json_string_value(json_object_get(reply.parameters, "directory"));
		if (directory && ret_directory && !*ret_directory)
			*ret_directory = strdup(directory);
		if (reply.continues)
			continue;
		if (ret_last)
			*ret_last = json_incref(reply.parameters);
		return 0;
	}
}

static int execute(struct supervised *supervised, json_t *manifest,
	struct connection **ret_connection, struct error *error)
{
	int code = connection_open(supervised_socket(supervised), ret_connection, error);

	if (code < 0) {
		json_decref(manifest);
		return code;
	}
	return connection_send(*ret_connection, "ExecuteJob",
		json_pack("{s:o}", "manifest", manifest), true, error);
}

int supervised_run(struct supervised *supervised, json_t *manifest, json_t **ret_summary,
	char **ret_directory, struct error *error)
{
	auto_of(connection) struct connection *connection = NULL;
	int code = execute(supervised, manifest, &connection, error);

	return code < 0 ? code : take_replies(connection, ret_summary, ret_directory, error);
}

/* The number of processes in the first running assessment; 0: none runs yet. */
static int count_processes(struct connection *connection, unsigned *ret_count, struct error *error)
{
	auto_reply reply = { 0 };
	int code = connection_call(connection, "GetStatus", NULL, ANSWER_MOST_NS, &reply, error);
	const json_t *status, *running;

	*ret_count = 0;
	if (code < 0 || *reply.error) /* the job is not there yet */
		return code;
	status = json_object_get(reply.parameters, "status");
	running = json_array_get(json_object_get(status, "running"), 0);
	*ret_count = (unsigned)json_integer_value(json_object_get(running, "processes"));
	return 0;
}

/* Where a crowd says that it is there: open before anybody writes. */
static int open_fifo(const char *path, struct error *error)
{
	int fifo;

	if (mkfifo(path, 0600) < 0 && errno != EEXIST)
		return fail(error, errno, "make `%s`", path);
	fifo = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	return fifo < 0 ? fail(error, errno, "open `%s`", path) : fifo;
}

static int await_ready(int fifo, struct error *error)
{
	struct pollfd ready = { fifo, POLLIN, 0 };

	if (poll(&ready, 1, (int)(ANSWER_MOST_NS / NS_PER_MS)) == 1 && ready.revents & POLLIN)
		return 0;
	return fail_plain(error, ETIMEDOUT, "the sleepers did not start");
}

static int call_terminate(
	struct connection *connection, struct termination *ret_termination, struct error *error)
{
	double begin = bench_now_ms();
	auto_reply reply = { 0 };
	int code = connection_call(connection, "TerminateJob", NULL, ANSWER_MOST_NS, &reply, error);
	const json_t *receipt;

	ret_termination->call_ms = bench_now_ms() - begin;
	if (code < 0 || (code = reply_check(&reply, error)) < 0)
		return code;
	receipt = json_object_get(reply.parameters, "receipt");
	ret_termination->killed = (unsigned)json_integer_value(json_object_get(receipt, "killed"));
	ret_termination->engine_ms =
		json_number_value(json_object_get(json_object_get(receipt, "phases"), "total_ms"));
	return 0;
}

/*
 * Until the kernel half has counted all, too. The births of the last moment may still wait in the
 * ring, and are read within the time that is measured. To let them be read first would be another
 * measurement: what has slept for 100 ms is cold, and the bare kernel begins without a pause.
 */
static int await_counted(struct supervised *supervised, unsigned processes, struct error *error)
{
	auto_of(connection) struct connection *connection = NULL;
	int code = connection_open(supervised_socket(supervised), &connection, error);
	double begin = bench_now_ms();
	unsigned count = 0;

	while (code == 0 && bench_now_ms() - begin < (double)ANSWER_MOST_NS / 1e6) {
		code = count_processes(connection, &count, error);
		if (code < 0 || count >= processes)
			return code;
		nanosleep(&(struct timespec){ .tv_nsec = RETRY_NS }, NULL);
	}
	return code < 0 ? code
			: fail_plain(error, ETIMEDOUT, "only %u of %u sleepers are known", count,
				  processes);
}

static json_t *manifest_for(const struct crowd *crowd, const char *const *command)
{
	json_t *manifest = manifest_of(1, 1, command);

	if (crowd->unsurveyed)
		json_object_set_new(manifest, "defaults", json_pack("{s:s}", "residue", "ignore"));
	return manifest;
}

/* *ret_job is the connection of the client that runs them. */
static int start_sleepers(struct supervised *supervised, struct crowd crowd,
	struct connection **ret_job, struct error *error)
{
	char number[16], files[16], fifo_path[PATH_MAX], path[PATH_MAX];
	ssize_t length = readlink("/proc/self/exe", path, sizeof(path) - 1);
	auto_fd fifo = -1;
	int code;

	path[length < 0 ? 0 : length] = '\0';
	snprintf(number, sizeof(number), "%u", crowd.processes);
	snprintf(files, sizeof(files), "%u", crowd.files);
	snprintf(fifo_path, sizeof(fifo_path), "%s/ready", supervised_folder(supervised));
	const char *const command[] = { path, "--load", "sleepers", number, files, fifo_path,
		NULL };

	fifo = open_fifo(fifo_path, error);
	if (fifo < 0)
		return fifo;
	code = execute(supervised, manifest_for(&crowd, command), ret_job, error);
	if (code == 0)
		code = await_ready(fifo, error);
	return code < 0 ? code : await_counted(supervised, crowd.processes, error);
}

int supervised_terminate(struct supervised *supervised, struct crowd crowd,
	struct termination *ret_termination, struct error *error)
{
	auto_of(connection) struct connection *job = NULL, *steering = NULL;
	int code = start_sleepers(supervised, crowd, &job, error);

	if (code == 0)
		code = connection_open(supervised_socket(supervised), &steering, error);
	if (code == 0)
		code = call_terminate(steering, ret_termination, error);
	return code < 0 ? code : take_replies(job, NULL, NULL, error);
}

int supervised_adopt(
	struct supervised *supervised, unsigned processes, double *ret_ms, struct error *error)
{
	auto_of(connection) struct connection *job = NULL, *steering = NULL;
	struct termination ended = { 0 };
	unsigned adopted = 0;
	int code =
		start_sleepers(supervised, (struct crowd){ .processes = processes }, &job, error);

	if (code == 0)
		code = supervised_replace(supervised, ret_ms, error);
	if (code == 0)
		code = connection_open(supervised_socket(supervised), &steering, error);
	if (code == 0)
		code = count_processes(steering, &adopted, error);
	if (code == 0)
		code = call_terminate(steering, &ended, error);
	if (code < 0)
		return code;
	if (adopted < processes)
		return fail_plain(
			error, EPROTO, "only %u of %u processes were adopted", adopted, processes);
	return 0;
}

int supervised_warm(struct supervised *supervised, struct error *error)
{
	static const char *const longer_than_the_load[] = { "/bin/sleep", "1", NULL };

	return supervised_run(
		supervised, manifest_of(1, 1, longer_than_the_load), NULL, NULL, error);
}

json_t *manifest_of(unsigned count, unsigned parallel, const char *const *command)
{
	json_t *assessments = json_array(), *words = json_array();
	char name[32];

	for (; *command; command++)
		json_array_append_new(words, json_string(*command));
	for (unsigned number = 0; number < count; number++) {
		snprintf(name, sizeof(name), "a%u", number);
		json_array_append_new(
			assessments, json_pack("{s:s, s:O}", "name", name, "command", words));
	}
	json_decref(words);
	return json_pack("{s:s, s:i, s:o}", "name", "bench", "parallel", (int)parallel,
		"assessments", assessments);
}
