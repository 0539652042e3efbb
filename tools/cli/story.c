/* A job's trace, told line by line. */
#include "cli/story.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "cli/field.h"
#include "cli/story_rows.h"

#define DATA_SHOWN_MAX 400

static const struct story_row *const story_tables[] = {
	story_job_rows,
	story_assessment_rows,
	story_process_rows,
};

/* NULL: it has no words of its own. */
static const struct story_row *find_row(const char *type)
{
	for (size_t table = 0; table < sizeof(story_tables) / sizeof(*story_tables); table++)
		for (const struct story_row *row = story_tables[table]; row->type; row++)
			if (strcmp(row->type, type) == 0)
				return row;
	return NULL;
}

static void tell_as_it_is(const struct terminal *terminal, const char *type, const json_t *data)
{
	auto_free char *text = data ? json_dumps(data, JSON_COMPACT | JSON_ENSURE_ASCII) : NULL;
	auto_free char *safe = text ? terminal_safe(text) : NULL;

	fprintf(terminal->stream, "%s %.*s", type, DATA_SHOWN_MAX, safe ? safe : "");
}

static void tell_words(const struct terminal *terminal, const char *type, const json_t *line)
{
	const json_t *data = json_object_get(line, "data");
	const struct story_row *row = find_row(type);

	if (row)
		row->tell(terminal, data, json_object_get(line, "actor"));
	else
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
