/* io.axe.Cluster: jobs come into the queue, and are changed while they wait. */
#include "control/methods.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "control/cluster_call.h"
#include "control/cluster_read.h"
#include "control/session.h"

typedef void take_batch(struct queue *queue, const struct queue_caller *caller,
	struct queue_new *jobs, size_t count);

static void pass_batch(struct session *session, const json_t *parameters, take_batch *take)
{
	struct cluster_call call;
	struct read_batch batch;

	if (!read_batch(session, parameters, &batch))
		return;
	if (cluster_call_begin(session, &call)) {
		take(call.queue, &call.caller, batch.jobs, batch.count);
		/* The manifests are the queue's now. */
		for (size_t at = 0; at < batch.count; at++)
			batch.jobs[at].manifest = NULL;
		cluster_call_end(session);
	}
	read_batch_finish(&batch);
}

void cluster_add_job(struct session *session, const json_t *parameters)
{
	pass_batch(session, parameters, queue_add);
}

void cluster_queue_job(struct session *session, const json_t *parameters)
{
	pass_batch(session, parameters, queue_queue);
}

void cluster_submit_job(struct session *session, const json_t *parameters)
{
	auto_free uint64_t *jobs = NULL;
	struct cluster_call call;
	size_t count;

	if (!read_jobs(session, parameters, &jobs, &count) || !cluster_call_begin(session, &call))
		return;
	queue_submit(call.queue, &call.caller, jobs, count);
	cluster_call_end(session);
}

void cluster_modify_job(struct session *session, const json_t *parameters)
{
	const json_t *options = json_object_get(parameters, "options");
	struct read_wishes wishes;
	struct cluster_call call;
	uint64_t job;

	if (!read_job(session, parameters, &job) ||
		!read_wishes(session, "options", options, &wishes))
		return;
	if (cluster_call_begin(session, &call)) {
		queue_modify(call.queue, &call.caller, job, &wishes.wishes);
		cluster_call_end(session);
	}
	free(wishes.environment);
}

static void pass_hold(struct session *session, const json_t *parameters, bool held)
{
	struct cluster_call call;
	uint64_t job;

	if (!read_job(session, parameters, &job) || !cluster_call_begin(session, &call))
		return;
	queue_hold(call.queue, &call.caller, job, held);
	cluster_call_end(session);
}

void cluster_hold_job(struct session *session, const json_t *parameters)
{
	pass_hold(session, parameters, true);
}

void cluster_release_job(struct session *session, const json_t *parameters)
{
	pass_hold(session, parameters, false);
}
