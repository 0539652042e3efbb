/* The end of a job that ran: what became of it, who is told, and whether it runs once more. */
#pragma once

#include <jansson.h>

struct queue;
struct running;
struct wait;

/* job.end is in the store. */
void ending_job_ended(struct running *running, const json_t *summary);

/* The end of a task that CancelTask was called for is in the store. */
void ending_answer_task(struct running *running, struct wait *wait, const json_t *result);

/* The words of an accepted CancelJob are in the store. */
void ending_accepted(struct running *running);
