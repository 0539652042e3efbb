/*
 * The next assessment, born when the one before it is dead and before all about that is written
 * down: the one processor writes while the other one bears and executes it. So who bears it is not
 * waited for until its own begin is to be told.
 *
 * Only where nothing that is still to be found out may forbid it: the one that ended has passed for
 * good, and its host was looked at already, as the next one finds it, or nobody looks at it. What
 * is told of the two keeps its order, the end before the begin; but a successor of ours that finds
 * both untold takes both for running, and tells the begin first; one that finds nobody born yet
 * gives birth. At no time more of them live than
 * the job allows; only the number of slots of the kernel half that are in use is greater, by the
 * ended one's, until the next step.
 */
#include "base/cleanup.h"
#include "engine/agenda.h"
#include "engine/job_parts.h"
#include "model/assessment.h"
#include "model/manifest.h"

static bool has_passed_for_good(const struct job_try *ended, enum verdict verdict)
{
	const struct manifest *manifest = ended->job->manifest;

	return verdict == VERDICT_PASSED && ended != ended->job->post &&
	       !(manifest->assessments[ended->index]->retry_on & 1u << VERDICT_PASSED);
}

/* It is still counted as active; an adopted job may have more of those than it allows. */
static bool may_follow(const struct job *job)
{
	return job->phase == JOB_RUNNING && job_may_start(job) &&
	       job->active <= job->manifest->parallel;
}

void job_bear_heir(struct job_try *ended, enum verdict verdict)
{
	struct job *job = ended->job;
	size_t index;

	if (!has_passed_for_good(ended, verdict) || !may_follow(job) || !job_survey_inherit(job))
		return;
	/* Who waited for it may be the next one. */
	agenda_done(job->agenda, ended->index);
	ended->followed = true;
	if (agenda_take(job->agenda, &index)) {
		job->followed = ended;
		job_start_assessment(job, index);
	}
	job_survey_begun(job);
}

bool job_keeps_heir(struct job *job, struct runner *runner)
{
	if (!job->followed)
		return false;
	job->heir = runner;
	return true;
}

void job_tell_heir(struct job *job)
{
	struct runner *heir = take_pointer(job->heir);

	job->followed = NULL;
	if (heir)
		runner_started(heir);
}

void job_heir_before(struct job *job, const struct trace_line *line)
{
	const struct job_try *followed = job->followed;

	if (followed && !(line->has_assessment && line->assessment == followed->index))
		job_tell_heir(job);
}
