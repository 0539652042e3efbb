/* Those who wait for TerminateJob: each is answered once, or forgotten when it hangs up. */
#include "control/termination.h"

#include <stdlib.h>

struct termination {
	struct list_link link; /* terminations::list */
	struct terminations *all;
	job_terminated *done;
	void *data;
};

void terminations_init(struct terminations *terminations, void (*settled)(void *data), void *data)
{
	list_init(&terminations->list);
	terminations->settled = settled;
	terminations->data = data;
}

static void remove_termination(struct termination *termination)
{
	list_remove(&termination->link);
	termination->all->settled(termination->all->data);
	free(termination);
}

static void answer(axe_result code, const json_t *receipt, bool durable, void *data)
{
	struct termination *termination = data;
	job_terminated *done = termination->done;
	void *caller = termination->data;

	remove_termination(termination);
	done(code, receipt, durable, caller);
}

axe_result terminations_add(
	struct terminations *terminations, struct job *job, job_terminated *done, void *data)
{
	struct termination *termination = malloc(sizeof(*termination));
	axe_result code;

	if (!termination)
		return AXE_E_INTERNAL_ERROR;
	*termination = (struct termination){ .all = terminations, .done = done, .data = data };
	list_append(&terminations->list, &termination->link);

	code = job_terminate(job, answer, termination);
	/* On success it may be answered and freed already. */
	if (code != S_OK)
		remove_termination(termination);
	return code;
}

void terminations_forget(struct terminations *terminations, struct job *job, void *data)
{
	struct termination *termination, *following;

	list_for_each_safe (termination, following, &terminations->list, link) {
		if (termination->data != data)
			continue;
		job_terminate_forget(job, termination);
		remove_termination(termination);
	}
}
