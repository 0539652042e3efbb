/* The refusals of the YAML reader: one line each, at the event that earned it. */
#include "libaxe/yaml_refusal.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "libaxe/manifest_text.h"

/* Room for a word of the file, shown escaped in a message. */
#define SHOWN_SIZE 64

int yaml_refuse(struct yaml_place *place, const yaml_event_t *event, const char *expected,
	const char *found, const char *advice)
{
	return manifest_refuse(place->error, &place->path, (unsigned)event->start_mark.line + 1,
		(unsigned)event->start_mark.column + 1, expected, found, advice);
}

int yaml_refuse_word(struct yaml_place *place, const yaml_event_t *event, const char *expected,
	const char *phrase, const yaml_char_t *word, const char *advice)
{
	char shown[SHOWN_SIZE], found[SHOWN_SIZE + 32];

	text_escape((const char *)word, strlen((const char *)word), shown, sizeof(shown));
	snprintf(found, sizeof(found), "%s `%s`", phrase, shown);
	return yaml_refuse(place, event, expected, found, advice);
}

static bool line_begins_with_tab(const char *text, size_t line)
{
	for (; line > 0; line--) {
		const char *end = strchr(text, '\n');

		if (!end)
			return false;
		text = end + 1;
	}
	return text[strspn(text, " ")] == '\t';
}

/* libyaml's phrases by their beginnings, in our words. NULL: the rest of its own phrase. */
struct phrase {
	const char *begin;
	const char *expected, *found, *advice;
	bool at_context; /* where it began says more than where it broke */
};

static const struct phrase phrases[] = {
	{ "did not find expected ", NULL, "something else", "check the indentation", false },
	{ "could not find expected ", NULL, "something else", "", false },
	{ "found unexpected end of stream", "well-formed YAML", "a quote without its end", "",
		true },
	{ "mapping values are not", "well-formed YAML", "`: ` where none may stand",
		"quote a text that holds it, and check the indentation", false },
	{ "control characters are not", "well-formed YAML", "a control character", "", false },
	{ "found ", "well-formed YAML", NULL, "", false },
	{ "", "well-formed YAML", NULL, "", false },
};

static const struct phrase *find_phrase(const char *problem)
{
	const struct phrase *phrase = phrases;

	while (strncmp(problem, phrase->begin, strlen(phrase->begin)) != 0)
		phrase++;
	return phrase;
}

int yaml_refuse_syntax(struct yaml_place *place, const yaml_parser_t *parser, const char *text)
{
	const char *problem = parser->problem ? parser->problem : "something else";
	const struct phrase *phrase = find_phrase(problem);
	const char *rest = problem + strlen(phrase->begin), *advice = phrase->advice;
	const yaml_mark_t *mark =
		phrase->at_context ? &parser->context_mark : &parser->problem_mark;
	unsigned line = (unsigned)mark->line + 1, column = (unsigned)mark->column + 1;

	if (parser->error == YAML_MEMORY_ERROR)
		return -ENOMEM;
	/* The reader below the scanner counts bytes, not lines. */
	if (parser->error == YAML_READER_ERROR)
		manifest_text_locate(text, parser->problem_offset, &line, &column);
	else if (line_begins_with_tab(text, parser->problem_mark.line))
		advice = "YAML is indented with spaces, not with tabs";
	return manifest_refuse(place->error, &place->path, line, column,
		phrase->expected ? phrase->expected : rest, phrase->found ? phrase->found : rest,
		advice);
}

int yaml_refuse_decoration(struct yaml_place *place, const yaml_event_t *event)
{
	const yaml_char_t *anchor = NULL, *tag = NULL;

	if (event->type == YAML_SCALAR_EVENT) {
		anchor = event->data.scalar.anchor;
		tag = event->data.scalar.tag;
	} else if (event->type == YAML_SEQUENCE_START_EVENT) {
		anchor = event->data.sequence_start.anchor;
		tag = event->data.sequence_start.tag;
	} else if (event->type == YAML_MAPPING_START_EVENT) {
		anchor = event->data.mapping_start.anchor;
		tag = event->data.mapping_start.tag;
	} else if (event->type == YAML_ALIAS_EVENT) {
		return yaml_refuse_word(place, event, "the value itself", "the alias",
			event->data.alias.anchor, "write it out, or put it into `defaults`");
	}
	if (anchor)
		return yaml_refuse_word(place, event, "a plain value", "the anchor", anchor,
			"leave it out: aliases are not known here");
	if (tag)
		return yaml_refuse_word(place, event, "a plain value", "the tag", tag,
			"leave it out: each key has its type");
	return 0;
}
