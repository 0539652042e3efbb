/* The words that the lines of a story share; all of them are safe for a terminal. */
#pragma once

#include <jansson.h>

#include "cli/terminal.h"

long long words_pid(const json_t *process);

/* A member of the object: a text, an `argv`, a number of milliseconds, a `signal`. */
void words_text(const struct terminal *terminal, const json_t *object, const char *name);
void words_argv(const struct terminal *terminal, const json_t *data);
void words_time(const struct terminal *terminal, const json_t *data, const char *name);
void words_signal(const struct terminal *terminal, const json_t *object);

/* "1 process", "3 processes": the number is a member of the object. */
void words_count(
	const struct terminal *terminal, const json_t *object, const char *name, const char *noun);

/* Of a result, in its colour. */
void words_verdict(const struct terminal *terminal, const json_t *result);

/* " from comm[pid]"; nothing where nobody is known. */
void words_sender(const struct terminal *terminal, const json_t *sender);

/* Who called; nobody did what the supervisor does by itself. */
void words_caller(const struct terminal *terminal, const json_t *actor);

/* What was said with a call, and who called. */
void words_message(const struct terminal *terminal, const json_t *data, const json_t *actor);
