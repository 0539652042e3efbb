/* What is told of a whole job and of its trace. */
#include "cli/story_rows.h"

#include <stdio.h>
#include <string.h>

#include "cli/field.h"
#include "cli/story_words.h"

static void tell_job_pending(
	const struct terminal *terminal, const json_t *data, const json_t *actor)
{
	fputs("job `", terminal->stream);
	words_text(terminal, data, "name");
	if (json_is_true(json_object_get(data, "held")))
		fputs("` is in the queue, held", terminal->stream);
	else if (!json_is_integer(json_object_get(data, "ahead")))
		fputs("` is in the queue", terminal->stream);
	else
		fprintf(terminal->stream, "` waits for a slot, %lld before it",
			(long long)field_integer(data, "ahead"));
}

static void tell_job_cancel(
	const struct terminal *terminal, const json_t *data, const json_t *actor)
{
	fputs("job is asked to stop", terminal->stream);
	words_caller(terminal, actor);
}

static void tell_job_terminate(
	const struct terminal *terminal, const json_t *data, const json_t *actor)
{
	const char *reason = field_text(data, "reason");

	fputs(reason && strcmp(reason, "job_canceled") == 0 ? "job is canceled"
							    : "job is terminated",
		terminal->stream);
	words_message(terminal, data, actor);
}

static void tell_task_cancel(
	const struct terminal *terminal, const json_t *data, const json_t *actor)
{
	words_text(terminal, data, "name");
	fputs(" is canceled", terminal->stream);
	words_message(terminal, data, actor);
}

static void tell_job_begin(const struct terminal *terminal, const json_t *data, const json_t *actor)
{
	fputs("job `", terminal->stream);
	words_text(terminal, data, "name");
	fputs("` begins: ", terminal->stream);
	words_count(terminal, data, "assessments", "assessment");
}

static void tell_job_overrun(
	const struct terminal *terminal, const json_t *data, const json_t *actor)
{
	fputs("the job's time is over after ", terminal->stream);
	words_time(terminal, data, "runtime_ms");
}

static void tell_job_end(const struct terminal *terminal, const json_t *data, const json_t *actor)
{
	fputs("job ends: ", terminal->stream);
	words_text(terminal, data, "outcome");
	fputs(" after ", terminal->stream);
	words_time(terminal, data, "duration_ms");
}

static void tell_pressure(const struct terminal *terminal, const json_t *data, const json_t *actor)
{
	fputs("the job stood still for ", terminal->stream);
	words_time(terminal, data, "frozen_ms");
	fputs(": its events came faster than they could be written", terminal->stream);
}

static void tell_lost(const struct terminal *terminal, const json_t *data, const json_t *actor)
{
	words_count(terminal, data, "lines", "line");
	fputs(" of the trace left out, because of its ", terminal->stream);
	words_text(terminal, data, "reason");
}

static void tell_torn(const struct terminal *terminal, const json_t *data, const json_t *actor)
{
	fprintf(terminal->stream,
		"the supervisor had died while it wrote: %lld bytes of a torn line are cut",
		(long long)field_integer(data, "bytes"));
}

const struct story_row story_job_rows[] = {
	{ "job.pending", tell_job_pending },
	{ "job.begin", tell_job_begin },
	{ "job.cancel", tell_job_cancel },
	{ "job.terminate", tell_job_terminate },
	{ "job.overrun", tell_job_overrun },
	{ "job.end", tell_job_end },
	{ "task.cancel", tell_task_cancel },
	{ "supervisor.pressure", tell_pressure },
	{ "lost", tell_lost },
	{ "trace.torn", tell_torn },
	{ NULL, NULL },
};
