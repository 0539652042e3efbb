/* A value deep in JSON by its path, as tests spell it. */
#include "support/json_at.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const json_t *value_at(const json_t *object, const char *path)
{
	char copy[128], *rest = copy, *key;

	snprintf(copy, sizeof(copy), "%s", path);
	while (object && (key = strsep(&rest, ".")))
		object = json_is_array(object) ? json_array_get(object, (size_t)atoi(key))
					       : json_object_get(object, key);
	return object;
}

const char *text_at(const json_t *object, const char *path)
{
	const char *text = json_string_value(value_at(object, path));

	return text ? text : "";
}

json_int_t number_at(const json_t *object, const char *path)
{
	const json_t *value = value_at(object, path);

	return json_is_integer(value) ? json_integer_value(value) : -1;
}
