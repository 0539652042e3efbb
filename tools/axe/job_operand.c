/* The job that a verb was told to look at: its folder and, while it runs, its supervisor. */
#include "axe/job_operand.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "axe/client.h"
#include "axe/queue_call.h"
#include "axe/verbs.h"
#include "base/error.h"
#include "base/json.h"
#include "cli/exit_code.h"
#include "cli/field.h"
#include "cli/job_live.h"
#include "cli/terminal.h"
#include "libaxe/connection.h"
#include "model/state.h"

/* Two state directories may have a job of the same number. */
static bool is_other(const struct job_operand *job, const json_t *queued)
{
	const char *there = field_text(json_object_get(queued, "job"), "directory");
	auto_free char *first = NULL, *second = NULL;

	if (!job->folder || !there)
		return false;
	first = realpath(job->folder->path, NULL);
	second = realpath(there, NULL);
	return first && second && strcmp(first, second) != 0;
}

/* What a queue knows, and what it has of a job that has not ended. Both are taken. */
static void adopt(struct job_operand *job, json_t *queued, struct connection *connection)
{
	auto_of(connection) struct connection *own = connection;
	auto_reply reply = { 0 };

	job->queued = queued;
	if (!job->folder)
		job_folder_open_path(field_text(json_object_get(queued, "job"), "directory"),
			job->name.job, &job->folder);
	if (!own || job_operand_has_ended(job))
		return;
	/* One that waits with a client's connection has a status, too. */
	if (connection_call(own, "GetStatus", json_pack("{s:I}", "job", (json_int_t)job->name.job),
		    CONNECTION_FOREVER, &reply, NULL) == 0 &&
		!reply.error[0])
		job->live = json_incref(json_object_get(reply.parameters, "status"));
	job->connection = take_pointer(own);
}

/* Of the daemon that was named: its jobs are meant, wherever it keeps them. */
static int find_named(struct job_operand *job, const char *socket, struct error *error)
{
	const struct client_options client = { .socket = socket };
	struct connection *connection = NULL;
	json_t *queued = NULL;
	int code = -ENOSYS;

	if (client_socket(&client))
		code = queue_look_up(socket, job->name.job, &queued, &connection, error);
	if (code == 0)
		adopt(job, queued, connection);
	return code;
}

/* The daemon of this host may have it, unless something else was named. */
static int find_by_default(struct job_operand *job, const char *state_dir, struct error *error)
{
	const struct client_options none = { .socket = NULL };
	struct connection *connection = NULL;
	json_t *queued = NULL;
	int code;

	if (state_dir || job->live || client_socket(&none))
		return -ENOSYS;
	code = queue_look_up(NULL, job->name.job, &queued, &connection, error);
	if (code < 0)
		return code;
	if (!is_other(job, queued)) {
		adopt(job, queued, connection);
		return 0;
	}
	json_decref(queued);
	connection_destroy(connection);
	return -ESRCH;
}

/* Its folder, and whoever runs it now. 0 or -errno. */
static int find_folder(
	struct job_operand *job, const char *state_dir, const char *socket, struct error *error)
{
	const struct client_options client = { .socket = socket };
	int code = job_folder_open(state_dir, job->name.job, &job->folder, error);

	if (code < 0)
		return code;
	code = job_live_connect(client_socket(&client), job->name.job, job->folder->path,
		&job->connection, &job->live, error);
	job->silent = code == -ETIMEDOUT;
	/* -ENOENT: it does not run there, which may be just what is to be shown. */
	return socket && code != -ENOENT ? code : 0;
}

/* 0 or -errno. What a queue refuses to tell is refused, whatever folder there is. */
static int find(
	struct job_operand *job, const char *state_dir, const char *socket, struct error *error)
{
	struct error refusal = { 0 };
	int queued = find_named(job, socket, &refusal), code;

	if (queued == 0)
		return 0;
	code = queued == -EPERM ? queued : find_folder(job, state_dir, socket, error);
	if (queued == -ENOSYS)
		queued = find_by_default(job, state_dir, &refusal);
	if (job->queued)
		return 0;
	if (queued != -EPERM && (queued != -ESRCH || code != -ENOENT))
		return code;
	*error = refusal;
	return queued;
}

int job_operand_open(const char *verb, const struct operands *operands, const char *state_dir,
	const char *socket, struct job_operand *ret_job)
{
	struct job_operand job = { .folder = NULL };
	struct error error = { 0 };
	int code;

	if (operands->count != 1)
		return verb_refuse(verb, "expected one job");
	if (job_name_parse(operands->words[0], &job.name, &error) < 0)
		return verb_refuse(verb, "%s", error.text);
	code = find(&job, state_dir, socket, &error);
	if (code < 0) {
		fprintf(stderr, "axe %s: %s\n", verb, error.text);
		job_operand_finish(&job);
		return client_exit_code(code);
	}
	*ret_job = job;
	return 0;
}

int job_operand_check_folder(const char *verb, const struct job_operand *job)
{
	const char *path = field_text(json_object_get(job->queued, "job"), "directory");
	auto_free char *safe = terminal_safe(path);

	if (job->folder)
		return 0;
	fprintf(stderr, "axe %s: `%s` cannot be read\n", verb, safe);
	return EXIT_CODE_NOT_PERMITTED;
}

static bool runs_again(const struct job_operand *job)
{
	return json_is_true(json_object_get(json_object_get(job->queued, "job"), "again"));
}

unsigned job_operand_attempt(const struct job_operand *job)
{
	const json_t *queued = json_object_get(job->queued, "job");
	json_int_t attempt = field_integer(queued, "attempt");

	/* The end of the one that is being canceled for the next is not the job's. */
	attempt += runs_again(job);
	return attempt > 1 ? (unsigned)attempt : 1;
}

const char *job_operand_since(const struct job_operand *job)
{
	const json_t *queued = json_object_get(job->queued, "job");
	const char *state = field_text(queued, "state");

	return state && strcmp(state, "Queued") == 0 ? field_text(queued, "submitted") : NULL;
}

bool job_operand_has_ended(const struct job_operand *job)
{
	const char *name = field_text(json_object_get(job->queued, "job"), "state");
	enum state state;

	if (!name || !state_from_name(name, &state) || runs_again(job))
		return false;
	return state == STATE_FINISHED || state == STATE_FAILED || state == STATE_CANCELED;
}

void job_operand_tell_torn(const char *verb, const struct job_operand *job)
{
	static const char *const files[] = { "trace.ndjson", "results.ndjson" };

	for (size_t i = 0; job->folder && !job->live && i < sizeof(files) / sizeof(*files); i++) {
		uint64_t bytes = job_folder_torn_bytes(job->folder, files[i]);

		if (bytes)
			fprintf(stderr,
				"axe %s: the last line of `%s/%s` is torn and left out (%" PRIu64
				" bytes): its supervisor died while it wrote\n",
				verb, job->folder->path, files[i], bytes);
	}
}

int job_operand_check_runs(const char *verb, const struct job_operand *job)
{
	long long number = (long long)job->name.job;

	if (job->silent) {
		fprintf(stderr,
			"axe %s: whether job %lld runs is not known: its supervisor does not "
			"answer; "
			"try again, or end that process (`fuser %s/%lld*.sock`), and the job with "
			"it\n",
			verb, number, JOB_LIVE_RUN_DIR, number);
		return EXIT_CODE_UNREACHABLE;
	}
	if (!job->live) {
		fprintf(stderr, "axe %s: job %lld does not run%s\n", verb, number,
			job->connection ? "; `axe cancel` takes it out of the queue" : "");
		return EXIT_CODE_USAGE;
	}
	if (!job_live_waits(job->live))
		return 0;
	fprintf(stderr,
		"axe %s: job %lld waits for a slot: only its own client can withdraw it "
		"(Ctrl-C there)\n",
		verb, number);
	return EXIT_CODE_USAGE;
}

void job_operand_finish(struct job_operand *job)
{
	job_folder_destroy(job->folder);
	connection_destroy(job->connection);
	json_decref(job->live);
	json_decref(job->queued);
}
