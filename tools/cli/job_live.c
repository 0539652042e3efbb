/* A job that runs now, found by the socket that its supervisor keeps open for it. */
#include "cli/job_live.h"

#include <errno.h>
#include <glob.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/json.h"
#include "cli/field.h"
#include "libaxe/connection.h"

/* A supervisor answers this at once, or not at all. */
#define ANSWER_NS (3 * NS_PER_SEC)

/* Two job directories are one if they say so after all links were followed. */
static bool same_directory(const char *one, const char *other)
{
	auto_free char *first = realpath(one, NULL), *second = realpath(other, NULL);

	return first && second && strcmp(first, second) == 0;
}

static bool is_wanted(const json_t *status, uint64_t id, const char *directory)
{
	const char *there = field_text(status, "directory");

	if ((uint64_t)field_integer(status, "job") != id)
		return false;
	return !there || same_directory(there, directory);
}

/* -ENOENT is for a job that is not there. */
static int reach(const char *path, struct connection **ret_connection, struct error *error)
{
	int code = connection_open(path, ret_connection, error);

	return code == -ENOENT ? -ECONNREFUSED : code;
}

static int ask(const char *path, uint64_t id, const char *directory,
	struct connection **ret_connection, json_t **ret_status, struct error *error)
{
	auto_of(connection) struct connection *connection = NULL;
	auto_reply reply = { 0 };
	json_t *status;
	int code = reach(path, &connection, error);

	if (code == 0)
		code = connection_call(connection, "GetStatus",
			json_pack("{s:I}", "job", (json_int_t)id), ANSWER_NS, &reply, error);
	if (code < 0)
		return code;
	status = json_object_get(reply.parameters, "status");
	if (reply.error[0] || !is_wanted(status, id, directory))
		return fail_plain(error, ENOENT, "job %" PRIu64 " does not run at `%s`", id, path);
	*ret_status = json_incref(status);
	*ret_connection = take_pointer(connection);
	return 0;
}

/* 0, -ENOENT, or -ETIMEDOUT: one of them may have it, and said nothing. */
static int ask_each(const glob_t *names, uint64_t id, const char *directory,
	struct connection **ret_connection, json_t **ret_status, struct error *error)
{
	int code = -ENOENT;

	for (size_t index = 0; index < names->gl_pathc; index++) {
		struct error refusal = { 0 };
		int asked = ask(names->gl_pathv[index], id, directory, ret_connection, ret_status,
			&refusal);

		if (asked == 0)
			return 0;
		if (asked != -ETIMEDOUT)
			continue;
		code = asked;
		if (error)
			*error = refusal;
	}
	return code == -ETIMEDOUT ? code
				  : fail_plain(error, ENOENT, "job %" PRIu64 " does not run", id);
}

int job_live_connect(const char *socket, uint64_t id, const char *directory,
	struct connection **ret_connection, json_t **ret_status, struct error *error)
{
	char pattern[128];
	glob_t names;
	int code;

	if (socket)
		return ask(socket, id, directory, ret_connection, ret_status, error);

	/* ID.sock, or ID-PID.sock for the second job of that number; or a daemon has it. */
	snprintf(pattern, sizeof(pattern),
		"{" JOB_LIVE_RUN_DIR "/%" PRIu64 "{.sock,-*.sock}," JOB_LIVE_DAEMONS_DIR "/*.sock}",
		id);
	if (glob(pattern, GLOB_BRACE | GLOB_NOSORT, NULL, &names) != 0)
		return fail_plain(error, ENOENT, "job %" PRIu64 " does not run", id);
	code = ask_each(&names, id, directory, ret_connection, ret_status, error);
	globfree(&names);
	return code;
}

int job_live_list(const char *socket, json_t **ret_jobs, struct error *error)
{
	auto_of(connection) struct connection *connection = NULL;
	auto_reply reply = { 0 };
	int code = reach(socket, &connection, error);

	if (code == 0)
		code = connection_call(connection, "ListJobs", NULL, ANSWER_NS, &reply, error);
	if (code == 0)
		code = reply_check(&reply, error);
	if (code == 0)
		*ret_jobs = json_incref(json_object_get(reply.parameters, "jobs"));
	return code;
}

bool job_live_waits(const json_t *status)
{
	const char *state = field_text(status, "state");

	return state && strcmp(state, "pending") == 0;
}

json_t *job_live_find(const json_t *jobs, uint64_t id, const char *directory)
{
	json_t *status;
	size_t index;

	json_array_foreach ((json_t *)jobs, index, status)
		if (is_wanted(status, id, directory))
			return json_incref(status);
	return NULL;
}
