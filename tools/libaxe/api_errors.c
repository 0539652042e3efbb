/* Lists of what went wrong, as the API hands them out. */
#include "libaxe/api_errors.h"

#include <string.h>

#include "model/result.h"

struct axe_errors {
	axe_error_info *entries;
	uint32_t count, room;
};

static const char *const kind_names[] = {
	[AXE_ERROR_INFO] = "info",
	[AXE_ERROR_WARNING] = "warning",
	[AXE_ERROR_ERROR] = "error",
};

axe_errors *errors_create(void)
{
	return calloc(1, sizeof(axe_errors));
}

static bool grow(axe_errors *errors)
{
	uint32_t room = errors->room ? 2 * errors->room : 4;
	axe_error_info *entries;

	if (errors->count < errors->room)
		return true;
	entries = reallocarray(errors->entries, room, sizeof(*entries));
	if (!entries)
		return false;
	errors->entries = entries;
	errors->room = room;
	return true;
}

bool errors_add(axe_errors *errors, axe_error_kind kind, axe_result code, uint32_t assessment,
	const char *text)
{
	char *copy = grow(errors) ? strdup(text ? text : axe_result_text(code)) : NULL;

	if (!copy)
		return false;
	errors->entries[errors->count++] = (axe_error_info){ kind, code, assessment, copy };
	return true;
}

/* A kind that a newer supervisor may invent is at least worth a look. */
static axe_error_kind read_kind(const json_t *entry)
{
	const char *name = json_string_value(json_object_get(entry, "kind"));

	for (int kind = AXE_ERROR_INFO; name && kind <= AXE_ERROR_ERROR; kind++)
		if (strcmp(kind_names[kind], name) == 0)
			return (axe_error_kind)kind;
	return AXE_ERROR_WARNING;
}

static bool read_entry(axe_errors *errors, const json_t *entry, uint32_t assessment)
{
	const json_t *index = json_object_get(entry, "assessment");
	axe_result code = (axe_result)json_integer_value(json_object_get(entry, "code"));

	if (json_is_integer(index))
		assessment = (uint32_t)json_integer_value(index);
	return errors_add(errors, read_kind(entry), code, assessment,
		json_string_value(json_object_get(entry, "text")));
}

axe_errors *errors_read(const json_t *list, axe_result code, uint32_t assessment, const char *text)
{
	auto_errors errors = errors_create();
	const json_t *entry;
	size_t at;

	if (!errors)
		return NULL;
	json_array_foreach (list, at, entry)
		if (!read_entry(errors, entry, assessment))
			return NULL;
	if (code == S_OK || (errors->count && errors->entries[errors->count - 1].code == code))
		return take_pointer(errors);
	if (!errors_add(errors, AXE_ERROR_ERROR, code, assessment, text))
		return NULL;
	return take_pointer(errors);
}

axe_errors *errors_copy(const axe_errors *errors)
{
	auto_errors copy = errors_create();

	for (uint32_t at = 0; copy && errors && at < errors->count; at++) {
		const axe_error_info *entry = &errors->entries[at];

		if (!errors_add(copy, entry->kind, entry->code, entry->assessment, entry->text))
			return NULL;
	}
	return take_pointer(copy);
}

uint32_t axe_errors_count(const axe_errors *errors)
{
	return errors ? errors->count : 0;
}

axe_result axe_errors_get(const axe_errors *errors, uint32_t index, axe_error_info *ret_info)
{
	uint32_t count = axe_errors_count(errors);

	if (index == AXE_ERROR_NEWEST)
		index = count - 1;
	if (count == 0 || index >= count)
		return AXE_E_INVALID_INDEX;
	if (!ret_info)
		return AXE_E_INVALID_ARGUMENT;
	*ret_info = errors->entries[index];
	return S_OK;
}

void axe_errors_free(axe_errors *errors)
{
	if (!errors)
		return;
	for (uint32_t at = 0; at < errors->count; at++)
		free((char *)errors->entries[at].text);
	free(errors->entries);
	free(errors);
}

const char *axe_result_text(axe_result code)
{
	const struct result_row *row = result_find(code);

	return row ? row->text : "unknown code";
}

const char *axe_result_name(axe_result code)
{
	const struct result_row *row = result_find(code);

	return row ? row->name : NULL;
}
