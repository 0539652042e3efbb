/* The readers of single values: texts, paths, durations, signals, words of a list. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "model/manifest_value.h"

#define DURATION_EXPECTED "a duration such as 150ms, 5s, 2m or 1h"
#define DURATION_MAX_NS   (MANIFEST_DURATION_MAX_HOURS * 3600 * NS_PER_SEC)
#define SIGNAL_EXPECTED   "a signal such as TERM or 15"
#define SIGNAL_NAMED_MAX  31 /* the others are real-time signals: numbers */

static void *field_of(const struct manifest_row *row, void *target)
{
	return (char *)target + row->field;
}

const char *value_text(const json_t *value)
{
	const char *text = json_string_value(value);

	return text && strlen(text) == json_string_length(value) ? text : NULL;
}

int value_check_text(
	struct manifest_reader *reader, const json_t *value, size_t size_max, const char *expected)
{
	const char *text = json_string_value(value);
	size_t size = json_string_length(value);

	if (!text)
		return reader_refuse(reader, value, "%s", expected);
	if (size > size_max)
		return reader_refuse_as(
			reader, "a longer string", "%s of at most %zu bytes", expected, size_max);
	if (!value_text(value))
		return reader_refuse_as(reader, "a string with a NUL in it", "%s", expected);
	if (!text_is_utf8(text, size))
		return reader_refuse_as(reader, "a string that is not UTF-8", "%s", expected);
	return 0;
}

static int replace_text(struct manifest_reader *reader, const json_t *value, char **field)
{
	char *copy = NULL;
	int code = reader_copy(reader, json_string_value(value), &copy);

	if (code < 0)
		return code;
	free(*field);
	*field = copy;
	return 0;
}

int value_read_ignored(
	struct manifest_reader *reader, const struct manifest_row *row, json_t *value, void *target)
{
	return value_check_text(reader, value, MANIFEST_TEXT_MAX, "the address of a schema");
}

/* Names and users are shown in one line, and a name must be what it looks like. */
static int read_line(struct manifest_reader *reader, json_t *value, size_t size_max,
	const char *expected, char **field)
{
	int code = value_check_text(reader, value, size_max, expected);
	char escaped[4 * MANIFEST_USER_MAX + 1];
	const char *text;

	if (code < 0)
		return code;
	text = json_string_value(value);
	text_escape(text, strlen(text), escaped, sizeof(escaped));
	if (*text == '\0' || strcmp(text, escaped) != 0)
		return reader_refuse(
			reader, value, "%s, not empty, without control characters", expected);
	return replace_text(reader, value, field);
}

int value_read_name(
	struct manifest_reader *reader, const struct manifest_row *row, json_t *value, void *target)
{
	return read_line(reader, value, MANIFEST_NAME_MAX, "a name", field_of(row, target));
}

int value_read_user(
	struct manifest_reader *reader, const struct manifest_row *row, json_t *value, void *target)
{
	return read_line(reader, value, MANIFEST_USER_MAX, "a user's name", field_of(row, target));
}

int value_read_text(
	struct manifest_reader *reader, const struct manifest_row *row, json_t *value, void *target)
{
	int code = value_check_text(reader, value, MANIFEST_TEXT_MAX, "a string");

	return code < 0 ? code : replace_text(reader, value, field_of(row, target));
}

int value_read_path(
	struct manifest_reader *reader, const struct manifest_row *row, json_t *value, void *target)
{
	int code = value_check_text(reader, value, MANIFEST_PATH_MAX, "an absolute path");

	if (code < 0)
		return code;
	if (json_string_value(value)[0] != '/')
		return reader_refuse(reader, value, "an absolute path");
	return replace_text(reader, value, field_of(row, target));
}

int value_read_boolean(
	struct manifest_reader *reader, const struct manifest_row *row, json_t *value, void *target)
{
	bool *field = field_of(row, target);

	if (!json_is_boolean(value))
		return reader_refuse(reader, value, "`true` or `false`");
	*field = json_is_true(value);
	return 0;
}

int value_read_count(
	struct manifest_reader *reader, const struct manifest_row *row, json_t *value, void *target)
{
	json_int_t number = json_integer_value(value);
	unsigned *field = field_of(row, target);

	if (!json_is_integer(value) || number < row->low || number > row->high)
		return reader_refuse(reader, value, "a number from %u to %u", row->low, row->high);
	*field = (unsigned)number;
	return 0;
}

static int refuse_unitless(struct manifest_reader *reader, const json_t *value)
{
	const char *text = value_text(value);
	uint64_t number;

	reader_refuse(reader, value, DURATION_EXPECTED);
	if (json_is_integer(value) && json_integer_value(value) > 0)
		return reader_advise(reader, "add a unit: \"%" JSON_INTEGER_FORMAT "s\"",
			json_integer_value(value));
	if (text && text_parse_number(text, 0, UINT64_MAX, &number) == 0)
		return reader_advise(reader, "add a unit: \"%llus\"", (unsigned long long)number);
	return -EINVAL;
}

int value_read_duration(
	struct manifest_reader *reader, const struct manifest_row *row, json_t *value, void *target)
{
	bool zero = json_is_integer(value) && json_integer_value(value) == 0;
	const char *text = zero ? "0" : value_text(value);
	uint64_t *field = field_of(row, target), ns;
	int code = text ? text_parse_duration(text, &ns) : -EINVAL;

	if (code == -EINVAL)
		return refuse_unitless(reader, value);
	if (code < 0 || ns > DURATION_MAX_NS)
		return reader_refuse(
			reader, value, "a duration of at most %dh", MANIFEST_DURATION_MAX_HOURS);
	*field = ns;
	return 0;
}

/* 0: no such signal. */
static int signal_from_name(const char *name)
{
	if (strncasecmp(name, "SIG", 3) == 0)
		name += 3;
	for (int signo = 1; signo <= SIGNAL_NAMED_MAX; signo++)
		if (strcasecmp(name, sigabbrev_np(signo)) == 0)
			return signo;
	return 0;
}

static int signal_from_value(const json_t *value)
{
	const char *text = value_text(value);
	uint64_t number;

	if (json_is_integer(value))
		number = (uint64_t)json_integer_value(value);
	else if (!text)
		return 0;
	else if (text_parse_number(text, 1, NSIG - 1, &number) < 0)
		return signal_from_name(text);
	return number < NSIG ? (int)number : 0;
}

static int advise_signal(struct manifest_reader *reader, const json_t *value)
{
	const char *names[SIGNAL_NAMED_MAX];
	const char *text = value_text(value);

	for (int signo = 1; signo <= SIGNAL_NAMED_MAX; signo++)
		names[signo - 1] = sigabbrev_np(signo);
	if (!text)
		return -EINVAL;
	if (strncasecmp(text, "SIG", 3) == 0)
		text += 3;
	return reader_advise_nearest(reader, text, names, SIGNAL_NAMED_MAX);
}

int value_read_signal(
	struct manifest_reader *reader, const struct manifest_row *row, json_t *value, void *target)
{
	int *field = field_of(row, target);
	int signo = signal_from_value(value);

	if (signo == 0) {
		reader_refuse(reader, value, SIGNAL_EXPECTED);
		return advise_signal(reader, value);
	}
	*field = signo;
	return 0;
}
