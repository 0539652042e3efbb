/* The supervisor: one engine, its slots, who waits for one, and who wants to hear how it goes. */
#include "control/supervisor.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/json.h"
#include "base/log.h"
#include "control/listener.h"
#include "control/supervisor_parts.h"
#include "model/manifest.h"
#include "queue/queue.h"

void supervisor_turn_soon(void *data)
{
	struct supervisor *supervisor = data;

	sd_event_source_set_enabled(supervisor->turn, SD_EVENT_ONESHOT);
}

void supervisor_tell_change(struct supervisor *supervisor)
{
	if (supervisor->config.changed)
		supervisor->config.changed(supervisor->running_count, supervisor->waiting_count,
			supervisor->config.data);
}

static void run_event(const json_t *event, void *data)
{
	struct supervisor *supervisor = data;

	listeners_tell_event(&supervisor->subscribers, event);
	/* Before job.begin a termination was refused; it may be accepted now. */
	if (supervisor->leaving)
		supervisor_turn_soon(supervisor);
}

static void engine_notice(const json_t *event, void *data)
{
	struct supervisor *supervisor = data;

	listeners_tell_notice(&supervisor->subscribers, event);
}

static void drop_engine(struct supervisor *supervisor)
{
	engine_destroy(supervisor->engine);
	supervisor->engine = NULL;
}

/*
 * The caller is answered before the job goes, with its group, its files and its watches, and before
 * the engine does: giving BPF back takes milliseconds. Nobody else is served in between.
 */
static void bury(struct supervisor *supervisor, struct run *run, unsigned *count)
{
	if (run->socket && supervisor->config.withdraw)
		supervisor->config.withdraw(supervisor->config.data);
	list_remove(&run->link);
	--*count;
	run_tell_end(run);
	run_destroy(run);
	supervisor_tell_change(supervisor);
	if (supervisor->config.engine_per_job)
		drop_engine(supervisor);
}

int supervisor_prepare(struct supervisor *supervisor, struct error *error)
{
	if (supervisor->engine)
		return 0;
	return engine_create(
		supervisor->loop, &supervisor->config.engine, &supervisor->engine, error);
}

void supervisor_refuse(
	struct supervisor *supervisor, struct run *run, axe_result code, const struct error *error)
{
	run_refuse(run, code, error);
	run_drop(run);
	if (supervisor->config.engine_per_job)
		drop_engine(supervisor);
}

int supervisor_reserve(struct supervisor *supervisor, struct run *run)
{
	axe_result refusal = AXE_E_INIT_FAILED;
	struct error error;
	int code;

	supervisor->config.engine.surveys =
		supervisor->config.engine_per_job && manifest_is_surveyed(run->manifest);
	code = supervisor_prepare(supervisor, &error);
	if (code == 0) {
		refusal = AXE_E_JOB_PREPARATION;
		code = run_reserve(run, supervisor->engine, supervisor->config.state_dir, &error);
	}
	if (code < 0)
		supervisor_refuse(supervisor, run, refusal, &error);
	return code;
}

/* What was told of ends like a job, in its own time. */
static void refuse_start(struct supervisor *supervisor, struct run *run, const struct error *error)
{
	if (run_waited(run))
		job_refuse(run->job, AXE_E_JOB_PREPARATION, error->text);
	else
		supervisor_refuse(supervisor, run, AXE_E_JOB_PREPARATION, error);
}

void supervisor_start(struct supervisor *supervisor, struct run *run)
{
	const struct supervisor_config *config = &supervisor->config;
	struct error error;

	if (run_start(run, &error) < 0)
		return refuse_start(supervisor, run, &error);
	if (run_waited(run)) {
		list_remove(&run->link);
		supervisor->waiting_count--;
	}
	list_append(&supervisor->running, &run->link);
	supervisor->running_count++;
	if (config->announce)
		run->socket = config->announce(job_id(run->job), config->data);
	run_tell_start(run);
	supervisor_tell_change(supervisor);
}

static void start_waiting(struct supervisor *supervisor)
{
	struct run *run, *following;

	list_for_each_safe (run, following, &supervisor->waiting, link) {
		if (!supervisor_has_slot(supervisor))
			return;
		if (run_waits(run))
			supervisor_start(supervisor, run);
	}
}

/* Whoever waits with a connection goes first. */
static void start_queued(struct supervisor *supervisor)
{
	while (supervisor->queue && list_empty(&supervisor->waiting) &&
		supervisor_has_slot(supervisor) && queue_start_next(supervisor->queue))
		;
}

static void send_away_waiting(struct supervisor *supervisor)
{
	struct run *run;

	list_for_each (run, &supervisor->waiting, link)
		if (run_waits(run))
			job_cancel(run->job, 0);
}

static void bury_ended(struct supervisor *supervisor, struct list_link *runs, unsigned *count)
{
	struct run *run, *following;

	/* A caller of TerminateJob may still have to be answered after the end. */
	list_for_each_safe (run, following, runs, link)
		if (run_is_over(run))
			bury(supervisor, run, count);
}

static void leave_answered(axe_result code, const json_t *receipt, bool durable, void *data)
{
	if (code == AXE_E_TERMINATE_FAILED)
		log_line(LOG_LEVEL_WARNING,
			"a job outlived its termination; waiting until it is abandoned");
}

static bool outlives(const struct supervisor *supervisor, const struct run *run)
{
	return job_outlives_stop(run->job, supervisor->keeps);
}

static bool only_outliving_run(const struct supervisor *supervisor)
{
	const struct run *run;

	list_for_each (run, &supervisor->running, link)
		if (!outlives(supervisor, run))
			return false;
	return true;
}

static void press_running(struct supervisor *supervisor)
{
	struct run *run;

	if (supervisor->queue)
		queue_leave(supervisor->queue, supervisor->keeps);
	list_for_each (run, &supervisor->running, link)
		if (!outlives(supervisor, run) && !run->ended && !run->pressed && !run->queue.ended)
			run->pressed = run_terminate(run, leave_answered, run) == S_OK;
}

static int supervisor_turn(sd_event_source *source, void *data)
{
	struct supervisor *supervisor = data;

	bury_ended(supervisor, &supervisor->running, &supervisor->running_count);
	bury_ended(supervisor, &supervisor->waiting, &supervisor->waiting_count);
	if (!supervisor->leaving) {
		start_waiting(supervisor);
		start_queued(supervisor);
		return 0;
	}
	send_away_waiting(supervisor);
	if (only_outliving_run(supervisor) && list_empty(&supervisor->waiting)) {
		if (supervisor->engine)
			engine_rest(supervisor->engine);
		return sd_event_exit(supervisor->loop, 0);
	}
	press_running(supervisor);
	return 0;
}

int supervisor_create(sd_event *loop, const struct supervisor_config *config,
	struct supervisor **ret_supervisor, struct error *error)
{
	struct supervisor *supervisor = calloc(1, sizeof(*supervisor));
	int code;

	if (!supervisor)
		return fail(error, ENOMEM, "make the supervisor");
	supervisor->config = *config;
	supervisor->config.engine.notice = engine_notice;
	supervisor->config.engine.notice_data = supervisor;
	supervisor->owner = (struct run_owner){
		.look = supervisor_turn_soon,
		.event = run_event,
		.data = supervisor,
	};
	supervisor->loop = loop;
	list_init(&supervisor->waiting);
	list_init(&supervisor->running);
	list_init(&supervisor->subscribers);

	code = sd_event_add_defer(loop, &supervisor->turn, supervisor_turn, supervisor);
	if (code >= 0)
		code = sd_event_source_set_enabled(supervisor->turn, SD_EVENT_OFF);
	if (code < 0) {
		supervisor_destroy(supervisor);
		return fail(error, -code, "hang the supervisor into its loop");
	}
	*ret_supervisor = supervisor;
	return 0;
}

void supervisor_destroy(struct supervisor *supervisor)
{
	struct run *run, *following;

	if (!supervisor)
		return;
	list_for_each_safe (run, following, &supervisor->waiting, link)
		run_destroy(run);
	drop_engine(supervisor);
	sd_event_source_disable_unref(supervisor->turn);
	free(supervisor);
}

const struct supervisor_config *supervisor_config(const struct supervisor *supervisor)
{
	return &supervisor->config;
}

json_t *supervisor_residue(const struct supervisor *supervisor)
{
	return supervisor->engine ? engine_residue(supervisor->engine) : json_array();
}

void supervisor_subscribe(struct supervisor *supervisor, struct listener *listener)
{
	list_append(&supervisor->subscribers, &listener->link);
}

void supervisor_leave(struct supervisor *supervisor)
{
	supervisor->leaving = true;
	supervisor_turn_soon(supervisor);
}

void supervisor_leave_running(struct supervisor *supervisor)
{
	if (supervisor->queue)
		queue_stop(supervisor->queue);
	supervisor->keeps = true;
	supervisor_leave(supervisor);
}
