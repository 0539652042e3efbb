/* JSON manifests: jansson within our bounds. */
#include "libaxe/json_reader.h"

#include <stdio.h>

#include "libaxe/json_problem.h"
#include "libaxe/manifest_file.h"
#include "libaxe/manifest_path.h"
#include "libaxe/manifest_text.h"

static int refuse_at(const char *text, size_t offset, const char *unit, int bound,
	const char *found, struct manifest_error *ret_error)
{
	char expected[64];
	unsigned line, column;

	manifest_text_locate(text, offset, &line, &column);
	snprintf(expected, sizeof(expected), "at most %d %s", bound, unit);
	return manifest_refuse(ret_error, NULL, line, column, expected, found, "");
}

/* The offset behind the string that begins at `offset`; `size` when it has no end. */
static size_t skip_string(const char *text, size_t size, size_t offset)
{
	for (offset++; offset < size && text[offset] != '"'; offset++)
		if (text[offset] == '\\')
			offset++;
	return offset < size ? offset : size;
}

/* Before jansson builds anything: its depth bound is far above ours, and it counts no values. */
static int check_bounds(const char *text, size_t size, struct manifest_error *ret_error)
{
	size_t depth = 0, values = 1;

	for (size_t offset = 0; offset < size; offset++) {
		switch (text[offset]) {
		case '"':
			offset = skip_string(text, size, offset);
			continue;
		case '{':
		case '[':
			depth++;
			values++;
			break;
		case '}':
		case ']':
			depth -= depth > 0;
			break;
		case ',':
			values++;
			break;
		}
		if (depth > MANIFEST_DEPTH_MAX)
			return refuse_at(text, offset, "levels", MANIFEST_DEPTH_MAX, "a deeper one",
				ret_error);
		if (values > MANIFEST_VALUES_MAX)
			return refuse_at(
				text, offset, "values", MANIFEST_VALUES_MAX, "more", ret_error);
	}
	return 0;
}

int json_read(const char *text, size_t size, json_t **ret_json, struct manifest_error *ret_error)
{
	json_error_t problem;
	json_t *json;
	int code = check_bounds(text, size, ret_error);

	if (code < 0)
		return code;
	json = json_loadb(text, size, JSON_REJECT_DUPLICATES, &problem);
	if (!json)
		return json_refuse(&problem, ret_error);

	*ret_json = json;
	return 0;
}
