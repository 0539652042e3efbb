/* Those who wait for TerminateJob: each is answered once, or forgotten when it hangs up. */
#pragma once

#include <stdbool.h>

#include "base/list.h"
#include "engine/job.h"

struct terminations {
	struct list_link list; /* termination::link */
	/* One wait is over; the job may be looked at from the loop. */
	void (*settled)(void *data);
	void *data;
};

void terminations_init(struct terminations *terminations, void (*settled)(void *data), void *data);

/* job_terminate for one more caller. One call per `data`. */
axe_result terminations_add(
	struct terminations *terminations, struct job *job, job_terminated *done, void *data);

/* Its caller has hung up: `done` is not called any more, the termination goes on. */
void terminations_forget(struct terminations *terminations, struct job *job, void *data);

static inline bool terminations_empty(const struct terminations *terminations)
{
	return list_empty(&terminations->list);
}
