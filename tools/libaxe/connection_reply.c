/* The supervisor's refusals, each as one line that says what would make it succeed. */
#include <errno.h>
#include <string.h>

#include "base/error.h"
#include "base/json.h"
#include "libaxe/connection.h"
#include "model/manifest.h"

/* Room for all parts of a manifest_error. */
#define LINE_SIZE 800

static int refuse_idle(const json_t *parameters, struct error *error)
{
	return fail_plain(error, ESRCH, "no job is running: it ended, or has not begun yet");
}

static int refuse_busy(const json_t *parameters, struct error *error)
{
	return fail_plain(error, EBUSY, "job %" JSON_INTEGER_FORMAT " runs there; wait for its end",
		json_integer_value(json_object_get(parameters, "job")));
}

static int refuse_unnamed(const json_t *parameters, struct error *error)
{
	const json_t *jobs = json_object_get(parameters, "jobs");
	auto_free char *list = jobs ? json_dumps(jobs, JSON_COMPACT) : NULL;

	return fail_plain(error, EINVAL, "several jobs run there: say which one; running: %s",
		list ? list : "unknown");
}

static int refuse_wait(const json_t *parameters, struct error *error)
{
	const json_t *jobs = json_object_get(parameters, "jobs");
	auto_free char *list = jobs ? json_dumps(jobs, JSON_COMPACT) : NULL;

	return fail_plain(error, EBUSY,
		"no slot was free in time; running: %s; allow a longer wait, or give the "
		"supervisor more --slots",
		list ? list : "unknown");
}

static int refuse_number(const json_t *parameters, struct error *error)
{
	return fail_plain(error, ESRCH, "there is no job %" JSON_INTEGER_FORMAT,
		json_integer_value(json_object_get(parameters, "job")));
}

static int refuse_index(const json_t *parameters, struct error *error)
{
	const json_t *running = json_object_get(parameters, "running");
	auto_free char *list = running ? json_dumps(running, JSON_COMPACT) : NULL;

	return fail_plain(error, ENOENT, "that assessment does not run now; running: %s",
		list ? list : "unknown");
}

static int refuse_survivors(const json_t *parameters, struct error *error)
{
	size_t count = json_array_size(json_object_get(parameters, "survivors"));

	/* They ended while they were asked why they had not. */
	if (!count)
		return fail_plain(error, ETIME,
			"the kill was not over at its deadline, though nobody was found that "
			"survived it: this host is very slow; the job still counts as running and "
			"the call may be repeated");
	return fail_plain(error, ETIME,
		"%zu processes survived the kill; the job still counts as running and the call may "
		"be repeated",
		count);
}

static void copy_text(const json_t *parameters, const char *name, char *text, size_t size)
{
	const char *value = json_string_value(json_object_get(parameters, name));

	snprintf(text, size, "%s", value ? value : "");
}

static int refuse_manifest(const json_t *parameters, struct error *error)
{
	struct manifest_error where = {
		.line = (unsigned)json_integer_value(json_object_get(parameters, "line")),
		.column = (unsigned)json_integer_value(json_object_get(parameters, "column")),
	};
	char line[LINE_SIZE];

	copy_text(parameters, "path", where.path, sizeof(where.path));
	copy_text(parameters, "expected", where.expected, sizeof(where.expected));
	copy_text(parameters, "found", where.found, sizeof(where.found));
	copy_text(parameters, "advice", where.advice, sizeof(where.advice));
	manifest_error_format(&where, NULL, line, sizeof(line));
	return fail_plain(error, EINVAL, "%s", line);
}

static int refuse_with_text(const json_t *parameters, struct error *error)
{
	const char *text = json_string_value(json_object_get(parameters, "text"));

	return fail_plain(
		error, EREMOTEIO, "%s", text ? text : "the supervisor failed without saying why");
}

static int refuse_parameter(const json_t *parameters, struct error *error)
{
	const char *name = json_string_value(json_object_get(parameters, "parameter"));

	return fail_plain(error, EREMOTEIO, "the supervisor refuses the parameter `%s`",
		name ? name : "unknown");
}

static int refuse_person(const json_t *parameters, struct error *error)
{
	return fail_plain(error, EPERM, "the supervisor serves root and its own user only");
}

static const struct refusal {
	const char *name;
	int (*describe)(const json_t *parameters, struct error *error);
} refusals[] = {
	{ "NoJobRunning", refuse_idle },
	{ "JobRunning", refuse_busy },
	{ "AmbiguousJob", refuse_unnamed },
	{ "JobWaitTimeout", refuse_wait },
	{ "NotFound", refuse_number },
	{ "InvalidIndex", refuse_index },
	{ "TerminateFailed", refuse_survivors },
	{ "BadManifest", refuse_manifest },
	{ "JobFailed", refuse_with_text },
	{ "InternalError", refuse_with_text },
	{ "LimitReached", refuse_with_text },
	{ "BadMessage", refuse_with_text },
	{ "EventsLost", refuse_with_text },
	{ "PermissionDenied", refuse_person },
	{ "InvalidParameter", refuse_parameter },
};

int reply_check(const struct reply *reply, struct error *error)
{
	if (!reply->error[0])
		return 0;
	for (size_t index = 0; index < sizeof(refusals) / sizeof(*refusals); index++)
		if (strcmp(refusals[index].name, reply->error) == 0)
			return refusals[index].describe(reply->parameters, error);
	return fail_plain(error, EREMOTEIO, "the supervisor answered %s", reply->error);
}

void reply_finish(struct reply *reply)
{
	json_decref(reply->parameters);
	reply->parameters = NULL;
}
