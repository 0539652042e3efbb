/* A manifest comes in: planned, or run while its client hears how it goes. */
#include "control/methods.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/json.h"
#include "control/answer.h"
#include "control/run_options.h"
#include "control/session.h"
#include "control/varlink.h"
#include "model/manifest.h"

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
static struct manifest *read_manifest(struct session *session, const json_t *parameters)
{
	json_t *source = json_object_get(parameters, "manifest");
	struct manifest_error wrong = { 0 };
	struct manifest *manifest;
	int code = manifest_parse(source, &manifest, &wrong);

	if (code == 0)
		return manifest;
	if (code == -EINVAL)
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

static void tell_end(struct listener *listener, axe_result code, const json_t *summary)
{
	struct session *session = container_of(listener, struct session, listener);
	const char *outcome = json_string_value(json_object_get(summary, "outcome"));
	json_t *parameters = json_pack("{s:s?, s:I, s:O?}", "outcome", outcome, "code",
		(json_int_t)code, "summary", summary);

	list_remove(&listener->link);
	session_reply(session, parameters);
}

static const struct listener_calls execution = {
	.event = tell_event,
	.ended = tell_end,
};

static json_t *describe_job(struct supervisor *supervisor)
{
	const struct job *job = supervisor_job(supervisor);

	return json_pack("{s:I, s:o, s:s, s:s?}", "job", (json_int_t)job_id(job), "directory",
		text(job_directory(job)), "group", job_group(job), "socket",
		supervisor_socket(supervisor));
}

static void follow_job(struct session *session)
{
	/* Listening comes first: telling may already cut off a client that does not read. */
	session_listen(session, &execution);
	if (session->more)
		session_stream(session, describe_job(session->config.supervisor));
}

static void start_job(
	struct session *session, const json_t *parameters, const struct job_options *options)
{
	struct manifest *manifest = read_manifest(session, parameters);
	axe_result refusal;
	struct error error;

	if (!manifest)
		return;
	if (supervisor_start(session->config.supervisor, manifest, options, &refusal, &error) < 0)
		return refuse_job(session, refusal, &error);
	/* Nobody waits for the end of a one-way call: the next one may come. */
	if (session->oneway)
		return session_reply(session, json_object());
	follow_job(session);
}

void engine_execute_job(struct session *session, const json_t *parameters)
{
	struct job *job = supervisor_job(session->config.supervisor);
	struct run_options options;
	struct error wrong;

	if (job)
		return session_fail(session, VARLINK_ENGINE ".JobRunning",
			json_pack("{s:I}", "job", (json_int_t)job_id(job)));
	if (run_options_read(json_object_get(parameters, "options"), &options, &wrong) < 0)
		return session_refuse(session, wrong.text);
	start_job(session, parameters, &options.job);
	run_options_finish(&options);
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
	struct error wrong;

	if (run_options_read(json_object_get(parameters, "options"), &options, &wrong) < 0)
		return session_refuse(session, wrong.text);
	run_options_finish(&options);
	manifest = read_manifest(session, parameters);
	if (manifest)
		plan(session, manifest);
	manifest_destroy(manifest);
}
