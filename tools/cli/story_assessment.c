/* What is told of an assessment, and of the `post` action. */
#include "cli/story_rows.h"

#include <stdio.h>
#include <string.h>

#include "cli/field.h"
#include "cli/result_text.h"
#include "cli/story_words.h"

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
	char reason[RESULT_REASON_SIZE];

	words_text(terminal, data, "name");
	fputs(" ends: ", terminal->stream);
	words_verdict(terminal, data);
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
	fputs(" to ", terminal->stream);
	words_count(terminal, data, "processes", "process");
}

static void tell_kill(const struct terminal *terminal, const json_t *data, const json_t *actor)
{
	fputs("killed ", terminal->stream);
	words_count(terminal, data, "killed", "process");
	fputs(" in ", terminal->stream);
	words_time(terminal, json_object_get(data, "phases"), "total_ms");
}

static void tell_leak(const struct terminal *terminal, const json_t *data, const json_t *actor)
{
	words_count(terminal, data, "count", "process");
	fputs(field_integer(data, "count") == 1 ? " is left over" : " are left over",
		terminal->stream);
}

static void tell_try(const struct terminal *terminal, const json_t *data, const json_t *actor)
{
	words_text(terminal, data, "name");
	fprintf(terminal->stream, " is tried again; try %lld was ",
		(long long)field_integer(data, "try"));
	words_verdict(terminal, data);
}

static void tell_cancel(const struct terminal *terminal, const json_t *data, const json_t *actor)
{
	const char *state = field_text(data, "state");

	if (!state || strcmp(state, "requested") != 0) {
		fputs("the request to stop is ", terminal->stream);
		words_text(terminal, data, "state");
		return;
	}
	fputs("is asked to stop", terminal->stream);
	if (field_integer(data, "signal")) {
		fputs(": ", terminal->stream);
		words_signal(terminal, data);
		fputs(" to ", terminal->stream);
		words_count(terminal, data, "processes", "process");
	}
}

static void tell_survivor(const struct terminal *terminal, const json_t *data, const json_t *actor)
{
	const json_t *survivors = json_object_get(data, "survivors"), *survivor;
	size_t index;

	fputs("not killed:", terminal->stream);
	json_array_foreach ((json_t *)survivors, index, survivor) {
		fputs(index ? ", " : " ", terminal->stream);
		words_text(terminal, survivor, "comm");
		fprintf(terminal->stream, "[%lld] (", words_pid(survivor));
		words_text(terminal, survivor, "reason");
		putc(')', terminal->stream);
	}
}

static void tell_progress(const struct terminal *terminal, const json_t *data, const json_t *actor)
{
	const json_t *value = json_object_get(data, "value");

	fputs("says ", terminal->stream);
	words_text(terminal, data, "type");
	if (json_is_integer(value))
		fprintf(terminal->stream, " %lld", (long long)json_integer_value(value));
	if (!field_text(data, "message"))
		return;
	fputs(": ", terminal->stream);
	words_text(terminal, data, "message");
}

static void tell_residue(const struct terminal *terminal, const json_t *data, const json_t *actor)
{
	fputs("left: ", terminal->stream);
	words_text(terminal, data, "text");
}

static void tell_residue_cleared(
	const struct terminal *terminal, const json_t *data, const json_t *actor)
{
	fputs("what had survived is gone, after ", terminal->stream);
	words_time(terminal, data, "since_ms");
}

const struct story_row story_assessment_rows[] = {
	{ "assessment.begin", tell_assessment_begin },
	{ "assessment.end", tell_assessment_end },
	{ "assessment.try", tell_try },
	{ "assessment.cancel", tell_cancel },
	{ "assessment.timeout", tell_timeout },
	{ "assessment.kill", tell_kill },
	{ "job.kill", tell_kill },
	{ "assessment.leak", tell_leak },
	{ "assessment.survivor", tell_survivor },
	{ "assessment.progress", tell_progress },
	{ "post.begin", tell_assessment_begin },
	{ "post.end", tell_assessment_end },
	{ "residue", tell_residue },
	{ "residue.cleared", tell_residue_cleared },
	{ NULL, NULL },
};
