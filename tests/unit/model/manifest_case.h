/* A manifest out of a test's JSON text, and what became of it. */
#pragma once

#include "support/unit.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "model/manifest.h"

#define COUNT(table) (sizeof(table) / sizeof(*(table)))

/* Written with ' for ", so that a test stays readable. The reader takes what it refuses later. */
static inline json_t *case_json(const char *text)
{
	char *quoted = strdup(text);
	json_error_t where;
	json_t *json;

	assert_non_null(quoted);
	for (char *quote = quoted; (quote = strchr(quote, '\''));)
		*quote = '"';
	json = json_loads(quoted, JSON_DECODE_ANY | JSON_ALLOW_NUL, &where);
	if (!json)
		fail_msg("%s: %s", quoted, where.text);
	free(quoted);
	return json;
}

/* Consumes the value. */
static inline struct manifest *case_accepted(json_t *json)
{
	auto_json owned = json;
	struct manifest_error error;
	struct manifest *manifest = NULL;

	if (manifest_parse(owned, &manifest, &error) < 0) {
		char line[512];

		manifest_error_format(&error, NULL, line, sizeof(line));
		fail_msg("refused: %s", line);
	}
	return manifest;
}

/* One assessment with these keys beside `command`. */
static inline struct manifest *case_of_keys(const char *keys)
{
	char text[4096];

	snprintf(text, sizeof(text), "{'assessments': [{'command': ['true']%s%s}]}",
		*keys ? ", " : "", keys);
	return case_accepted(case_json(text));
}

/* Consumes the value. */
static inline struct manifest_error case_refused(json_t *json)
{
	auto_json owned = json;
	struct manifest_error error;
	struct manifest *manifest = (struct manifest *)&error;
	char line[1024];

	memset(&error, 0x5a, sizeof(error));
	assert_int_equal(-EINVAL, manifest_parse(owned, &manifest, &error));
	assert_ptr_equal(&error, manifest);
	/* Whatever was in it, what is said about it is one line that the wire can carry. */
	manifest_error_format(&error, "FILE", line, sizeof(line));
	assert_null(strpbrk(line, "\n\r\t\x1b\x7f"));
	assert_true(strlen(error.expected) > 0 && strlen(error.found) > 0);
	for (const char *const *text = (const char *[]){ error.path, error.expected, error.found,
		     error.advice, NULL };
		*text; text++) {
		auto_json carried = json_string(*text);

		assert_non_null(carried);
	}
	return error;
}

/* A manifest that is wrong in one place. */
struct refusal_case {
	const char *text;
	const char *path;
	const char *expected; /* part of it; NULL: not looked at */
	const char *found;
	const char *advice;
};

static inline void case_part(
	const struct refusal_case *wrong, const char *part, const char *whole, const char *what)
{
	if (part && !strstr(whole, part))
		fail_msg("%s\n%s is `%s` without `%s`", wrong->text, what, whole, part);
}

static inline void case_check(const struct refusal_case *wrong, const struct manifest_error *error)
{
	if (strcmp(wrong->path, error->path) != 0)
		fail_msg("%s\npath is `%s`, not `%s`", wrong->text, error->path, wrong->path);
	case_part(wrong, wrong->expected, error->expected, "expected");
	case_part(wrong, wrong->found, error->found, "found");
	case_part(wrong, wrong->advice, error->advice, "advice");
}

static inline void case_check_all(const struct refusal_case *wrong, size_t count)
{
	for (size_t at = 0; at < count; at++) {
		struct manifest_error error = case_refused(case_json(wrong[at].text));

		case_check(&wrong[at], &error);
	}
}

/* The same for the keys of one assessment; the paths are those below it. */
static inline void case_check_keys(const struct refusal_case *wrong, size_t count)
{
	for (size_t at = 0; at < count; at++) {
		char text[4096], path[256];
		struct refusal_case whole = wrong[at];
		struct manifest_error error;

		snprintf(text, sizeof(text), "{'assessments': [{'command': ['true'], %s}]}",
			wrong[at].text);
		snprintf(path, sizeof(path), "assessments[0].%s", wrong[at].path);
		whole.path = path;
		error = case_refused(case_json(text));
		case_check(&whole, &error);
	}
}
