/* YAML manifests: what is refused, at which line and column, with which words. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "libaxe/manifest_file.h"
#include "libaxe/yaml_reader.h"
#include "support/unit.h"

struct bad {
	const char *text;
	unsigned line, column;
	const char *expected, *found; /* parts of the words */
};

#define ITEM "name: n\nassessments:\n  - name: a\n"

static const struct bad decorations[] = {
	{ "name: n\na: *x\n", 2, 4, "the value itself", "the alias `x`" },
	{ "name: &x n\n", 1, 7, "a plain value", "the anchor `x`" },
	{ "a: &x [1]\n", 1, 4, "a plain value", "the anchor `x`" },
	{ "name: n\na: &a\n  - *a\n", 2, 4, "a plain value", "the anchor `a`" },
	{ "a: {b: c}\nd:\n  <<: *a\n", 3, 7, "the value itself", "the alias `a`" },
	{ "&k name: n\n", 1, 1, "a plain value", "the anchor `k`" },
	{ "name: !!int 3\n", 1, 7, "a plain value", "the tag `tag:yaml.org,2002:int`" },
	{ "a: !x {b: c}\n", 1, 4, "a plain value", "the tag `!x`" },
	{ "a: ! b\n", 1, 4, "a plain value", "the tag `!`" },
};

static const struct bad structures[] = {
	{ "# nothing\n", 2, 1, "a manifest", "nothing but comments" },
	{ "name: n\nb: 1\nname: m\n", 3, 1, "each key once", "a second `name`" },
	{ ITEM "    name: b\n", 4, 5, "each key once", "a second `name`" },
	{ "name: n\n\"na\\x6de\": n\n", 2, 1, "each key once", "a second `name`" },
	{ "name: n\n---\nname: m\n", 2, 1, "one document", "a second one" },
	{ "? [a]\n: b\n", 1, 3, "a key", "a list" },
	{ "a: 1\n? {a: b}\n: b\n", 2, 3, "a key", "a mapping" },
	{ "a: 1\n\"\": b\n", 2, 1, "a key", "nothing" },
	{ "\"a\\0b\": c\n", 1, 1, "a key without NUL", "one with it" },
	{ "name: n\ntimeout:\nb: c\n", 2, 9, "a value", "nothing" },
	{ "name: n\na: [b,,c]\n", 2, 7, "node content", "something else" },
};

static const struct bad malformed[] = {
	{ "assessments:\n\t- name: a\n", 2, 1, "well-formed YAML", "cannot start any token" },
	{ "name: n\nb: c: d\n", 2, 5, "well-formed YAML", "`: `" },
	{ "a: b\n  c: d\n", 2, 4, "well-formed YAML", "`: `" },
	{ "a:\n    b: c\n  d: e\n", 3, 3, "key", "something else" },
	{ "name: \"n\n", 1, 7, "well-formed YAML", "a quote without its end" },
	{ "a: [b, c\n", 2, 1, "',' or ']'", "something else" },
	{ "a: !x!y b\n", 1, 4, "well-formed YAML", "undefined tag" },
	{ "%YAML 3.0\n---\na: b\n", 1, 1, "well-formed YAML", "incompatible" },
	{ "name: n\nb: \x7f\n", 2, 4, "well-formed YAML", "a control character" },
};

static void expect_refusal(const struct bad *bad)
{
	struct manifest_error where = { 0 };
	json_t *json = NULL;
	int code = yaml_read(bad->text, strlen(bad->text), NULL, &json, &where);

	print_message("%u:%u: %s: expected %s, found %s; %s\n", where.line, where.column,
		where.path, where.expected, where.found, where.advice);
	assert_int_equal(code, -EINVAL);
	assert_null(json);
	assert_int_equal(where.line, bad->line);
	assert_int_equal(where.column, bad->column);
	assert_non_null(strstr(where.expected, bad->expected));
	assert_non_null(strstr(where.found, bad->found));
}

static void anchor_alias_and_tag_are_refused_where_they_stand(void **state)
{
	for (size_t i = 0; i < sizeof(decorations) / sizeof(decorations[0]); i++)
		expect_refusal(&decorations[i]);
}

static void wrong_structure_is_refused_where_it_stands(void **state)
{
	for (size_t i = 0; i < sizeof(structures) / sizeof(structures[0]); i++)
		expect_refusal(&structures[i]);
}

static void malformed_text_is_refused_where_it_breaks(void **state)
{
	for (size_t i = 0; i < sizeof(malformed) / sizeof(malformed[0]); i++)
		expect_refusal(&malformed[i]);
}

static void tab_gets_its_own_advice(void **state)
{
	const char *text = "a:\n  - b\n \t- c\n";
	struct manifest_error where;
	json_t *json;

	assert_int_equal(yaml_read(text, strlen(text), NULL, &json, &where), -EINVAL);
	assert_int_equal(where.line, 3);
	assert_non_null(strstr(where.advice, "spaces"));
}

static void refusal_names_the_value(void **state)
{
	const char *text = ITEM "  - command: [a, *b]\n";
	struct manifest_error where;
	json_t *json;

	assert_int_equal(yaml_read(text, strlen(text), NULL, &json, &where), -EINVAL);
	assert_string_equal(where.path, "assessments[1].command[1]");
}

static void scalar_takes_the_type_of_the_schema(void **state)
{
	const char *text = "name: 2026\nassessments:\n  - name: no\n    command: [seq, 3, true]\n"
			   "    environment: {A: 1, B: null, C: \"\"}\n"
			   "    limits: {pids: 7, files: \"8\", core: 0x9}\n";
	auto_json wanted = json_pack(
		"{s:s, s:[{s:s, s:[s,s,s], s:{s:s, s:s, s:s}, s:{s:i, s:s, s:s}}]}", "name", "2026",
		"assessments", "name", "no", "command", "seq", "3", "true", "environment", "A", "1",
		"B", "null", "C", "", "limits", "pids", 7, "files", "8", "core", "0x9");
	struct manifest_error where;
	auto_json json = NULL;

	assert_int_equal(yaml_read(text, strlen(text), NULL, &json, &where), 0);
	assert_true(json_equal(json, wanted));
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

/* As large as a file may be. Each must be refused, and within the time of a test. */
static void huge_and_deep_texts_are_refused(void **state)
{
	static const char *const parts[] = { "[", "{", "{a: ", "- ", "? ", "- - - a\n ",
		"a: &b *b\n", "[1,", "\"", "!", "&a ", "[[],", "k: v\n", "-\n", "%a\n" };

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		auto_free char *text = repeated(parts[i], MANIFEST_SIZE_MAX / strlen(parts[i]));
		struct manifest_error where;
		json_t *json;

		assert_int_equal(yaml_read(text, strlen(text), NULL, &json, &where), -EINVAL);
	}
}

static void bounds_are_named(void **state)
{
	auto_free char *deep = repeated("[", MANIFEST_DEPTH_MAX + 1);
	auto_free char *many = repeated("- a\n", MANIFEST_VALUES_MAX);
	struct manifest_error where;
	json_t *json;

	assert_int_equal(yaml_read(deep, strlen(deep), NULL, &json, &where), -EINVAL);
	assert_string_equal(where.expected, "at most 16 levels");
	assert_int_equal(where.column, MANIFEST_DEPTH_MAX + 1);

	assert_int_equal(yaml_read(many, strlen(many), NULL, &json, &where), -EINVAL);
	assert_string_equal(where.expected, "at most 1000000 values");
	assert_int_equal(where.line, MANIFEST_VALUES_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(anchor_alias_and_tag_are_refused_where_they_stand),
		cmocka_unit_test(wrong_structure_is_refused_where_it_stands),
		cmocka_unit_test(malformed_text_is_refused_where_it_breaks),
		cmocka_unit_test(tab_gets_its_own_advice),
		cmocka_unit_test(refusal_names_the_value),
		cmocka_unit_test(scalar_takes_the_type_of_the_schema),
		cmocka_unit_test(huge_and_deep_texts_are_refused),
		cmocka_unit_test(bounds_are_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
