/* Those who called TerminateJob and wait for its answer. */
#include <errno.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "ending/killing.h"
#include "engine/job_parts.h"

int job_add_waiter(struct job *job, job_terminated *done, void *data)
{
	struct waiter *waiter = calloc(1, sizeof(*waiter));

	if (!waiter)
		return -ENOMEM;
	waiter->done = done;
	waiter->data = data;
	list_append(&job->waiters, &waiter->link);
	return 0;
}

/* Of a kill that is not over: as far as it has come. */
static json_t *receipt_by_now(struct job *job)
{
	struct receipt receipt = job->receipt;

	if (!receipt.accounted)
		job_account(job, &receipt);
	return receipt_json(&receipt, killing_report(job->killing), job->survivors);
}

void job_answer_waiters(struct job *job, axe_result code, bool durable)
{
	struct waiter *waiter, *following;
	auto_json receipt = NULL;

	if (list_empty(&job->waiters))
		return;
	job_list_living(job);
	receipt = code == S_OK && job->final_receipt ? json_incref(job->final_receipt)
						     : receipt_by_now(job);
	list_for_each_safe (waiter, following, &job->waiters, link) {
		list_remove(&waiter->link);
		waiter->done(code, receipt, durable, waiter->data);
		free(waiter);
	}
}

void job_terminate_forget(struct job *job, void *data)
{
	struct waiter *waiter, *following;

	list_for_each_safe (waiter, following, &job->waiters, link) {
		if (waiter->data != data)
			continue;
		list_remove(&waiter->link);
		free(waiter);
	}
}

void job_waiters_finish(struct job *job)
{
	struct waiter *waiter, *following;

	list_for_each_safe (waiter, following, &job->waiters, link) {
		list_remove(&waiter->link);
		free(waiter);
	}
}
