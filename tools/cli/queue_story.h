/* What a queue knows of a job and what the job's folder tells, put together as one object. */
#pragma once

#include <jansson.h>

/*
 * `job` (of job_folder_read; NULL: the folder is not readable) with what GetJob answered and the
 * tasks as ListTasks has them. Where both speak, the queue is right. Adds `owner`, `owner_name`,
 * `priority`, `held`, `rank`, `created`, `submitted`, `ended`, `purge_after`, `task_states`,
 * `history` (of attempts), `tasks`. A new reference; NULL: out of memory.
 */
json_t *queue_story(const json_t *job, const json_t *answer, json_t *tasks);

/* A job of a listing, likewise: its counts by state are `task_states`. A new reference. */
json_t *queue_story_line(const json_t *job);
