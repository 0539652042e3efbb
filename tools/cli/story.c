/* A job's trace, told line by line. */
#include "cli/story.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "cli/field.h"
#include "cli/result_text.h"
#include "cli/story_words.h"

#define DATA_SHOWN_MAX 400

typedef void teller(const struct terminal *terminal, const json_t *data, const json_t *actor);

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
	fprintf(terminal->stream, "` begins: %lld assessments",
		(long long)field_integer(data, "assessments"));
}

static void tell_job_end(const struct terminal *terminal, const json_t *data, const json_t *actor)
{
	fputs("job ends: ", terminal->stream);
	words_text(terminal, data, "outcome");
	fputs(" after ", terminal->stream);
	words_time(terminal, data, "duration_ms");
}

static void tell_assessment_begin(
	const struct terminal *terminal, const json_t *data, const json_t *actor)
{
	words_text(terminal, data, "name");
	fputs(" begins: ", terminal->stream);
	words_argv(terminal, data);
}

static void tell_assessment_end(
	const struct terminal *terminal, const json_t *data, const json_t *actor)
{
	const char *verdict = field_text(data, "verdict");
	char reason[RESULT_REASON_SIZE];

	words_text(terminal, data, "name");
	fputs(" ends: ", terminal->stream);
	terminal_paint(terminal, result_paint(verdict), "%s", verdict ? verdict : "?");
	fputs(" after ", terminal->stream);
	words_time(terminal, data, "duration_ms");
	if (result_reason(data, reason)[0])
		fprintf(terminal->stream, " (%s)", reason);
}

static void tell_timeout(const struct terminal *terminal, const json_t *data, const json_t *actor)
{
	fputs("time is over after ", terminal->stream);
	words_time(terminal, data, "timeout_ms");
	fputs(": ", terminal->stream);
	words_signal(terminal, data);
	fprintf(terminal->stream, " to %lld processes",
		(long long)field_integer(data, "processes"));
}

static void tell_kill(const struct terminal *terminal, const json_t *data, const json_t *actor)
{
	fprintf(terminal->stream, "killed %lld processes in ",
		(long long)field_integer(data, "killed"));
	words_time(terminal, json_object_get(data, "phases"), "total_ms");
}

static void tell_leak(const struct terminal *terminal, const json_t *data, const json_t *actor)
{
	fprintf(terminal->stream, "%lld processes are left over",
		(long long)field_integer(data, "count"));
}

static void tell_fork(const struct terminal *terminal, const json_t *data, const json_t *actor)
{
	words_text(terminal, data, "comm");
	fprintf(terminal->stream, "[%lld] is born of [%lld]", words_pid(data),
		words_pid(json_object_get(data, "parent")));
}

static void tell_exec(const struct terminal *terminal, const json_t *data, const json_t *actor)
{
	words_text(terminal, data, "comm");
	fprintf(terminal->stream, "[%lld] runs ", words_pid(data));
	words_argv(terminal, data);
}

static void tell_exit(const struct terminal *terminal, const json_t *data, const json_t *actor)
{
	const json_t *exit = json_object_get(data, "exit");

	words_text(terminal, data, "comm");
	fprintf(terminal->stream, "[%lld] ", words_pid(data));
	if (field_integer(exit, "signal")) {
		fputs("dies of ", terminal->stream);
		words_signal(terminal, exit);
		words_sender(terminal, json_object_get(data, "killer"));
	} else {
		fprintf(terminal->stream, "exits with %lld",
			(long long)field_integer(exit, "status"));
	}
	fputs(" after ", terminal->stream);
	words_time(terminal, data, "lived_ms");
}

static void tell_signal(const struct terminal *terminal, const json_t *data, const json_t *actor)
{
	fprintf(terminal->stream, "[%lld] gets ", words_pid(data));
	words_signal(terminal, data);
	words_sender(terminal, actor);
}

static void tell_torn(const struct terminal *terminal, const json_t *data, const json_t *actor)
{
	fprintf(terminal->stream,
		"the supervisor had died while it wrote: %lld bytes of a torn line are cut",
		(long long)field_integer(data, "bytes"));
}

static const struct story_row {
	const char *type;
	teller *tell;
} story_rows[] = {
	{ "job.pending", tell_job_pending },
	{ "job.begin", tell_job_begin },
	{ "job.cancel", tell_job_cancel },
	{ "job.terminate", tell_job_terminate },
	{ "job.end", tell_job_end },
	{ "task.cancel", tell_task_cancel },
	{ "job.kill", tell_kill },
	{ "assessment.begin", tell_assessment_begin },
	{ "assessment.end", tell_assessment_end },
	{ "assessment.timeout", tell_timeout },
	{ "assessment.kill", tell_kill },
	{ "assessment.leak", tell_leak },
	{ "process.fork", tell_fork },
	{ "process.join", tell_fork },
	{ "process.exec", tell_exec },
	{ "process.exit", tell_exit },
	{ "process.signal", tell_signal },
	{ "trace.torn", tell_torn },
};

static void tell_as_it_is(const struct terminal *terminal, const char *type, const json_t *data)
{
	auto_free char *text = data ? json_dumps(data, JSON_COMPACT | JSON_ENSURE_ASCII) : NULL;
	auto_free char *safe = text ? terminal_safe(text) : NULL;

	fprintf(terminal->stream, "%s %.*s", type, DATA_SHOWN_MAX, safe ? safe : "");
}

static void tell_words(const struct terminal *terminal, const char *type, const json_t *line)
{
	const json_t *data = json_object_get(line, "data");

	for (size_t index = 0; index < sizeof(story_rows) / sizeof(*story_rows); index++) {
		if (strcmp(story_rows[index].type, type) != 0)
			continue;
		story_rows[index].tell(terminal, data, json_object_get(line, "actor"));
		return;
	}
	tell_as_it_is(terminal, type, data);
}

static void tell_moment(struct story *story, const json_t *line)
{
	uint64_t now_ns = (uint64_t)field_integer(line, "mono_ns");

	if (!story->origin_ns)
		story->origin_ns = now_ns;
	/* The kernel's lines are written a moment after they happened. */
	terminal_paint(story->terminal, PAINT_FAINT, "%+12.3f ms ",
		((double)now_ns - (double)story->origin_ns) / (double)NS_PER_MS);
}

void story_tell(struct story *story, const json_t *line)
{
	const char *type = field_text(line, "type");
	const json_t *assessment = json_object_get(line, "assessment");
	auto_free char *safe = terminal_safe(type);

	if (!type || !safe)
		return;
	if (story->processes_only && strncmp(type, "process.", strlen("process.")) != 0)
		return;
	tell_moment(story, line);
	if (json_is_integer(assessment))
		fprintf(story->terminal->stream, "%4lld  ",
			(long long)json_integer_value(assessment));
	else
		fputs("      ", story->terminal->stream);
	tell_words(story->terminal, safe, line);
	putc('\n', story->terminal->stream);
}
