/* The supervisor: one engine, its slots, who waits for one, and who wants to hear how it goes. */
#include "control/supervisor.h"

#include <errno.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/json.h"
#include "base/log.h"
#include "control/listener.h"
#include "control/supervisor_parts.h"

static void schedule_turn(void *data)
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
		schedule_turn(supervisor);
}

static void engine_notice(const json_t *event, void *data)
{
	struct supervisor *supervisor = data;

	listeners_tell_notice(&supervisor->subscribers, event);
}

static void drop_waiting(struct supervisor *supervisor, struct run *run)
{
	run_destroy(run);
	supervisor->waiting_count--;
	supervisor_tell_change(supervisor);
}

static void run_expired(struct run *run, void *data)
{
	struct error error;

	fail_plain(&error, ETIMEDOUT, "no slot was free in time");
	run_refuse(run, AXE_E_JOB_WAIT_TIMEOUT, &error);
	drop_waiting(data, run);
}

static void drop_engine(struct supervisor *supervisor)
{
	engine_destroy(supervisor->engine);
	supervisor->engine = NULL;
}

/* The caller is answered before the engine goes: giving BPF back takes milliseconds. */
static void bury(struct supervisor *supervisor, struct run *run)
{
	job_destroy(take_pointer(run->job));
	if (run->socket && supervisor->config.withdraw)
		supervisor->config.withdraw(supervisor->config.data);
	list_remove(&run->link);
	supervisor->running_count--;
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

void supervisor_start(struct supervisor *supervisor, struct run *run)
{
	const struct supervisor_config *config = &supervisor->config;
	axe_result refusal = AXE_E_INIT_FAILED;
	struct error error;
	int code = supervisor_prepare(supervisor, &error);

	if (code == 0) {
		refusal = AXE_E_JOB_PREPARATION;
		code = run_start(run, supervisor->engine, config->state_dir, &error);
	}
	if (code < 0) {
		run_refuse(run, refusal, &error);
		run_destroy(run);
		if (config->engine_per_job)
			drop_engine(supervisor);
		return;
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
		list_remove(&run->link);
		supervisor->waiting_count--;
		supervisor_start(supervisor, run);
	}
}

static void send_away_withdrawn(struct supervisor *supervisor)
{
	struct run *run, *following;

	list_for_each_safe (run, following, &supervisor->waiting, link) {
		if (!run->withdrawn && !supervisor->leaving)
			continue;
		run_tell_withdrawn(run);
		drop_waiting(supervisor, run);
	}
}

static void leave_answered(axe_result code, const json_t *receipt, bool durable, void *data)
{
	if (code == AXE_E_TERMINATE_FAILED)
		log_line(LOG_LEVEL_WARNING,
			"a job outlived its termination; waiting until it is abandoned");
}

static void press_running(struct supervisor *supervisor)
{
	struct run *run;

	list_for_each (run, &supervisor->running, link)
		if (!run->ended && !run->pressed)
			run->pressed = run_terminate(run, leave_answered, run) == S_OK;
}

static int supervisor_turn(sd_event_source *source, void *data)
{
	struct supervisor *supervisor = data;
	struct run *run, *following;

	/* A caller of TerminateJob may still have to be answered after the end. */
	list_for_each_safe (run, following, &supervisor->running, link)
		if (run_is_over(run))
			bury(supervisor, run);
	send_away_withdrawn(supervisor);
	if (!supervisor->leaving) {
		start_waiting(supervisor);
		return 0;
	}
	if (list_empty(&supervisor->running))
		return sd_event_exit(supervisor->loop, 0);
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
		.look = schedule_turn,
		.event = run_event,
		.expired = run_expired,
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
	schedule_turn(supervisor);
}
