/* What users may have of the queue, some of it only who steers the own jobs alone: its parameters.
 */
#include "queue/allowance.h"

#include "base/clock.h"
#include "base/identity.h"
#include "queue/queue_parts.h"
#include "record/store_read.h"

/* Of the time, that is what measuring may take. */
#define MEASURE_SHARE 20

uint64_t allowance_running(struct queue *queue, uid_t owner)
{
	const struct user *user = users_find(&queue->users, owner);
	uint64_t running = user ? user->running : 0;

	if (queue->host.beside)
		running += queue->host.beside(owner, queue->host.data);
	return running;
}

/* What a large store needs long for is not asked of it again and again. */
static bool may_write(struct queue *queue, uid_t owner)
{
	uint64_t limit = (uint64_t)queue->parameters[PARAMETER_USER_OUTPUT_BYTES];
	struct user *user = users_find(&queue->users, owner);
	uint64_t begun_ns = clock_monotonic_ns();

	if (!user)
		return false;
	if (begun_ns >= user->measure_ns) {
		uint64_t took_ns;

		if (store_read_output(queue->config.store, owner, &user->output_bytes, NULL) < 0)
			return false;
		took_ns = clock_monotonic_ns() - begun_ns;
		user->measure_ns = begun_ns + took_ns * MEASURE_SHARE;
	}
	return user->output_bytes < limit;
}

bool allowance_room(struct queue *queue, const struct queue_caller *caller, size_t count)
{
	int64_t limit = queue->parameters[PARAMETER_QUEUED_JOBS];

	if (queue->entries.count + count <= (size_t)limit)
		return true;
	caller_fail_limit(caller, "QueuedJobs", limit);
	return false;
}

bool allowance_write(struct queue *queue, const struct queue_caller *caller, uid_t owner)
{
	if (caller->actor.admin || may_write(queue, owner))
		return true;
	caller_fail_limit(
		caller, "UserOutputBytes", queue->parameters[PARAMETER_USER_OUTPUT_BYTES]);
	return false;
}

bool allowance_add(struct queue *queue, const struct queue_caller *caller, size_t count)
{
	uid_t owner = caller->actor.owner ? caller->actor.owner->uid : caller->actor.uid;
	int64_t limit = queue->parameters[PARAMETER_USER_QUEUED_JOBS];
	struct user *user = users_find(&queue->users, owner);

	if (!allowance_room(queue, caller, count))
		return false;
	if (caller->actor.admin)
		return true;
	if (user && user->open + count <= (size_t)limit)
		return allowance_write(queue, caller, owner);
	caller_fail_limit(caller, "UserQueuedJobs", limit);
	return false;
}

const char *queue_refuses_user(struct queue *queue, uid_t owner, int64_t *ret_limit)
{
	enum cluster_parameter reached = PARAMETER_COUNT;

	if (allowance_running(queue, owner) >=
		(uint64_t)queue->parameters[PARAMETER_USER_RUNNING_JOBS])
		reached = PARAMETER_USER_RUNNING_JOBS;
	else if (!may_write(queue, owner))
		reached = PARAMETER_USER_OUTPUT_BYTES;
	if (reached == PARAMETER_COUNT)
		return NULL;
	*ret_limit = queue->parameters[reached];
	return cluster_parameter_row(reached)->name;
}
