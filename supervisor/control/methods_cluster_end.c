/* io.axe.Cluster: jobs are canceled, run again, and forgotten. */
#include "control/methods.h"

#include <limits.h>

#include "base/cleanup.h"
#include "control/cluster_call.h"
#include "control/cluster_read.h"
#include "control/session.h"

static const char *message_of(const json_t *parameters, size_t *ret_size)
{
	const json_t *message = json_object_get(parameters, "message");

	*ret_size = json_string_length(message);
	return json_string_value(message);
}

static bool is_asynchronous(const json_t *parameters)
{
	return json_is_true(json_object_get(parameters, "asynchronous"));
}

/* A task that cannot be is refused by the queue, which knows how many there are. */
static bool read_task(
	struct session *session, const json_t *parameters, uint64_t *ret_job, unsigned *ret_index)
{
	json_int_t index;

	if (!read_job(session, parameters, ret_job) ||
		!read_number(session, parameters, "index", 0, INT64_MAX, 0, &index))
		return false;
	*ret_index = index > UINT_MAX ? UINT_MAX : (unsigned)index;
	return true;
}

void cluster_cancel_job(struct session *session, const json_t *parameters)
{
	struct cluster_call call;
	const char *message;
	uint64_t job;
	size_t size;

	if (!read_job(session, parameters, &job) || !cluster_call_begin(session, &call))
		return;
	message = message_of(parameters, &size);
	queue_cancel(call.queue, &call.caller, job, message, size, is_asynchronous(parameters));
	cluster_call_end(session);
}

void cluster_cancel_jobs(struct session *session, const json_t *parameters)
{
	auto_free uint64_t *jobs = NULL;
	struct cluster_call call;
	const char *message;
	size_t count, size;

	if (!read_jobs(session, parameters, &jobs, &count) || !cluster_call_begin(session, &call))
		return;
	message = message_of(parameters, &size);
	queue_cancel_all(call.queue, &call.caller, jobs, count, message, size);
	cluster_call_end(session);
}

void cluster_cancel_task(struct session *session, const json_t *parameters)
{
	struct cluster_call call;
	const char *message;
	unsigned index;
	uint64_t job;
	size_t size;

	if (!read_task(session, parameters, &job, &index) || !cluster_call_begin(session, &call))
		return;
	message = message_of(parameters, &size);
	queue_cancel_task(call.queue, &call.caller, job, index, message, size);
	cluster_call_end(session);
}

void cluster_requeue_job(struct session *session, const json_t *parameters)
{
	struct cluster_call call;
	uint64_t job;

	if (!read_job(session, parameters, &job) || !cluster_call_begin(session, &call))
		return;
	queue_requeue(call.queue, &call.caller, job, is_asynchronous(parameters));
	cluster_call_end(session);
}

void cluster_requeue_jobs(struct session *session, const json_t *parameters)
{
	auto_free uint64_t *jobs = NULL;
	struct cluster_call call;
	size_t count;

	if (!read_jobs(session, parameters, &jobs, &count) || !cluster_call_begin(session, &call))
		return;
	queue_requeue_all(call.queue, &call.caller, jobs, count);
	cluster_call_end(session);
}

void cluster_requeue_task(struct session *session, const json_t *parameters)
{
	struct cluster_call call;
	unsigned index;
	uint64_t job;

	if (!read_task(session, parameters, &job, &index) || !cluster_call_begin(session, &call))
		return;
	queue_requeue_task(call.queue, &call.caller, job, index);
	cluster_call_end(session);
}

void cluster_purge_job(struct session *session, const json_t *parameters)
{
	struct cluster_call call;
	uint64_t job;

	if (!read_job(session, parameters, &job) || !cluster_call_begin(session, &call))
		return;
	queue_purge(call.queue, &call.caller, job);
	cluster_call_end(session);
}
