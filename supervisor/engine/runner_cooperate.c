/* What a try and its supervisor say to each other, as it shows in events, verdict and result. */
#include <stdio.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/json.h"
#include "engine/runner_parts.h"
#include "engine/shared.h"
#include "model/assessment.h"

static void reported(json_t *event, void *data)
{
	runner_emit(data, TRACE_ASSESSMENT_PROGRESS, event);
}

static const char *asked_by(const struct runner *runner)
{
	return runner->cancel_requested ? "request" : "timeout";
}

static void acknowledged(void *data)
{
	struct runner *runner = data;

	runner_emit(runner, TRACE_ASSESSMENT_CANCEL,
		json_pack("{s:s, s:s}", "state", "acknowledged", "by", asked_by(runner)));
}

static int create(struct runner *runner)
{
	struct cooperation_identity identity = {
		.job = runner->context->job,
		.attempt = runner->context->attempt,
		.assessment = runner->index,
		.try_number = runner->try_number,
	};
	struct cooperation_owner owner = {
		.reported = reported,
		.acknowledged = acknowledged,
		.data = runner,
	};

	return cooperation_create(&identity, &owner, &runner->cooperation);
}

int runner_cooperate(struct runner *runner, uid_t uid, struct error *error)
{
	const struct cooperation_host *host = runner->context->engine->cooperation;
	struct error refusal = { 0 };
	int code = create(runner);

	if (code < 0)
		return fail(error, -code, "prepare `%s`", runner->assessment->name);
	/* A program that wants to run can do without; its result says so. */
	if (host && cooperation_open(runner->cooperation, host, uid, &refusal) < 0)
		snprintf(runner->unreachable, sizeof(runner->unreachable),
			"the assessment could not reach its supervisor: %s", refusal.text);
	return 0;
}

void runner_raise_cancel(struct runner *runner)
{
	cooperation_cancel(runner->cooperation);
}

bool runner_acknowledged(const struct runner *runner)
{
	return runner->cancel_requested && cooperation_is_acknowledged(runner->cooperation);
}

void runner_tell_ignored(struct runner *runner, enum verdict verdict)
{
	if (!runner->cancel_requested || verdict == VERDICT_CANCELED ||
		cooperation_is_acknowledged(runner->cooperation))
		return;
	runner_emit(runner, TRACE_ASSESSMENT_CANCEL, json_pack("{s:s}", "state", "ignored"));
}
