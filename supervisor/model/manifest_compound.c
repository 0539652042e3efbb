/* The readers of values that hold others: commands, variables, exit codes. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "model/manifest_value.h"

static int read_shell_command(
	struct manifest_reader *reader, const json_t *value, char **argv, const char *expected)
{
	const char *const words[] = { "/bin/sh", "-c", json_string_value(value) };
	int code = value_check_text(reader, value, MANIFEST_TEXT_MAX, expected);

	if (code == 0 && *words[2] == '\0')
		code = reader_refuse(reader, value, "%s", expected);
	for (size_t at = 0; code == 0 && at < 3; at++)
		code = reader_copy(reader, words[at], &argv[at]);
	return code;
}

static int read_words(struct manifest_reader *reader, json_t *list, char **argv)
{
	for (size_t at = 0; at < json_array_size(list); at++) {
		const json_t *word = json_array_get(list, at);
		size_t outside = reader_enter_item(reader, at);
		int code = value_check_text(reader, word, MANIFEST_TEXT_MAX, "a string");

		if (code == 0 && at == 0 && json_string_length(word) == 0)
			code = reader_refuse(reader, word, "a program");
		if (code == 0)
			code = reader_copy(reader, json_string_value(word), &argv[at]);
		if (code < 0)
			return code;
		reader_leave(reader, outside);
	}
	return 0;
}

int value_read_command(
	struct manifest_reader *reader, const struct manifest_row *row, json_t *value, void *target)
{
	static const char expected[] = "a list of words, or a string for the shell";
	struct assessment *assessment = target;
	size_t count = json_is_array(value) ? json_array_size(value) : 3;

	if (count == 0)
		return reader_refuse(reader, value, "%s", expected);
	if (count > MANIFEST_ARGUMENTS_MAX)
		return reader_refuse(reader, value, "at most %d words", MANIFEST_ARGUMENTS_MAX);
	/* Owned by the assessment at once, so that what was read of a refused one is freed. */
	assessment->argv = calloc(count + 1, sizeof(*assessment->argv));
	if (!assessment->argv)
		return -ENOMEM;
	if (json_is_array(value))
		return read_words(reader, value, assessment->argv);
	return read_shell_command(reader, value, assessment->argv, expected);
}

static size_t words_count(char *const *words)
{
	size_t count = 0;

	while (words && words[count])
		count++;
	return count;
}

/* Room for `more` variables behind those of the defaults, all NULL. */
static int environment_grow(struct assessment *assessment, size_t more)
{
	size_t count = words_count(assessment->environment);
	char **larger = reallocarray(assessment->environment, count + more + 1, sizeof(*larger));

	if (!larger)
		return -ENOMEM;
	memset(larger + count, 0, (more + 1) * sizeof(*larger));
	assessment->environment = larger;
	return 0;
}

bool value_is_variable_name(const char *name, size_t size_max)
{
	static const char word[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789";
	size_t size = strlen(name);

	return size && size <= size_max && strspn(name, word) == size &&
	       !strchr("0123456789", *name);
}

static int read_variable(
	struct manifest_reader *reader, const char *name, const json_t *value, char **ret_pair)
{
	int code;

	if (!value_is_variable_name(name, MANIFEST_NAME_MAX))
		return reader_refuse_as(reader, "another name",
			"a variable's name: at most %d letters, digits and `_`, no digit first",
			MANIFEST_NAME_MAX);
	code = value_check_text(reader, value, MANIFEST_TEXT_MAX, "a string");
	if (code < 0)
		return code;
	return reader_copy_pair(reader, name, json_string_value(value), ret_pair);
}

static int read_variables(struct manifest_reader *reader, json_t *object, char **environment)
{
	size_t defaults = words_count(environment), free_at = defaults;
	const char *name;
	json_t *text;

	json_object_foreach (object, name, text) {
		size_t outside = reader_enter_key(reader, name), at = 0;
		char *pair;
		int code = read_variable(reader, name, text, &pair);

		if (code < 0)
			return code;
		/* Those of this object differ among themselves. */
		while (at < defaults && strncmp(environment[at], pair, strlen(name) + 1) != 0)
			at++;
		if (at == defaults)
			at = free_at++;
		free(environment[at]);
		environment[at] = pair;
		reader_leave(reader, outside);
	}
	return 0;
}

int value_read_environment(
	struct manifest_reader *reader, const struct manifest_row *row, json_t *value, void *target)
{
	struct assessment *assessment = target;
	int code;

	if (!json_is_object(value))
		return reader_refuse(reader, value, "an object of strings such as {LANG: C}");
	if (json_object_size(value) > MANIFEST_ENVIRONMENT_MAX)
		return reader_refuse_as(
			reader, "more", "at most %d variables", MANIFEST_ENVIRONMENT_MAX);
	code = environment_grow(assessment, json_object_size(value));
	if (code < 0)
		return code;
	return read_variables(reader, value, assessment->environment);
}

int value_read_exit_list(
	struct manifest_reader *reader, const struct manifest_row *row, json_t *value, void *target)
{
	struct manifest_exit_codes *own = target;

	if (!json_is_array(value))
		return reader_refuse(reader, value, "a list of exit codes such as [0, 77]");
	for (size_t at = 0; at < json_array_size(value); at++) {
		const json_t *item = json_array_get(value, at);
		json_int_t code = json_integer_value(item);
		size_t outside = reader_enter_item(reader, at);

		if (!json_is_integer(item) || code < 0 || code > 255)
			return reader_refuse(reader, item, "an exit code from 0 to 255");
		if (own->listed[code])
			return reader_refuse(reader, item, "a code that was not listed before");
		own->listed[code] = true;
		own->codes.meaning[code] = (uint8_t)row->choice;
		reader_leave(reader, outside);
	}
	return 0;
}

/* What no list names fails; but 0 passes where `pass` is not written at all. */
static int read_own_exit_codes(
	struct manifest_reader *reader, json_t *value, struct exit_codes *ret_codes)
{
	struct manifest_exit_codes own = { 0 };
	int code;

	memset(own.codes.meaning, EXIT_MEANS_FAILED, sizeof(own.codes.meaning));
	code = schema_read(reader, PLACE_EXIT_CODES, value, &own);
	if (code < 0)
		return code;
	if (!json_object_get(value, "pass") && !own.listed[0])
		own.codes.meaning[0] = EXIT_MEANS_PASSED;
	*ret_codes = own.codes;
	return 0;
}

int value_read_exit_codes(
	struct manifest_reader *reader, const struct manifest_row *row, json_t *value, void *target)
{
	struct assessment *assessment = target;
	const char *name = value_text(value);
	size_t count = 0;

	if (json_is_object(value))
		return read_own_exit_codes(reader, value, &assessment->exit_codes);
	if (name && exit_codes_named(name, &assessment->exit_codes))
		return 0;

	while (exit_codes_names[count])
		count++;
	return reader_refuse_choice(reader, value, exit_codes_names, count,
		", or lists such as {pass: [0], skip: [77]}");
}
