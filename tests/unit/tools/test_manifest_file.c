/* Manifests from files: what is refused, at which line and column, with which words. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "libaxe/manifest_file.h"
#include "support/unit.h"

static char directory[] = "/tmp/axe-manifest-XXXXXX";

static int make_directory(void **state)
{
	return mkdtemp(directory) ? 0 : -1;
}

static int remove_directory(void **state)
{
	return rmdir(directory);
}

static void write_file(const char *path, const void *data, size_t size)
{
	FILE *file = fopen(path, "we");

	assert_non_null(file);
	assert_int_equal(fwrite(data, 1, size, file), size);
	assert_int_equal(fclose(file), 0);
}

struct outcome {
	int code;
	json_t *json;
	size_t assessments;
	struct manifest_error where;
	struct error error;
};

static void path_of(const char *name, char path[PATH_MAX])
{
	snprintf(path, PATH_MAX, "%s/%s", directory, name);
}

static struct outcome load(const char *name, const void *data, size_t size)
{
	struct outcome outcome = { 0 };
	char path[PATH_MAX];

	path_of(name, path);
	write_file(path, data, size);
	outcome.code = manifest_file_load(path, &outcome.json, &outcome.where, &outcome.error);
	unlink(path);
	return outcome;
}

static struct outcome check(const char *name, const char *text)
{
	struct outcome outcome = { 0 };
	struct manifest *manifest = NULL;
	char path[PATH_MAX];

	path_of(name, path);
	write_file(path, text, strlen(text));
	outcome.code = manifest_file_check(path, &manifest, &outcome.where, &outcome.error);
	if (outcome.code == 0) {
		outcome.assessments = manifest->assessments_count;
		manifest_destroy(manifest);
	}
	unlink(path);
	return outcome;
}

struct bad {
	const char *name, *text;
	unsigned line, column;
};

#define ITEM "name: n\nassessments:\n  - name: a\n"

static void expect_refusal(const struct bad *bad, const struct outcome *outcome)
{
	const struct manifest_error *where = &outcome->where;

	print_message("%u:%u: %s: expected %s, found %s; %s\n", where->line, where->column,
		where->path, where->expected, where->found, where->advice);
	assert_int_equal(outcome->code, -EINVAL);
	assert_int_equal(where->line, bad->line);
	assert_int_equal(where->column, bad->column);
}

/* Each is refused by another part of the reader: they all are asked, in this order. */
static const struct bad bad_texts[] = {
	{ "m.yaml", "name: n\nb: \xff\n", 2, 4 },
	{ "m.yaml", "name: n\na: *x\n", 2, 4 },
	{ "m.yaml", "{\n  \"a\": b}", 2, 8 },
	{ "m.json", "name: n\n", 1, 1 },
};

static void bad_text_is_refused_with_its_position(void **state)
{
	for (size_t i = 0; i < sizeof(bad_texts) / sizeof(bad_texts[0]); i++) {
		const struct bad *bad = &bad_texts[i];
		struct outcome outcome = load(bad->name, bad->text, strlen(bad->text));

		expect_refusal(bad, &outcome);
	}
}

/* The lines of the schema's own findings come from a second walk over the text. */
static const struct bad bad_meanings[] = {
	{ "m.yaml", "name: n\nassessments: many\n", 2, 14 },
	{ "m.yaml", ITEM "    command: [b]\n    timeout: soon\n", 5, 14 },
	{ "m.yaml", ITEM "    command:\n      - b\n      - [c]\n", 6, 9 },
	{ "m.yaml", ITEM "    command: [b]\n  - name: d\n", 5, 5 },
	{ "m.yaml", "- a\n", 1, 1 },
	{ "m.yaml", "\xef\xbb\xbfname: n\nassessments: many\n", 2, 14 },
	{ "m.json", "{\"name\": \"n\",\n \"assessments\": 3}", 2, 17 },
	{ "m.json",
		"{\"name\": \"n\", \"assessments\": [{\"name\": \"a\", \"command\": [\"b\"]},\n"
		"  {\"name\": \"c\", \"command\": [\"d\", []]}]}",
		2, 34 },
};

static void bad_meaning_is_found_in_the_text(void **state)
{
	for (size_t i = 0; i < sizeof(bad_meanings) / sizeof(bad_meanings[0]); i++) {
		struct outcome outcome = check(bad_meanings[i].name, bad_meanings[i].text);

		expect_refusal(&bad_meanings[i], &outcome);
	}
}

static void unknown_key_is_found_at_the_key(void **state)
{
	struct outcome yaml = check("m.yaml", ITEM "    command: [b]\n    timeot:\n      5s\n");
	struct outcome json = check("m.json", "{\"name\": \"n\", \"assessments\": [\n"
					      "{\"name\": \"a\", \"command\": [\"b\"],\n"
					      "  \"timeot\":\n 5}]}");

	assert_int_equal(yaml.code, -EINVAL);
	assert_int_equal(yaml.where.line, 5);
	assert_int_equal(yaml.where.column, 5);
	assert_non_null(strstr(yaml.where.advice, "timeout"));
	assert_int_equal(json.code, -EINVAL);
	assert_int_equal(json.where.line, 3);
	assert_int_equal(json.where.column, 3);
}

static void yaml_and_json_mean_the_same(void **state)
{
	struct outcome yaml = check("m.yaml", ITEM "    command: [b]\n    exit_codes: plain\n");
	struct outcome json = check("m.yaml", "\xef\xbb\xbf \n{\"name\": \"n\", \"assessments\": "
					      "[{\"name\": \"a\", \"command\": \"b\"}]}");

	assert_int_equal(yaml.code, 0);
	assert_int_equal(yaml.assessments, 1);
	assert_int_equal(json.code, 0);
	assert_int_equal(json.assessments, 1);
}

static void file_over_the_bound_is_an_error_not_a_finding(void **state)
{
	size_t size = MANIFEST_SIZE_MAX + 1;
	auto_free char *text = malloc(size);
	struct outcome outcome;

	assert_non_null(text);
	memset(text, '#', size);
	outcome = load("m.yaml", text, size);
	assert_int_equal(outcome.code, -EFBIG);
	assert_non_null(strstr(outcome.error.text, "8 MiB"));
}

static void unreadable_file_is_an_error_not_a_finding(void **state)
{
	struct outcome outcome = { 0 };

	outcome.code = manifest_file_load(
		"/tmp/axe-no-such-manifest", &outcome.json, &outcome.where, &outcome.error);
	assert_int_equal(outcome.code, -ENOENT);
	assert_non_null(strstr(outcome.error.text, "/tmp/axe-no-such-manifest"));

	outcome.code = manifest_file_load(directory, &outcome.json, &outcome.where, &outcome.error);
	assert_int_equal(outcome.code, -EISDIR);
}

static void dash_is_the_standard_input(void **state)
{
	int ends[2], saved = dup(STDIN_FILENO);
	struct outcome outcome = { 0 };

	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], "name: n\n", 8), 8);
	close(ends[1]);
	dup2(ends[0], STDIN_FILENO);
	close(ends[0]);
	outcome.code = manifest_file_load("-", &outcome.json, &outcome.where, &outcome.error);
	dup2(saved, STDIN_FILENO);
	close(saved);

	assert_int_equal(outcome.code, 0);
	assert_string_equal(json_string_value(json_object_get(outcome.json, "name")), "n");
	json_decref(outcome.json);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bad_text_is_refused_with_its_position),
		cmocka_unit_test(bad_meaning_is_found_in_the_text),
		cmocka_unit_test(unknown_key_is_found_at_the_key),
		cmocka_unit_test(yaml_and_json_mean_the_same),
		cmocka_unit_test(file_over_the_bound_is_an_error_not_a_finding),
		cmocka_unit_test(unreadable_file_is_an_error_not_a_finding),
		cmocka_unit_test(dash_is_the_standard_input),
	};

	return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
