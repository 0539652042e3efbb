/* A manifest comes in: planned, or run while its client hears how it goes. */
#include "control/methods.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/json.h"
#include "control/answer.h"
#include "control/run_options.h"
#include "control/session.h"
#include "control/varlink.h"
#include "model/manifest.h"

/* What an ordinary user may ask for at the most; the two latter are the defaults. */
#define ORDINARY_FREEZE_NS  (1 * NS_PER_SEC)
#define ORDINARY_PICTURE_NS (250 * NS_PER_MS)
#define ORDINARY_KILL_NS    (10 * NS_PER_SEC)
#define ORDINARY_ABANDON_NS (60 * NS_PER_SEC)

/* Keys and values of strangers may have been cut within a character. */
static json_t *text(const char *value)
{
	return json_text(value, strlen(value));
}

static void refuse_manifest(struct session *session, const struct manifest_error *wrong)
{
	json_t *parameters = json_pack("{s:o, s:i, s:i, s:o, s:o, s:o}", "path", text(wrong->path),
		"line", (int)wrong->line, "column", (int)wrong->column, "expected",
		text(wrong->expected), "found", text(wrong->found), "advice", text(wrong->advice));

	session_fail(session, VARLINK_ENGINE ".BadManifest", parameters);
}

static void refuse_job(struct session *session, axe_result code, const struct error *error)
{
	json_t *parameters =
		json_pack("{s:I, s:o}", "code", (json_int_t)code, "text", text(error->text));

	session_fail(session, VARLINK_ENGINE ".JobFailed", parameters);
}

/* NULL: refused, and the client knows why. */
static struct manifest *read_manifest(
	struct session *session, const json_t *parameters, bool queued)
{
	json_t *source = json_object_get(parameters, "manifest");
	struct manifest_error wrong = { 0 };
	struct manifest *manifest;
	int code = manifest_parse(source, &manifest, &wrong);

	if (code == 0) {
		code = actor_check_manifest(&session->config.actor, manifest, &wrong);
		if (code == 0 && !queued)
			code = manifest_check_unqueued(manifest, &wrong);
		if (code == 0 && supervisor_config(session->config.supervisor)->ends_jobs)
			code = manifest_check_private(manifest, &wrong);
		if (code == 0)
			return manifest;
		manifest_destroy(manifest);
	}
	if (code == -EINVAL || code == -EPERM)
		refuse_manifest(session, &wrong);
	else
		session_break(session, "out of memory");
	return NULL;
}

static void tell_event(struct listener *listener, const json_t *event)
{
	struct session *session = container_of(listener, struct session, listener);

	if (session->more)
		session_stream(session, json_pack("{s:O}", "event", event));
}

static void tell_pending(struct listener *listener, const struct run *run, const json_t *event)
{
	struct session *session = container_of(listener, struct session, listener);

	if (session->more)
		session_stream(session,
			json_pack("{s:I, s:o, s:s, s:O}", "job", (json_int_t)job_id(run->job),
				"directory", text(job_directory(run->job)), "ticket", run->ticket,
				"event", event));
}

static void tell_start(struct listener *listener, const struct run *run)
{
	struct session *session = container_of(listener, struct session, listener);
	const struct job *job = run->job;

	if (session->more)
		session_stream(
			session, json_pack("{s:I, s:o, s:s, s:s?}", "job", (json_int_t)job_id(job),
					 "directory", text(job_directory(job)), "group",
					 job_group(job), "socket", run->socket));
}

static void tell_end(struct listener *listener, axe_result code, const json_t *summary)
{
	struct session *session = container_of(listener, struct session, listener);
	const char *outcome = json_string_value(json_object_get(summary, "outcome"));

	session_reply(session, json_pack("{s:s?, s:I, s:O?}", "outcome", outcome, "code",
				       (json_int_t)code, "summary", summary));
}

static void refuse_busy(struct session *session)
{
	const struct run *run = supervisor_first(session->config.supervisor);

	session_fail(session, VARLINK_ENGINE ".JobRunning",
		json_pack("{s:I}", "job", (json_int_t)job_id(run->job)));
}

static void refuse_queue(struct session *session, const struct error *error)
{
	struct supervisor *supervisor = session->config.supervisor;
	int64_t most = supervisor_config(supervisor)->pending_max;

	/* It is the user that may have no more. */
	if (error->code == EDQUOT)
		queue_refuses_user(
			supervisor_queue(supervisor), session->config.actor.identity.uid, &most);
	session_fail(session, VARLINK_ENGINE ".LimitReached",
		json_pack("{s:I, s:s}", "limit", (json_int_t)most, "text", error->text));
}

static void refuse_wait(struct session *session)
{
	session_fail(session, VARLINK_ENGINE ".JobWaitTimeout",
		json_pack("{s:I, s:o}", "code", (json_int_t)AXE_E_JOB_WAIT_TIMEOUT, "jobs",
			supervisor_running(session->config.supervisor)));
}

static void tell_refusal(struct listener *listener, axe_result code, const struct error *error)
{
	struct session *session = container_of(listener, struct session, listener);

	if (code == AXE_E_JOB_RUNNING)
		refuse_busy(session);
	else if (code == AXE_E_LIMIT_REACHED)
		refuse_queue(session, error);
	else if (code == AXE_E_JOB_WAIT_TIMEOUT)
		refuse_wait(session);
	else
		refuse_job(session, code, error);
}

static const struct listener_calls execution = {
	.event = tell_event,
	.pending = tell_pending,
	.started = tell_start,
	.refused = tell_refusal,
	.ended = tell_end,
};

/*
 * Of whom is no admin: no path is looked at for it, and nobody is kept from ending the job for
 * longer than by default.
 */
static const char *find_forbidden(const struct session *session, const struct run_options *options)
{
	const char *state_dir = supervisor_config(session->config.supervisor)->state_dir;
	const struct job_options *job = &options->job;

	if (session->config.actor.admin)
		return NULL;
	if (job->state_dir && (!state_dir || strcmp(job->state_dir, state_dir) != 0))
		return "options.state_dir";
	if (job->freeze_deadline_ns > ORDINARY_FREEZE_NS)
		return "options.freeze_deadline_ns";
	if (job->picture_budget_ns > ORDINARY_PICTURE_NS)
		return "options.picture_budget_ns";
	if (job->kill_deadline_ns > ORDINARY_KILL_NS)
		return "options.kill_deadline_ns";
	if (job->abandon_after_ns > ORDINARY_ABANDON_NS)
		return "options.abandon_after_ns";
	if (job->core_grace_ns)
		return "options.core_grace_ns";
	return NULL;
}

static bool read_options(
	struct session *session, const json_t *parameters, struct run_options *ret_options)
{
	struct run_options options;
	const char *forbidden;
	struct error wrong;

	if (run_options_read(json_object_get(parameters, "options"), &options, &wrong) < 0) {
		session_refuse(session, wrong.text);
		return false;
	}
	forbidden = find_forbidden(session, &options);
	if (forbidden) {
		run_options_finish(&options);
		session_refuse(session, forbidden);
		return false;
	}
	*ret_options = options;
	return true;
}

/* False: refused. A one-way call is refused in silence. */
static bool may_wait(struct session *session)
{
	const struct actor *actor = &session->config.actor;
	const struct supervisor *supervisor = session->config.supervisor;

	if (actor->admin || supervisor_count_waiting(supervisor, actor->identity.uid) <
				    SUPERVISOR_PENDING_USER_MAX)
		return true;
	session_fail(session, VARLINK_ENGINE ".LimitReached",
		json_pack("{s:i, s:s}", "limit", SUPERVISOR_PENDING_USER_MAX, "text",
			"as many jobs of this user as may do so wait for a slot"));
	return false;
}

/* `options` is taken. */
static void start_job(
	struct session *session, const json_t *parameters, struct run_options *options)
{
	struct supervisor *supervisor = session->config.supervisor;
	struct manifest *manifest = read_manifest(session, parameters, false);

	if (!manifest)
		return run_options_finish(options);
	/* Nobody waits for the end of a one-way call: the next one may come. */
	if (session->oneway) {
		supervisor_execute(supervisor, manifest, options, NULL);
		return session_reply(session, json_object());
	}
	/* Listening comes first: telling may already cut off a client that does not read. */
	session_listen(session, &execution);
	supervisor_execute(supervisor, manifest, options, &session->listener);
}

void engine_execute_job(struct session *session, const json_t *parameters)
{
	struct run_options options;

	if (!may_wait(session) || !read_options(session, parameters, &options))
		return;
	options.job.owner = actor_owner(&session->config.actor);
	options.user_bounded = options.job.owner && !session->config.actor.admin;
	start_job(session, parameters, &options);
}

static void plan(struct session *session, const struct manifest *manifest)
{
	const struct supervisor_config *config = supervisor_config(session->config.supervisor);
	struct error error;
	json_t *steps;

	if (engine_plan(&config->engine, manifest, &steps, &error) < 0)
		return refuse_job(session, AXE_E_JOB_PREPARATION, &error);
	session_reply(session, json_pack("{s:o}", "plan", steps));
}

void engine_plan_job(struct session *session, const json_t *parameters)
{
	struct run_options options;
	struct manifest *manifest;

	if (!read_options(session, parameters, &options))
		return;
	run_options_finish(&options);
	/* Where there is a queue, it may be what runs it. */
	manifest = read_manifest(
		session, parameters, supervisor_queue(session->config.supervisor) != NULL);
	if (manifest)
		plan(session, manifest);
	manifest_destroy(manifest);
}
