/* The parameters of a call of io.axe.Cluster: checked member by member. */
#include "control/cluster_read.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "control/answer.h"
#include "control/run_options.h"
#include "control/session.h"
#include "control/varlink.h"
#include "model/state.h"

#define PATH_SIZE 320 /* of a parameter's name in a refusal */

static bool refuse(struct session *session, const char *name)
{
	session_refuse(session, name);
	return false;
}

static bool is_job(const json_t *value)
{
	return json_is_integer(value) && json_integer_value(value) > 0;
}

bool read_job(struct session *session, const json_t *parameters, uint64_t *ret_job)
{
	const json_t *job = json_object_get(parameters, "job");

	if (!is_job(job))
		return refuse(session, "job");
	*ret_job = (uint64_t)json_integer_value(job);
	return true;
}

static bool refuse_count(struct session *session)
{
	session_fail(session, VARLINK_CLUSTER ".LimitReached",
		json_pack("{s:s, s:i}", "name", "jobs", "limit", QUEUE_BATCH_MAX));
	return false;
}

bool read_jobs(
	struct session *session, const json_t *parameters, uint64_t **ret_jobs, size_t *ret_count)
{
	const json_t *list = json_object_get(parameters, "jobs");
	size_t count = json_array_size(list);
	auto_free uint64_t *jobs = NULL;

	if (count == 0)
		return refuse(session, "jobs");
	if (count > QUEUE_BATCH_MAX)
		return refuse_count(session);
	jobs = calloc(count, sizeof(*jobs));
	for (size_t at = 0; jobs && at < count; at++) {
		char name[32];

		snprintf(name, sizeof(name), "jobs[%zu]", at);
		if (!is_job(json_array_get(list, at)))
			return refuse(session, name);
		jobs[at] = (uint64_t)json_integer_value(json_array_get(list, at));
	}
	if (!jobs) {
		session_break(session, "out of memory");
		return false;
	}
	*ret_jobs = take_pointer(jobs);
	*ret_count = count;
	return true;
}

bool read_number(struct session *session, const json_t *parameters, const char *name,
	json_int_t least, json_int_t most, json_int_t otherwise, json_int_t *ret_number)
{
	const json_t *given = json_object_get(parameters, name);
	json_int_t number = json_integer_value(given);

	if (!json_is_integer(given))
		number = otherwise;
	else if (number < least || number > most)
		return refuse(session, name);
	*ret_number = number;
	return true;
}

bool read_states(struct session *session, const json_t *parameters, uint32_t *ret_states)
{
	const json_t *list = json_object_get(parameters, "states");
	uint32_t states = 0;

	/* Nothing at all would be found. */
	if (json_is_array(list) && json_array_size(list) == 0)
		return refuse(session, "states");
	for (size_t at = 0; at < json_array_size(list); at++) {
		const char *text = json_string_value(json_array_get(list, at));
		enum state state;
		char name[32];

		snprintf(name, sizeof(name), "states[%zu]", at);
		if (!text || !state_from_name(text, &state))
			return refuse(session, name);
		states |= UINT32_C(1) << state;
	}
	*ret_states = states;
	return true;
}

bool read_owner(
	struct session *session, const json_t *parameters, bool *ret_given, uid_t *ret_owner)
{
	json_int_t owner;

	/* The highest number stands for nobody. */
	if (!read_number(session, parameters, "owner", 0, (json_int_t)UINT32_MAX - 1, -1, &owner))
		return false;
	*ret_given = owner >= 0;
	*ret_owner = (uid_t)owner;
	return true;
}

static bool wish_name(const json_t *value, struct read_wishes *wishes)
{
	wishes->wishes.name = json_string_value(value);
	return wishes->wishes.name;
}

/* What stands for "not given" is out of the range like its neighbour. */
static bool wish_priority(const json_t *value, struct read_wishes *wishes)
{
	json_int_t number = json_integer_value(value);

	wishes->wishes.priority = number == -1 ? -2 : number;
	return json_is_integer(value);
}

static bool wish_processors(const json_t *value, struct read_wishes *wishes)
{
	json_int_t number = json_integer_value(value);

	wishes->wishes.processors = number == 0 ? -1 : number;
	return json_is_integer(value);
}

static bool wish_runtime(const json_t *value, struct read_wishes *wishes)
{
	wishes->wishes.has_runtime = true;
	wishes->wishes.runtime_ns = json_integer_value(value);
	return json_is_integer(value);
}

static bool wish_hold(const json_t *value, struct read_wishes *wishes)
{
	wishes->wishes.has_hold = true;
	wishes->wishes.hold = json_is_true(value);
	return json_is_boolean(value);
}

static bool is_variable(const char *text)
{
	const char *sign = text ? strchr(text, '=') : NULL;

	return sign && sign != text;
}

static bool wish_environment(const json_t *value, struct read_wishes *wishes)
{
	size_t count = json_array_size(value);

	if (!json_is_array(value) || count > RUN_ENVIRONMENT_MAX)
		return false;
	wishes->environment = calloc(count + 1, sizeof(*wishes->environment));
	for (size_t at = 0; wishes->environment && at < count; at++) {
		wishes->environment[at] = json_string_value(json_array_get(value, at));
		if (!is_variable(wishes->environment[at]))
			return false;
	}
	wishes->wishes.environment = wishes->environment;
	return wishes->environment;
}

static const struct wish_row {
	const char *name;
	bool (*read)(const json_t *value, struct read_wishes *wishes);
} wish_rows[] = {
	{ "name", wish_name },
	{ "priority", wish_priority },
	{ "processors", wish_processors },
	{ "runtime_ns", wish_runtime },
	{ "hold", wish_hold },
	{ "environment", wish_environment },
};

static const struct wish_row *find_wish(const char *name)
{
	for (size_t at = 0; at < sizeof(wish_rows) / sizeof(*wish_rows); at++)
		if (strcmp(wish_rows[at].name, name) == 0)
			return &wish_rows[at];
	return NULL;
}

bool read_wishes(struct session *session, const char *path, const json_t *options,
	struct read_wishes *ret_wishes)
{
	struct read_wishes wishes = { .wishes = JOB_WISHES_NONE };
	const char *key;
	json_t *value;

	json_object_foreach ((json_t *)options, key, value) {
		const struct wish_row *row = find_wish(key);
		char name[PATH_SIZE];

		if (row && (json_is_null(value) || row->read(value, &wishes)))
			continue;
		snprintf(name, sizeof(name), "%s.%s", path, key);
		free(wishes.environment);
		return refuse(session, name);
	}
	*ret_wishes = wishes;
	return true;
}
