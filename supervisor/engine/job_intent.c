/* What is decided about a job, kept where it outlives the supervisor. */
#include "base/clock.h"
#include "engine/job_parts.h"
#include "record/jobdir.h"

void job_save_birth(struct job *job)
{
	struct axe_intent *intent = watch_intent(job->watch);

	intent->job = job_id(job);
	intent->attempt = job->context.attempt;
	intent->begun_ns = job->begun_ns;
	job_save(job);
	watch_seal(job->watch);
}

void job_save(struct job *job)
{
	struct axe_intent *intent = job->watch ? watch_intent(job->watch) : NULL;

	if (!intent)
		return;
	if (!job->terminated && !job->overrun)
		intent->terminate_ns = 0;
	else if (!intent->terminate_ns)
		intent->terminate_ns = clock_monotonic_ns();
	intent->cancel_until_ns = job->cancel_until_ns;
	intent->flags = (job->terminated ? AXE_INTENT_TERMINATE : 0) |
			(job->canceled ? AXE_INTENT_CANCEL_JOB : 0) |
			(job->overrun ? AXE_INTENT_OVERRUN : 0) |
			(job->receipt.struck_ns ? AXE_INTENT_KILL : 0);
}
