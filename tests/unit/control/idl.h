/* What the interfaces declare, read from their texts, held against what comes over the wire. */
#pragma once

#include "support/unit.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "control/varlink.h"

#define IDL_TEXT_SIZE 512
#define IDL_SEEN_MAX  64

/* The errors that the tests of this program have read so far. */
static char idl_seen[IDL_SEEN_MAX][128];

/* "name: type, ..." of `keyword NAME (...)`. False: not declared. */
static inline bool idl_fields(
	const char *keyword, const char *qualified, char fields[static IDL_TEXT_SIZE])
{
	size_t length = varlink_interface_length(qualified);
	char interface[IDL_TEXT_SIZE], head[IDL_TEXT_SIZE];
	const char *at, *end;

	snprintf(interface, sizeof(interface), "%.*s", (int)length, qualified);
	at = varlink_description(interface);
	snprintf(head, sizeof(head), "\n%s %s", keyword, qualified + length + 1);
	while (at && (at = strstr(at, head))) {
		at += strlen(head);
		at += strspn(at, " ");
		if (*at != '(')
			continue;
		end = strchr(at, ')');
		snprintf(fields, IDL_TEXT_SIZE, "%.*s", (int)(end - at - 1), at + 1);
		return true;
	}
	return false;
}

static inline bool idl_value_fits(const char *type, const json_t *value)
{
	size_t index;
	json_t *element;

	if (type[0] == '?')
		return json_is_null(value) || idl_value_fits(type + 1, value);
	if (strncmp(type, "[]", 2) == 0) {
		json_array_foreach ((json_t *)value, index, element)
			if (!idl_value_fits(type + 2, element))
				return false;
		return json_is_array(value);
	}
	if (strcmp(type, "int") == 0)
		return json_is_integer(value);
	if (strcmp(type, "string") == 0)
		return json_is_string(value);
	if (strcmp(type, "bool") == 0)
		return json_is_boolean(value);
	assert_string_equal("object", type);
	return json_is_object(value);
}

/* Each declared field is there with its type, or is optional; *ret_found of them are there. */
static inline void idl_check_fields(char *fields, const json_t *parameters, size_t *ret_found)
{
	char *rest = NULL;

	*ret_found = 0;
	for (char *field = strtok_r(fields, ",\n", &rest); field;
		field = strtok_r(NULL, ",\n", &rest)) {
		char name[64], type[64];
		const json_t *value;

		assert_int_equal(2, sscanf(field, " %63[a-z_]: %63s", name, type));
		value = json_object_get(parameters, name);
		if (value)
			++*ret_found;
		else if (type[0] == '?')
			continue;
		if (!value || !idl_value_fits(type, value))
			fail_msg("`%s` is not the `%s` that was declared", name, type);
	}
}

static inline bool idl_was_seen(const char *error_name)
{
	for (size_t index = 0; index < IDL_SEEN_MAX; index++)
		if (strcmp(idl_seen[index], error_name) == 0)
			return true;
	return false;
}

static inline void idl_note(const char *error_name)
{
	for (size_t index = 0; index < IDL_SEEN_MAX && !idl_was_seen(error_name); index++)
		if (!idl_seen[index][0])
			snprintf(idl_seen[index], sizeof(idl_seen[index]), "%s", error_name);
}

/* An error is declared, and has exactly the fields that its interface gives it. */
static inline void idl_check_error(const json_t *message)
{
	const char *name = json_string_value(json_object_get(message, "error"));
	const json_t *parameters = json_object_get(message, "parameters");
	char fields[IDL_TEXT_SIZE];
	size_t found;

	if (!idl_fields("error", name, fields))
		fail_msg("%s is not declared", name);
	idl_check_fields(fields, parameters, &found);
	assert_int_equal(json_object_size(parameters), found);
	idl_note(name);
}

/* Every error that the interface declares was read by a test of this program. */
static inline void idl_expect_all_seen(const char *interface)
{
	const char *at = varlink_description(interface);

	while ((at = strstr(at, "\nerror "))) {
		char name[64], qualified[128];

		at += strlen("\nerror ");
		assert_int_equal(1, sscanf(at, "%63[A-Za-z]", name));
		snprintf(qualified, sizeof(qualified), "%s.%s", interface, name);
		/* Only root can be visited by another user here. */
		if (geteuid() != 0 && strcmp(name, "PermissionDenied") == 0)
			continue;
		if (!idl_was_seen(qualified))
			fail_msg("no test provoked %s", qualified);
	}
}
