/* The supervisor: one engine, one job at a time, and all who want to hear how it goes. */
#include "control/supervisor.h"

#include <errno.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/json.h"
#include "base/list.h"
#include "base/log.h"
#include "control/listener.h"
#include "control/termination.h"
#include "model/manifest.h"

struct supervisor {
	struct supervisor_config config;
	sd_event *loop;
	sd_event_source *turn; /* what must not happen inside a callback of the engine */
	struct engine *engine;
	struct job *job;
	const char *socket; /* borrowed from whoever announced the job */
	struct list_link listeners;
	struct terminations terminations;
	json_t *summary;
	axe_result code;
	bool ended; /* code and summary are known; the job waits for its burial */
	bool leaving;
	bool pressed; /* our own TerminateJob of a leaving supervisor is under way or was answered
		       */
};

static void schedule_turn(struct supervisor *supervisor)
{
	sd_event_source_set_enabled(supervisor->turn, SD_EVENT_ONESHOT);
}

/* An ended job waits for the last of them. */
static void termination_settled(void *data)
{
	struct supervisor *supervisor = data;

	if (supervisor->ended)
		schedule_turn(supervisor);
}

static void job_event(struct job *job, const json_t *event, void *data)
{
	struct supervisor *supervisor = data;

	listeners_tell_event(&supervisor->listeners, event);
	/* Before job.begin a termination was refused; it may be accepted now. */
	if (supervisor->leaving)
		schedule_turn(supervisor);
}

static void engine_notice(const json_t *event, void *data)
{
	struct supervisor *supervisor = data;

	listeners_tell_notice(&supervisor->listeners, event);
}

/* The job must not be destroyed from in here, and its listeners may start the next at once. */
static void job_ended(struct job *job, axe_result code, const json_t *summary, void *data)
{
	struct supervisor *supervisor = data;

	supervisor->summary = json_incref((json_t *)summary);
	supervisor->code = code;
	supervisor->ended = true;
	schedule_turn(supervisor);
}

static void drop_engine(struct supervisor *supervisor)
{
	engine_destroy(supervisor->engine);
	supervisor->engine = NULL;
}

/* The listeners are answered before the engine goes: giving BPF back takes milliseconds. */
static void bury_job(struct supervisor *supervisor)
{
	auto_json summary = take_pointer(supervisor->summary);

	job_destroy(take_pointer(supervisor->job));
	supervisor->ended = supervisor->pressed = false;
	if (supervisor->socket && supervisor->config.withdraw)
		supervisor->config.withdraw(supervisor->config.data);
	supervisor->socket = NULL;

	listeners_tell_end(&supervisor->listeners, supervisor->code, summary);
	if (supervisor->config.engine_per_job)
		drop_engine(supervisor);
}

static void leave_answered(axe_result code, const json_t *receipt, bool durable, void *data)
{
	if (code == AXE_E_TERMINATE_FAILED)
		log_line(LOG_LEVEL_WARNING,
			"the job outlived its termination; waiting until it is abandoned");
}

static int supervisor_turn(sd_event_source *source, void *data)
{
	struct supervisor *supervisor = data;

	/* A caller of TerminateJob may still have to be answered after the end. */
	if (supervisor->ended && terminations_empty(&supervisor->terminations))
		bury_job(supervisor);
	if (!supervisor->leaving)
		return 0;
	if (!supervisor->job)
		return sd_event_exit(supervisor->loop, 0);
	if (!supervisor->ended && !supervisor->pressed)
		supervisor->pressed =
			supervisor_terminate(supervisor, leave_answered, supervisor) == S_OK;
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
	supervisor->loop = loop;
	list_init(&supervisor->listeners);
	terminations_init(&supervisor->terminations, termination_settled, supervisor);

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
	if (!supervisor)
		return;
	drop_engine(supervisor);
	sd_event_source_disable_unref(supervisor->turn);
	json_decref(supervisor->summary);
	free(supervisor);
}

const struct supervisor_config *supervisor_config(const struct supervisor *supervisor)
{
	return &supervisor->config;
}

struct job *supervisor_job(const struct supervisor *supervisor)
{
	return supervisor->job;
}

const char *supervisor_socket(const struct supervisor *supervisor)
{
	return supervisor->socket;
}

json_t *supervisor_residue(const struct supervisor *supervisor)
{
	return supervisor->engine ? engine_residue(supervisor->engine) : json_array();
}

static int refuse_start(struct supervisor *supervisor, struct error *error)
{
	if (supervisor->leaving)
		return fail_plain(error, ESHUTDOWN, "the supervisor is about to leave");
	if (supervisor->job)
		return fail_plain(error, EBUSY, "a job is running");
	return 0;
}

static int need_engine(struct supervisor *supervisor, struct error *error)
{
	if (supervisor->engine)
		return 0;
	return engine_create(
		supervisor->loop, &supervisor->config.engine, &supervisor->engine, error);
}

/* `manifest` is taken, also on failure. */
static int make_job(struct supervisor *supervisor, struct manifest *manifest,
	const struct job_options *asked, struct error *error)
{
	const struct job_observer observer = {
		.event = job_event,
		.ended = job_ended,
		.data = supervisor,
	};
	struct job_options options = *asked;
	int code;

	if (!options.state_dir)
		options.state_dir = supervisor->config.state_dir;
	code = job_create(
		supervisor->engine, manifest, &options, &observer, &supervisor->job, error);
	if (code < 0 && supervisor->config.engine_per_job)
		drop_engine(supervisor);
	return code;
}

int supervisor_start(struct supervisor *supervisor, struct manifest *manifest,
	const struct job_options *options, axe_result *ret_code, struct error *error)
{
	axe_result refusal = AXE_E_JOB_RUNNING;
	int code = refuse_start(supervisor, error);

	if (code == 0) {
		refusal = AXE_E_INIT_FAILED;
		code = need_engine(supervisor, error);
	}
	if (code < 0) {
		manifest_destroy(manifest);
		*ret_code = refusal;
		return code;
	}
	code = make_job(supervisor, manifest, options, error);
	if (code < 0) {
		*ret_code = AXE_E_JOB_PREPARATION;
		return code;
	}
	if (supervisor->config.announce)
		supervisor->socket = supervisor->config.announce(
			job_id(supervisor->job), supervisor->config.data);
	return 0;
}

void supervisor_listen(struct supervisor *supervisor, struct listener *listener)
{
	list_append(&supervisor->listeners, &listener->link);
}

axe_result supervisor_terminate(struct supervisor *supervisor, job_terminated *done, void *data)
{
	if (!supervisor->job || supervisor->ended)
		return AXE_E_NO_JOB_RUNNING;
	return terminations_add(&supervisor->terminations, supervisor->job, done, data);
}

void supervisor_forget(struct supervisor *supervisor, void *data)
{
	terminations_forget(&supervisor->terminations, supervisor->job, data);
}

void supervisor_leave(struct supervisor *supervisor)
{
	supervisor->leaving = true;
	schedule_turn(supervisor);
}
