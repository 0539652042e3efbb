/* The words that the lines of a story share; all of them are safe for a terminal. */
#include "cli/story_words.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "cli/field.h"
#include "cli/result_text.h"

#define ARGV_SHOWN_MAX 400

long long words_pid(const json_t *process)
{
	return (long long)field_integer(process, "pid");
}

void words_text(const struct terminal *terminal, const json_t *object, const char *name)
{
	auto_free char *text = terminal_safe(field_text(object, name));

	fputs(text ? text : "?", terminal->stream);
}

void words_argv(const struct terminal *terminal, const json_t *data)
{
	auto_free char *command = terminal_safe_argv(json_object_get(data, "argv"), ARGV_SHOWN_MAX);

	fprintf(terminal->stream, "`%s`", command ? command : "?");
}

void words_time(const struct terminal *terminal, const json_t *data, const char *name)
{
	char text[TEXT_DURATION_SIZE];

	fputs(text_format_duration(field_ms_as_ns(data, name), text), terminal->stream);
}

void words_count(
	const struct terminal *terminal, const json_t *object, const char *name, const char *noun)
{
	long long count = (long long)field_integer(object, name);
	const char *plural = noun[0] && noun[strlen(noun) - 1] == 's' ? "es" : "s";

	fprintf(terminal->stream, "%lld %s%s", count, noun, count == 1 ? "" : plural);
}

void words_verdict(const struct terminal *terminal, const json_t *result)
{
	const char *verdict = field_text(result, "verdict");

	terminal_paint(terminal, result_paint(verdict), "%s", verdict ? verdict : "?");
}

void words_sender(const struct terminal *terminal, const json_t *sender)
{
	if (!field_text(sender, "origin"))
		return;
	fputs(" from ", terminal->stream);
	if (strcmp(field_text(sender, "origin"), "process") != 0) {
		words_text(terminal, sender, "origin");
		return;
	}
	words_text(terminal, sender, "comm");
	fprintf(terminal->stream, "[%lld]", words_pid(sender));
}

void words_signal(const struct terminal *terminal, const json_t *object)
{
	int signal = (int)field_integer(object, "signal");
	const char *name = sigabbrev_np(signal);

	if (name)
		fprintf(terminal->stream, "SIG%s", name);
	else
		fprintf(terminal->stream, "signal %d", signal);
}

void words_caller(const struct terminal *terminal, const json_t *actor)
{
	if (actor)
		fprintf(terminal->stream, ", asked by uid %lld [%lld]",
			(long long)field_integer(actor, "uid"), words_pid(actor));
}

void words_message(const struct terminal *terminal, const json_t *data, const json_t *actor)
{
	const char *message = field_text(data, "message");

	if (message && *message) {
		fputs(": ", terminal->stream);
		words_text(terminal, data, "message");
	}
	words_caller(terminal, actor);
}
