/* The refusals of a daemon's queue, as a line for a person and as codes. */
#include "libaxe/cluster_reply.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/json.h"
#include "base/text.h"
#include "libaxe/api_parts.h"
#include "libaxe/connection.h"
#include "model/result.h"

#define WORDS_SIZE 200

static long long number(const json_t *parameters, const char *name)
{
	return (long long)json_integer_value(json_object_get(parameters, name));
}

/* What others wrote, fit for a terminal. */
static const char *words(const json_t *parameters, const char *name, char buffer[static WORDS_SIZE])
{
	const json_t *text = json_object_get(parameters, name);

	buffer[0] = '\0';
	if (json_is_string(text))
		text_escape(json_string_value(text), json_string_length(text), buffer, WORDS_SIZE);
	return buffer;
}

static int refuse_number(const json_t *parameters, struct error *error)
{
	return fail_plain(error, ESRCH, "there is no job %lld", number(parameters, "job"));
}

static void join(const json_t *names, char buffer[static WORDS_SIZE])
{
	size_t index, count = json_array_size(names), used = 0;
	json_t *name;

	buffer[0] = '\0';
	json_array_foreach ((json_t *)names, index, name) {
		const char *text = json_string_value(name);
		int size = snprintf(buffer + used, WORDS_SIZE - used, "%s%s",
			index == 0           ? ""
			: index + 1 == count ? " or "
					     : ", ",
			text ? text : "?");

		if (size < 0 || (size_t)size >= WORDS_SIZE - used)
			return;
		used += (size_t)size;
	}
}

static bool contains(const json_t *names, const char *wanted)
{
	const json_t *name;
	size_t index;

	json_array_foreach ((json_t *)names, index, name)
		if (wanted && json_is_string(name) && !strcmp(json_string_value(name), wanted))
			return true;
	return false;
}

static int refuse_state(const json_t *parameters, struct error *error)
{
	const json_t *allowed = json_object_get(parameters, "allowed");
	char state[WORDS_SIZE], list[WORDS_SIZE], index[24] = "";

	if (json_is_integer(json_object_get(parameters, "index")))
		snprintf(index, sizeof(index), "/%lld", number(parameters, "index"));
	join(allowed, list);
	fail_plain(error, EINVAL, "job %lld%s is %s", number(parameters, "job"), index,
		words(parameters, "state", state));
	if (contains(allowed, json_string_value(json_object_get(parameters, "state"))))
		fail_advice(error, "it is being ended already");
	else if (list[0])
		fail_advice(error, "this can be done while it is %s", list);
	return -EINVAL;
}

static int refuse_task(const json_t *parameters, struct error *error)
{
	return fail_plain(error, ENOENT, "job %lld has no task %lld: it has %lld, counted from 0",
		number(parameters, "job"), number(parameters, "index"),
		number(parameters, "tasks"));
}

static int refuse_length(const json_t *parameters, struct error *error)
{
	return fail_plain(error, EINVAL, "the message has %lld characters; at most %lld are kept",
		number(parameters, "length"), number(parameters, "limit"));
}

static int refuse_text(const json_t *parameters, struct error *error)
{
	char text[WORDS_SIZE];

	return fail_plain(error, EINVAL, "%s", words(parameters, "text", text));
}

static int refuse_rerun(const json_t *parameters, struct error *error)
{
	char name[WORDS_SIZE];

	return fail_plain(error, EINVAL,
		"task %lld (`%s`) of job %lld must not run again (`rerunnable: false`); nothing "
		"was queued",
		number(parameters, "task"), words(parameters, "name", name),
		number(parameters, "job"));
}

static int refuse_person(const json_t *parameters, struct error *error)
{
	char text[WORDS_SIZE];

	words(parameters, "text", text);
	return fail_plain(error, EPERM, "%s", text[0] ? text : "not permitted");
}

static int refuse_parameter(const json_t *parameters, struct error *error)
{
	char name[WORDS_SIZE], nearest[WORDS_SIZE];

	words(parameters, "nearest", nearest);
	fail_plain(error, EINVAL, "there is no parameter `%s`", words(parameters, "name", name));
	if (nearest[0])
		fail_advice(error, "did you mean `%s`?", nearest);
	return -EINVAL;
}

static int refuse_range(const json_t *parameters, struct error *error)
{
	char name[WORDS_SIZE];

	words(parameters, "name", name);
	/* The daemon's own words, and nobody else's numbers. */
	if (strcmp(name, "page") == 0)
		return fail_plain(error, EINVAL, "`page` is not what a listing ended with");
	return fail_plain(error, EINVAL, "`%s` is from %lld to %lld", name,
		number(parameters, "minimum"), number(parameters, "maximum"));
}

static int refuse_more(const json_t *parameters, struct error *error)
{
	char name[WORDS_SIZE], text[WORDS_SIZE];

	words(parameters, "text", text);
	if (text[0])
		return fail_plain(error, EREMOTEIO, "%s", text);
	return fail_plain(error, EREMOTEIO, "the limit `%s` is reached: %lld",
		words(parameters, "name", name), number(parameters, "limit"));
}

static int refuse_queue(const json_t *parameters, struct error *error)
{
	return fail_plain(
		error, ENOSYS, "this supervisor keeps no queue: name the socket of a daemon");
}

static int refuse_batch(const json_t *parameters, struct error *error);

static const struct refusal {
	const char *name;
	const char *code;
	int (*describe)(const json_t *parameters, struct error *error);
} refusals[] = {
	{ "NotFound", "AXE_E_NOT_FOUND", refuse_number },
	{ "InvalidState", "AXE_E_INVALID_STATE", refuse_state },
	{ "InvalidTask", "AXE_E_INVALID_INDEX", refuse_task },
	{ "MessageTooLong", "AXE_E_MESSAGE_TOO_LONG", refuse_length },
	{ "InvalidMessage", "AXE_E_INVALID_ARGUMENT", refuse_text },
	{ "NotRerunnable", "AXE_E_NOT_RERUNNABLE", refuse_rerun },
	{ "NotAuthorised", "AXE_E_NOT_PERMITTED", refuse_person },
	{ "UnknownParameter", "AXE_E_PARAMETER_NOT_FOUND", refuse_parameter },
	{ "OutOfRange", "AXE_E_INVALID_ARGUMENT", refuse_range },
	{ "LimitReached", "AXE_E_LIMIT_REACHED", refuse_more },
	{ "PageExpired", "AXE_E_LIMIT_REACHED", refuse_text },
	{ "BatchStopped", NULL, refuse_batch },
	{ "NoQueue", "AXE_E_INTERNAL_ERROR", refuse_queue },
	{ "MethodNotFound", "AXE_E_INTERNAL_ERROR", refuse_queue },
	{ "InterfaceNotFound", "AXE_E_INTERNAL_ERROR", refuse_queue },
};

static const struct refusal *find(const char *name)
{
	for (size_t at = 0; at < sizeof(refusals) / sizeof(*refusals); at++)
		if (strcmp(refusals[at].name, name) == 0)
			return &refusals[at];
	return NULL;
}

/* The failure of the job at which a batch stopped, as if it had been asked for alone; borrowed. */
static struct reply inner(const json_t *parameters)
{
	const char *name = json_string_value(json_object_get(parameters, "error"));
	const char *last = name ? strrchr(name, '.') : NULL;
	struct reply reply = { .parameters = json_object_get(parameters, "parameters") };

	/* A batch in a batch is nobody's answer, and would have no end. */
	last = last ? last + 1 : name ? name : "";
	snprintf(reply.error, sizeof(reply.error), "%s",
		*last && strcmp(last, "BatchStopped") != 0 ? last : "InternalError");
	return reply;
}

static int refuse_batch(const json_t *parameters, struct error *error)
{
	const struct reply reply = inner(parameters);

	cluster_reply_check(&reply, error);
	fail_context(error, "job %lld, after %lld were done", number(parameters, "job"),
		number(parameters, "done"));
	return error ? -error->code : -EIO;
}

int cluster_reply_check(const struct reply *reply, struct error *error)
{
	const struct refusal *refusal = reply->error[0] ? find(reply->error) : NULL;

	return refusal ? refusal->describe(reply->parameters, error) : reply_check(reply, error);
}

axe_result cluster_reply_code(const struct reply *reply)
{
	const struct refusal *refusal = reply->error[0] ? find(reply->error) : NULL;

	if (refusal && !refusal->code) {
		const struct reply stopped = inner(reply->parameters);

		return cluster_reply_code(&stopped);
	}
	return refusal ? result_find_name(refusal->code)->value : reply_code(reply);
}
