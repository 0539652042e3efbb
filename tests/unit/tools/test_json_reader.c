/* JSON manifests: what is refused, at which line and column, and where each value stands. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "libaxe/json_reader.h"
#include "libaxe/manifest_file.h"
#include "libaxe/manifest_path.h"
#include "support/unit.h"

struct bad {
	const char *text;
	unsigned line, column;
	const char *found;
};

static const struct bad malformed[] = {
	{ "{\"a\": 1\n", 2, 1, "the end of file" },
	{ "{\n  \"a\": b}", 2, 8, "near `b`" },
	{ "{\"a\": 1,\n \"a\": 2}", 2, 2, "duplicate object key" },
	{ "{\"a\": 1,\n \"\\u0061\": 2}", 2, 2, "duplicate object key" },
	{ "{}\n{}", 2, 1, "`{`" },
	{ "name: n\n", 1, 1, "`name`" },
	{ "", 1, 1, "the end of file" },
	{ "{\"a\": [1 2]}", 1, 10, "`2`" },
	{ "{\"a\": \"\\ud800\"}", 1, 7, "invalid" },
	{ "{\"a\": 99999999999999999999}", 1, 7, "too big integer" },
};

static void malformed_text_is_refused_where_it_breaks(void **state)
{
	for (size_t i = 0; i < sizeof(malformed) / sizeof(malformed[0]); i++) {
		const struct bad *bad = &malformed[i];
		struct manifest_error where = { 0 };
		json_t *json = NULL;
		int code = json_read(bad->text, strlen(bad->text), &json, &where);

		print_message("%u:%u: expected %s, found %s\n", where.line, where.column,
			where.expected, where.found);
		assert_int_equal(code, -EINVAL);
		assert_null(json);
		assert_int_equal(where.line, bad->line);
		assert_int_equal(where.column, bad->column);
		assert_non_null(strstr(where.found, bad->found));
	}
}

static void escaped_nul_is_refused(void **state)
{
	const char *text = "{\"a\": \"\\u0000\"}";
	struct manifest_error where;
	json_t *json;

	assert_int_equal(json_read(text, strlen(text), &json, &where), -EINVAL);
}

static const char document[] = "{\"name\": \"q\\\"{[\",\n"
			       " \"assessments\": [ {\"name\": \"ä\", \"command\": [\"b\"]},\n"
			       "  {\"command\": [\"d\", [], {\"e\": -1.5e3}],\n"
			       "   \"timeout\" :\n"
			       "     true}\t]}\n";

struct place {
	const char *path;
	enum position_kind kind;
	unsigned line, column;
};

static const struct place places[] = {
	{ "", POSITION_OF_VALUE, 1, 1 },
	{ "name", POSITION_OF_KEY, 1, 2 },
	{ "name", POSITION_OF_VALUE, 1, 10 },
	{ "assessments", POSITION_OF_VALUE, 2, 17 },
	{ "assessments[0].command[0]", POSITION_OF_VALUE, 2, 45 },
	{ "assessments[1]", POSITION_OF_VALUE, 3, 3 },
	{ "assessments[1].name", POSITION_OF_VALUE, 3, 3 },
	{ "assessments[1].command[2].e", POSITION_OF_VALUE, 3, 31 },
	{ "assessments[1].timeout", POSITION_OF_KEY, 4, 4 },
	{ "assessments[1].timeout", POSITION_OF_VALUE, 5, 6 },
	{ "assessments[2].timeout", POSITION_OF_VALUE, 2, 17 },
	{ "names", POSITION_OF_VALUE, 1, 1 },
};

static void value_is_found_by_its_path_or_its_ancestor(void **state)
{
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		struct position_search search = {
			.wanted = places[i].path,
			.kind = places[i].kind,
		};

		print_message("%s\n", places[i].path);
		json_locate(document, strlen(document), &search);
		assert_int_equal(search.line, places[i].line);
		assert_int_equal(search.column, places[i].column);
	}
}

static char *repeated(const char *part, size_t times)
{
	size_t size = strlen(part);
	char *text = malloc(size * times + 1);

	assert_non_null(text);
	for (size_t i = 0; i < times; i++)
		memcpy(text + i * size, part, size);
	text[size * times] = '\0';
	return text;
}

static void huge_and_deep_texts_are_refused(void **state)
{
	static const char *const parts[] = { "[", "{", "{\"a\":{", "[1,", "\"", "[[],", "\\", "]" };

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		auto_free char *text = repeated(parts[i], MANIFEST_SIZE_MAX / strlen(parts[i]));
		struct manifest_error where;
		json_t *json;

		assert_int_equal(json_read(text, strlen(text), &json, &where), -EINVAL);
	}
}

static void bounds_are_named(void **state)
{
	auto_free char *deep = repeated("[", MANIFEST_DEPTH_MAX + 1);
	auto_free char *many = repeated("1,", MANIFEST_VALUES_MAX);
	struct manifest_error where;
	json_t *json;

	assert_int_equal(json_read(deep, strlen(deep), &json, &where), -EINVAL);
	assert_string_equal(where.expected, "at most 16 levels");
	assert_int_equal(where.column, MANIFEST_DEPTH_MAX + 1);

	many[0] = '[';
	many[1] = ' ';
	assert_int_equal(json_read(many, strlen(many), &json, &where), -EINVAL);
	assert_string_equal(where.expected, "at most 1000000 values");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(malformed_text_is_refused_where_it_breaks),
		cmocka_unit_test(escaped_nul_is_refused),
		cmocka_unit_test(value_is_found_by_its_path_or_its_ancestor),
		cmocka_unit_test(huge_and_deep_texts_are_refused),
		cmocka_unit_test(bounds_are_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
