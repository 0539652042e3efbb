/* Walking a manifest: where the reader is, what it took over, and how it refuses. */
#include "model/manifest_reader.h"

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

#define SHOWN_SIZE 72 /* of a string of the manifest in a message */

/* What was cut goes over the wire, too: never half a character. */
static void end_whole(char *text)
{
	size_t length = strlen(text);

	while (!text_is_utf8(text, length))
		text[--length] = '\0';
}

__attribute__((format(printf, 2, 3))) static size_t enter(
	struct manifest_reader *reader, const char *format, ...)
{
	size_t before = reader->length, room = sizeof(reader->path) - before;
	va_list arguments;
	int added;

	va_start(arguments, format);
	added = vsnprintf(reader->path + before, room, format, arguments);
	va_end(arguments);
	if (added > 0)
		reader->length += (size_t)added < room ? (size_t)added : room - 1;
	end_whole(reader->path);
	reader->length = strlen(reader->path);
	return before;
}

size_t reader_enter_key(struct manifest_reader *reader, const char *key)
{
	return enter(reader, "%s%s", reader->length ? "." : "", key);
}

size_t reader_enter_item(struct manifest_reader *reader, size_t index)
{
	return enter(reader, "[%zu]", index);
}

void reader_leave(struct manifest_reader *reader, size_t length)
{
	reader->path[length] = '\0';
	reader->length = length;
}

static void describe(const json_t *value, char *buffer, size_t room)
{
	char shown[SHOWN_SIZE];

	if (!value) {
		snprintf(buffer, room, "nothing");
		return;
	}
	switch (json_typeof(value)) {
	case JSON_OBJECT:
		snprintf(buffer, room, "an object");
		break;
	case JSON_ARRAY:
		snprintf(buffer, room, "a list of %zu", json_array_size(value));
		break;
	case JSON_STRING:
		text_escape(
			json_string_value(value), json_string_length(value), shown, sizeof(shown));
		snprintf(buffer, room, "the string `%s`", shown);
		break;
	case JSON_INTEGER:
		snprintf(buffer, room, "the number %" JSON_INTEGER_FORMAT,
			json_integer_value(value));
		break;
	case JSON_REAL:
		snprintf(buffer, room, "the number %g", json_real_value(value));
		break;
	case JSON_TRUE:
		snprintf(buffer, room, "`true`");
		break;
	case JSON_FALSE:
		snprintf(buffer, room, "`false`");
		break;
	case JSON_NULL:
		snprintf(buffer, room, "`null`");
		break;
	}
}

__attribute__((format(printf, 3, 0))) static int refuse(
	struct manifest_reader *reader, const char *found, const char *format, va_list arguments)
{
	struct manifest_error *error = reader->error;

	*error = (struct manifest_error){ 0 };
	memcpy(error->path, reader->path, reader->length);
	vsnprintf(error->expected, sizeof(error->expected), format, arguments);
	snprintf(error->found, sizeof(error->found), "%s", found);
	end_whole(error->expected);
	end_whole(error->found);
	return -EINVAL;
}

int reader_refuse(struct manifest_reader *reader, const json_t *found, const char *format, ...)
{
	char description[sizeof(reader->error->found)];
	va_list arguments;

	describe(found, description, sizeof(description));
	va_start(arguments, format);
	refuse(reader, description, format, arguments);
	va_end(arguments);
	return -EINVAL;
}

int reader_refuse_as(struct manifest_reader *reader, const char *found, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	refuse(reader, found, format, arguments);
	va_end(arguments);
	return -EINVAL;
}

int reader_advise(struct manifest_reader *reader, const char *format, ...)
{
	struct manifest_error *error = reader->error;
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(error->advice, sizeof(error->advice), format, arguments);
	va_end(arguments);
	end_whole(error->advice);
	return -EINVAL;
}

int reader_advise_nearest(
	struct manifest_reader *reader, const char *word, const char *const *names, size_t count)
{
	const char *nearest = text_nearest(word, names, count);

	return nearest ? reader_advise(reader, "did you mean `%s`?", nearest) : -EINVAL;
}

int reader_refuse_choice(struct manifest_reader *reader, const json_t *found,
	const char *const *names, size_t count, const char *otherwise)
{
	char expected[sizeof(reader->error->expected)] = "one of ";
	const char *text = json_string_value(found);

	for (size_t at = 0; at < count; at++) {
		size_t used = strlen(expected);

		snprintf(expected + used, sizeof(expected) - used, "%s`%s`", at ? ", " : "",
			names[at]);
	}
	reader_refuse(reader, found, "%s%s", expected, otherwise);
	return text ? reader_advise_nearest(reader, text, names, count) : -EINVAL;
}

static int account(struct manifest_reader *reader, size_t size)
{
	if (size > MANIFEST_COPIED_MAX - reader->copied)
		return reader_refuse_as(reader, "more, with the defaults of each assessment",
			"at most %zu MiB of text in all", MANIFEST_COPIED_MAX >> 20);
	reader->copied += size;
	return 0;
}

int reader_copy(struct manifest_reader *reader, const char *text, char **ret_copy)
{
	int code = account(reader, strlen(text) + 1);
	char *copy;

	if (code < 0)
		return code;
	copy = strdup(text);
	if (!copy)
		return -ENOMEM;
	*ret_copy = copy;
	return 0;
}

int reader_copy_pair(
	struct manifest_reader *reader, const char *name, const char *value, char **ret_copy)
{
	int code = account(reader, strlen(name) + strlen(value) + 2);
	char *copy;

	if (code < 0)
		return code;
	if (asprintf(&copy, "%s=%s", name, value) < 0)
		return -ENOMEM;
	*ret_copy = copy;
	return 0;
}
