/* The parameters of a queue: names, defaults, ranges and units in one table. */
#include "model/cluster_parameter.h"

#include <strings.h>

#include "base/clock.h"
#include "base/text.h"

#define DAY_NS  ((int64_t)(24 * 60 * 60 * NS_PER_SEC))
#define YEAR_NS (365 * DAY_NS)

/* clang-format off */
static const struct cluster_parameter_row rows[PARAMETER_COUNT] = {
	[PARAMETER_TTL_COMPLETED_JOBS] = { "TTLCompletedJobs", 5 * DAY_NS, 0, 100 * YEAR_NS, "ns" },
	[PARAMETER_JOB_RETRY_COUNT]    = { "JobRetryCount",    3, 0, 100, "" },
	[PARAMETER_TASK_RETRY_COUNT]   = { "TaskRetryCount",   3, 0, 100, "" },
	[PARAMETER_JOB_RUNTIME]        = { "JobRuntime",       0, 0, YEAR_NS, "ns" },
	[PARAMETER_SLOTS]              = { "Slots",            1, 1, 256, "" },
	[PARAMETER_QUEUED_JOBS]        = { "QueuedJobs",       1000000, 1, 10000000, "" },
	[PARAMETER_USER_QUEUED_JOBS]   = { "UserQueuedJobs",   10000, 0, 1000000, "" },
	[PARAMETER_USER_RUNNING_JOBS]  = { "UserRunningJobs",  256, 1, 256, "" },
	[PARAMETER_USER_OUTPUT_BYTES]  = { "UserOutputBytes",  (int64_t)1 << 40, 0, (int64_t)1 << 60, "bytes" },
};
/* clang-format on */

const struct cluster_parameter_row *cluster_parameter_row(enum cluster_parameter parameter)
{
	return &rows[parameter];
}

enum cluster_parameter cluster_parameter_find(const char *name)
{
	unsigned at = 0;

	while (at < PARAMETER_COUNT && strcasecmp(name, rows[at].name) != 0)
		at++;
	return (enum cluster_parameter)at;
}

const char *cluster_parameter_nearest(const char *name)
{
	const char *names[PARAMETER_COUNT];

	for (unsigned at = 0; at < PARAMETER_COUNT; at++)
		names[at] = rows[at].name;
	return text_nearest(name, names, PARAMETER_COUNT);
}
