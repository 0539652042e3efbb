/* Which events a subscriber wants: those of one job, those of some types. */
#include "control/event_filter.h"

#include <errno.h>
#include <string.h>

#include "base/json.h"
#include "control/answer.h"
#include "control/permission.h"
#include "control/session.h"
#include "control/varlink.h"
#include "record/store_read.h"
#include "record/trace.h"

/* What happens to processes is told by the job's trace alone. */
static const struct {
	const char *name;
	bool told;
} types[] = {
#define TYPE_ROW(constant, name, lifecycle) [TRACE_##constant] = { name, lifecycle },
	TRACE_TYPES(TYPE_ROW)
#undef TYPE_ROW
};

_Static_assert(TRACE_TYPE_COUNT <= 32, "one bit for each type");

/* TRACE_TYPE_COUNT: none that is told. */
static unsigned find_type(const char *name)
{
	for (unsigned type = 0; type < TRACE_TYPE_COUNT; type++)
		if (types[type].told && strcmp(types[type].name, name) == 0)
			return type;
	return TRACE_TYPE_COUNT;
}

json_t *event_types(void)
{
	json_t *names = json_array();

	for (unsigned type = 0; type < TRACE_TYPE_COUNT; type++)
		if (types[type].told)
			json_array_append_new(names, json_string(types[type].name));
	return names;
}

static void refuse_type(struct session *session, const char *name)
{
	session_fail(session, VARLINK_EVENTS ".UnknownType",
		json_pack("{s:o, s:o}", "type", json_text(name, strlen(name)), "known",
			event_types()));
}

static bool read_types(struct session *session, const json_t *names, uint32_t *ret_types)
{
	uint32_t chosen = 0;
	json_t *name;
	size_t index;

	json_array_foreach ((json_t *)names, index, name) {
		unsigned type;

		if (!json_is_string(name)) {
			session_refuse(session, "types");
			return false;
		}
		type = find_type(json_string_value(name));
		if (type == TRACE_TYPE_COUNT) {
			refuse_type(session, json_string_value(name));
			return false;
		}
		chosen |= UINT32_C(1) << type;
	}
	*ret_types = chosen;
	return true;
}

static void see_owner(const struct store_job *job, void *data)
{
	*(uid_t *)data = job->owner;
}

/* One that has just begun may not be stored yet. */
static bool is_known(struct session *session, uint64_t job, uid_t *ret_owner)
{
	const struct supervisor *supervisor = session->config.supervisor;
	struct store *store = supervisor_config(supervisor)->engine.store;
	const struct run *run = supervisor_find_job(supervisor, job);

	*ret_owner = run ? job_owner(run->job) : STORE_ANY_OWNER;
	return run || (store && store_read_job(store, job, see_owner, ret_owner, NULL) != -ENOENT);
}

static bool read_job(struct session *session, const json_t *job, uint64_t *ret_job)
{
	json_int_t number = json_integer_value(job);
	uid_t owner;

	if (number <= 0) {
		session_refuse(session, "job");
		return false;
	}
	if (!is_known(session, (uint64_t)number, &owner)) {
		session_fail(
			session, VARLINK_EVENTS ".NotFound", json_pack("{s:I}", "job", number));
		return false;
	}
	*ret_job = (uint64_t)number;
	return permit(session, VARLINK_EVENTS ".NotAuthorised", *ret_job, owner);
}

bool event_filter_read(
	struct session *session, const json_t *parameters, struct event_filter *ret_filter)
{
	const json_t *job = json_object_get(parameters, "job");
	const json_t *names = json_object_get(parameters, "types");
	struct event_filter filter = {
		.owned = !session->config.actor.admin,
		.owner = session->config.actor.identity.uid,
	};

	/* Nothing at all would come. */
	if (json_is_array(names) && json_array_size(names) == 0) {
		session_refuse(session, "types");
		return false;
	}
	if (!read_types(session, names, &filter.types))
		return false;
	if (json_is_integer(job) && !read_job(session, job, &filter.job))
		return false;
	*ret_filter = filter;
	return true;
}

static bool is_wanted(const struct event_filter *filter, uint64_t job, const char *type)
{
	unsigned bit;

	if (filter->job && filter->job != job)
		return false;
	if (!filter->types)
		return true;
	bit = find_type(type);
	return bit < TRACE_TYPE_COUNT && filter->types & UINT32_C(1) << bit;
}

bool event_filter_passes(const struct event_filter *filter, const struct store_event *event)
{
	if (filter->owned && filter->owner != event->owner)
		return false;
	return is_wanted(filter, event->job, event->type);
}

bool event_filter_passes_json(const struct event_filter *filter, const json_t *event)
{
	const char *type = json_string_value(json_object_get(event, "type"));
	json_int_t job = json_integer_value(json_object_get(event, "job"));

	return !filter->owned && is_wanted(filter, (uint64_t)job, type ? type : "");
}
