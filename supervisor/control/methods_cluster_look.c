/* io.axe.Cluster: what is known of jobs, and the parameters of the queue. */
#include "control/methods.h"

#include <limits.h>

#include "control/cluster_call.h"
#include "control/cluster_read.h"
#include "control/session.h"

void cluster_get_job(struct session *session, const json_t *parameters)
{
	struct cluster_call call;
	uint64_t job;

	if (!read_job(session, parameters, &job) || !cluster_call_begin(session, &call))
		return;
	queue_get(call.queue, &call.caller, job);
	cluster_call_end(session);
}

static bool read_limit(struct session *session, const json_t *parameters, size_t *ret_limit)
{
	json_int_t limit;

	if (!read_number(session, parameters, "limit", 1, QUEUE_PAGE_MAX, 0, &limit))
		return false;
	*ret_limit = (size_t)limit;
	return true;
}

void cluster_list_jobs(struct session *session, const json_t *parameters)
{
	struct queue_listing listing = {
		.page = json_string_value(json_object_get(parameters, "page")),
	};
	struct cluster_call call;

	if (!read_states(session, parameters, &listing.states) ||
		!read_owner(session, parameters, &listing.has_owner, &listing.owner) ||
		!read_limit(session, parameters, &listing.limit) ||
		!cluster_call_begin(session, &call))
		return;
	queue_list(call.queue, &call.caller, &listing);
	cluster_call_end(session);
}

void cluster_list_waiting(struct session *session, const json_t *parameters)
{
	struct cluster_call call;
	size_t limit;

	if (!read_limit(session, parameters, &limit) || !cluster_call_begin(session, &call))
		return;
	queue_list_waiting(call.queue, &call.caller, limit);
	cluster_call_end(session);
}

void cluster_list_tasks(struct session *session, const json_t *parameters)
{
	struct cluster_call call;
	json_int_t first;
	uint32_t states;
	uint64_t job;
	size_t limit;

	if (!read_job(session, parameters, &job) || !read_states(session, parameters, &states) ||
		!read_number(session, parameters, "first", 0, UINT_MAX, 0, &first) ||
		!read_limit(session, parameters, &limit) || !cluster_call_begin(session, &call))
		return;
	queue_list_tasks(call.queue, &call.caller, job, states, (unsigned)first, limit);
	cluster_call_end(session);
}

void cluster_get_job_counter(struct session *session, const json_t *parameters)
{
	struct cluster_call call;
	bool has_owner;
	uid_t owner;

	if (!read_owner(session, parameters, &has_owner, &owner) ||
		!cluster_call_begin(session, &call))
		return;
	queue_count(call.queue, &call.caller, has_owner, owner);
	cluster_call_end(session);
}

void cluster_tell_parameters(struct session *session, const json_t *parameters)
{
	struct cluster_call call;

	if (!cluster_call_begin(session, &call))
		return;
	queue_tell_parameters(call.queue, &call.caller);
	cluster_call_end(session);
}

void cluster_set_parameter(struct session *session, const json_t *parameters)
{
	const char *name = json_string_value(json_object_get(parameters, "name"));
	struct cluster_call call;

	if (!cluster_call_begin(session, &call))
		return;
	queue_set_parameter(call.queue, &call.caller, name,
		json_integer_value(json_object_get(parameters, "value")));
	cluster_call_end(session);
}
