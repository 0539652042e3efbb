/* The parameters of a job: texts that a caller may set for one run. */
#include "model/manifest_parameters.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "model/manifest_value.h"

#define NAME_MAX_SIZE 64 /* bytes of a parameter's name */

static int read_value(struct manifest_reader *reader, json_t *value, struct parameter *parameter)
{
	int code;

	if (json_is_object(value)) {
		code = schema_read(reader, PLACE_PARAMETER, value, parameter);
		if (code == 0 && !parameter->value) {
			reader_enter_key(reader, "value");
			return reader_refuse(reader, NULL, "the parameter's value, a string");
		}
		return code;
	}
	code = value_check_text(
		reader, value, MANIFEST_TEXT_MAX, "a string, or {value: TEXT, read_only: true}");
	return code < 0 ? code : reader_copy(reader, json_string_value(value), &parameter->value);
}

static int read_parameter(struct manifest_reader *reader, const char *name, json_t *value,
	struct parameter *parameter)
{
	int code;

	if (!value_is_variable_name(name, NAME_MAX_SIZE))
		return reader_refuse_as(reader, "another name",
			"a parameter's name: at most %d letters, digits and `_`, no digit first",
			NAME_MAX_SIZE);
	code = reader_copy(reader, name, &parameter->name);
	return code < 0 ? code : read_value(reader, value, parameter);
}

int parameters_read(
	struct manifest_reader *reader, const struct manifest_row *row, json_t *value, void *target)
{
	struct manifest *manifest = target;
	const char *name;
	json_t *text;

	if (!json_is_object(value))
		return reader_refuse(reader, value, "an object of strings such as {board: x}");
	if (json_object_size(value) > MANIFEST_PARAMETERS_MAX)
		return reader_refuse_as(
			reader, "more", "at most %d parameters", MANIFEST_PARAMETERS_MAX);
	manifest->parameters = calloc(json_object_size(value) + 1, sizeof(struct parameter));
	if (!manifest->parameters)
		return -ENOMEM;

	json_object_foreach (value, name, text) {
		size_t outside = reader_enter_key(reader, name);
		/* Counted before it is read, so that what was read of a refused one is freed. */
		int code = read_parameter(
			reader, name, text, &manifest->parameters[manifest->parameters_count++]);

		if (code < 0)
			return code;
		reader_leave(reader, outside);
	}
	return 0;
}

static struct parameter *find(const struct manifest *manifest, const char *name)
{
	for (size_t at = 0; at < manifest->parameters_count; at++)
		if (strcmp(manifest->parameters[at].name, name) == 0)
			return &manifest->parameters[at];
	return NULL;
}

int manifest_set_parameter(struct manifest *manifest, const char *name, const char *value)
{
	struct parameter *parameter = find(manifest, name);
	size_t size = strlen(value);
	char *copy;

	if (!parameter)
		return -ENOENT;
	if (parameter->read_only)
		return -EPERM;
	if (size > MANIFEST_TEXT_MAX || !text_is_utf8(value, size))
		return -EINVAL;
	copy = strdup(value);
	if (!copy)
		return -ENOMEM;
	free(parameter->value);
	parameter->value = copy;
	return 0;
}
