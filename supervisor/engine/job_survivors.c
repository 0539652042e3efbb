/* What outlives the deadline of TerminateJob: named, answered with, and given up in the end. */
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "confine/group.h"
#include "ending/inquiry.h"
#include "engine/job_parts.h"
#include "engine/runner.h"
#include "engine/shared.h"

/* The deadline passed with somebody alive; but who ended while all were asked is no survivor. */
static bool has_ended_since(struct job *job)
{
	if (group_populated(job->group) == 0)
		killing_look(job->killing);
	return killing_is_over(job->killing) || job->phase != JOB_RUNNING;
}

static void give_up(struct job *job)
{
	struct job_try *running;

	if (job->abandoned)
		return;
	job->abandoned = true;
	job_each_running(running, job)
	{
		runner_abandon(running->runner);
	}
	log_line(LOG_LEVEL_WARNING, "job %llu: abandoned, something in it cannot be killed",
		(unsigned long long)job_id(job));
	job_look(job);
}

static void survivors_known(json_t *survivors, void *data)
{
	struct job *job = data;

	/* Its callers are answered with its end. */
	if (has_ended_since(job))
		return;
	json_decref(job->survivors);
	job->survivors = json_incref(survivors);
	job->terminate_failed = true;
	job_emit(job, TRACE_ASSESSMENT_SURVIVOR, json_pack("{s:O}", "survivors", survivors));
	job_answer_waiters(job, AXE_E_TERMINATE_FAILED, true);
	if (job->given_up)
		give_up(job);
}

static void ask_for_survivors(struct job *job)
{
	inquiry_destroy(take_pointer(job->inquiry));
	if (inquiry_create(job->engine->loop, &job->engine->hierarchy, job->group, survivors_known,
		    job, &job->inquiry) == 0)
		return;
	job_answer_waiters(job, AXE_E_TERMINATE_FAILED, true);
	if (job->given_up)
		give_up(job);
}

void job_survived(void *data)
{
	ask_for_survivors(data);
}

void job_ask_again(void *data)
{
	struct job *job = data;

	if (job_is_being_killed(job))
		ask_for_survivors(job);
}

/* Not before it is known whom: an inquiry has a budget of its own. */
void job_given_up(void *data)
{
	struct job *job = data;

	job->given_up = true;
	if (!job->inquiry || job->survivors)
		give_up(job);
}

/* A call after a failed one: another strike now, and an answer at its own deadline. */
void job_strike_again(struct job *job)
{
	group_kill(job->group, NULL);
	job->terminate_failed = false;
	timer_arm(&job->repeat, clock_monotonic_ns() + job->context.deadlines.kill_ns);
}
