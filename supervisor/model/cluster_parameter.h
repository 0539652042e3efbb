/* The parameters of a queue: names, defaults, ranges and units in one table. */
#pragma once

#include <stdint.h>

enum cluster_parameter {
	PARAMETER_TTL_COMPLETED_JOBS,
	PARAMETER_JOB_RETRY_COUNT,
	PARAMETER_TASK_RETRY_COUNT,
	PARAMETER_JOB_RUNTIME,
	PARAMETER_SLOTS,
	PARAMETER_QUEUED_JOBS,
	PARAMETER_USER_QUEUED_JOBS,
	PARAMETER_USER_RUNNING_JOBS,
	PARAMETER_USER_OUTPUT_BYTES,
	PARAMETER_COUNT,
};

struct cluster_parameter_row {
	const char *name;
	int64_t value; /* the default */
	int64_t minimum, maximum;
	const char *unit; /* "ns", "bytes" or "" */
};

const struct cluster_parameter_row *cluster_parameter_row(enum cluster_parameter parameter);

/* Names ignore case. PARAMETER_COUNT: there is none of that name. */
enum cluster_parameter cluster_parameter_find(const char *name);

/* The name that is nearest to what is none; NULL: none is near. */
const char *cluster_parameter_nearest(const char *name);
