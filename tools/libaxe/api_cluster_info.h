/* What a daemon tells of a job and of a task, as objects that do not change. */
#pragma once

#include "libaxe/api_cluster.h"

struct axe_job_info {
	json_t *answer; /* owned: all of it */
	const json_t *job; /* in it */
	char *text; /* `answer` */
	char *owner_name; /* owned; NULL: it has none */
};

struct axe_task_info {
	json_t *task; /* owned */
	char *text;
};

/* `answer` is taken, always; `job` is in it. NULL: out of memory. */
axe_job_info *job_info_create(json_t *answer, const json_t *job);

/* A new reference to the task. NULL: out of memory. */
axe_task_info *task_info_create(json_t *task);

/* NULL is fine. */
void task_info_free(axe_task_info *info);
